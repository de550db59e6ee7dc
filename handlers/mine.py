"""My bookings: what is booked in this chat, moving it, cancelling it.

A number opens something only in the chat in which it was booked.
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
from bot.domain.bookings import Booking, SlotTaken
from bot.domain.people import mask_name
from bot.domain.visits import Wish
from bot.i18n import Text, _, verbatim
from bot.messages import Reply
from bot.services import Turn
from handlers.free_visits import FreeVisit, Slot

PERSON = Option("human", _("Talk to a person"))
MENU = Option("_menu", _("Main menu"))


def mine(request: Request, turn: Turn) -> Answered:
    """All live bookings of this chat, or the one that the argument names."""
    bookings = turn.bookings.mine(turn.conversation_id)
    named = [booking for booking in bookings if booking.number == request.argument]
    if named or len(bookings) == 1:
        return one(named[0] if named else bookings[0])
    if not bookings:
        return none_here()
    options = tuple(
        Option(f"mine:{booking.number}", verbatim(booking.number), summary(booking))
        for booking in bookings
    )
    reply = Reply(heading=_("Your bookings"), question=_("Which one is it about?"))
    return Answered(reply, (*options, MENU))


def none_here() -> Answered:
    reply = Reply(
        paragraphs=(
            _("There is no open booking in this chat."),
            _("If you booked elsewhere, look there, or say 'human' for a person."),
        ),
        question=_("What would you like to do?"),
    )
    return Answered(reply, (Option("booking", _("Book a home visit")), PERSON, MENU))


def one(booking: Booking) -> Answered:
    """What it is, and what can be done with it."""
    items = [_("Your number: {number}").fill(number=booking.number), summary(booking)]
    note = (
        _("I remind you here at 10 in the morning of the day before.")
        if booking.visit
        else _("Nothing is booked yet: the county federation calls to agree on a day.")
    )
    move = _("Another date") if booking.visit else _("Choose a date")
    return Answered(
        Reply(
            heading=_("Your home visit"),
            items=tuple(items),
            paragraphs=(note,),
            question=_("What would you like to do?"),
        ),
        (
            Option(f"move_booking:{booking.number}", move),
            Option(f"cancel_booking:{booking.number}", _("Cancel it")),
            PERSON,
            MENU,
        ),
    )


def summary(booking: Booking) -> Text:
    """Who (masked), and when."""
    return _("{name}: {when}").fill(
        name=verbatim(mask_name(booking.request.name)), when=when(booking)
    )


def when(booking: Booking) -> Text:
    return Slot.of(booking.visit).words() if booking.visit else _("requested, no date yet")


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
    if turn.visits.bookable(booking.request.wish, limit=1):
        return None
    reply = Reply(
        paragraphs=(
            _("No dates are open for your place at the moment."),
            _("Your booking stays as it is. A person can look for another way."),
        ),
        question=_("What would you like to do?"),
    )
    return Done(reply, (PERSON, Option("mine", _("My bookings")), MENU))


def gone() -> Done:
    """The same for a number of another chat, of nobody, and of one that is over."""
    reply = Reply(
        paragraphs=(_("There is no open booking of that number in this chat."),),
        question=_("What would you like to do?"),
    )
    return Done(reply, (Option("mine", _("My bookings")), PERSON, MENU))


def wanted(asked: Asked) -> Wish:
    """The booking's street and kind."""
    booking = owned(asked.answers, asked.context)
    return booking.request.wish if booking else Wish("")


NEW_VISIT = Question(
    key="visit",
    ask=_("Which half-day suits you better?"),
    expect=FreeVisit(wanted, may_be_any=False),
    label=_("Time"),
    why=_("Your present date stays yours until you confirm a new one."),
    hint=_("Please choose one from the list. To keep your date, say 'cancel'."),
)


def move(answers: Answers, turn: Turn) -> Outcome:
    """The new place first, or everything stays."""
    booking, slot = owned(answers, turn), answers[NEW_VISIT]
    if booking is None or slot.visit_id is None:
        return gone()
    if booking.visit and booking.visit.id == slot.visit_id:
        return AskAgain(NEW_VISIT, _("That is your present date. Please choose another."))
    try:
        moved = turn.bookings.move(booking.number, slot.visit_id)
    except SlotTaken:
        return AskAgain(
            NEW_VISIT, _("That place was taken a moment ago. Your present date is still yours.")
        )
    reply = Reply(
        heading=_("The date is changed"),
        items=(
            _("Your number: {number}").fill(number=moved.number),
            _("When: {when}").fill(when=when(moved)),
        ),
        paragraphs=(
            _("I remind you here at 10 in the morning of the day before."),
            _("For a person, say 'human' here, or call 12345."),
        ),
        question=_("What would you like to do next?"),
    )
    return Done(reply, (Option("mine", _("My bookings")), PERSON, MENU))


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
        return Done(kept, (Option("mine", _("My bookings")), MENU))
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
    review=_("Change the date"),
)
CANCEL_BOOKING = Flow(
    name="cancel_booking",
    title=_("cancelling a booking"),
    questions=(SURE,),
    opens=opens,
    finish=cancel,
)
