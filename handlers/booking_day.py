"""Around the day of a visit: reminders answered, offers accepted, notes, being late, how it was."""

from dataclasses import replace

from bot.dialog import Answered, Answerer, Answers, Done, Flow, Option, Question, Request
from bot.dialog.expect import Choice, Words
from bot.domain.bookings import Booking, BookingState, NotLive, OfferOver, UnknownBooking
from bot.domain.people import phone_to_read
from bot.i18n import Text, _
from bot.messages import Link, Reply
from bot.services import Turn
from bot.services.booking_words import RATINGS
from handlers.booking_told import told, when
from handlers.mine import MENU, MINE_OPTION, PERSON, gone, one, opens, owned

# --- offers and reminders


def accept(request: Request, turn: Turn) -> Answered:
    """The place that is held becomes theirs; pressed twice it says the same again."""
    booking, other = _held(request.argument, turn)
    if booking is None or other:
        return other or _answered(gone())
    try:
        booked = turn.waiting.accept(booking.number)
    except (OfferOver, NotLive, UnknownBooking):
        return _over()
    calendar = Option(f"calendar:{booked.number}", _("Into my calendar"))
    return Answered(told(booked, _("It is booked"), turn), (calendar, MINE_OPTION, PERSON, MENU))


def _held(argument: str, turn: Turn) -> tuple[Booking | None, Answered | None]:
    """'B7K2-9QXM 17': the booking, and what to say where that visit is no longer held for it.

    An old button must never answer a newer offer.
    """
    number, _space, visit_id = argument.partition(" ")
    booking = turn.bookings.mine_numbered(turn.conversation_id, number)
    if booking is None:
        return None, None
    if booking.state not in (BookingState.OFFERED, BookingState.BOOKED) or booking.visit is None:
        return booking, _over()
    if visit_id in ("", str(booking.visit.id)):
        return booking, None
    now = one(booking, turn)
    said = (_("That date is no longer held. This is how it stands now:"), *now.reply.paragraphs)
    return booking, Answered(replace(now.reply, paragraphs=said), now.options)


def _over() -> Answered:
    reply = Reply(
        heading=_("The place is no longer held"),
        paragraphs=(
            _("Its time was over, or the federation had to take it back."),
            _("You have lost nothing: your number and your wish stay."),
        ),
        question=_("What would you like to do?"),
    )
    return Answered(reply, (MINE_OPTION, PERSON, MENU))


def opens_decline(argument: str, turn: Turn) -> Done | None:
    """Staff who proposed a date want to know what would suit; the waiting list does not."""
    booking, other = _held(argument, turn)
    if booking is None or other:
        return Done(other.reply, other.options) if other else gone()
    offer = turn.waiting.open_offer(booking)
    if offer and offer.proposed:
        return None
    return _declined(turn, booking.number, "")


SUITS = Question(
    key="suits",
    ask=_("You can skip this. Which days or times would suit you better?"),
    expect=Words(shortest=1, longest=200, polite=True),
    label=_("Wish"),
    why=_("So that the next date that the federation proposes is a better one."),
    hint=_("For example 'only mornings', or 'after the 20th'. Or skip it."),
    optional=True,
)


def decline(answers: Answers, turn: Turn) -> Done:
    booking, other = _held(answers.argument, turn)
    if booking is None or other:
        return Done(other.reply, other.options) if other else gone()
    return _declined(turn, booking.number, answers.get(SUITS) or "")


def _declined(turn: Turn, number: str, words: str) -> Done:
    try:
        booking = turn.waiting.decline(number, words)
    except (OfferOver, NotLive, UnknownBooking):
        over = _over()
        return Done(over.reply, over.options)
    waits = booking.state is BookingState.WAITING
    reply = Reply(
        heading=_("Good, that date goes to somebody else"),
        paragraphs=(
            _("You stay on the waiting list, and the next place that fits is offered to you.")
            if waits
            else _("The federation reads your wish and proposes another date here."),
            _("Your number {number} stays.").fill(number=booking.number),
        ),
        question=_("What would you like to do next?"),
    )
    return Done(reply, (MINE_OPTION, PERSON, MENU))


def fine(request: Request, turn: Turn) -> Answered:
    booking = turn.bookings.mine_numbered(turn.conversation_id, request.argument)
    if booking is None:
        return _answered(gone())
    turn.bookings.still_fine(booking.number)
    reply = Reply(
        paragraphs=(
            _("Thank you, I have noted it. It stays: {when}.").fill(when=when(booking)),
            _("If something comes between, write 'my bookings'."),
        ),
        question=_("What would you like to do next?"),
    )
    return Answered(reply, (MINE_OPTION, PERSON, MENU))


def reminders(request: Request, turn: Turn) -> Answered:
    """On and off, for all that this chat has booked (rule C23)."""
    on = request.argument == "on"
    turn.reminders.switch(turn.conversation_id, on=on)
    said = (
        _("I remind you again, once a day at most and never at night.")
        if on
        else _("I remind you of nothing any more. Your bookings stay as they are.")
    )
    other = (
        Option("reminders:off", _("No more reminders"))
        if on
        else Option("reminders:on", _("Remind me again"))
    )
    return Answered(
        Reply(paragraphs=(said,), question=_("What would you like to do next?")),
        (other, MINE_OPTION, MENU),
    )


# --- notes, and the day itself

NOTED = Question(
    key="note",
    ask=_("What should the team know?"),
    expect=Words(shortest=2, longest=500, polite=True),
    label=_("Note"),
    why=_("The team reads it before it comes."),
    hint=_("For example: 'please ring twice, she hears badly'."),
    sensitive=True,
)


def note(answers: Answers, turn: Turn) -> Done:
    booking = owned(answers, turn)
    if booking is None:
        return gone()
    turn.bookings.note(booking.number, "note", answers[NOTED])
    reply = Reply(
        paragraphs=(_("Noted. The team reads it before it comes, and the federation has it too."),),
        question=_("What would you like to do next?"),
    )
    return Done(reply, (MINE_OPTION, PERSON, MENU))


LATENESS = {
    "15": _("15 minutes"),
    "30": _("Half an hour"),
    "60": _("An hour or more"),
    "not": _("We cannot today"),
}
HOW_LATE = Question(
    key="late",
    ask=_("How late will you be?"),
    expect=Choice(LATENESS),
    label=_("Late by"),
    why=_("The team may be able to visit somebody else first."),
    hint=_("Please choose one from the list."),
)


def late(answers: Answers, turn: Turn) -> Done:
    booking = owned(answers, turn)
    if booking is None:
        return gone()
    turn.bookings.note(booking.number, "late", LATENESS[answers[HOW_LATE]])
    phone = turn.visits.county(booking.region).phone
    reply = Reply(
        heading=_("The federation has your message"),
        paragraphs=(
            _("I passed it on as urgent. Whether the team can wait, it decides on its round."),
            _("You can also call {phone}.").fill(phone=phone_to_read(phone) if phone else "12345"),
        ),
        question=_("What would you like to do next?"),
    )
    move = Option(f"move_booking:{booking.number}", _("Another date"))
    return Done(reply, (move, MINE_OPTION, PERSON, MENU))


def calendar(request: Request, turn: Turn) -> Answered:
    """The file of a visit, as a link of our own; its text stands beside it (rule C30)."""
    booking = turn.bookings.mine_numbered(turn.conversation_id, request.argument)
    if booking is None:
        return _answered(gone())
    if booking.visit is None:
        return one(booking, turn)
    address = turn.address_of(turn.calendar_files.path(booking, request.language))
    reply = Reply(
        items=(
            _("Your number: {number}").fill(number=booking.number),
            _("When: {when}").fill(when=when(booking)),
        ),
        paragraphs=(
            _("Open the file, and the telephone puts it into its calendar. No name is in it."),
        )
        if address
        else (_("In this chat I can send no file. Please write it down."),),
        link=Link(address, _("Calendar file:")) if address else None,
        question=_("What would you like to do next?"),
    )
    return Answered(reply, (MINE_OPTION, PERSON, MENU))


# --- afterwards


def visit_was(request: Request, turn: Turn) -> Answered:
    """How was it: 'good B7K2-9QXM', 'bad …', 'none …' (nobody came)."""
    how, _space, number = request.argument.partition(" ")
    booking = turn.bookings.also_over(turn.conversation_id, number)
    if booking is None or how not in RATINGS:
        return _answered(gone())
    turn.bookings.note(booking.number, "rating", RATINGS[how], quiet=how == "good")
    application = turn.bookings.application_number(booking)
    said: tuple[Text, ...] = (
        (_("Thank you. I am glad that it went well."),)
        if how == "good"
        else (
            _("I am sorry. The federation reads this, and somebody looks into it."),
            _("If you want to tell more, choose 'feedback'."),
        )
    )
    if application:
        said += (
            _("Your application number is {number}. With it you can see where it stands.").fill(
                number=application
            ),
        )
    feedback = Option("feedback", _("Feedback or complaint"))
    options = (Option("status", _("Check an application")), PERSON, MENU)
    return Answered(
        Reply(paragraphs=said, question=_("What would you like to do next?")),
        options if how == "good" else (feedback, *options),
    )


def _answered(done: Done) -> Answered:
    return Answered(done.reply, done.options)


ACCEPT = Answerer("accept", accept)
FINE = Answerer("fine", fine)
REMINDERS = Answerer("reminders", reminders)
CALENDAR = Answerer("calendar", calendar)
VISIT_WAS = Answerer("visit_was", visit_was)
DECLINE = Flow(
    name="decline",
    title=_("another date"),
    questions=(SUITS,),
    opens=opens_decline,
    finish=decline,
)
NOTE_BOOKING = Flow(
    name="note_booking",
    title=_("a note for the team"),
    questions=(NOTED,),
    opens=opens,
    finish=note,
)
LATE = Flow(
    name="late",
    title=_("being late"),
    questions=(HOW_LATE,),
    opens=opens,
    finish=late,
)
