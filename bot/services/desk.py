"""Bookings as staff handle them: move, cancel, propose, take back, book by phone, outcome.

Every method takes the member and sees to their region (NotFound outside it); every change is in
the audit log. Whoever has no chat with us has to be called: where the system itself changes their
visit, an item in the queue says so. What staff see: desk_reading.py.
"""

from bot.domain.bookings import (
    Booking,
    BookingState,
    NotLive,
    Offer,
    UnknownBooking,
    VisitOutcome,
    VisitRequest,
)
from bot.domain.regions import Regions
from bot.domain.staff import Member
from bot.domain.stages import Stage
from bot.domain.tickets import AlreadyTaken, NotFound
from bot.domain.visits import Mode
from bot.i18n import Text
from bot.services.desk_reading import DeskReading
from bot.services.visit_outcomes import move_application
from bot.storage import applications


class Desk(DeskReading):
    """Every method is one use case in the transaction of its services."""

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

    def withdraw(self, number: str, known: str, why: Text, member: Member) -> Booking:
        """A place that is held is taken back; the person is told, with the reason.

        Raises NotFound, AlreadyTaken, OfferOver.
        """
        booking = self._current(number, known, member)
        done = self._services.waiting.withdraw(booking.number, why, member.id)
        self._services.audit.record(member.id, "booking.withdrawn", booking.number)
        return done

    def answer_offer(self, number: str, known: str, member: Member, *, accepted: bool) -> Booking:
        """What the person said on the phone. Raises NotFound, AlreadyTaken, OfferOver."""
        booking = self._current(number, known, member)
        waiting = self._services.waiting
        event = "booking.accepted" if accepted else "booking.declined"
        self._services.audit.record(member.id, event, booking.number)
        if accepted:
            return waiting.accept(booking.number, member.id)
        return waiting.decline(booking.number, staff_id=member.id)

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
