"""Going on elsewhere: a number from this chat, typed at the other one, confirmed here.

ELSEWHERE shows the number, JOIN reads it at the other place, CARRY_OVER confirms it here.
"""

import re
from dataclasses import dataclass
from typing import Any

from bot.channel_names import CHANNEL_NAMES
from bot.dialog import (
    Answered,
    Answerer,
    Answers,
    AskAgain,
    Asked,
    Conversation,
    Done,
    Expect,
    Flow,
    Heard,
    Option,
    Outcome,
    Question,
    Reading,
    Refused,
    Request,
    Unclear,
    Understood,
)
from bot.dialog.expect import YesNo
from bot.i18n import Text, _, verbatim
from bot.messages import Link, Reply
from bot.services import Turn
from bot.services.crossings import DIGITS, TooManyTries

MENU = Option("_menu", _("Main menu"))
HUMAN = Option("human", _("Talk to a person"))
MOVE_IT = Option("carry_over", _("Confirm moving"))
NEW_NUMBER = Option("elsewhere", _("A new number"))
ABROAD = "telegram"


def show_number(request: Request, turn: Turn) -> Answered:
    """A number for ten minutes and one use, and what to do with it."""
    code = turn.crossings.new_code(turn.conversation_id)
    page = turn.known.public_url if turn.who.channel != "web" else ""
    reply = Reply(
        heading=_("Go on at another place"),
        paragraphs=(
            _("Your moving number: {number}").fill(number=verbatim(f"{code[:4]} {code[4:]}")),
            _("1. At the other place (WeChat, web chat or Telegram) write: 'I have a number'."),
            _("2. Type the number there. It works once, for 10 minutes."),
            _("3. Come back here and write: 'confirm moving'."),
        ),
        caution=_("Tell this number to nobody: it opens your bookings and letters."),
        link=Link(f"{page}/", _("The web chat:"), to_scan=True) if page else None,
    )
    return Answered(reply, (MOVE_IT, MENU))


@dataclass(frozen=True, slots=True)
class MovingNumber(Expect[str]):
    """Eight digits, with whatever stands between them."""

    def read(self, heard: Heard, asked: Asked) -> Reading[str]:
        digits = re.sub(r"\D", "", heard.plain)
        if not digits:
            return Unclear()
        if len(digits) != DIGITS:
            return Refused(
                _("The number has 8 digits; that was {count}. Example: 1234 5678.").fill(
                    count=len(digits)
                )
            )
        return Understood(digits)

    def show(self, value: str) -> Text:
        return verbatim(f"{value[:4]} {value[4:]}")


NUMBER = Question(
    key="number",
    ask=_("Which number did the other chat show you? It has 8 digits."),
    expect=MovingNumber(),
    label=_("Number"),
    why=_("It tells which chat's bookings and letters come here."),
    hint=_("In the other chat write 'go on elsewhere', and you get it. Example: 1234 5678."),
)


def join(answers: Answers, turn: Turn) -> Outcome:
    """Typed here; nothing moves before it is confirmed at the other place."""
    here = CHANNEL_NAMES[turn.who.channel]
    try:
        known = turn.crossings.claim(answers[NUMBER], turn.conversation_id, here)
    except TooManyTries as pause:
        reply = Reply(
            paragraphs=(
                _("Too many wrong numbers. Please try again after {until}.").fill(
                    until=pause.until
                ),
                _("A person can help you at once."),
            )
        )
        return Done(reply, (HUMAN, MENU))
    if not known:
        return AskAgain(
            NUMBER,
            _("I do not know that number: it may be mistyped, used, or older than 10 minutes."),
        )
    reply = Reply(
        heading=_("The number is right"),
        paragraphs=(
            _("Now go back to the other chat and write 'confirm moving' there."),
            _("Then your bookings and letters come here, and I tell you."),
        ),
    )
    return Done(reply, (MENU,))


def may_confirm(argument: str, turn: Turn) -> Done | None:
    """Only when somebody has typed this chat's number."""
    if turn.crossings.claimed(turn.conversation_id):
        return None
    reply = Reply(
        paragraphs=(
            _("Nobody has typed a number of this chat yet, or it is older than 10 minutes."),
        ),
        question=_("What would you like to do?"),
    )
    return Done(reply, (MOVE_IT, NEW_NUMBER, MENU))


@dataclass(frozen=True, slots=True)
class WasItYou(YesNo):
    """Asks with the place and the time: 'yes' must be to something."""

    def prompt(self, asked: Asked) -> Text | None:
        turn: Turn = asked.context
        claim = turn.crossings.claimed(turn.conversation_id)
        if claim is None:
            return None
        asks = (
            _(
                "Typed on {when} in {channel}, whose servers are abroad. "
                "Was it you, and shall bookings, letters and this conversation move there?"
            )
            if claim.who.channel == ABROAD
            else _(
                "Typed on {when} in {channel}. "
                "Was it you, and shall bookings, letters and this conversation move there?"
            )
        )
        return asks.fill(when=claim.at, channel=CHANNEL_NAMES[claim.who.channel])


SURE = Question(
    key="sure",
    ask=_("Was it you who typed the number, and shall everything move there?"),
    expect=WasItYou(_("Yes, move it"), _("No, that was not me")),
    label=_("Moving"),
    why=_("Your bookings and letters must not go to somebody else, so I ask once more."),
    hint=_("Please say 'yes' or 'no'."),
)


def carry_over(answers: Answers, turn: Turn) -> Done:
    """All of this chat belongs to the other one from now on."""
    claim = turn.crossings.claimed(turn.conversation_id)
    if claim is None:
        late = Reply(paragraphs=(_("That took too long, so the number is void."),))
        return Done(late, (NEW_NUMBER, MENU))
    if not answers[SURE]:
        turn.crossings.refuse(turn.conversation_id)
        kept = Reply(
            paragraphs=(
                _("Good: nothing has moved, and that number is void."),
                _("Please tell a number to nobody."),
            )
        )
        return Done(kept, (MENU,))
    here, there = turn.crossings.states(turn.conversation_id, claim.chat)
    going_on = loaded(there).taking_over(loaded(here), without=CARRY_OVER.name)
    moved = turn.crossings.move(turn.conversation_id, claim, going_on.dump())
    turn.notices.tell(
        claim.chat, welcome(moved.bookings, moved.letters, open_flow=bool(going_on.frames))
    )
    told = Reply(
        heading=_("Moved"),
        paragraphs=(
            _("Your bookings and letters are now in: {channel}.").fill(
                channel=CHANNEL_NAMES[claim.who.channel]
            ),
            _("Nothing of them is left in this chat."),
        ),
    )
    return Done(told, (MENU,), forget=True)


def loaded(state: Any) -> Conversation:
    return Conversation.load(state) if state else Conversation("zh_Hans")


def welcome(bookings: int, letters: int, *, open_flow: bool) -> Reply:
    """Said at the new place."""
    if open_flow:
        next_step = _("What you had begun is open here: write 'continue' to go on.")
    elif bookings:
        next_step = _("Write 'my bookings' to see them.")
    else:
        next_step = _("From now on replies and news come here.")
    return Reply(
        heading=_("Everything is here now"),
        paragraphs=(
            _("Bookings: {bookings}. Letters: {letters}.").fill(bookings=bookings, letters=letters),
            next_step,
        ),
    )


ELSEWHERE = Answerer("elsewhere", show_number)
JOIN = Flow(name="go_on", title=_("going on from another chat"), questions=(NUMBER,), finish=join)
CARRY_OVER = Flow(
    name="carry_over",
    title=_("moving to another chat"),
    questions=(SURE,),
    opens=may_confirm,
    finish=carry_over,
)
