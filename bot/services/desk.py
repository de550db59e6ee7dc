"""Bookings as staff handle them: look, reveal, move, cancel, propose, book by phone, outcome.

Every method takes the member and sees to their region (NotFound outside it); every look at a
person's data and every change is in the audit log.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.applications import Application
from bot.domain.bookings import (
    Booking,
    BookingState,
    Note,
    NotLive,
    Offer,
    UnknownBooking,
    VisitOutcome,
    VisitRequest,
)
from bot.domain.references import BOOKING, read_reference
from bot.domain.regions import Regions
from bot.domain.staff import Member, Role
from bot.domain.stages import Stage
from bot.domain.tickets import AlreadyTaken, NotFound
from bot.domain.visits import Mode, Visit, VisitOffer
from bot.i18n import Text
from bot.services import Services
from bot.services.visit_outcomes import application_of, move_application
from bot.storage import (
    applications,
    booking_members,
    booking_notes,
    bookings,
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


class Desk:
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

    def listed(self, member: Member, state: BookingState) -> list[Booking]:
        """Who waits or has requested, the most urgent first, then who waits longest."""
        found = bookings.listed(self._connection, member.region, [state], LISTED)
        self._services.audit.record(member.id, "bookings.listed", state.value)
        return found

    def offered(self, booking: Booking, after: int | None = None) -> list[VisitOffer]:
        """Where this person could go instead, the nearest first."""
        return self._services.visits.offered(booking.request.wish, after, SHOWN)

    def offers_for(self, told: VisitRequest) -> list[VisitOffer]:
        """Visits for somebody who has no booking yet."""
        return self._services.visits.offered(told.wish, None, SHOWN)

    def holding(self, visit: Visit) -> list[Booking]:
        """Those who have, or are offered, a place in it."""
        held = places.holders(self._connection, visit.id)
        found = (bookings.by_id(self._connection, one) for one in held)
        return [one for one in found if one and one.state is not BookingState.DONE]

    # --- changed

    def move(self, number: str, known: str, visit_id: int, why: Text, member: Member) -> Booking:
        """The person is told, with the reason; the reminders move along.

        Raises NotFound, AlreadyTaken (changed since it was looked at), SlotTaken.
        """
        booking = self._current(number, known, member)
        moved = self._services.bookings.move(
            booking.number, visit_id, reason=why, staff_id=member.id
        )
        self._services.audit.record(member.id, "booking.moved", booking.number)
        return moved

    def cancel(self, number: str, known: str, why: Text, member: Member) -> Booking:
        """The person is told, with the reason. Raises NotFound, AlreadyTaken."""
        booking = self._current(number, known, member)
        done = self._services.bookings.cancel(booking.number, reason=why, staff_id=member.id)
        self._services.audit.record(member.id, "booking.cancelled", booking.number)
        return done

    def propose(self, number: str, known: str, visit_id: int, member: Member) -> Offer:
        """The place is held, the person is asked. Raises NotFound, AlreadyTaken, SlotTaken."""
        booking = self._current(number, known, member)
        if booking.state is BookingState.BOOKED:
            raise AlreadyTaken
        offer = self._services.waiting.propose(booking.number, visit_id, member.id)
        self._services.audit.record(member.id, "booking.proposed", booking.number)
        return offer

    def answer_offer(self, number: str, known: str, member: Member, *, accepted: bool) -> Booking:
        """What the person said on the phone. Raises NotFound, AlreadyTaken, OfferOver."""
        booking = self._current(number, known, member)
        waiting = self._services.waiting
        event = "booking.accepted" if accepted else "booking.declined"
        self._services.audit.record(member.id, event, booking.number)
        return waiting.accept(booking.number) if accepted else waiting.decline(booking.number)

    def book(
        self, request: VisitRequest, request_key: str, member: Member, *, list_only: bool = False
    ) -> Booking:
        """For somebody who phoned: no chat. Without a visit, as the county does it: listed.

        Raises NotFound (a street outside the region), SlotTaken, AlreadyBooked.
        """
        if not Regions.contains(member.region, request.street):
            raise NotFound
        made = self._services.bookings
        if request.visit_id is not None:
            booking = made.book(request, request_key, staff_id=member.id)
        elif self._services.visits.county(request.street).mode is Mode.VISITS and not list_only:
            booking = made.wait(request, request_key, staff_id=member.id)
        else:
            booking = made.request(request, request_key, staff_id=member.id)
        self._services.audit.record(member.id, "booking.made", booking.number)
        return booking

    def set_urgency(self, number: str, urgency: int, member: Member) -> None:
        """Raises NotFound, AlreadyTaken (it is over)."""
        booking = self.find(number, member)
        try:
            self._services.bookings.set_urgency(booking.number, urgency)
        except NotLive:
            raise AlreadyTaken from None
        self._services.audit.record(
            member.id, "booking.urgency", booking.number, detail=str(urgency)
        )

    def note(self, number: str, words: str, member: Member) -> None:
        """For colleagues and the team. Raises NotFound."""
        booking = self.find(number, member)
        self._services.bookings.note(booking.number, "note", words, staff_id=member.id)
        self._services.audit.record(member.id, "booking.noted", booking.number)

    def link(self, number: str, application_number: str, member: Member) -> bool:
        """To the application that its outcome moves; '' for none. False: no such number here."""
        booking = self.find(number, member)
        found = None
        if application_number:
            known = applications.by_number(self._connection, application_number)
            if known is None or not Regions.contains(member.region, known.region):
                return False
            found = known.id
        self._services.bookings.link_application(booking.number, found)
        self._services.audit.record(member.id, "booking.linked", booking.number)
        return True

    def record_outcome(
        self, number: str, known: str, outcome: VisitOutcome, words: str, member: Member
    ) -> tuple[Booking, Stage | None]:
        """What came of the visit; the application's new stage, where there is one that moved.

        Raises NotFound, AlreadyTaken (recorded or changed meanwhile), ValueError (not yet held).
        """
        booking = self._current(number, known, member)
        if booking.visit is None or booking.visit.day > self._services.visit_weeks.today:
            raise ValueError(number)
        try:
            after = self._services.bookings.record_outcome(
                booking.number, outcome, member.id, words
            )
        except (NotLive, UnknownBooking):
            raise AlreadyTaken from None
        self._services.audit.record(
            member.id, "booking.outcome", booking.number, detail=outcome.value
        )
        return after, move_application(self._services, booking, outcome, member)

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
