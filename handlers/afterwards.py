"""After a reply: 'is it settled?' in one tap, a later message, and adding one's voice."""

import unicodedata

from bot.dialog import Answered, Answerer, Option, Request
from bot.domain.tickets import Ticket
from bot.i18n import _, verbatim
from bot.messages import IncomingMessage, Kind, Reply
from bot.services import Turn
from handlers.feedback import FOR_THE_STAFF, MENU, by_when, passed_on

SETTLED = frozenset(
    "解决了 已解决 解决 已经解决 搞定了 搞掂 搞掂咗 解決了 已解決 已經解決 settled solved "
    "itissettled".split()
)
NOT_SETTLED = frozenset(
    "没解决 没有解决 还没解决 未解决 冇解决 沒解決 沒有解決 還沒解決 未解決 仲未解決 "
    "notsettled notsolved".split()
)
NUMBERS = {"1": True, "一": True, "2": False, "二": False}
LONGEST_WORD = 16


def settled(request: Request, turn: Turn) -> Answered:
    """'<number>:yes' or '<number>:no'; a number of another chat is nobody's."""
    number, _colon, said = request.argument.partition(":")
    return heard_of(turn, number, settled=said == "yes")


def heard_of(turn: Turn, number: str, *, settled: bool) -> Answered:
    ticket = turn.tickets.settle(number, settled=settled)
    if ticket is None:
        reply = Reply(
            paragraphs=(
                _("That was too long ago, or belongs to another chat."),
                _("Nothing was changed. You can write to the staff anew."),
            )
        )
        return Answered(reply, (Option("feedback", _("Write a new one")), MENU))
    return thanks(ticket) if settled else to_supervisor(ticket)


def thanks(ticket: Ticket) -> Answered:
    reply = Reply(
        paragraphs=(
            _("Good. Number {number} is closed.").fill(number=ticket.number),
            _("If something comes up within 30 days, add it and it is opened again."),
        )
    )
    return Answered(reply, (Option(f"note:{ticket.number}", _("Add something")), MENU))


def to_supervisor(ticket: Ticket) -> Answered:
    reply = Reply(
        paragraphs=(
            _("I am sorry. Number {number} goes to a supervisor now.").fill(number=ticket.number),
            by_when(ticket),
        ),
        question=_("Would you like to add what is missing?"),
    )
    return Answered(reply, (Option(f"note:{ticket.number}", _("Add something")), MENU))


def answer_to_settled(message: IncomingMessage, turn: Turn) -> Answered | None:
    """Our two words; '1' and '2' right after we asked: later they belong to another list."""
    if message.kind is not Kind.TEXT or len(message.text) > LONGEST_WORD:
        return None
    word = unicodedata.normalize("NFKC", message.text).lower().strip(" 。.!！").replace(" ", "")
    said = NUMBERS.get(word, True if word in SETTLED else False if word in NOT_SETTLED else None)
    if said is None:
        return None
    ticket = turn.tickets.asked_if_settled(just_now=word in NUMBERS)
    return heard_of(turn, ticket.number, settled=said) if ticket else None


def reopens(message: IncomingMessage, turn: Turn) -> Answered | None:
    """Within 30 days, words that the assistant does not understand belong to the last answer."""
    if message.kind not in FOR_THE_STAFF:
        return None
    return passed_on(message, turn, turn.tickets.answered_lately())


def voice(request: Request, turn: Turn) -> Answered:
    """'<public number>:<own number>': follow it, and let one's own go into it."""
    number, _colon, own = request.argument.partition(":")
    joined = turn.tickets.join(number, own)
    if joined is None:
        reply = Reply(paragraphs=(_("That one is not open to everybody. Yours stays as it is."),))
        return Answered(reply, (MENU,))
    reply = Reply(
        paragraphs=(
            _("Your voice is added to number {number}.").fill(number=verbatim(joined.number)),
            _("I tell you here how it goes."),
        )
    )
    return Answered(reply, (MENU,))


SETTLED_ANSWERER = Answerer("settled", settled)
VOICE = Answerer("voice", voice)
