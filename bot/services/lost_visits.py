"""A half-day was closed: whoever had a place in it waits again, before others, and is told.

Whoever has no chat with us has to be called: an item in the queue says so.
"""

from bot.domain.bookings import Booking, BookingState, NotLive, OfferState, UnknownBooking
from bot.domain.staff import Member
from bot.domain.tickets import TicketKind
from bot.domain.visits import Mode, Visit
from bot.i18n import LANGUAGES, Text, translator
from bot.services import Services, booking_words
from bot.storage import booking_members, booking_notes, bookings, offers, places


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
    booking_notes.changed(
        connection,
        current.id,
        "closed",
        now,
        from_visit=visit.id,
        reason=why if isinstance(why, str) else why.to(translator(LANGUAGES[0])),
        staff_id=member.id,
    )
    _tell(services, current, visit, why)
    return True


def _tell(services: Services, booking: Booking, visit: Visit, why: Text | str) -> None:
    services.bookings.tell(booking, booking_words.lost(booking, visit, why))
    if not booking_members.of(services.connection, booking.id):
        services.tickets.open(
            TicketKind.VISIT_NOTE,
            f"{booking.number} · {visit.day} · 停诊，请打电话告知本人",
            region=booking.region,
            urgent=True,
        )
