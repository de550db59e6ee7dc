"""What is said of a booking out of the blue: reminders, offers, changes that others made.

Each says what, when, the number, and what can be done (rule C20). Names are masked (C14).
"""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.bookings import Booking, Offer
from bot.domain.people import mask_name
from bot.domain.visit_reminders import Reminder, begins
from bot.domain.visits import HALVES, Visit, VisitKind
from bot.i18n import Text, _, verbatim
from bot.messages import Reply

Options = tuple[tuple[str, Text], ...]
"""What a choice opens, and its label."""

OWN = (_("For a person, say 'human' here, or call 12345."),)


def when(visit: Visit) -> Text:
    """'Thursday, 5 March 2026, morning'; a session also with its hour."""
    if visit.starts:
        return _("{moment}").fill(moment=begins(visit))
    return _("{day}, {half}").fill(day=visit.day, half=HALVES[visit.half])


def who(booking: Booking) -> Text:
    return verbatim(mask_name(booking.request.name))


def line(booking: Booking) -> Text:
    """One booking with a visit, in one line."""
    assert booking.visit is not None  # noqa: S101 - the caller has seen to it
    return _("{name}: {when}").fill(name=who(booking), when=when(booking.visit))


def reminder(of: Sequence[tuple[Booking, Reminder]]) -> tuple[Reply, Options]:
    """One message for all that this chat has to hear today."""
    items = tuple(line(booking) for booking, _what in of)
    if len(of) > 1:
        reply = Reply(
            heading=_("A reminder of your visits"),
            items=items,
            question=_("If one does not suit any more, choose 'my bookings'. All right?"),
        )
        return reply, (("mine", _("My bookings")), ("reminders:off", _("No more reminders")))
    ((booking, what),) = of
    return after(booking) if what is Reminder.AFTER else before(booking, what)


def before(booking: Booking, what: Reminder) -> tuple[Reply, Options]:
    group = booking.kind is VisitKind.GROUP
    headings = {
        Reminder.WEEK: _("The visit is soon"),
        Reminder.DAY: _("Tomorrow is the visit"),
        Reminder.HOURS: _("The visit is today"),
    }
    ready = (
        _("Please bring the identity card and medical papers.")
        if group
        else _("Please have the identity card and medical papers at hand.")
    )
    reply = Reply(
        heading=headings[what],
        items=(line(booking), _("Your number: {number}").fill(number=booking.number)),
        paragraphs=(*venue(booking.visit), ready),
        question=_("Does it still suit you?"),
    )
    options: list[tuple[str, Text]] = [(f"fine:{booking.number}", _("Still fine"))]
    if what is Reminder.HOURS:
        options.append((f"late:{booking.number}", _("We are late")))
    else:
        options.append((f"move_booking:{booking.number}", _("Another date")))
    options += [
        (f"cancel_booking:{booking.number}", _("Cancel it")),
        ("reminders:off", _("No more reminders")),
    ]
    return reply, tuple(options)


def after(booking: Booking) -> tuple[Reply, Options]:
    """The day after: how was it?"""
    reply = Reply(
        heading=_("After the visit"),
        items=(_("Number: {number}").fill(number=booking.number),),
        paragraphs=(
            _("The doctors send their result to the county federation. It decides after that."),
            _("With the number of your application you can see here where it stands."),
        ),
        question=_("How was the visit?"),
    )
    return reply, (
        (f"visit_was:good {booking.number}", _("It went well")),
        (f"visit_was:bad {booking.number}", _("It did not go well")),
        (f"visit_was:none {booking.number}", _("Nobody came")),
        ("status", _("Check an application")),
    )


def venue(visit: Visit | None) -> tuple[Text, ...]:
    """Where a group session is, and how to get there."""
    if visit is None or visit.kind is not VisitKind.GROUP:
        return ()
    said = [_("Place: {place}").fill(place=verbatim(visit.venue))]
    if visit.transport:
        said.append(_("Getting there: {how}").fill(how=verbatim(visit.transport)))
    return tuple(said)


def offered(booking: Booking, offer: Offer, until: datetime) -> tuple[Reply, Options]:
    """A place is held: nobody else gets it before `until`."""
    heading = (
        _("The federation proposes a date") if offer.proposed else _("A place has become free")
    )
    reply = Reply(
        heading=heading,
        items=(
            _("{name}: {when}").fill(name=who(booking), when=when(offer.visit)),
            _("Your number: {number}").fill(number=booking.number),
        ),
        paragraphs=(
            *venue(offer.visit),
            _("I hold this place for you until {moment}. It is not booked yet.").fill(moment=until),
        ),
        question=_("Do you want it?"),
    )
    no = _("Another date, please") if offer.proposed else _("No, I go on waiting")
    return reply, (
        (f"accept:{booking.number}", _("Yes, I take it")),
        (f"decline:{booking.number}", no),
        (f"cancel_booking:{booking.number}", _("Cancel it")),
    )


def ran_out(booking: Booking) -> tuple[Reply, Options]:
    reply = Reply(
        heading=_("The place is no longer held"),
        paragraphs=(
            _("I had no answer in time, so somebody else can have it. You are still listed."),
            _("Your number {number} stays. The next place that fits is offered to you.").fill(
                number=booking.number
            ),
        ),
        question=_("What would you like to do?"),
    )
    return reply, (("mine", _("My bookings")), ("human", _("Talk to a person")))


def moved(booking: Booking, reason: Text | str, *, by_staff: bool) -> Reply:
    """To the other chats; to all of them when staff moved it, with the reason."""
    heading = _("The federation moved your visit") if by_staff else _("The date was changed")
    return _changed(booking, heading, reason)


def cancelled(booking: Booking, reason: Text | str, *, by_staff: bool) -> Reply:
    said = _("The federation cancelled your visit") if by_staff else _("The booking was cancelled")
    why = _why(reason)
    return Reply(
        heading=said,
        items=(_("{name}, number {number}").fill(name=who(booking), number=booking.number),),
        paragraphs=(*why, _("The place was given back. You can book again here."), *OWN),
    )


def accepted(booking: Booking) -> Reply:
    return _changed(booking, _("The date was accepted"), "")


def _changed(booking: Booking, heading: Text, reason: Text | str) -> Reply:
    why = _why(reason)
    return Reply(
        heading=heading,
        items=(line(booking), _("Your number: {number}").fill(number=booking.number)),
        paragraphs=(
            *venue(booking.visit),
            *why,
            _("If it does not suit you, write 'my bookings'."),
            *OWN,
        ),
    )


def lost(booking: Booking, visit: Visit, reason: Text | str) -> Reply:
    """The half-day was closed by the office: whoever had a place waits again, before others."""
    return Reply(
        heading=_("The visit cannot take place"),
        items=(
            _("{name}: {when}").fill(name=who(booking), when=when(visit)),
            _("Your number: {number}").fill(number=booking.number),
        ),
        paragraphs=(
            *_why(reason),
            _("You keep your number and come before others. You hear from us here."),
            *OWN,
        ),
    )


def _why(reason: Text | str) -> tuple[Text, ...]:
    """A sentence of ours in the reader's language, or a colleague's own words."""
    if not reason:
        return ()
    words = verbatim(reason) if isinstance(reason, str) else reason
    return (_("Reason: {reason}").fill(reason=words),)
