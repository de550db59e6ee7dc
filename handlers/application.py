"""One application that this chat may see: where it stands, what comes next, and by when."""

from collections.abc import Sequence

from bot.dialog import Answered, Option
from bot.domain.applications import LinkedApplication, Progress, Step
from bot.domain.stages import ByLanguage, Stage, StageBook, WayFacts
from bot.i18n import GUANGDONG, Text, _, translator, verbatim
from bot.messages import Reply
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
            *_times(one, way, language),
            _("For a person, say 'human' here, or call 12345."),
        ),
        items=timeline(steps, book, way, language),
        sources=tuple(verbatim(source[language]) for source in _sources(one, book, way)),
        question=question,
    )
    return Answered(reply, choices(one, overdue=overdue))


def _times(one: LinkedApplication, way: WayFacts, language: str) -> Sequence[Text]:
    """What is known of the times that are to come."""
    if one.application.is_over:
        return ()
    if way.note:
        return (verbatim(way.note[language]),)
    return (_("Where no time is given, the law sets none. I cannot promise one."),)


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
    steps: Sequence[Step], book: StageBook, way: WayFacts, language: str
) -> tuple[Text, ...]:
    """In words, so that it can be heard: a line for what was and is, one for all that comes."""
    lines = [_line(step, book, language) for step in steps if step.progress is not Progress.NEXT]
    coming = [step.stage for step in steps if step.progress is Progress.NEXT]
    if coming:
        comma = ", " if language == "en" else "、"
        names = [_coming(stage, book, way, language) for stage in coming]
        lines.append(_("Next: {stages}").fill(stages=_joined(names, comma)))
    return tuple(lines)


def _line(step: Step, book: StageBook, language: str) -> Text:
    """'Now: Review, since …, by law until …'."""
    match step.progress:
        case Progress.DONE if step.since:
            said = _("Done: {stage}, on {day}").fill(day=step.since)
        case Progress.DONE:
            said = _("Done: {stage}")
        case Progress.NOW if step.until:
            said = _("Now: {stage}, by law until {day}").fill(day=step.until)
        case Progress.NOW if step.since:
            said = _("Now: {stage}, since {day}").fill(day=step.since)
        case _:
            said = _("Now: {stage}")
    return said.fill(stage=book.name(step.stage, language))


def _coming(stage: Stage, book: StageBook, way: WayFacts, language: str) -> Text:
    limit = way.limits.get(stage)
    name = book.name(stage, language)
    if limit is None:
        return name
    return _("{stage} (by law {days} working days)").fill(stage=name, days=limit.workdays)


def _joined(texts: Sequence[Text], between: str) -> Text:
    """As many as there are, each to be said in its language later."""
    pattern = between.join(f"{{part{at}}}" for at in range(len(texts)))
    return Text(pattern).fill(**{f"part{at}": text for at, text in enumerate(texts)})


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
