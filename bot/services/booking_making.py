"""Making a booking: the place, the person, the confirmation, each once. The rest: bookings.py."""

from datetime import date

from bot.domain.bookings import (
    AlreadyBooked,
    Booking,
    BookingState,
    NotLive,
    SlotTaken,
    UnknownBooking,
    VisitRequest,
)
from bot.domain.people import person_key_parts
from bot.domain.references import BOOKING, new_reference
from bot.domain.tickets import TicketKind
from bot.domain.visit_reminders import next_moment
from bot.i18n import Text
from bot.services import Services, Turn, booking_words
from bot.storage import booking_members, booking_notes, bookings, places
from bot.storage.vault import vault_of

NUMBERS_TRIED = 9
"""One in a thousand new numbers is in use already when a million are: then another is made."""


class BookingMaking:
    """Every method is one use case in the transaction of its services."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._connection = services.connection
        self._now = services.now
        self._regions = services.regions

    def book(self, request: VisitRequest, request_key: str, staff_id: int | None = None) -> Booking:
        """One place of `request.visit_id`, or the same booking again for the same key.

        Staff may choose one that is too near for residents.

        Raises SlotTaken and AlreadyBooked; after either nothing is changed.
        """
        made, booking = self._add(request, request_key, BookingState.BOOKED, staff_id)
        if not made:
            return booking
        assert request.visit_id is not None  # noqa: S101 - _add has seen to it
        if not places.take_place(self._connection, request.visit_id, booking.id):
            bookings.remove(self._connection, booking.id)
            raise SlotTaken
        self.note_change(booking, "made", to_visit=request.visit_id, staff_id=staff_id)
        self.plan_reminders(booking)
        return booking

    def request(
        self, request: VisitRequest, request_key: str, staff_id: int | None = None
    ) -> Booking:
        """No visit yet: staff get an item, and propose a date or call. Raises AlreadyBooked."""
        made, booking = self._add(request, request_key, BookingState.REQUESTED, staff_id)
        if made:
            self.note_change(booking, "made", staff_id=staff_id)
            self._services.tickets.open(
                TicketKind.VISIT_REQUEST,
                f"{booking.number} · {self._regions.full_name(request.street)}",
                region=request.street,
                urgent=request.urgent,
                booking_id=booking.id,
            )
        return booking

    def wait(
        self,
        request: VisitRequest,
        request_key: str,
        staff_id: int | None = None,
        halves: str = "",
        from_day: date | None = None,
    ) -> Booking:
        """Onto the waiting list. Raises AlreadyBooked."""
        made, booking = self._add(request, request_key, BookingState.WAITING, staff_id)
        if made:
            bookings.wait_for(self._connection, booking.id, halves, from_day)
            self.note_change(booking, "made", staff_id=staff_id)
        return booking

    # --- parts

    def locked(self, number: str) -> Booking:
        """Raises NotLive, UnknownBooking."""
        booking = bookings.lock(self._connection, number)
        if booking is None:
            raise UnknownBooking(number)
        if not booking.state.live:
            raise NotLive(number)
        return booking

    def for_staff(self, booking: Booking, words: Text | str, *, urgent: bool = False) -> None:
        """An item in the queue that leads to the booking."""
        self._services.tickets.open(
            TicketKind.VISIT_NOTE,
            f"{booking.number} · {booking_words.for_office(words)}",
            region=booking.region,
            urgent=urgent,
            booking_id=booking.id,
        )

    def plan_reminders(self, booking: Booking) -> None:
        """Upkeep looks at it then; nothing that was planned before stands."""
        at = next_moment(booking.visit, self._now) if booking.visit else None
        bookings.remind_at(self._connection, booking.id, at)

    def note_change(
        self,
        booking: Booking,
        what: str,
        *,
        from_visit: int | None = None,
        to_visit: int | None = None,
        reason: Text | str = "",
        staff_id: int | None = None,
    ) -> None:
        booking_notes.changed(
            self._connection,
            booking.id,
            what,
            self._now,
            from_visit=from_visit,
            to_visit=to_visit,
            reason=booking_words.for_office(reason),
            staff_id=staff_id,
        )

    def _add(
        self,
        request: VisitRequest,
        request_key: str,
        state: BookingState,
        staff_id: int | None,
    ) -> tuple[bool, Booking]:
        """The booking, and whether it was made now."""
        vault = vault_of(self._connection)
        key = vault.finding("request", request_key)
        parts = person_key_parts(request.name, request.phone, request.id_number)
        person = vault.finding("person", *parts)
        there = self._there(key, person)
        if there:
            return False, there
        if request.visit_id is not None:
            self._services.visits.check(
                request.visit_id, request.wish, by_staff=staff_id is not None
            )
        turn = self._services
        chat = turn.conversation_id if isinstance(turn, Turn) else None
        for _try in range(NUMBERS_TRIED):
            number = new_reference(BOOKING)
            made = bookings.add(
                self._connection, number, state, (key, person), chat, request, self._now, staff_id
            )
            if made is not None:
                if chat is not None:
                    booking_members.add(self._connection, made, chat, self._now)
                return True, self.locked(number)
            there = self._there(key, person)
            if there:
                return False, there
        raise SlotTaken

    def _there(self, key: str, person: str) -> Booking | None:
        """The booking that this request has made already. Raises AlreadyBooked for another's.

        The person is looked for first: a transaction that ends between the two looks must be
        seen as the same request, not as a second booking.
        """
        live = bookings.live_of_person(self._connection, person)
        again = bookings.by_request(self._connection, key)
        if live and again is None:
            raise AlreadyBooked(live)
        return again
