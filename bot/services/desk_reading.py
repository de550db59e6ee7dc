"""Bookings as staff see them: found, looked at, listed, and as they stood when looked at.

Every method takes the member and sees to their region (NotFound outside it); every look at a
person's data is in the audit log. What staff change: desk.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.applications import Application
from bot.domain.bookings import Booking, BookingState, Note, Offer, VisitOutcome
from bot.domain.references import BOOKING, read_reference
from bot.domain.regions import Regions
from bot.domain.staff import Member, Role
from bot.domain.tickets import AlreadyTaken, NotFound
from bot.domain.visits import Visit, VisitOffer, Wish
from bot.services import Services
from bot.services.visit_outcomes import application_of
from bot.storage import (
    booking_members,
    booking_notes,
    bookings,
    offers,
    places,
    visit_weeks,
)

SHOWN = 12
"""Visits to choose from on one page."""
LISTED = 200


@dataclass(frozen=True, slots=True)
class CaseFile:
    """All that a member of staff sees of one booking."""

    booking: Booking
    team: str
    offer: Offer | None
    notes: Sequence[Note]
    history: Sequence[Any]
    outcome: VisitOutcome | None
    application: Application | None
    has_chat: bool
    booked_by: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list of bookings."""

    booking: Booking
    offer: Offer | None
    """The place that is held for this person, and until when."""
    has_chat: bool
    """False: nobody but the office can tell this person anything."""


class DeskReading:
    """Every method is one use case in the transaction of its services."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._connection = services.connection
        self._now = services.now

    # --- looked at

    def find(self, number: str, member: Member) -> Booking:
        """Raises NotFound: no such number, or not the member's region (an assessor: team)."""
        booking = bookings.by_number(self._connection, read_reference(number, BOOKING) or number)
        if booking is None or not Regions.contains(member.region, booking.region):
            raise NotFound
        if member.role is Role.ASSESSOR and not self._is_own(booking, member):
            raise NotFound
        return booking

    def case_file(self, number: str, member: Member, *, revealed: bool = False) -> CaseFile:
        """Raises NotFound. The look is written to the audit log, and so is revealing."""
        booking = self.find(number, member)
        event = "booking.revealed" if revealed else "booking.read"
        self._services.audit.record(member.id, event, booking.number)
        visit = booking.visit
        history = booking_notes.history(self._connection, booking.id)
        outcome = (
            booking_notes.outcome_of(self._connection, booking.id, visit.id) if visit else None
        )
        return CaseFile(
            booking=booking,
            team=self._services.visits.team(visit.team_id).name if visit else "",
            offer=self._services.waiting.open_offer(booking),
            notes=self._services.bookings.notes(booking) if revealed else (),
            history=history,
            outcome=outcome,
            application=application_of(self._services, booking),
            has_chat=bool(booking_members.of(self._connection, booking.id)),
            booked_by=self._services.staff.name_of(booking.staff_id) if booking.staff_id else "",
        )

    def listed(self, member: Member, state: BookingState) -> list[Listed]:
        """Who waits or has requested, the most urgent first, then who waits longest.

        Of those who were offered a place, whoever has to be phoned comes first.
        """
        found = bookings.listed(self._connection, member.region, [state], LISTED)
        self._services.audit.record(member.id, "bookings.listed", state.value)
        ids = [one.id for one in found]
        held = offers.open_among(self._connection, ids)
        chats = booking_members.with_chat(self._connection, ids)
        lines = [Listed(one, held.get(one.id), one.id in chats) for one in found]
        if state is BookingState.OFFERED:
            lines.sort(key=lambda line: line.has_chat)
        return lines

    def to_phone(self, member: Member) -> int:
        """How many are offered a place and can be told of it by phone only."""
        return offers.without_chat(self._connection, member.region)

    def offered(self, wish: Wish, after: int | None = None) -> list[VisitOffer]:
        """Where somebody could go, the nearest first; also what residents can no longer take."""
        return self._services.visits.offered(wish, after, SHOWN, by_staff=True)

    def holding(self, visit: Visit) -> list[Booking]:
        """Those who have, or are offered, a place in it."""
        held = places.holders(self._connection, visit.id)
        found = (bookings.by_id(self._connection, one) for one in held)
        return [one for one in found if one and one.state is not BookingState.DONE]

    # --- parts

    def _current(self, number: str, known: str, member: Member) -> Booking:
        """The booking as it was looked at. Raises NotFound, AlreadyTaken."""
        booking = self.find(number, member)
        locked = bookings.lock(self._connection, booking.number)
        if locked is None or version_of(locked) != known or not locked.state.live:
            raise AlreadyTaken
        return locked

    def _is_own(self, booking: Booking, member: Member) -> bool:
        own = visit_weeks.teams_of(self._connection, member.id)
        return booking.visit is not None and booking.visit.team_id in own


def version_of(booking: Booking) -> str:
    """Of how a booking stands: what was looked at must be what is changed."""
    visit = booking.visit.id if booking.visit else 0
    return f"{booking.state.value}-{visit}"
