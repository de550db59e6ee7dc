"""Applications for a certificate: where one stands, who may ask, and what counts as too many tries.

What the stages are called, their order and the law's limits: stages.py and content/stages/.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from bot.domain.calendar import WorkCalendar
from bot.domain.stages import ENDS, HANDED_OUT, Procedure, Stage, StageBook, Way
from bot.i18n import GUANGDONG
from bot.messages import Progress

LIMITS = ((timedelta(hours=1), 5), (timedelta(days=1), 10))
"""So many wrong tries in such a time, then a pause: per chat and per application."""
DELAYS = (0, 0, 10, 30, 60)
"""Seconds to wait after the last wrong try, by how many there were in the last hour."""
MANY_MISSES, MANY_WITHIN = 20, timedelta(minutes=10)
"""So many wrong tries of everybody together: staff are told."""
CODE_LASTS = timedelta(days=7)
"""A code that staff made opens an application for so long."""
STALE_AFTER = timedelta(minutes=30)
"""A source that was not read for so long may know more than we do."""

# Accessibility rule C23: nothing by our own wish at night; several moves are one message.
QUIET_FROM, QUIET_UNTIL = 21, 8
TOGETHER = timedelta(minutes=10)


class TooManyTries(Exception):
    """So many did not fit that looking up pauses for a while."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class TooSoon(Exception):
    """The last wrong try was a moment ago: wait so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(str(seconds))
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the way that an application goes."""

    stage: Stage
    progress: Progress
    since: date | None = None
    """The day on which it was reached; None: not yet, or not recorded."""
    until: date | None = None
    """The last day of the law's limit, where the stage has one and is now."""


@dataclass(frozen=True, slots=True)
class Reached:
    """One entry of an application's history."""

    stage: Stage
    at: datetime
    source: str = ""
    """'console', 'import 7', 'api: name', 'pull'; '' for the first tables' rows."""
    staff_id: int | None = None
    mistaken: bool = False
    """It was recorded by mistake and corrected later: shown to staff, not to the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """One application."""

    id: int
    number: str
    procedure: Procedure
    region: str
    stage: Stage
    reached: Sequence[Reached]
    """Its history, oldest first."""
    way: Way = Way.LOCAL
    due: date | None = None
    """The last day of the law's limit for the present stage; None: the law sets none."""
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    missing: str = field(default="", repr=False)
    """Which papers are missing, in the clerk's words."""
    outside: str = ""
    """Its number in the system that it came from."""
    source: str = ""
    version: int = 1

    @property
    def is_over(self) -> bool:
        return self.stage in ENDS

    def is_overdue(self, today: date) -> bool:
        return self.due is not None and self.due < today

    def steps(self, calendar: WorkCalendar, book: StageBook) -> list[Step]:
        """What is done, what is now, what comes; a side way stands where the way was left."""
        way = book.way(self.procedure, self.way)
        path = way.path
        if self.stage in HANDED_OUT and path[-1] in HANDED_OUT:
            path = (*path[:-1], self.stage)
        days = {
            one.stage: one.at.astimezone(GUANGDONG).date()
            for one in self.reached
            if not one.mistaken
        }
        if self.stage in path:
            at = path.index(self.stage)
            done, after = path[:at], path[at + 1 :]
        else:
            done = tuple(stage for stage in path if stage in days)
            last = path.index(done[-1]) + 1 if done else 0
            after = () if self.is_over else path[last:]
        since = days.get(self.stage)
        limit = way.limits.get(self.stage)
        until = calendar.add_workdays(since, limit.workdays) if since and limit else None
        progress = Progress.DONE if self.stage is path[-1] else Progress.NOW
        return [
            *(Step(stage, Progress.DONE, days.get(stage)) for stage in done),
            Step(self.stage, progress, since, until if progress is Progress.NOW else None),
            *(Step(stage, Progress.NEXT) for stage in after),
        ]


@dataclass(frozen=True, slots=True)
class LinkedApplication:
    """An application that one chat may see without proof."""

    application: Application
    called: str = field(repr=False)
    """What the chat's person calls it: 'Mum'; '' for none."""
    told: bool | None
    """Wants a message on each move; None: was never asked."""


def due_date(
    book: StageBook,
    calendar: WorkCalendar,
    procedure: Procedure,
    way: Way,
    stage: Stage,
    at: datetime,
) -> date | None:
    """The last day of the law's limit for a stage that was reached then."""
    limit = book.way(procedure, way).limits.get(stage)
    if limit is None:
        return None
    return _last_day(calendar, at.astimezone(GUANGDONG).date(), limit.workdays)


@lru_cache(maxsize=4096)
def _last_day(calendar: WorkCalendar, day: date, workdays: int) -> date:
    """An import asks the same few days a hundred thousand times."""
    return calendar.add_workdays(day, workdays)


def told_at(now: datetime) -> datetime:
    """When a message on a move leaves: a little later, so that several are one; never at night."""
    return after_the_night(now + TOGETHER)


def after_the_night(moment: datetime) -> datetime:
    """The moment itself, or 8 in the morning where it lies between 21:00 and 8:00."""
    local = moment.astimezone(GUANGDONG)
    morning = local.replace(hour=QUIET_UNTIL, minute=0, second=0, microsecond=0)
    if local.hour >= QUIET_FROM:
        return (morning + timedelta(days=1)).astimezone(UTC)
    return morning.astimezone(UTC) if local.hour < QUIET_UNTIL else moment


def wait_after(misses: int, last: datetime | None, now: datetime) -> int:
    """Seconds still to wait after so many wrong tries in the last hour; 0: none."""
    if last is None or misses == 0:
        return 0
    pause = DELAYS[min(misses, len(DELAYS) - 1)]
    return max(0, -int((now - last - timedelta(seconds=pause)).total_seconds() // 1))
