"""Where is my application: by its number and a proof, or one that this chat has shown already."""

from dataclasses import dataclass
from datetime import datetime

from bot.dialog import (
    Answered,
    Answerer,
    Answers,
    AskAgain,
    Asked,
    Done,
    Flow,
    Heard,
    Instead,
    Option,
    Outcome,
    Question,
    Reading,
    Request,
    Understood,
)
from bot.dialog.expect import LastFour, Reference
from bot.domain.applications import TooManyTries, TooSoon
from bot.domain.references import APPLICATION, APPLICATION_GROUPS, CODE, read_reference
from bot.i18n import _, verbatim
from bot.messages import Reply
from bot.services import Turn
from handlers.application import MENU, PERSON, name_of, standing

EXAMPLE = "A7K2-9QXM-4TRD-3HWC-6BNG"
"""Shaped like a number of ours, but nobody's: its last character does not fit."""
NEW = "new"
"""STATUS:new asks for a number even where this chat has applications already."""


@dataclass(frozen=True, slots=True)
class Proof(LastFour):
    """The last four, or a code that staff gave out."""

    def read(self, heard: Heard, asked: Asked) -> Reading[str]:
        code = read_reference(heard.text, CODE, 2)
        return Understood(code) if code else LastFour.read(self, heard, asked)


NUMBER = Question(
    key="number",
    ask=_("What is the number of the application?"),
    expect=Reference(APPLICATION, EXAMPLE, APPLICATION_GROUPS),
    label=_("Number"),
    why=_("With it I find your application. Nobody can guess it."),
    hint=_(
        "It stands on the receipt, begins with A, and has five groups of four, for example "
        "A7K2-9QXM-4TRD-3HWC-6BNG. If you do not have it, say 'human'."
    ),
)
PROOF = Question(
    key="proof",
    ask=_("What are the last four characters of the applicant's identity number?"),
    expect=Proof(),
    label=_("Last four"),
    why=_("So that nobody who finds the number can look at your application."),
    hint=_(
        "Only the last four, for example 1234 or 002X. A code that the staff gave you does as well."
    ),
    sensitive=True,
)


def opens(argument: str, turn: Turn) -> Done | Instead | None:
    """What this chat has is shown at once; a pause only concerns other numbers."""
    if argument != NEW and turn.applications.linked(turn.conversation_id):
        return Instead("application")
    until = turn.applications.paused_until(turn.conversation_id)
    return paused(until) if until else None


def look_up(answers: Answers, turn: Turn) -> Outcome:
    """The same answer for a number that does not exist and for a proof that does not fit."""
    number = answers[NUMBER]
    try:
        found = turn.applications.look_up(number, answers[PROOF], turn.conversation_id)
    except TooManyTries as pause:
        return paused(pause.until)
    except TooSoon as soon:
        return AskAgain(
            PROOF,
            _(
                "Please wait {seconds} seconds, then send the four characters again. "
                "The wait protects the applicant. For a person, say 'human'."
            ).fill(seconds=soon.seconds),
        )
    if found is None:
        until = turn.applications.paused_until(turn.conversation_id)
        if until:
            return paused(until)
        return AskAgain(
            PROOF,
            _(
                "I find nothing for the number {number} with these four characters. One of the two "
                "may be mistyped. To mend the number, say 'back'. For a person, say 'human'."
            ).fill(number=number),
        )
    linked = turn.applications.linked_numbered(turn.conversation_id, number)
    assert linked is not None  # noqa: S101 - the proof that fitted has linked it
    shown = standing(linked, turn, answers.language, plain=answers.plain)
    return Done(shown.reply, shown.options)


def paused(until: datetime) -> Done:
    """A pause protects the application; nobody is ever locked out."""
    reply = Reply(
        paragraphs=(
            _("Several tries did not fit, so I pause looking up to protect the applicant."),
            _("From {until} you can try again.").fill(until=until),
            _("A person can help at once: say 'human', or call 12345."),
        ),
        question=_("What would you like to do?"),
    )
    return Done(reply, (Option("human", _("Talk to a person")), Option("_menu", _("Main menu"))))


def stop(request: Request, turn: Turn) -> Answered:
    """'on:A…', 'off:A…'; 'off' alone: no messages on any application of this chat."""
    wish, _colon, number = request.argument.partition(":")
    if not number:
        turn.applications.tell(turn.conversation_id, None, told=False)
        reply = Reply(
            paragraphs=(
                _("Good: I send no more messages about applications."),
                _("To switch them on again, write 'check progress'."),
            ),
            question=_("What would you like to do?"),
        )
        return Answered(reply, (PERSON, MENU))
    one = turn.applications.linked_numbered(turn.conversation_id, number)
    if one is None:
        return not_here()
    told = wish == "on"
    turn.applications.tell(turn.conversation_id, one, told=told)
    whose = name_of(one, request.language)
    said = (
        _("Good: when {application} moves, I write here. Never between 9 at night and 8.")
        if told
        else _("Good: I do not write when {application} moves.")
    )
    reply = Reply(
        paragraphs=(
            said.fill(application=verbatim(whose)),
            _("You can change that at any time."),
        ),
        question=_("What would you like to do next?"),
    )
    return Answered(
        reply,
        (
            Option(f"application:{number}", _("See it again")),
            Option(f"application_more:{number}", _("Name, messages, removing")),
            MENU,
        ),
    )


def not_here() -> Answered:
    """The same for a number of nobody and for one that another chat has."""
    reply = Reply(
        paragraphs=(_("That application is not in this chat."),),
        question=_("What would you like to do?"),
    )
    return Answered(reply, (Option(f"status:{NEW}", _("Look one up")), PERSON, MENU))


STATUS = Flow(
    name="status",
    title=_("checking an application"),
    opening=_("I need two things: the number, and four characters to protect it."),
    questions=(NUMBER, PROOF),
    opens=opens,
    finish=look_up,
)
TOLD = Answerer("application_told", stop)
