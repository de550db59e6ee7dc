"""Places that are offered: the waiting list by itself, proposals by staff; told, answered, over.

A place that is offered is taken in the same moment, by the same row: nobody can snatch it. Where
one frees, the first who fits gets the offer in the transaction that freed it.
"""

from datetime import datetime, timedelta

from bot.domain.bookings import (
    OFFER_HOLDS,
    PROPOSAL_HOLDS,
    Booking,
    BookingState,
    NotLive,
    Offer,
    OfferOver,
    OfferState,
    SlotTaken,
    UnknownBooking,
)
from bot.domain.visit_reminders import is_quiet, wakes
from bot.domain.visits import Half, Visit, first_day
from bot.services import Services, booking_words
from bot.services.notices import Notice
from bot.storage import booking_members, booking_notes, bookings, offers, places, visits

A_ROUND = 100
"""So many offers at most are told, or run out, in one transaction of upkeep."""


class Waiting:
    """Every method is one use case in the transaction of its services."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._connection = services.connection
        self._now = services.now

    # --- offered

    def fill(self, visit: Visit) -> int:
        """Offer its free places to those who wait and fit, in their order; how many were.

        A visit that was closed, or is too near, is offered to nobody.
        """
        current = visits.visit(self._connection, visit.id)
        if current is None or not current.open or current.day < first_day(self._now):
            return 0
        count = 0
        for booking in bookings.listed(self._connection, current.region, [BookingState.WAITING]):
            if not self._may_be_offered(booking, current):
                continue
            if not places.any_free(self._connection, current.id):
                break
            count += self._offer(booking, current, None)
        return count

    def sweep(self) -> int:
        """Free places that nobody noticed: somebody joined the list just as one was freed."""
        found = places.free_where_waited(self._connection, first_day(self._now), A_ROUND)
        return sum(self.fill(visit) for visit in found)

    def propose(self, number: str, visit_id: int, staff_id: int) -> Offer:
        """Staff hold a place and ask whether the date suits. The person is told by upkeep.

        Raises SlotTaken, NotLive, UnknownBooking. An offer that is open already is withdrawn.
        """
        booking = self._services.bookings.locked(number)
        if booking.state is BookingState.BOOKED:
            raise NotLive(number)  # what is booked is moved, not proposed
        visit = self._services.visits.check(visit_id, booking.request.wish)
        open_one = offers.open_of(self._connection, booking.id)
        if open_one:
            self._end(booking, open_one, OfferState.WITHDRAWN)
            booking = self._services.bookings.locked(number)
        if not self._offer(booking, visit, staff_id):
            raise SlotTaken
        made = offers.open_of(self._connection, booking.id)
        assert made is not None  # noqa: S101 - made a line above, in this transaction
        return made

    def open_offer(self, booking: Booking) -> Offer | None:
        """What this booking has to answer; None: nothing, or its time is over."""
        offer = offers.open_of(self._connection, booking.id)
        if offer is None or (offer.until is not None and offer.until <= self._now):
            return None
        return offer

    # --- answered

    def accept(self, number: str) -> Booking:
        """The place that was held is theirs. Raises OfferOver, NotLive, UnknownBooking."""
        booking = self._services.bookings.locked(number)
        if booking.state is BookingState.BOOKED:
            return booking  # pressed twice
        offer = self.open_offer(booking)
        if offer is None or not offers.close(
            self._connection, offer.id, OfferState.ACCEPTED, self._now
        ):
            raise OfferOver(number)
        visit_id = offer.visit.id
        bookings.change(self._connection, booking, BookingState.BOOKED, visit_id, self._now)
        bookings.fine_at(self._connection, booking.id, self._now)
        booking_notes.changed(
            self._connection, booking.id, "accepted", self._now, to_visit=visit_id
        )
        booked = self._services.bookings.locked(number)
        self._services.bookings.plan_reminders(booked)
        self._services.bookings.tell(booked, booking_words.accepted(booked))
        return booked

    def decline(self, number: str, words: str = "") -> Booking:
        """The next one gets it; this booking waits again. `words`: what would suit instead.

        Raises OfferOver, NotLive, UnknownBooking.
        """
        booking = self._services.bookings.locked(number)
        offer = offers.open_of(self._connection, booking.id)
        if offer is None:
            raise OfferOver(number)
        self._end(booking, offer, OfferState.DECLINED)
        if words or offer.proposed:
            self._services.bookings.note(number, "wish", words)
        return self._services.bookings.locked(number)

    # --- what upkeep does

    def tell_new(self) -> list[Notice]:
        """The offers that nobody knows of yet; at night none is told."""
        if is_quiet(self._now):
            return []
        notices: list[Notice] = []
        for offer in offers.untold(self._connection, A_ROUND):
            if offers.told(self._connection, offer.id, self._now, self._until(offer)):
                notices += self._told(offer)
        return notices

    def run_out(self) -> list[Notice]:
        """Those whose time is over: the next person is offered the place, this one waits again."""
        notices: list[Notice] = []
        for offer in offers.run_out(self._connection, self._now, A_ROUND):
            booking = bookings.by_id(self._connection, offer.booking_id)
            if booking is None or not self._end(booking, offer, OfferState.EXPIRED):
                continue
            reply, options = booking_words.ran_out(booking)
            notices += [
                Notice(chat, reply, options)
                for chat in booking_members.of(self._connection, booking.id)
            ]
        return notices

    # --- parts

    def _may_be_offered(self, booking: Booking, visit: Visit) -> bool:
        if booking.halves and Half(booking.halves) is not visit.half:
            return False
        if booking.from_day and visit.day < booking.from_day:
            return False
        if not self._services.visits.fits(visit, booking.request.wish):
            return False
        return visit.id not in offers.made_before(self._connection, booking.id)

    def _offer(self, booking: Booking, visit: Visit, staff_id: int | None) -> bool:
        """Hold a place. False: the booking changed a moment ago, or the last place went."""
        try:
            current = self._services.bookings.locked(booking.number)
        except (NotLive, UnknownBooking):
            return False
        if current.state is not booking.state or not places.take_place(
            self._connection, visit.id, booking.id
        ):
            return False
        bookings.change(self._connection, current, BookingState.OFFERED, visit.id, self._now)
        offers.add(self._connection, booking.id, visit.id, current.state, staff_id, self._now)
        booking_notes.changed(
            self._connection,
            booking.id,
            "offered",
            self._now,
            to_visit=visit.id,
            staff_id=staff_id,
        )
        return True

    def _end(self, booking: Booking, offer: Offer, state: OfferState) -> bool:
        """The place is free, and offered on; the booking is what it was. False: it was over."""
        current = bookings.lock(self._connection, booking.number)
        if current is None or not offers.close(self._connection, offer.id, state, self._now):
            return False
        places.free_place(self._connection, booking.id)
        bookings.change(self._connection, current, offer.back_to, None, self._now)
        booking_notes.changed(
            self._connection,
            booking.id,
            state.value,
            self._now,
            from_visit=offer.visit.id,
        )
        self.fill(offer.visit)
        return True

    def _until(self, offer: Offer) -> datetime:
        """Never in the night: who is told in the evening has the next day."""
        holds: timedelta = PROPOSAL_HOLDS if offer.proposed else OFFER_HOLDS
        return wakes(self._now + holds)

    def _told(self, offer: Offer) -> list[Notice]:
        booking = bookings.by_id(self._connection, offer.booking_id)
        if booking is None:
            return []
        reply, options = booking_words.offered(booking, offer, self._until(offer))
        return [
            Notice(chat, reply, options)
            for chat in booking_members.of(self._connection, booking.id)
        ]
