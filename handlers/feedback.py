"""Feedback, complaints, 'a person please': into the staff's queue, and back into this chat."""

from bot.dialog import Answered, Answerer, Answers, Done, Flow, Option, Question, Request
from bot.dialog.expect import Choice
from bot.domain.tickets import Ticket, TicketKind
from bot.i18n import Text, _
from bot.messages import IncomingMessage, Kind, Reply
from bot.services import Turn
from handlers.story import FILES, Part, Story, Telling

MENU = Option("_menu", _("Main menu"))
BY_WHEN = _("Staff answer on working days. The reply comes here, in this chat.")
FOR_THE_STAFF = frozenset({Kind.TEXT, *FILES})

STORY = Question(
    key="story",
    ask=_("What would you like to tell us? You can write, or send a photo."),
    expect=Telling(),
    label=_("Message"),
    why=_("A member of staff reads it and answers you."),
)
KIND = Question(
    key="kind",
    ask=_("What is it?"),
    expect=Choice(
        {
            TicketKind.QUESTION: _("A question"),
            TicketKind.COMPLAINT: _("A complaint"),
            TicketKind.SUGGESTION: _("A suggestion"),
        }
    ),
    label=_("Kind"),
    why=_("So that it reaches the right person."),
)
MORE = Question(
    key="story",
    ask=_("What would you like to add? You can write, or send a photo."),
    expect=Telling(),
    label=_("Message"),
)


def send(answers: Answers, turn: Turn) -> Done:
    """A receipt with a number (rule C20)."""
    story = answers[STORY]
    ticket = turn.tickets.open(TicketKind(answers[KIND]), story[0].words, file=story[0].file)
    return Done(receipt(_add(turn, ticket, story[1:])), (MENU,))


def receipt(ticket: Ticket) -> Reply:
    return Reply(
        heading=_("Received"),
        paragraphs=(
            _("Your number is {number}.").fill(number=ticket.number),
            BY_WHEN,
            _("To add something later, say 'human' and choose 'Add something'."),
        ),
    )


def _add(turn: Turn, ticket: Ticket, parts: Story) -> Ticket:
    for part in parts:
        ticket = turn.tickets.add(ticket, part.words, part.file)
    return ticket


FEEDBACK = Flow(
    name="feedback",
    title=_("feedback"),
    questions=(STORY, KIND),
    finish=send,
    review=_("Send it"),
    opens_on_kinds=FILES,
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
    return Reply(paragraphs=(said.fill(number=ticket.number), BY_WHEN))


NOTE = Flow(
    name="note",
    title=_("adding something"),
    questions=(MORE,),
    finish=note,
    opens=may_note,
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
            BY_WHEN,
            _("They can read what we have said here so far. If it is urgent, call 12345."),
        ),
        question=_("Would you like to add something?"),
    )
    return Answered(reply, (Option(f"note:{ticket.number}", _("Add something")), MENU))


def answer_to_staff(message: IncomingMessage, turn: Turn) -> Answered | None:
    """After a staff reply the person's next free words belong to it, and we say so."""
    if message.kind not in FOR_THE_STAFF:
        return None
    ticket = turn.tickets.awaiting_answer()
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
__all__ = ["ASSISTANT", "EMERGENCY", "FEEDBACK", "HUMAN", "NOTE", "Part", "answer_to_staff"]
