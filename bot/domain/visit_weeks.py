"""A week of the teams: what is open, how full it is, and what is closed and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.calendar import DayKind
from bot.domain.visits import Half, Team, Visit
from bot.i18n import Text

MOST_PLACES = 60
"""In half a day: a group session of a county has about forty."""
FURTHEST = timedelta(days=370)
"""No half-day is opened later: its holidays are not announced."""
LONGEST_REASON = 200


class DayOff(Exception):
    """A weekend, a holiday, or a day whose holidays are not announced yet."""


class Closed(Exception):
    """A closure lies over that half-day; its reason is the argument."""


class AlreadyOpen(Exception):
    """The team has something in that half-day."""


class OutOfReach(Exception):
    """The day is past, or too far ahead."""


class TooFew(Exception):
    """More people have a place than there would be."""


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which no team of a region, or one team, goes out."""

    id: int
    region: str
    team_id: int | None
    """None: all teams of the region."""
    first_day: date
    last_day: date
    half: Half | None
    """None: the whole day."""
    reason: str

    def covers(self, team: Team, day: date, half: Half) -> bool:
        whose = self.team_id == team.id if self.team_id else team.region.startswith(self.region)
        return whose and self.first_day <= day <= self.last_day and self.half in (None, half)


@dataclass(frozen=True, slots=True)
class HalfDay:
    """One team's half-day, and how full it is."""

    visit: Visit
    places: int
    taken: int
    """Booked, and held for an answer."""
    recorded: int
    """Of those who were booked, the ones whose outcome is recorded."""

    @property
    def free(self) -> int:
        return self.places - self.taken


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the week, as offices keep it."""

    day: date
    kind: DayKind
    holiday: Text | None
    """Its name."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One cell of the calendar."""

    day: date
    half: Half
    open: HalfDay | None
    closure: str = ""
    """Why nothing can be opened: a closure's reason."""


@dataclass(frozen=True, slots=True)
class TeamWeek:
    """One team's rows."""

    team: Team
    slots: Sequence[tuple[Half, Sequence[Slot]]]
    """For each half of the day, one slot a day of the week."""


@dataclass(frozen=True, slots=True)
class Week:
    """What a member of staff may see of one week."""

    days: Sequence[Day]
    teams: Sequence[TeamWeek]
    more: int = 0
    """So many teams more stand on further pages."""

    @property
    def monday(self) -> date:
        return self.days[0].day


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())
