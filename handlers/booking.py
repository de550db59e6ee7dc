"""Booking an assessment: a visit at home, or a place in a group session near by.

Start at BOOKING, at the bottom: it is the conversation. The questions: booking_questions.py.
Where nothing is free there is the waiting list; where a county takes requests only, staff
propose a date. No date is ever promised that no office opened.
"""

from bot.dialog import Answers, AskAgain, Asked, Done, Flow, Option, Outcome, Question
from bot.domain.bookings import AlreadyBooked, Booking, SlotTaken, VisitRequest
from bot.domain.people import mask_phone
from bot.domain.visit_needs import Call, ForWhom
from bot.domain.visits import Mode, VisitKind, Wish
from bot.i18n import Text, _, verbatim
from bot.messages import Link, Reply
from bot.services import Turn, booking_words
from handlers.booking_people import AGREED, PERSON, WHOM, profile
from handlers.booking_questions import (
    CALL,
    CARER,
    CHILD_NAME,
    DOOR,
    DOOR_IS,
    ID_NUMBER,
    KINDS,
    NAME,
    NEEDED,
    OF_THE_PERSON,
    PHONE,
    PLACE,
    PURPOSE,
    RESIDENCE,
    TRAVEL,
)
from handlers.booking_ready import checklist_page, have_ready
from handlers.booking_told import facts, ways_on
from handlers.free_visits import FreeVisit, Slot


def _wish(asked: Asked, kind: VisitKind) -> Wish:
    chosen = asked.answers.get(KINDS)
    those = chosen.those if chosen else ()
    return Wish(asked.answers[PLACE].code, frozenset(those), kind)


VISIT = Question(
    key="visit",
    ask=_("Which half-day suits you?"),
    expect=FreeVisit(lambda asked: _wish(asked, VisitKind.HOME)),
    label=_("Time"),
    why=_("The team drives a round: so it is half a day, not an hour."),
    hint=_("Please choose one from the list, write a day, or say 'any time'."),
)
SESSION = Question(
    key="visit",
    ask=_("Which group session suits you?"),
    expect=FreeVisit(lambda asked: _wish(asked, VisitKind.GROUP)),
    label=_("Time"),
    why=_("Several people are assessed on one day at one place, near where they live."),
    hint=_("Please choose one from the list, write a day, or say 'any time'."),
)


def book(answers: Answers, turn: Turn) -> Outcome:
    """Everything was confirmed: take the place, join the list, or pass on the request."""
    return _made(answers, turn, VISIT, VisitKind.HOME)


def book_session(answers: Answers, turn: Turn) -> Outcome:
    return _made(answers, turn, SESSION, VisitKind.GROUP)


def _made(answers: Answers, turn: Turn, visit: Question[Slot], kind: VisitKind) -> Outcome:
    slot = answers[visit]
    request = _request(answers, slot, kind)
    key = f"{turn.who.channel}:{turn.event_id}:{request.digest()}"
    known = (PERSON, profile(answers, request.name, OF_THE_PERSON))
    try:
        if slot.visit_id is not None:
            booking = turn.bookings.book(request, key)
            return Done(booked(booking, turn, answers.language), options_after(booking), (known,))
        if slot.waits:
            booking = turn.bookings.wait(request, key, halves=slot.halves)
            return Done(listed(booking, turn), options_after(booking), (known,))
        booking = turn.bookings.request(request, key)
        return Done(requested(booking, turn, answers.language), options_after(booking), (known,))
    except SlotTaken:
        return AskAgain(
            visit,
            _("That place was taken a moment ago. I kept all your other answers."),
        )
    except AlreadyBooked as there:
        return already(there.booking, turn)


def _request(answers: Answers, slot: Slot, kind: VisitKind) -> VisitRequest:
    kinds, needs, door_is = answers.get(KINDS), answers.get(NEEDED), answers.get(DOOR_IS)
    return VisitRequest(
        for_whom=answers[WHOM],
        carer=answers.get(CARER) or "",
        name=answers[CHILD_NAME if answers[WHOM] is ForWhom.CHILD else NAME],
        phone=answers[PHONE],
        street=answers[PLACE].code,
        kinds=kinds.those if kinds else (),
        id_number=answers.get(ID_NUMBER) or "",
        door=answers.get(DOOR) or "",
        visit_id=slot.visit_id,
        visit_kind=kind,
        travel=answers.get(TRAVEL),
        purpose=answers[PURPOSE],
        residence=answers.get(RESIDENCE),
        call=answers.get(CALL) or Call.ANY,
        needs=needs.those if needs else (),
        needs_more=needs.words if needs else "",
        door_is=door_is.those if door_is else (),
        door_more=door_is.words if door_is else "",
    )


def sends(answers: Answers) -> Text:
    """A request is not called a booking."""
    slot = answers[VISIT]
    if slot.visit_id is not None:
        return _("Book it")
    return _("Put me on the list") if slot.waits else _("Send the request")


def booked(booking: Booking, turn: Turn, language: str) -> Reply:
    """Number, what, when, where, what next, how to change, whom to ask (rule C20)."""
    assert booking.visit is not None  # noqa: S101 - it was booked a line before
    group = booking.kind is VisitKind.GROUP
    page = checklist_page(booking, turn, language)
    return Reply(
        heading=(
            _("Booked: a place in a group session")
            if group
            else _("Booked: home visit for an assessment")
        ),
        items=facts(booking, turn),
        paragraphs=(
            *booking_words.venue(booking.visit),
            _("I remind you here before it, once a day at most."),
            *have_ready(booking, turn),
            _("Whether a certificate follows is decided after the assessment."),
            *ways_on(booking, turn),
        ),
        link=Link(page, _("What to have ready, to print:")) if page else None,
        question=_("What would you like to do next?"),
    )


def listed(booking: Booking, turn: Turn) -> Reply:
    """On the waiting list: what happens next, and that nothing is booked."""
    return Reply(
        heading=_("You are on the waiting list. Nothing is booked yet"),
        items=facts(booking, turn),
        paragraphs=(
            _("When a place is free, I ask you here and hold it for a day."),
            *ways_on(booking, turn),
        ),
        question=_("What would you like to do next?"),
    )


def requested(booking: Booking, turn: Turn, language: str) -> Reply:
    """Plainly: nothing is booked yet."""
    proposes = turn.visits.county(booking.region).mode is Mode.REQUESTS
    text_only = booking.request.call is Call.TEXT
    if proposes or text_only:
        then = _("The county federation reads it and proposes a date here. You say yes or no.")
    else:
        then = _("The county federation reads it and calls {phone} to agree on a day.").fill(
            phone=verbatim(mask_phone(booking.request.phone))
        )
    page = checklist_page(booking, turn, language)
    return Reply(
        heading=_("Passed on. This is a request, not a booking yet"),
        items=facts(booking, turn),
        paragraphs=(
            then,
            _("Not every place can offer home visits. The federation tells you what it can do."),
            *have_ready(booking, turn),
            *ways_on(booking, turn),
        ),
        link=Link(page, _("What to have ready, to print:")) if page else None,
        question=_("What would you like to do next?"),
    )


def already(booking: Booking, turn: Turn) -> Done:
    """One live booking a person; another chat's is not shown here."""
    if turn.bookings.mine_numbered(turn.conversation_id, booking.number):
        said = _(
            "There is already a booking for this person, number {number}. I made no second one. "
            "You can move or cancel it below."
        ).fill(number=booking.number)
        options = options_after(booking)
    else:
        said = _(
            "There is already a booking for this person, made in another chat. Whoever made it "
            "can give you a code, with which you see it here too. Or a person helps you."
        )
        options = (
            Option("join", _("I have a code")),
            Option("human", _("Talk to a person")),
            Option("_menu", _("Main menu")),
        )
    return Done(Reply(paragraphs=(said,), question=_("What would you like to do next?")), options)


def options_after(booking: Booking) -> tuple[Option, ...]:
    options = [Option(f"mine:{booking.number}", _("My booking"))]
    if booking.visit is not None:
        options.append(Option(f"calendar:{booking.number}", _("Into my calendar")))
    return (
        *options,
        Option(f"invite:{booking.number}", _("Let family see it too")),
        Option("human", _("Talk to a person")),
        Option("_menu", _("Main menu")),
    )


BOOKING = Flow(
    name="booking",
    title=_("booking a home visit"),
    opening=_(
        "A home visit is for people who cannot travel to the assessment. It takes about five "
        "minutes; much is one tap, and some can be skipped. You can say 'back' or 'cancel'."
    ),
    questions=(
        TRAVEL,
        PURPOSE,
        RESIDENCE,
        WHOM,
        AGREED,
        CARER,
        NAME,
        PHONE,
        CALL,
        PLACE,
        CHILD_NAME,
        KINDS,
        ID_NUMBER,
        DOOR,
        DOOR_IS,
        NEEDED,
        VISIT,
    ),
    finish=book,
    review=sends,
)
GROUP_SESSION = Flow(
    name="group_session",
    title=_("booking a group session"),
    opening=_(
        "In a group session many people are assessed on one day, at a place near them. "
        "It takes about four minutes. You can say 'back' or 'cancel'."
    ),
    questions=(
        PURPOSE,
        RESIDENCE,
        WHOM,
        AGREED,
        CARER,
        NAME,
        PHONE,
        CALL,
        PLACE,
        CHILD_NAME,
        KINDS,
        ID_NUMBER,
        NEEDED,
        SESSION,
    ),
    finish=book_session,
    review=sends,
)
