"""Places that are offered: the waiting list by itself, proposals by staff; told, answered, over.

A place that is offered is taken in the same moment, by the same row: nobody can snatch it. Where
one frees, the first who fits gets the offer in the transaction that freed it.
"""

from datetime import datetime

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
from bot.domain.deadlines import DAY, OfficeHours
from bot.domain.visit_reminders import begins, is_quiet, wakes
from bot.domain.visits import Half, Visit, first_day
from bot.i18n import Text
from bot.services import Services, booking_words
from bot.services.notices import Notice
from bot.storage import booking_members, bookings, offers, places, visits

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
        visit = self._services.visits.check(visit_id, booking.request.wish, by_staff=True)
        if begins(visit) <= wakes(self._now):
            raise SlotTaken  # nobody is asked at night: there is no time to answer
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

    def withdraw(self, number: str, reason: Text | str, staff_id: int) -> Booking:
        """Staff take back a place that is held, and say why; the booking is what it was.

        Raises OfferOver (answered, or its time is over), NotLive, UnknownBooking.
        """
        booking = self._services.bookings.locked(number)
        offer = self.open_offer(booking)
        if offer is None or not self._end(
            booking, offer, OfferState.WITHDRAWN, reason=reason, staff_id=staff_id
        ):
            raise OfferOver(number)
        self._services.bookings.tell(booking, booking_words.withdrawn(booking, offer, reason))
        return self._services.bookings.locked(number)

    # --- answered

    def accept(self, number: str, staff_id: int | None = None) -> Booking:
        """The place that was held is theirs; `staff_id`: who was told so on the phone.

        Raises OfferOver, NotLive, UnknownBooking.
        """
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
        self._services.bookings.note_change(
            booking, "accepted", to_visit=visit_id, staff_id=staff_id
        )
        booked = self._services.bookings.locked(number)
        self._services.bookings.plan_reminders(booked)
        self._services.bookings.tell(booked, booking_words.accepted(booked))
        return booked

    def decline(self, number: str, words: str = "", staff_id: int | None = None) -> Booking:
        """The next one gets it; this booking waits again. `words`: what would suit instead.

        `staff_id`: who was told so on the phone. Raises OfferOver, NotLive, UnknownBooking.
        """
        made = self._services.bookings
        booking = made.locked(number)
        offer = offers.open_of(self._connection, booking.id)
        if offer is None:
            raise OfferOver(number)
        self._end(booking, offer, OfferState.DECLINED, staff_id=staff_id)
        if staff_id is not None:
            made.tell(booking, booking_words.declined(booking, offer))
        elif words or offer.proposed:
            made.note(number, "wish", words)
        return made.locked(number)

    # --- what upkeep does

    def tell_new(self) -> list[Notice]:
        """The offers that nobody knows of yet; at night none is told."""
        if is_quiet(self._now):
            return []
        notices: list[Notice] = []
        for offer in offers.untold(self._connection, A_ROUND):
            booking = bookings.by_id(self._connection, offer.booking_id)
            chats = booking_members.of(self._connection, offer.booking_id)
            until = self._until(offer, to_phone=not chats)
            if booking is None or not offers.told(self._connection, offer.id, self._now, until):
                continue
            reply, options = booking_words.offered(booking, offer, until)
            notices += [Notice(chat, reply, options) for chat in chats]
            if not chats and not offer.proposed:  # who proposed it phones them anyway
                words = booking_words.to_phone(offer, until)
                self._services.bookings.for_staff(booking, words, urgent=True)
        return notices

    def run_out(self) -> list[Notice]:
        """Those whose time is over: the next person is offered the place, this one waits again."""
        notices: list[Notice] = []
        for offer in offers.run_out(self._connection, self._now, A_ROUND):
            booking = bookings.by_id(self._connection, offer.booking_id)
            if booking is None or not self._end(booking, offer, OfferState.EXPIRED):
                continue
            if offer.proposed:
                self._services.bookings.for_staff(booking, booking_words.not_answered(offer))
            reply, options = booking_words.ran_out(booking, offer)
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
        self._services.bookings.note_change(
            booking, "offered", to_visit=visit.id, staff_id=staff_id
        )
        return True

    def _end(
        self,
        booking: Booking,
        offer: Offer,
        state: OfferState,
        *,
        reason: Text | str = "",
        staff_id: int | None = None,
    ) -> bool:
        """The place is free, and offered on; the booking is what it was. False: it was over."""
        current = bookings.lock(self._connection, booking.number)
        if current is None or not offers.close(self._connection, offer.id, state, self._now):
            return False
        places.free_place(self._connection, booking.id)
        bookings.change(self._connection, current, offer.back_to, None, self._now)
        self._services.bookings.note_change(
            booking, state.value, from_visit=offer.visit.id, reason=reason, staff_id=staff_id
        )
        self.fill(offer.visit)
        return True

    def _until(self, offer: Offer, *, to_phone: bool) -> datetime:
        """Never in the night: who is told in the evening has the next day.

        Whom staff have to phone is held the place for a working day at least; nobody is held one
        longer than until the visit begins.
        """
        over = self._now + (PROPOSAL_HOLDS if offer.proposed else OFFER_HOLDS)
        if to_phone:
            hours = OfficeHours(self._services.known.calendar)
            over = max(over, hours.add(self._now, DAY))
        return min(wakes(over), begins(offer.visit))
