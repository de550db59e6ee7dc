"""Bookings: found, moved, cancelled, noted on, ended. How they are made: booking_making.py."""

from bot.domain.bookings import (
    NOTE_KINDS,
    Booking,
    BookingState,
    Note,
    NotLive,
    OfferState,
    SlotTaken,
    UnknownBooking,
    VisitOutcome,
)
from bot.i18n import Text
from bot.messages import Reply
from bot.services import Turn, booking_words
from bot.services.booking_making import BookingMaking
from bot.storage import applications, booking_members, booking_notes, bookings, offers, places


class Bookings(BookingMaking):
    """Every method is one use case in the transaction of its services."""

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

        Staff may choose one that is too near for residents.

        Raises SlotTaken (and the old place stays), NotLive, UnknownBooking.
        """
        booking = self.locked(number)
        if booking.state is BookingState.BOOKED and booking.visit and booking.visit.id == visit_id:
            return booking
        if booking.visit and booking.visit.id == visit_id:
            return self._services.waiting.accept(number)
        self._services.visits.check(visit_id, booking.request.wish, by_staff=staff_id is not None)
        old = places.free_place(self._connection, booking.id)
        if not places.take_place(self._connection, visit_id, booking.id):
            if old:
                places.restore_place(self._connection, old, booking.id)
            raise SlotTaken
        self._withdraw(booking)
        bookings.change(self._connection, booking, BookingState.BOOKED, visit_id, self._now)
        from_visit = booking.visit.id if booking.visit else None
        self.note_change(
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
        self.note_change(
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

    def note(
        self,
        number: str,
        what: str,
        words: Text | str,
        *,
        staff_id: int | None = None,
        quiet: bool = False,
    ) -> Booking:
        """Add a line; the office gets an item of what a person wrote. Also to one that is over.

        `what` is a key of NOTE_KINDS; `quiet`: the office has nothing to do about it.
        Raises UnknownBooking.
        """
        booking = bookings.lock(self._connection, number)
        if booking is None:
            raise UnknownBooking(number)
        who = "person" if staff_id is None else "staff"
        kept = booking_words.for_office(words)
        note = Note(what=what, who=who, words=kept, at=self._now, staff_id=staff_id)
        booking_notes.add(self._connection, booking.id, note)
        if staff_id is None and not quiet:
            about = booking_words.for_office(NOTE_KINDS[what])
            self.for_staff(booking, f"{about}\n{kept}".strip(), urgent=what == "late")
        return booking

    def application_number(self, booking: Booking) -> str:
        """Of the application that its outcome moves on; '' where it has none."""
        if booking.application_id is None:
            return ""
        return applications.number_of(self._connection, booking.application_id)

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
            self.tell(booking, booking_words.repeated(booking, booking.visit, outcome))
        bookings.change(self._connection, booking, state, kept, self._now)
        what = "done" if ended else "repeated"
        self.note_change(booking, what, from_visit=visit_id, staff_id=staff_id)
        return bookings.by_id(self._connection, booking.id) or booking

    # --- parts

    def tell(self, booking: Booking, reply: Reply) -> None:
        """All chats that see it but the one that speaks with us now, each in its language."""
        turn = self._services
        here = turn.conversation_id if isinstance(turn, Turn) else None
        for chat in booking_members.of(self._connection, booking.id):
            if chat != here:
                self._services.notices.tell(chat, reply, subject=subject_of(booking))

    def _withdraw(self, booking: Booking) -> None:
        """An offer that is open counts no more: the booking has moved on."""
        offer = offers.open_of(self._connection, booking.id)
        if offer:
            offers.close(self._connection, offer.id, OfferState.WITHDRAWN, self._now)


def subject_of(booking: Booking) -> str:
    """Of the outbox rows that speak of this booking."""
    return f"booking:{booking.id}"
