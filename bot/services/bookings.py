"""Bookings: made, asked for, moved, cancelled, noted on; who else sees one. Offers: waiting.py."""

from datetime import date

from bot.domain.people import person_key_parts
from bot.domain.references import BOOKING, new_reference
from bot.domain.tickets import TicketKind
from bot.domain.visit_reminders import next_moment
from bot.domain.visits import (
    AlreadyBooked,
    Booking,
    BookingState,
    Note,
    NotLive,
    OfferState,
    SlotTaken,
    UnknownBooking,
    VisitOutcome,
    VisitRequest,
)
from bot.i18n import LANGUAGES, Text, translator
from bot.messages import Reply
from bot.services import Services, Turn, booking_words
from bot.storage import booking_members, booking_notes, bookings, offers
from bot.storage import visits as places
from bot.storage.vault import vault_of

NUMBERS_TRIED = 9
"""One in a thousand new numbers is in use already when a million are: then another is made."""


class Bookings:
    """Every method is one use case in the transaction of its services."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._connection = services.connection
        self._now = services.now
        self._regions = services.regions

    # --- made

    def book(self, request: VisitRequest, request_key: str, staff_id: int | None = None) -> Booking:
        """One place of `request.visit_id`, or the same booking again for the same key.

        Raises SlotTaken and AlreadyBooked; after either nothing is changed.
        """
        made, booking = self._add(request, request_key, BookingState.BOOKED, staff_id)
        if not made:
            return booking
        assert request.visit_id is not None  # noqa: S101 - _add has seen to it
        if not places.take_place(self._connection, request.visit_id, booking.id):
            bookings.remove(self._connection, booking.id)
            raise SlotTaken
        self._note_change(booking, "made", to_visit=request.visit_id, staff_id=staff_id)
        self.plan_reminders(booking)
        return booking

    def request(
        self, request: VisitRequest, request_key: str, staff_id: int | None = None
    ) -> Booking:
        """No visit yet: staff get an item, and propose a date or call. Raises AlreadyBooked."""
        made, booking = self._add(request, request_key, BookingState.REQUESTED, staff_id)
        if made:
            self._note_change(booking, "made", staff_id=staff_id)
            words = f"{booking.number} · {self._regions.full_name(request.street)}"
            self._services.tickets.open(
                TicketKind.VISIT_REQUEST, words, region=request.street, urgent=request.urgent
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
            self._note_change(booking, "made", staff_id=staff_id)
        return booking

    # --- found

    def mine(self, conversation_id: int) -> list[Booking]:
        """The live bookings that this chat made or joined."""
        return bookings.live_of_conversation(self._connection, conversation_id)

    def mine_numbered(self, conversation_id: int, number: str) -> Booking | None:
        """None also for another chat's booking: its existence is nobody's business."""
        return next((one for one in self.mine(conversation_id) if one.number == number), None)

    def also_over(self, conversation_id: int, number: str) -> Booking | None:
        """The same, but also one that is done or cancelled."""
        return bookings.of_conversation_numbered(self._connection, conversation_id, number)

    def find(self, number: str) -> Booking | None:
        """For staff; their region is theirs to check."""
        return bookings.by_number(self._connection, number)

    # --- changed

    def move(
        self, number: str, visit_id: int, *, reason: Text | str = "", staff_id: int | None = None
    ) -> Booking:
        """A place in another visit instead; a wish becomes a booking. The other chats are told.

        Raises SlotTaken (and the old place stays), NotLive, UnknownBooking.
        """
        booking = self.locked(number)
        if booking.state is BookingState.BOOKED and booking.visit and booking.visit.id == visit_id:
            return booking
        if booking.visit and booking.visit.id == visit_id:
            return self._services.waiting.accept(number)
        self._services.visits.check(visit_id, booking.request.wish)
        old = places.free_place(self._connection, booking.id)
        if not places.take_place(self._connection, visit_id, booking.id):
            if old:
                places.restore_place(self._connection, old, booking.id)
            raise SlotTaken
        self._withdraw(booking)
        bookings.change(self._connection, booking, BookingState.BOOKED, visit_id, self._now)
        from_visit = booking.visit.id if booking.visit else None
        self._note_change(
            booking,
            "moved",
            from_visit=from_visit,
            to_visit=visit_id,
            reason=reason,
            staff_id=staff_id,
        )
        moved = self.locked(number)
        self.plan_reminders(moved)
        self.tell(moved, booking_words.moved(moved, reason, by_staff=staff_id is not None))
        if booking.visit:
            self._services.waiting.fill(booking.visit)
        return moved

    def cancel(
        self, number: str, *, reason: Text | str = "", staff_id: int | None = None
    ) -> Booking:
        """The place is free again, for the waiting list first. The other chats are told.

        Raises NotLive, UnknownBooking.
        """
        booking = self.locked(number)
        visit_id = booking.visit.id if booking.visit else None
        places.free_place(self._connection, booking.id)
        self._withdraw(booking)
        kept = visit_id if booking.state is BookingState.BOOKED else None
        bookings.change(self._connection, booking, BookingState.CANCELLED, kept, self._now)
        bookings.remind_at(self._connection, booking.id, None)
        self._note_change(
            booking, "cancelled", from_visit=visit_id, reason=reason, staff_id=staff_id
        )
        self.tell(booking, booking_words.cancelled(booking, reason, by_staff=staff_id is not None))
        if booking.visit:
            self._services.waiting.fill(booking.visit)
        return booking

    def still_fine(self, number: str) -> Booking:
        """The person said so, to a reminder. Raises NotLive, UnknownBooking."""
        booking = self.locked(number)
        bookings.fine_at(self._connection, booking.id, self._now)
        return booking

    def note(self, number: str, what: str, words: str, *, staff_id: int | None = None) -> Booking:
        """Add a line; the office gets an item of what a person wrote. Also to one that is over.

        `what` is note, late, wish or rating. Raises UnknownBooking.
        """
        booking = bookings.lock(self._connection, number)
        if booking is None:
            raise UnknownBooking(number)
        who = "person" if staff_id is None else "staff"
        note = Note(what=what, who=who, words=words, at=self._now, staff_id=staff_id)
        booking_notes.add(self._connection, booking.id, note)
        if staff_id is None:
            self._services.tickets.open(
                TicketKind.VISIT_NOTE,
                f"{booking.number} · {what}\n{words}",
                region=booking.region,
                urgent=what == "late",
            )
        return booking

    def notes(self, booking: Booking) -> list[Note]:
        return booking_notes.of(self._connection, booking.id)

    def set_urgency(self, number: str, urgency: int) -> None:
        """0, 1 soon, 2 urgent: the waiting list goes by it. Raises NotLive, UnknownBooking."""
        bookings.set_urgency(self._connection, self.locked(number).id, urgency)

    def link_application(self, number: str, application_id: int | None) -> None:
        """To the application that its outcome moves on. Raises UnknownBooking."""
        booking = bookings.lock(self._connection, number)
        if booking is None:
            raise UnknownBooking(number)
        bookings.link(self._connection, booking.id, application_id)

    def record_outcome(
        self, number: str, outcome: VisitOutcome, staff_id: int, words: str = ""
    ) -> Booking:
        """What came of the visit. Assessed and refused end the booking; the others wait again.

        Raises NotLive (also where it has its outcome already), UnknownBooking.
        """
        booking = self.locked(number)
        if booking.state is not BookingState.BOOKED or booking.visit is None:
            raise NotLive(number)
        visit_id = booking.visit.id
        if not booking_notes.add_outcome(
            self._connection, booking.id, visit_id, outcome, staff_id, self._now, words
        ):
            raise NotLive(number)
        ended = outcome in (VisitOutcome.ASSESSED, VisitOutcome.REFUSED)
        state, kept = (BookingState.DONE, visit_id) if ended else (BookingState.REQUESTED, None)
        if not ended:
            # The half-day is over: its place is nobody's to take, and this person waits again.
            places.free_place(self._connection, booking.id)
            bookings.remind_at(self._connection, booking.id, None)
        bookings.change(self._connection, booking, state, kept, self._now)
        what = "done" if ended else "repeated"
        self._note_change(booking, what, from_visit=visit_id, staff_id=staff_id)
        return bookings.by_id(self._connection, booking.id) or booking

    # --- parts that waiting.py needs too

    def locked(self, number: str) -> Booking:
        """Raises NotLive, UnknownBooking."""
        booking = bookings.lock(self._connection, number)
        if booking is None:
            raise UnknownBooking(number)
        if not booking.state.live:
            raise NotLive(number)
        return booking

    def plan_reminders(self, booking: Booking) -> None:
        """Upkeep looks at it then; nothing that was planned before stands."""
        at = next_moment(booking.visit, self._now) if booking.visit else None
        bookings.remind_at(self._connection, booking.id, at)

    def tell(self, booking: Booking, reply: Reply) -> None:
        """All chats that see it but the one that speaks with us now, each in its language."""
        turn = self._services
        here = turn.conversation_id if isinstance(turn, Turn) else None
        for chat in booking_members.of(self._connection, booking.id):
            if chat != here:
                self._services.notices.tell(chat, reply, subject=subject_of(booking))

    def _note_change(
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
            reason=reason if isinstance(reason, str) else reason.to(translator(LANGUAGES[0])),
            staff_id=staff_id,
        )

    def _withdraw(self, booking: Booking) -> None:
        """An offer that is open counts no more: the booking has moved on."""
        offer = offers.open_of(self._connection, booking.id)
        if offer:
            offers.close(self._connection, offer.id, OfferState.WITHDRAWN, self._now)

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
            self._services.visits.check(request.visit_id, request.wish)
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


def subject_of(booking: Booking) -> str:
    """Of the outbox rows that speak of this booking."""
    return f"booking:{booking.id}"
