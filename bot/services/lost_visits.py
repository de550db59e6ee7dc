"""A half-day was closed: whoever had a place in it waits again, before others, and is told.

Whoever has no chat with us has to be called: an item in the queue says so.
"""

from bot.domain.bookings import Booking, BookingState, NotLive, OfferState, UnknownBooking
from bot.domain.staff import Member
from bot.domain.visits import Mode, Visit
from bot.i18n import Text
from bot.services import Services, booking_words
from bot.storage import booking_members, bookings, offers, places


def release_places(services: Services, visit: Visit, why: Text | str, member: Member) -> int:
    """Everybody of this half-day; how many."""
    return sum(_lose_place(services, one, why, member) for one in services.desk.holding(visit))


def _lose_place(services: Services, booking: Booking, why: Text | str, member: Member) -> bool:
    """False: it changed a moment ago."""
    connection, now = services.connection, services.now
    try:
        current = services.bookings.locked(booking.number)
    except (NotLive, UnknownBooking):
        return False
    visit = current.visit
    if visit is None:
        return False
    offer = offers.open_of(connection, current.id)
    if offer:
        offers.close(connection, offer.id, OfferState.WITHDRAWN, now)
    places.free_place(connection, current.id)
    mode = services.visits.county(current.region).mode
    state = BookingState.WAITING if mode is Mode.VISITS else BookingState.REQUESTED
    bookings.change(connection, current, state, None, now)
    bookings.set_urgency(connection, current.id, max(current.urgency, 1))
    bookings.remind_at(connection, current.id, None)
    services.bookings.note_change(
        current, "closed", from_visit=visit.id, reason=why, staff_id=member.id
    )
    _tell(services, current, visit, why)
    return True


def _tell(services: Services, booking: Booking, visit: Visit, why: Text | str) -> None:
    services.bookings.tell(booking, booking_words.lost(booking, visit, why))
    if not booking_members.of(services.connection, booking.id):
        services.bookings.for_staff(booking, booking_words.to_phone_of_loss(visit), urgent=True)
