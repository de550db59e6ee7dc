"""When somebody hears of their visit: a week, a day and two hours before, and a day after.

Rule C23: nobody is reminded at night, nor twice within a day. So the reminder of the day before
comes at the same hour as the one of the day itself.
"""

from datetime import date, datetime, time, timedelta
from enum import StrEnum

from bot.domain.visits import Half, Visit
from bot.i18n import GUANGDONG

QUIET_FROM, QUIET_UNTIL = time(21), time(8)
"""Local time: in between nobody is written to first."""
BEGINS: dict[Half, time] = {Half.MORNING: time(9), Half.AFTERNOON: time(14)}
"""Of a half-day for which no time is given."""
WEEK_HOUR = 10
AFTER_HOUR = 18
"""On the day after the visit."""


class Reminder(StrEnum):
    WEEK = "week"
    DAY = "day"
    HOURS = "hours"
    AFTER = "after"
    """How was it?"""


def begins(visit: Visit) -> datetime:
    """The visit's beginning, local time."""
    at = time.fromisoformat(visit.starts) if visit.starts else BEGINS[visit.half]
    return datetime.combine(visit.day, at, GUANGDONG)


def moments(visit: Visit) -> list[tuple[datetime, Reminder]]:
    """All that a visit has, in order."""
    start = begins(visit)
    hours = _awake(start - timedelta(hours=2))
    return [
        (_at(visit.day - timedelta(days=7), WEEK_HOUR), Reminder.WEEK),
        (hours - timedelta(days=1), Reminder.DAY),
        (hours, Reminder.HOURS),
        (_at(visit.day + timedelta(days=1), AFTER_HOUR), Reminder.AFTER),
    ]


def next_moment(visit: Visit, now: datetime) -> datetime | None:
    """The next of them after `now`; None: there is none."""
    return next((at for at, _what in moments(visit) if at > now), None)


def due(visit: Visit, now: datetime) -> Reminder | None:
    """What should be said now: the latest that came due, unless it says nothing any more.

    A reminder that an outage held up is said late, but never one that another has overtaken.
    """
    found = [(at, what) for at, what in moments(visit) if at <= now]
    if not found:
        return None
    _at, what = found[-1]
    if what is Reminder.AFTER:
        return what
    return what if now < begins(visit) else None


def is_quiet(now: datetime) -> bool:
    """Is it night in Guangdong?"""
    at = now.astimezone(GUANGDONG).time()
    return at >= QUIET_FROM or at < QUIET_UNTIL


def wakes(now: datetime) -> datetime:
    """Now, or eight in the morning after this night."""
    return _awake(now.astimezone(GUANGDONG))


def day_of(now: datetime) -> date:
    return now.astimezone(GUANGDONG).date()


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), GUANGDONG)


def _awake(at: datetime) -> datetime:
    if at.time() < QUIET_UNTIL:
        return at.replace(hour=QUIET_UNTIL.hour, minute=0, second=0, microsecond=0)
    if at.time() >= QUIET_FROM:
        return _awake((at + timedelta(days=1)).replace(hour=0, minute=0))
    return at
