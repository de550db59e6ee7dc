"""Where is my application: by its number and the last four characters of the identity number."""

from datetime import datetime

from bot.dialog import Answers, AskAgain, Done, Flow, Option, Outcome, Question
from bot.dialog.expect import LastFour, Reference
from bot.domain.applications import (
    MEANINGS,
    OBJECTION_SOURCE,
    SOURCE,
    Application,
    Progress,
    Stage,
    Step,
    TooManyTries,
)
from bot.domain.references import APPLICATION, APPLICATION_GROUPS
from bot.i18n import Text, _
from bot.messages import Reply
from bot.services import Turn

EXAMPLE = "A7K2-9QXM-4TRD-3HWC-6BNG"
"""Shaped like a number of ours, but nobody's: its last character does not fit."""

AFTER = (
    Option("policy:topic:apply", _("About applying")),
    Option("human", _("Talk to a person")),
    Option("_menu", _("Main menu")),
)

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
    expect=LastFour(),
    label=_("Last four"),
    why=_("So that nobody who finds the number can look at your application."),
    hint=_("Only the last four, for example 1234 or 002X."),
    sensitive=True,
)


def opens(argument: str, turn: Turn) -> Done | None:
    until = turn.applications.paused_until(turn.conversation_id)
    return paused(until) if until else None


def look_up(answers: Answers, turn: Turn) -> Outcome:
    """The same answer for a number that does not exist and for a proof that does not fit."""
    number = answers[NUMBER]
    try:
        found = turn.applications.look_up(number, answers[PROOF], turn.conversation_id)
    except TooManyTries as pause:
        return paused(pause.until)
    if found is None:
        return AskAgain(
            PROOF,
            _(
                "I find nothing for the number {number} with these four characters. One of the two "
                "may be mistyped. To mend the number, say 'back'. For a person, say 'human'."
            ).fill(number=number),
        )
    return Done(standing(found, turn), AFTER)


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


def standing(application: Application, turn: Turn) -> Reply:
    """One sentence, then the way: done, now, next, with the law's limits (and none of ours)."""
    steps = application.steps(turn.known.calendar)
    meaning = MEANINGS[application.stage]
    limit = _("Where no time is given, the law sets none. I cannot promise one.")
    sources = [SOURCE]
    if application.stage is Stage.NOT_ELIGIBLE:
        sources.append(OBJECTION_SOURCE)
    return Reply(
        heading=_("Application {number}: {stage}").fill(
            number=application.number, stage=meaning.name
        ),
        paragraphs=(meaning.means, limit, _("For a person, say 'human' here, or call 12345.")),
        items=tuple(line(step) for step in steps),
        sources=tuple(sources),
        question=_("What would you like to do next?"),
    )


def line(step: Step) -> Text:
    """'Now: Review, since …, by law until …'."""
    meaning = MEANINGS[step.stage]
    match step.progress:
        case Progress.DONE if step.since:
            said = _("Done: {stage}, on {day}").fill(day=step.since)
        case Progress.DONE:
            said = _("Done: {stage}")
        case Progress.NOW if step.until:
            said = _("Now: {stage}, by law until {day}").fill(day=step.until)
        case Progress.NOW if step.since:
            said = _("Now: {stage}, since {day}").fill(day=step.since)
        case Progress.NOW:
            said = _("Now: {stage}")
        case _ if meaning.workdays:
            said = _limited(meaning.workdays)
        case _:
            said = _("Next: {stage}")
    return said.fill(stage=meaning.name)


def _limited(workdays: int) -> Text:
    return _("Next: {stage}, by law {days} working days").fill(days=workdays)


STATUS = Flow(
    name="status",
    title=_("checking an application"),
    opening=_("I need two things: the number, and four characters to protect it."),
    questions=(NUMBER, PROOF),
    opens=opens,
    finish=look_up,
)
