"""Where and when assessments are held: teams, half-days with places, group sessions, counties.

One place is one row of the table `places`: that, and not this module, makes it impossible that
two people get the same one. Who has which: bookings.py. What a person is asked: visit_needs.py.
When they are reminded: visit_reminders.py. Facts about home assessment: content/, 'home.*'.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.people import DisabilityKind
from bot.i18n import GUANGDONG, Text, _

NOTICE = timedelta(days=2)
"""Residents can take a place until two days before: then the team plans its round. Staff may
take any place that is still to come."""


class Half(StrEnum):
    """Visits are promised for half a day: a round has no minutes."""

    MORNING = "morning"
    AFTERNOON = "afternoon"


HALVES: dict[Half, Text] = {Half.MORNING: _("morning"), Half.AFTERNOON: _("afternoon")}


class VisitKind(StrEnum):
    """Where an assessment is held; the same booking, the same rules."""

    HOME = "home"
    """The team comes to the door (上门评残)."""
    GROUP = "group"
    """People come to a place near them (集中评残)."""


class Mode(StrEnum):
    """Two kinds of county."""

    VISITS = "visits"
    """It opens places that can be booked; when all are taken, there is the waiting list."""
    REQUESTS = "requests"
    """It takes requests: staff propose a date, the person accepts or asks for another."""


@dataclass(frozen=True, slots=True)
class County:
    """How one county does it."""

    region: str
    mode: Mode
    phone: str = ""
    """Of its federation, E.164; '': 12345."""
    note: str = ""
    """Its own words for those who book there."""


@dataclass(frozen=True, slots=True)
class Team:
    """Doctors and clerks who go together."""

    id: int
    name: str
    region: str
    """The county or city whose streets it visits."""
    kinds: frozenset[DisabilityKind]
    """What its doctors can assess."""
    half_days: frozenset[tuple[int, Half]] = frozenset()
    """Its usual week: (1, MORNING) is Monday morning."""
    places: int = 6
    """Its usual number of people in half a day."""
    starts_at: tuple[float, float] | None = None
    """Latitude and longitude of where its round begins."""
    active: bool = True


@dataclass(frozen=True, slots=True)
class Visit:
    """One team's half-day, or group session."""

    id: int
    team_id: int
    region: str
    day: date
    half: Half
    open: bool = True
    kind: VisitKind = VisitKind.HOME
    venue: str = ""
    """Of a group session: name and address."""
    transport: str = ""
    """Of a group session: how to get there, in the staff's words."""
    starts: str = ""
    """Of a group session: '09:30', or ''."""
    closed_because: str = ""


@dataclass(frozen=True, slots=True)
class VisitOffer:
    """A visit with free places."""

    visit: Visit
    team: str
    free: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What visit somebody is looking for."""

    street: str
    kinds: frozenset[DisabilityKind] = frozenset()
    """What is to be assessed; empty: they are not sure."""
    kind: VisitKind = VisitKind.HOME


def first_day(now: datetime) -> date:
    """The earliest day for which a place can still be taken."""
    return (now.astimezone(GUANGDONG) + NOTICE).date()


def specialties(kinds: Collection[DisabilityKind]) -> frozenset[DisabilityKind]:
    """Whose doctors must come: 'several' names no doctor of its own."""
    return frozenset(kinds) - {DisabilityKind.MULTIPLE}


def may_have(visit: Visit, team: Team, wish: Wish, *, in_reach: bool) -> bool:
    """Is this visit for that wish: does the team come there, and can it assess all of that?

    Not every disability can be assessed at home: hearing and vision need equipment.
    """
    fits = specialties(wish.kinds) <= team.kinds
    return visit.open and visit.kind is wish.kind and in_reach and fits
