"""One booking in words, as every confirmation says it (rule C20)."""

from bot.domain.bookings import Booking, BookingState
from bot.domain.people import mask_address, mask_name, phone_to_read
from bot.domain.visit_needs import Call, Need
from bot.domain.visits import VisitKind
from bot.i18n import Text, _, place, verbatim
from bot.messages import Reply
from bot.services import Turn, booking_words

NOTES: dict[BookingState, Text] = {
    BookingState.BOOKED: _("I remind you here before it, once a day at most."),
    BookingState.REQUESTED: _("Nothing is booked yet: the county federation proposes a day."),
    BookingState.WAITING: _("Nothing is booked yet: I ask you as soon as a place is free."),
    BookingState.OFFERED: _("This place is held for you. It is not booked before you say yes."),
}


def told(booking: Booking, heading: Text, turn: Turn) -> Reply:
    """A booking as it is now: what, when, where, how to change it, whom to ask (rule C20)."""
    return Reply(
        heading=heading,
        items=facts(booking, turn),
        paragraphs=(
            *booking_words.venue(booking.visit),
            NOTES[booking.state],
            *ways_on(booking, turn),
        ),
        question=_("What would you like to do next?"),
    )


def facts(booking: Booking, turn: Turn) -> tuple[Text, ...]:
    """Number, date if there is one, and place, the address masked (rule C14)."""
    told = [_("Your number: {number}").fill(number=booking.number)]
    if booking.visit:
        told.append(_("When: {when}").fill(when=when(booking)))
    street = place(turn.regions.full_name(booking.region))
    if booking.request.door:
        door = verbatim(mask_address(booking.request.door))
        street = _("{place}, {door}").fill(place=street, door=door)
    if booking.kind is VisitKind.HOME:
        told.append(_("Where: {where}").fill(where=street))
    if Need.SIGN in booking.request.needs or booking.request.call is Call.TEXT:
        told.append(_("The team writes to you and does not call."))
    return tuple(told)


def ways_on(booking: Booking, turn: Turn) -> tuple[Text, ...]:
    """What the county wants to be told, how to change it, whom to ask."""
    county = turn.visits.county(booking.region)
    note = _("The federation says: {note}").fill(note=verbatim(county.note))
    call = _("For a person, say 'human' here, or call {phone}.")
    return (
        *((note,) if county.note else ()),
        _("To move or cancel it, write 'my bookings'."),
        call.fill(phone=phone_to_read(county.phone)) if county.phone else booking_words.OWN[0],
    )


def summary(booking: Booking) -> Text:
    """Who (masked), and when."""
    return _("{name}: {when}").fill(
        name=verbatim(mask_name(booking.request.name)), when=when(booking)
    )


def when(booking: Booking) -> Text:
    if booking.visit:
        return booking_words.when(booking.visit)
    if booking.state is BookingState.WAITING:
        return _("on the waiting list")
    return _("requested, no date yet")
