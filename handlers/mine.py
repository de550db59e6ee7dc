"""My bookings: what this chat booked or joined, moving it, cancelling it.

A number opens something only in a chat that made the booking or joined it.
"""

from dataclasses import dataclass

from bot.dialog import (
    Answered,
    Answerer,
    Answers,
    AskAgain,
    Asked,
    Done,
    Flow,
    Option,
    Outcome,
    Question,
    Request,
)
from bot.dialog.expect import YesNo
from bot.domain.bookings import Booking, BookingState, SlotTaken
from bot.domain.visit_reminders import day_of
from bot.domain.visits import VisitKind, Wish
from bot.i18n import Text, _, verbatim
from bot.messages import Reply
from bot.services import Turn, booking_words
from handlers.booking_told import NOTES, summary, told
from handlers.free_visits import FreeVisit

PERSON = Option("human", _("Talk to a person"))
MENU = Option("_menu", _("Main menu"))
MINE_OPTION = Option("mine", _("My bookings"))


def mine(request: Request, turn: Turn) -> Answered:
    """All live bookings of this chat, or the one that the argument names."""
    bookings = turn.bookings.mine(turn.conversation_id)
    named = [booking for booking in bookings if booking.number == request.argument]
    if named or len(bookings) == 1:
        return one(named[0] if named else bookings[0], turn)
    if not bookings:
        return none_here()
    options = tuple(
        Option(f"mine:{booking.number}", verbatim(booking.number), summary(booking))
        for booking in bookings
    )
    reply = Reply(heading=_("Your bookings"), question=_("Which booking is it about?"))
    return Answered(reply, (*options, MENU))


def none_here() -> Answered:
    reply = Reply(
        paragraphs=(
            _("There is no open booking in this chat."),
            _("If you booked elsewhere, look there, or say 'human' for a person."),
        ),
        question=_("What would you like to do?"),
    )
    return Answered(
        reply,
        (
            Option("booking", _("Book a home visit")),
            Option("join", _("I have a code")),
            PERSON,
            MENU,
        ),
    )


def one(booking: Booking, turn: Turn) -> Answered:
    """What it is, and what can be done with it."""
    items = [_("Your number: {number}").fill(number=booking.number), summary(booking)]
    group = booking.kind is VisitKind.GROUP
    notes = [NOTES[booking.state]]
    offer = turn.waiting.open_offer(booking)
    if offer and offer.until:
        notes.append(_("I hold it until {moment}.").fill(moment=offer.until))
    return Answered(
        Reply(
            heading=_("Your group session") if group else _("Your home visit"),
            items=tuple(items),
            paragraphs=(*booking_words.venue(booking.visit), *notes),
            question=_("What would you like to do?"),
        ),
        (*doings(booking, turn), PERSON, MENU),
    )


def doings(booking: Booking, turn: Turn) -> tuple[Option, ...]:
    """What its state allows; every booking can be moved or cancelled in chat (rule C25)."""
    number = booking.number
    cancel = Option(f"cancel_booking:{number}", _("Cancel it"))
    note = Option(f"note_booking:{number}", _("Add a note"))
    invite = Option(f"invite:{number}", _("Let family see it too"))
    if booking.state is BookingState.OFFERED:
        offer = turn.waiting.open_offer(booking)
        answers = booking_words.answers_to(offer, number) if offer else ()
        return tuple(Option(value, label) for value, label in answers) or (cancel,)
    if booking.visit is None:
        choose = Option(f"move_booking:{number}", _("Choose a date"))
        free = turn.visits.bookable(booking.request.wish, limit=1)
        return (*((choose,) if free else ()), note, invite, cancel)
    today = booking.visit.day == day_of(turn.now)
    late = Option(f"late:{number}", _("We are late"))
    return (
        *((late,) if today else ()),
        Option(f"move_booking:{number}", _("Another date")),
        note,
        Option(f"calendar:{number}", _("Into my calendar")),
        invite,
        cancel,
    )


def owned(answers: Answers, turn: Turn) -> Booking | None:
    """The booking that the flow was opened with; None: not of this chat, or over."""
    return turn.bookings.mine_numbered(turn.conversation_id, answers.argument)


def opens(number: str, turn: Turn) -> Done | None:
    """Only with a live booking of this chat."""
    if turn.bookings.mine_numbered(turn.conversation_id, number):
        return None
    return gone()


def opens_move(number: str, turn: Turn) -> Done | None:
    """The same, and only while there is anything to choose from."""
    booking = turn.bookings.mine_numbered(turn.conversation_id, number)
    if booking is None:
        return gone()
    own = booking.visit.id if booking.visit else None
    if any(one.visit.id != own for one in turn.visits.bookable(booking.request.wish, limit=2)):
        return None
    reply = Reply(
        paragraphs=(
            _("No dates are open for your place at the moment."),
            _("Your booking stays as it is. Write a note, and the federation looks for another."),
        ),
        question=_("What would you like to do?"),
    )
    note = Option(f"note_booking:{number}", _("Add a note"))
    return Done(reply, (note, PERSON, MINE_OPTION, MENU))


def gone() -> Done:
    """The same for a number of another chat, of nobody, and of one that is over."""
    reply = Reply(
        paragraphs=(_("There is no open booking of that number in this chat."),),
        question=_("What would you like to do?"),
    )
    return Done(reply, (MINE_OPTION, PERSON, MENU))


def wanted(asked: Asked) -> Wish:
    """What the booking is for."""
    booking = owned(asked.answers, asked.context)
    return booking.request.wish if booking else Wish("")


def present(asked: Asked) -> Booking | None:
    return owned(asked.answers, asked.context)


NEW_VISIT = Question(
    key="visit",
    ask=_("Which date suits you better?"),
    expect=FreeVisit(wanted, present=present),
    label=_("Time"),
    why=_("Your present date stays yours until you confirm a new one."),
    hint=_("Please choose one from the list, or write a day. To keep your date, say 'cancel'."),
)


def move(answers: Answers, turn: Turn) -> Outcome:
    """The new place first, or everything stays."""
    booking, slot = owned(answers, turn), answers[NEW_VISIT]
    if booking is None or slot.visit_id is None:
        return gone()
    if booking.state is BookingState.BOOKED and booking.visit and booking.visit.id == slot.visit_id:
        return AskAgain(NEW_VISIT, _("That is your present date. Please choose another."))
    try:
        moved = turn.bookings.move(booking.number, slot.visit_id)
    except SlotTaken:
        return AskAgain(
            NEW_VISIT, _("That place was taken a moment ago. Your present date is still yours.")
        )
    return Done(
        told(moved, _("The date is changed"), turn),
        (Option(f"calendar:{moved.number}", _("Into my calendar")), MINE_OPTION, PERSON, MENU),
    )


@dataclass(frozen=True, slots=True)
class ReallyCancel(YesNo):
    """Asks with the booking in words: 'yes' must be to something."""

    def prompt(self, asked: Asked) -> Text | None:
        booking = owned(asked.answers, asked.context)
        if booking is None:
            return None
        return _("{summary}. Shall I cancel this?").fill(summary=summary(booking))


SURE = Question(
    key="sure",
    ask=_("Shall I cancel this booking?"),
    expect=ReallyCancel(_("Yes, cancel it"), _("No, keep it")),
    label=_("Cancel"),
    why=_("The place goes to somebody else then, so I ask once more."),
    hint=_("Please say 'yes' or 'no'."),
)


def cancel(answers: Answers, turn: Turn) -> Done:
    booking = owned(answers, turn)
    if booking is None:
        return gone()
    if not answers[SURE]:
        kept = Reply(
            paragraphs=(_("Good: nothing has changed."),),
            question=_("What would you like to do next?"),
        )
        return Done(kept, (MINE_OPTION, MENU))
    turn.bookings.cancel(booking.number)
    reply = Reply(
        heading=_("Cancelled"),
        paragraphs=(
            _("Booking {number} is cancelled. The team does not come.").fill(number=booking.number),
            _("You can book again at any time. For a person, say 'human' or call 12345."),
        ),
        question=_("What would you like to do next?"),
    )
    return Done(reply, (Option("booking", _("Book a home visit")), MENU))


MINE = Answerer("mine", mine)
MOVE_BOOKING = Flow(
    name="move_booking",
    title=_("changing the date"),
    questions=(NEW_VISIT,),
    opens=opens_move,
    finish=move,
    review=_("Take this date"),
)
CANCEL_BOOKING = Flow(
    name="cancel_booking",
    title=_("cancelling a booking"),
    questions=(SURE,),
    opens=opens,
    finish=cancel,
)
