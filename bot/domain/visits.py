"""Home visits: teams, half-days with places, bookings, and what may happen to them.

One place is one row of the table `places`: that, and not this module, makes it impossible that
two people get the same one. Facts about home assessment: content/, answers 'home.*'.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from bot.domain.people import DisabilityKind
from bot.i18n import GUANGDONG, Text, _

NOTICE = timedelta(days=2)
"""A place can be taken until two days before: then the team plans its round."""
REMINDER_HOUR = 10
"""Local time, on the day before (rule C23: never between 21:00 and 08:00)."""


class Half(StrEnum):
    """Visits are promised for half a day: a round has no minutes."""

    MORNING = "morning"
    AFTERNOON = "afternoon"


HALVES: dict[Half, Text] = {Half.MORNING: _("morning"), Half.AFTERNOON: _("afternoon")}


class ForWhom(StrEnum):
    ME = "me"
    SOMEONE_ELSE = "someone_else"


class BookingState(StrEnum):
    """The life of a booking: booked or requested, then done or cancelled."""

    BOOKED = "booked"
    """A place in a visit is this person's."""
    REQUESTED = "requested"
    """No visit yet: staff call and propose one. Choosing a place makes it booked."""
    CANCELLED = "cancelled"
    """By the person or by staff; the place is free again. The end."""
    DONE = "done"
    """The team was there. The end."""

    @property
    def live(self) -> bool:
        """One person has at most one booking in such a state."""
        return self in (BookingState.BOOKED, BookingState.REQUESTED)


class SlotTaken(Exception):
    """The visit has no free place any more, was closed, or is too near."""


class AlreadyBooked(Exception):
    """This person has a live booking."""

    def __init__(self, booking: "Booking") -> None:
        super().__init__(booking.number)
        self.booking = booking


class NotLive(Exception):
    """The booking was cancelled or is done: nothing about it can change."""


class UnknownBooking(Exception):
    """There is no booking of that number."""


@dataclass(frozen=True, slots=True)
class Team:
    """Doctors and clerks who go together."""

    id: int
    name: str
    region: str
    """The county or city whose streets it visits."""
    kinds: frozenset[DisabilityKind]
    """What its doctors can assess at home."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One team's half-day."""

    id: int
    team_id: int
    region: str
    day: date
    half: Half
    open: bool = True


@dataclass(frozen=True, slots=True)
class VisitOffer:
    """A visit with free places."""

    visit: Visit
    team: str
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRequest:
    """What a person told us, confirmed by them. Personal: stored sealed."""

    for_whom: ForWhom
    name: str
    phone: str
    """E.164."""
    street: str
    """Code of the street or town."""
    door: str
    """Road, house, floor, in the person's words."""
    kind: DisabilityKind | None = None
    """None: they are not sure."""
    id_number: str = ""
    carer: str = ""
    visit_id: int | None = None
    """None: any time, 'please call me'."""

    def digest(self) -> str:
        """The same answers, the same digest; only ever stored as a keyed hash."""
        told = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A person's visit, or their wish for one."""

    id: int
    number: str
    state: BookingState
    region: str
    """Code of the street."""
    visit: Visit | None
    conversation_id: int | None
    created_at: datetime
    request: VisitRequest = field(repr=False)
    """Personal: out of every repr, and so out of every log."""


def first_day(now: datetime) -> date:
    """The earliest day for which a place can still be taken."""
    return (now.astimezone(GUANGDONG) + NOTICE).date()


def may_have(visit: Visit, *, in_reach: bool, team: Team, kind: DisabilityKind | None) -> bool:
    """Is this visit for this person: does the team come there, and can it assess that?

    Not every disability can be assessed at home: hearing and vision need equipment.
    """
    return visit.open and in_reach and (kind is None or kind in team.kinds)


def reminder_at(day: date, now: datetime) -> datetime | None:
    """The moment to remind; None where it is past, as the confirmation was the reminder."""
    at = datetime.combine(day - timedelta(days=1), time(REMINDER_HOUR), GUANGDONG)
    return at if at > now else None
