"""Applications for a certificate: their stages, what each means, and the law's time limits.

Source of every limit: Measures for the Administration of Disability Certificates (残疾人证管理办法,
in force since 2018-01-01), Art. 9. It sets no total time: the assessment takes as long as it takes,
and we promise nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.calendar import WorkCalendar
from bot.i18n import GUANGDONG, Text, _

LIMITS = ((timedelta(hours=1), 5), (timedelta(days=1), 10))
"""So many wrong tries in such a time, then a pause: per chat and per application."""


class Procedure(StrEnum):
    FIRST = "first"
    """The first certificate."""
    CHANGE = "change"
    """Another kind or grade: assessed again (Art. 22), then the same way."""


class Stage(StrEnum):
    """Where an application stands; the stored words of the table `applications`."""

    ACCEPTED = "accepted"
    SENT = "sent"
    ASSESSED = "assessed"
    NOTICE = "notice"
    REVIEW = "review"
    APPROVED = "approved"
    READY = "ready"
    PAPERS_MISSING = "papers_missing"
    """Aside: goes on when the papers are there."""
    NOT_ELIGIBLE = "not_eligible"
    """The end: the assessment does not meet the standard."""
    WITHDRAWN = "withdrawn"
    """The end, by the person's own wish."""


@dataclass(frozen=True, slots=True)
class StageMeaning:
    """A stage in a person's words."""

    name: Text
    means: Text
    """One sentence on what happens now."""
    workdays: int | None = None
    """The law's limit; None: it sets none."""


PATH: tuple[Stage, ...] = (
    Stage.ACCEPTED,
    Stage.SENT,
    Stage.ASSESSED,
    Stage.NOTICE,
    Stage.REVIEW,
    Stage.APPROVED,
    Stage.READY,
)
"""The straight way, in order."""

MEANINGS: dict[Stage, StageMeaning] = {
    Stage.ACCEPTED: StageMeaning(
        _("Accepted"), _("The federation has your application and papers.")
    ),
    Stage.SENT: StageMeaning(
        _("Assessment"), _("You are on the list of the assessing hospital. It sets the date.")
    ),
    Stage.ASSESSED: StageMeaning(
        _("Assessed"), _("The hospital has sent its result to the federation.")
    ),
    Stage.NOTICE: StageMeaning(
        _("Public notice"),
        _("The result is on notice, usually in the village or community; for minors usually not."),
        workdays=5,
    ),
    Stage.REVIEW: StageMeaning(
        _("Review"), _("The county federation checks everything and decides."), workdays=10
    ),
    Stage.APPROVED: StageMeaning(
        _("Approved"), _("The certificate is approved and is being printed.")
    ),
    Stage.READY: StageMeaning(
        _("Ready"), _("The certificate is ready. Ask your federation how you get it.")
    ),
    Stage.PAPERS_MISSING: StageMeaning(
        _("Papers missing"),
        _("A paper is missing. A person can tell you which. Then it goes on."),
    ),
    Stage.NOT_ELIGIBLE: StageMeaning(
        _("Not granted"),
        _(
            "The assessment does not meet the standard. If you disagree, you can ask the city "
            "federation for a new assessment within 10 working days."
        ),
    ),
    Stage.WITHDRAWN: StageMeaning(
        _("Withdrawn"), _("The application was taken back. To apply again, ask your federation.")
    ),
}

SOURCE = _("Measures for the Administration of Disability Certificates (2017), Art. 9")
OBJECTION_SOURCE = _("Measures for the Administration of Disability Certificates (2017), Art. 25")


class TooManyTries(Exception):
    """So many did not fit that looking up pauses for a while."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class Progress(StrEnum):
    DONE = "done"
    NOW = "now"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the way that an application goes."""

    stage: Stage
    progress: Progress
    since: date | None = None
    """The day on which it was reached; None: not yet, or not recorded."""
    until: date | None = None
    """The last day of the law's limit, where the stage has one and is now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """One application as far as its stages tell."""

    id: int
    number: str
    procedure: Procedure
    region: str
    stage: Stage
    reached: Sequence[tuple[Stage, datetime]]
    """Every stage it ever reached, in that order."""
    name: str = field(default="", repr=False)

    def steps(self, calendar: WorkCalendar) -> list[Step]:
        """What is done, what is now, what comes; a side way stands where the way was left."""
        days = {stage: at.astimezone(GUANGDONG).date() for stage, at in self.reached}
        if self.stage in PATH:
            at = PATH.index(self.stage)
            done, after = PATH[:at], PATH[at + 1 :]
        else:
            done = tuple(stage for stage in PATH if stage in days)
            stays = self.stage is Stage.PAPERS_MISSING
            after = PATH[len(done) :] if stays else ()
        since = days.get(self.stage)
        limit = MEANINGS[self.stage].workdays
        until = calendar.add_workdays(since, limit) if since and limit else None
        now = Step(self.stage, Progress.NOW, since, until)
        if self.stage is Stage.READY:
            now = Step(self.stage, Progress.DONE, since)
        return [
            *(Step(stage, Progress.DONE, days.get(stage)) for stage in done),
            now,
            *(Step(stage, Progress.NEXT) for stage in after),
        ]
