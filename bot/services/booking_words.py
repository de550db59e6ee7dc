"""What is said of a booking out of the blue: reminders, offers, changes that others made.

Each says what, when, the number, and what can be done (rule C20). Names are masked (C14).
"""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.bookings import Booking, BookingState, Offer, VisitOutcome
from bot.domain.people import mask_name
from bot.domain.visit_reminders import Reminder, begins
from bot.domain.visits import HALVES, Visit, VisitKind
from bot.i18n import LANGUAGES, Text, _, translator, verbatim
from bot.messages import Reply

Options = tuple[tuple[str, Text], ...]
"""What a choice opens, and its label."""

RATINGS: dict[str, Text] = {
    "good": _("It went well"),
    "bad": _("It did not go well"),
    "none": _("Nobody came"),
}
"""Answers to 'how was the visit?'."""
OWN = (_("For a person, say 'human' here, or call 12345."),)


def for_office(words: Text | str) -> str:
    """As offices keep it: a sentence of ours in their language, what somebody wrote as it is."""
    return words if isinstance(words, str) else words.to(translator(LANGUAGES[0]))


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
    ratings = [(f"visit_was:{how} {booking.number}", said) for how, said in RATINGS.items()]
    return reply, (*ratings, ("status", _("Check an application")))


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
    return reply, answers_to(offer, booking.number)


def answers_to(offer: Offer, number: str) -> Options:
    """They name the date that they are about: a button of an earlier offer accepts no other."""
    no = _("Another date, please") if offer.proposed else _("No, I go on waiting")
    return (
        (f"accept:{number} {offer.visit.id}", _("Yes, I take it")),
        (f"decline:{number} {offer.visit.id}", no),
        (f"cancel_booking:{number}", _("Cancel it")),
    )


def ran_out(booking: Booking, offer: Offer) -> tuple[Reply, Options]:
    reply = Reply(
        heading=_("The place is no longer held"),
        items=(_("{name}: {when}").fill(name=who(booking), when=when(offer.visit)),),
        paragraphs=(
            _("I had no answer in time, so somebody else can have it. You are still listed."),
            stays(booking.number, offer),
        ),
        question=_("What would you like to do?"),
    )
    return reply, (("mine", _("My bookings")), ("human", _("Talk to a person")))


def stays(number: str, offer: Offer) -> Text:
    """What happens next when an offered place came to nothing."""
    if offer.back_to is BookingState.WAITING:
        said = _("Your number {number} stays. The next place that fits is offered to you.")
    else:
        said = _("Your number {number} stays. The federation proposes another date here.")
    return said.fill(number=number)


def withdrawn(booking: Booking, offer: Offer, reason: Text | str) -> Reply:
    """Staff took back a place that was held, before it was answered."""
    return Reply(
        heading=_("Sorry: the federation has to take this date back"),
        items=(_("{name}: {when}").fill(name=who(booking), when=when(offer.visit)),),
        paragraphs=(*_why(reason), stays(booking.number, offer), *OWN),
    )


def declined(booking: Booking, offer: Offer) -> Reply:
    """Staff entered what the person said on the phone."""
    return Reply(
        heading=_("The date is not held for you any more"),
        items=(_("{name}: {when}").fill(name=who(booking), when=when(offer.visit)),),
        paragraphs=(
            _("The federation noted that it does not suit you."),
            stays(booking.number, offer),
            *OWN,
        ),
    )


def to_phone(offer: Offer, until: datetime) -> Text:
    """For the office: a place is held for somebody who has no chat with us."""
    return _(
        "A place is free for this person: {when}. There is no chat: please phone before {moment}."
    ).fill(when=when(offer.visit), moment=until)


def to_phone_of_loss(visit: Visit) -> Text:
    """For the office: somebody who has no chat with us lost the place."""
    return _("The visit is off: {when}. There is no chat: please phone the person.").fill(
        when=when(visit)
    )


def not_answered(offer: Offer) -> Text:
    """For the office: the date that it proposed is over, and the person needs another one."""
    return _("The proposed date was not answered in time: {when}. Please propose another.").fill(
        when=when(offer.visit)
    )


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


def repeated(booking: Booking, visit: Visit, outcome: VisitOutcome) -> Reply:
    """The visit was not held, or not to its end: what follows."""
    said = {
        VisitOutcome.NOT_AT_HOME: _("The team was at the door and met nobody."),
        VisitOutcome.TO_REPEAT: _("Not everything could be assessed. The team comes once more."),
    }[outcome]
    proposes = _("Your number {number} stays. The federation proposes another date here.")
    return Reply(
        heading=_("Another visit is needed"),
        items=(_("{name}: {when}").fill(name=who(booking), when=when(visit)),),
        paragraphs=(said, proposes.fill(number=booking.number), *OWN),
    )


def _why(reason: Text | str) -> tuple[Text, ...]:
    """A sentence of ours in the reader's language, or a colleague's own words."""
    if not reason:
        return ()
    words = verbatim(reason) if isinstance(reason, str) else reason
    return (_("Reason: {reason}").fill(reason=words),)
