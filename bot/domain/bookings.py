"""Bookings: what a person told us, what they have, and what may happen to it."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.people import DisabilityKind
from bot.domain.visit_needs import (
    CHILD,
    Call,
    Door,
    ForWhom,
    Need,
    Purpose,
    Residence,
    Travel,
    age_of,
)
from bot.domain.visits import Visit, VisitKind, Wish
from bot.i18n import Text, _

OFFER_HOLDS = timedelta(hours=24)
"""So long a place of the waiting list is held for the one who was told of it."""
PROPOSAL_HOLDS = timedelta(hours=72)
"""So long a date that staff proposed."""
JOINING = timedelta(days=7)
"""So long a code lets one more chat join."""


class BookingState(StrEnum):
    """The life of a booking. `done` and `cancelled` are the end."""

    BOOKED = "booked"
    """A place in a visit is this person's."""
    REQUESTED = "requested"
    """No visit yet: staff propose one, or call. Choosing a place makes it booked."""
    WAITING = "waiting"
    """On the waiting list: the first place that fits is offered."""
    OFFERED = "offered"
    """A place is held until the person accepts it, or lets it go."""
    CANCELLED = "cancelled"
    """By the person or by staff; the place is free again."""
    DONE = "done"
    """The team was there."""

    @property
    def live(self) -> bool:
        """One person has at most one booking in such a state."""
        return self not in (BookingState.CANCELLED, BookingState.DONE)


class VisitOutcome(StrEnum):
    """What came of a visit, as the assessor records it."""

    ASSESSED = "assessed"
    NOT_AT_HOME = "not_at_home"
    REFUSED = "refused"
    """By the person, at the door."""
    TO_REPEAT = "to_repeat"
    """Begun, but equipment, a doctor or a guardian was missing: another visit follows."""


class OfferState(StrEnum):
    """The life of an offered place."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    """The booking was moved or cancelled meanwhile, or staff took it back."""


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


class OfferOver(Exception):
    """The place is held no longer: it was answered, or its time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRequest:
    """What a person told us, confirmed by them. Personal: stored sealed."""

    for_whom: ForWhom
    name: str
    phone: str
    """E.164."""
    street: str
    """Code of the street or town."""
    door: str = ""
    """Road, house, floor, in the person's words; '' for a group session."""
    kinds: tuple[DisabilityKind, ...] = ()
    """Each needs its doctor; (): they are not sure."""
    id_number: str = ""
    carer: str = ""
    """Who opens the door or comes along; '': the person."""
    visit_id: int | None = None
    """None: no place, but a wish for one."""
    visit_kind: VisitKind = VisitKind.HOME
    travel: Travel | None = None
    """None for a group session, and for bookings of before."""
    purpose: Purpose = Purpose.FIRST
    residence: Residence | None = None
    call: Call = Call.ANY
    needs: tuple[Need, ...] = ()
    needs_more: str = ""
    """In the person's words."""
    door_is: tuple[Door, ...] = ()
    door_more: str = ""
    """Floor, landmark, in the person's words."""
    agreed: bool = True
    """The person, or for a child the guardian, agreed that these data are used."""

    def digest(self) -> str:
        """The same answers, the same digest; only ever stored as a keyed hash."""
        told = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def wish(self) -> Wish:
        return Wish(self.street, frozenset(self.kinds), self.visit_kind)

    @property
    def urgent(self) -> bool:
        """It goes before others on the waiting list."""
        return Need.VENTILATOR in self.needs

    def is_child(self, today: date) -> bool:
        """Under 14, by what was said or by the identity number."""
        years = age_of(self.id_number, today)
        return self.for_whom is ForWhom.CHILD or (years is not None and years < CHILD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A person's visit, or their wish for one."""

    id: int
    number: str
    state: BookingState
    region: str
    """Code of the street."""
    visit: Visit | None
    """The place that is theirs; while `offered`, the one that is held."""
    conversation_id: int | None
    created_at: datetime
    kind: VisitKind = VisitKind.HOME
    urgency: int = 0
    """2 urgent, 1 soon, 0."""
    halves: str = ""
    """On the waiting list: only this half of the day."""
    from_day: date | None = None
    """On the waiting list: not before."""
    staff_id: int | None = None
    """Who booked it for somebody that phoned."""
    application_id: int | None = None
    fine_at: datetime | None = None
    request: VisitRequest = field(repr=False)
    """Personal: out of every repr, and so out of every log."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A place that is held for somebody, for a time."""

    id: int
    booking_id: int
    visit: Visit
    state: OfferState
    back_to: BookingState
    """What the booking is again where it comes to nothing."""
    staff_id: int | None
    """Who proposed it; None: the waiting list."""
    made_at: datetime
    told_at: datetime | None
    until: datetime | None

    @property
    def proposed(self) -> bool:
        return self.staff_id is not None


@dataclass(frozen=True, slots=True)
class Note:
    """One line that person or staff added to a booking."""

    what: str
    """A key of NOTE_KINDS."""
    who: str
    """person or staff."""
    words: str = field(repr=False)
    at: datetime
    staff_id: int | None = None


NOTE_KINDS: dict[str, Text] = {
    "note": _("note"),
    "late": _("is late"),
    "wish": _("wishes another date"),
    "rating": _("how it was"),
}
"""What a line is about, as staff read it."""
