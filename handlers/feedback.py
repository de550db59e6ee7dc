"""Feedback of every kind, 'a person please': into the staff's queue, and back into this chat.

Start at FEEDBACK. What comes after the reply ('is it settled?', 'add my voice'): afterwards.py.
"""

from bot.dialog import Answered, Answerer, Answers, Done, Flow, Option, Question, Request
from bot.domain.regions import PROVINCE
from bot.domain.ticket_letters import Voice
from bot.domain.tickets import Ticket, TicketKind
from bot.i18n import Json, Text, _, verbatim
from bot.messages import IncomingMessage, Kind, Reply
from bot.services import Turn
from handlers.feedback_questions import ANONYMOUS, KIND, KINDS, NAME, PLACE, SPOT, STORY, VISIT
from handlers.story import FILES, TOLD_WITH, Part, Story, Telling

MENU = Option("_menu", _("Main menu"))
FOR_THE_STAFF = frozenset({Kind.TEXT, *TOLD_WITH})
MORE = Question(
    key="story",
    ask=_("What would you like to add? You can write, or send a photo or a voice message."),
    expect=Telling(),
    label=_("Message"),
)


def send(answers: Answers, turn: Turn) -> Done:
    """A receipt with a number, and what others nearby asked for too (rule C20)."""
    story, kind = answers[STORY], TicketKind(answers[KIND])
    place, number = answers.get(PLACE), answers.get(VISIT)
    booking = turn.bookings.mine_numbered(turn.conversation_id, number) if number else None
    region = booking.region if booking else place.code if place else PROVINCE
    ticket = turn.tickets.open(
        kind,
        story[0].words,
        region=region,
        file=story[0].file,
        anonymous=answers.get(NAME) == ANONYMOUS,
        booking_id=booking.id if booking else None,
    )
    spot = answers.get(SPOT)
    ticket = _add(turn, ticket, (*story[1:], *((Part(spot),) if spot else ())))
    words = " ".join(part.words for part in story)
    alike = turn.tickets.alike(kind, words, region, answers.language)
    return Done(
        receipt(ticket, alike),
        (*(_join(voice, ticket) for voice in alike if voice.ticket_id != ticket.id), MENU),
    )


def by_when(ticket: Ticket) -> Text:
    """Working hours of the real calendar, by the kind of matter."""
    return _("You hear from us here by {moment} at the latest.").fill(moment=ticket.due_at)


def receipt(ticket: Ticket, alike: list[Voice]) -> Reply:
    anonymous = (
        (_("Staff do not see who you are. Their reply still arrives here."),)
        if ticket.anonymous
        else ()
    )
    others = tuple(
        _("{number}: {words} ({count} people)").fill(
            number=voice.number, words=verbatim(voice.said), count=voice.voices
        )
        for voice in alike
    )
    return Reply(
        heading=_("Received"),
        paragraphs=(
            _("Your number is {number}.").fill(number=ticket.number),
            by_when(ticket),
            *anonymous,
            _("To add something later, say 'human' and choose 'Add something'."),
            *((_("Others near you asked for something like it:"),) if others else ()),
        ),
        items=others,
        question=_("Would you like to join one of these?") if others else None,
    )


def _join(voice: Voice, ticket: Ticket) -> Option:
    label = _("Add my voice to {number}").fill(number=voice.number)
    return Option(f"voice:{voice.number}:{ticket.number}", label)


def _add(turn: Turn, ticket: Ticket, parts: Story) -> Ticket:
    for part in parts:
        ticket = turn.tickets.add(ticket, part.words, part.file)
    return ticket


def _kind_in(argument: str) -> dict[str, Json]:
    """'feedback:complaint': they said already what it is; the review still lets them change it."""
    return {KIND.key: argument} if argument in KINDS else {}


FEEDBACK = Flow(
    name="feedback",
    title=_("feedback"),
    questions=(STORY, KIND, SPOT, VISIT, PLACE, NAME),
    finish=send,
    review=_("Send it"),
    opens_on_kinds=FILES,
    given=_kind_in,
    withheld=True,
)


def may_note(number: str, turn: Turn) -> Done | None:
    """Only to an item of this very chat."""
    if turn.tickets.own(number):
        return None
    reply = Reply(paragraphs=(_("I find no letter with that number in this chat."),))
    return Done(reply, (Option("feedback", _("Write a new one")), MENU))


def note(answers: Answers, turn: Turn) -> Done:
    ticket = turn.tickets.own(answers.argument)
    if ticket is None:
        return Done(Reply(paragraphs=(_("I find no letter with that number in this chat."),)))
    return Done(added(_add(turn, ticket, answers[MORE])), (MENU,))


def added(ticket: Ticket) -> Reply:
    said = _("I have passed that on to the staff, under number {number}.")
    return Reply(paragraphs=(said.fill(number=ticket.number), by_when(ticket)))


NOTE = Flow(
    name="note",
    title=_("adding something"),
    questions=(MORE,),
    finish=note,
    opens=may_note,
    withheld=True,
)


def human(request: Request, turn: Turn) -> Answered:
    """A person is told at once, with the conversation so far; asking twice opens one item."""
    ticket, new = turn.tickets.open_human(request.text or request.argument)
    said: Text = (
        _("I have told the staff that you want a person. Your number is {number}.")
        if new
        else _("The staff already know that you want a person. Your number is {number}.")
    )
    reply = Reply(
        paragraphs=(
            said.fill(number=ticket.number),
            by_when(ticket),
            _("They can read what we have said here so far. If it is urgent, call 12345."),
        ),
        question=_("Would you like to add something?"),
    )
    return Answered(reply, (Option(f"note:{ticket.number}", _("Add something")), MENU))


def answer_to_staff(message: IncomingMessage, turn: Turn) -> Answered | None:
    """After a staff reply the person's next free words belong to it, and we say so."""
    if message.kind not in FOR_THE_STAFF:
        return None
    return passed_on(message, turn, turn.tickets.awaiting_answer())


def passed_on(message: IncomingMessage, turn: Turn, ticket: Ticket | None) -> Answered | None:
    if ticket is None:
        return None
    ticket = turn.tickets.add(ticket, message.text.strip(), message.attachment)
    return Answered(
        added(ticket),
        (
            Option(f"note:{ticket.number}", _("Add something")),
            Option("assistant", _("Ask the assistant instead")),
            MENU,
        ),
    )


def assistant(request: Request, turn: Turn) -> Answered:
    """From now on words are for the bot again."""
    turn.tickets.stop_listening()
    return Answered(
        Reply(
            paragraphs=(_("Good: what you write now is for me, the assistant."),),
            question=_("What would you like to know?"),
        ),
        (Option("policy:topics", _("See all questions")), MENU),
    )


def emergency(request: Request, turn: Turn) -> Answered:
    """The right number first, at once; and a person is told, urgently."""
    ticket = turn.tickets.open(TicketKind.EMERGENCY, request.text, urgent=True)
    reply = Reply(
        heading=_("If somebody is in danger, call now"),
        items=(
            _("120: somebody is hurt, unconscious, or cannot breathe"),
            _("110: somebody threatens or hurts you"),
            _("119: fire"),
        ),
        paragraphs=(
            _("I am a bot and cannot call for you. Please call, or ask somebody near you."),
            _("I have alerted the staff. Number {number}.").fill(number=ticket.number),
        ),
    )
    return Answered(reply, (Option(f"note:{ticket.number}", _("Add something")), MENU))


HUMAN = Answerer("human", human)
ASSISTANT = Answerer("assistant", assistant)
EMERGENCY = Answerer("emergency", emergency)
