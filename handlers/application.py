"""One application that this chat may see: where it stands, what comes next, and by when."""

from collections.abc import Sequence

from bot.dialog import Answered, Option
from bot.domain.applications import LinkedApplication, Step
from bot.domain.stages import ByLanguage, Stage, StageBook, WayFacts
from bot.i18n import GUANGDONG, Text, _, translator, verbatim
from bot.messages import Milestone, Progress, Reply, Timeline
from bot.services import Turn
from bot.services.application_news import whose

PERSON = Option("human", _("Talk to a person"))
MENU = Option("_menu", _("Main menu"))
ANOTHER = Option("status:new", _("Another application"))


THIS = _("This application")


def name_of(one: LinkedApplication, language: str) -> str:
    """'Mum's application', or 'Application A…'."""
    return whose(one.called, one.application.number, language)


def standing(one: LinkedApplication, turn: Turn, language: str, *, plain: bool = False) -> Answered:
    """One sentence first, then the way: done, now, next, with the law's limits and none of ours."""
    application, book = one.application, turn.known.stages
    steps = application.steps(turn.known.calendar, book)
    overdue = application.is_overdue(turn.now.astimezone(GUANGDONG).date())
    until = None if overdue else application.due
    who = name_of(one, language) if one.called else THIS.to(translator(language))
    heading = book.sentence(application.stage, language, who, until)
    notes = [*_trouble(one, turn, overdue=overdue), *_now(one, book, language, plain=plain)]
    question = (
        _("Shall I tell you here when it moves?")
        if one.told is None and not application.is_over
        else _("What would you like to do next?")
    )
    if plain:
        reply = Reply(heading=heading, paragraphs=tuple(notes), question=question)
        return Answered(reply, choices(one, overdue=overdue))
    way = book.way(application.procedure, application.way)
    reply = Reply(
        heading=heading,
        paragraphs=(
            *notes,
            _("For a person, say 'human' here, or call 12345."),
        ),
        timeline=timeline(one, steps, book, way, language),
        sources=tuple(verbatim(source[language]) for source in _sources(one, book, way)),
        question=question,
    )
    return Answered(reply, choices(one, overdue=overdue))


def _trouble(one: LinkedApplication, turn: Turn, *, overdue: bool) -> Sequence[Text]:
    """Late, or perhaps not up to date: said first and honestly."""
    said = []
    if overdue and one.application.due:
        said.append(
            _("It is late: by law this should have been done by {day}. I do not know why.").fill(
                day=one.application.due
            )
        )
    stale = turn.applications.stale_since(one.application)
    if stale:
        said.append(
            _("I could not ask the federation's system since {then}. It may stand further.").fill(
                then=stale
            )
        )
    return said


def _now(one: LinkedApplication, book: StageBook, language: str, *, plain: bool) -> Sequence[Text]:
    application = one.application
    words = book.words[application.stage]
    said = []
    if application.stage is Stage.PAPERS_MISSING and application.missing:
        said.append(_("Missing: {papers}").fill(papers=verbatim(application.missing)))
    if plain:
        return [*said, verbatim(words.plain[language])]
    between = " " if language == "en" else ""
    said.append(verbatim(f"{words.means[language]}{between}{words.can[language]}"))
    return [
        *said,
        _("{procedure}, number {number}.").fill(
            procedure=verbatim(book.procedures[application.procedure][language]),
            number=application.number,
        ),
    ]


def _sources(one: LinkedApplication, book: StageBook, way: WayFacts) -> Sequence[ByLanguage]:
    more = [book.dispute] if one.application.stage is Stage.NOT_ELIGIBLE else []
    return [*way.sources, *more]


def timeline(
    one: LinkedApplication, steps: Sequence[Step], book: StageBook, way: WayFacts, language: str
) -> Timeline:
    """Done, now, next, with the law's limits and none of ours."""
    milestones = tuple(
        Milestone(step.progress, book.name(step.stage, language), _when(step, way))
        for step in steps
    )
    if one.application.is_over:
        return Timeline(milestones)
    if way.note:
        return Timeline(milestones, verbatim(way.note[language]))
    return Timeline(
        milestones, _("Where no time is given, the law sets none. I cannot promise one.")
    )


def _when(step: Step, way: WayFacts) -> Text | None:
    """'by law until …'; a step of which we have no day may not have been taken at all."""
    limit = way.limits.get(step.stage)
    match step.progress:
        case Progress.NEXT:
            said = _("by law {days} working days")
            return said.fill(days=limit.workdays) if limit else None
        case Progress.DONE if step.since:
            return _("on {day}").fill(day=step.since)
        case Progress.DONE:
            return _("no day on record here")
        case Progress.NOW if step.until:
            return _("by law until {day}").fill(day=step.until)
        case Progress.NOW if step.since:
            return _("since {day}").fill(day=step.since)
    return None


def choices(one: LinkedApplication, *, overdue: bool) -> tuple[Option, ...]:
    number = one.application.number
    options = []
    if one.told is None and not one.application.is_over:
        options += [
            Option(f"application_told:on:{number}", _("Yes, tell me")),
            Option(f"application_told:off:{number}", _("No, do not")),
        ]
    if overdue:
        options.append(Option(f"application_why:{number}", _("Ask staff why")))
    if one.application.stage is Stage.PAPERS_MISSING:
        options.append(Option(f"application_papers:{number}", _("Hand in by photo")))
    return (
        *options,
        Option(f"application_more:{number}", _("Name, messages, removing")),
        ANOTHER,
        PERSON,
        MENU,
    )
