"""Booking a home visit, for someone who cannot travel to be assessed.

Start at BOOKING, at the bottom: it is the conversation, question by question. The sensitive
questions stand together, so that a chat abroad needs our own page once only.
"""

from bot.dialog import Answers, AskAgain, Asked, Done, Flow, Option, Outcome, Question
from bot.dialog.expect import Choice, IdNumber, PersonName, Phone, Words
from bot.dialog.place import Place, Street
from bot.domain.bookings import AlreadyBooked, Booking, SlotTaken, VisitRequest
from bot.domain.people import KIND_NAMES, mask_address, mask_phone
from bot.domain.visit_needs import ForWhom
from bot.domain.visits import Wish
from bot.i18n import Text, _, verbatim
from bot.messages import Reply
from bot.services import Turn
from handlers.free_visits import FreeVisit, Slot

FOR_WHOM = Question(
    key="for_whom",
    ask=_("Who needs the visit?"),
    expect=Choice({ForWhom.ME: _("Me"), ForWhom.SOMEONE_ELSE: _("Someone I care for")}),
    label=_("Visit for"),
    why=_("Then I know whom to ask for, and whose answers these are."),
    hint=_("Please choose 'me' or 'someone I care for'."),
    changes=("carer",),
)
CARER = Question(
    key="carer",
    ask=_("The team asks for you at the door. What is your own name?"),
    expect=PersonName(),
    label=_("Carer"),
    why=_("The team should know who opens the door."),
    hint=_("Your full name, for example 陈小明."),
    when=lambda answers: answers.get(FOR_WHOM) is ForWhom.SOMEONE_ELSE,
    remember="carer",
)
NAME = Question(
    key="name",
    ask=_("What is the full name of the person to be visited, as on the identity card?"),
    expect=PersonName(),
    label=_("Name"),
    why=_("The doctors write it into the assessment form."),
    hint=_("The full name, for example 陈小明."),
    remember="name",
)
PHONE = Question(
    key="phone",
    ask=_("Which phone number can the team call?"),
    expect=Phone(),
    label=_("Phone"),
    why=_("The team calls if it is late, or if something changes."),
    hint=_("A mobile number has 11 digits, for example 138 0013 8000."),
    remember="phone",
)
PLACE = Question(
    key="place",
    ask=_("Write the district and the street or town, or choose. Where should the team come?"),
    expect=Place(),
    label=_("Place"),
    why=_("Each county has its own team. The place tells me which one comes to you."),
    hint=_("District and street, for example 荔湾区多宝街道."),
    changes=("visit",),
    remember="place",
)
KIND = Question(
    key="kind",
    ask=_("You can skip this if you are not sure. What kind of disability is it about?"),
    expect=Choice(KIND_NAMES),
    label=_("Disability"),
    why=_("A doctor of the right kind has to come. Not everything can be assessed at home."),
    hint=_("Please choose one from the list, or skip it."),
    changes=("visit",),
    sensitive=True,
    optional=True,
)
ID_NUMBER = Question(
    key="id_number",
    ask=_("You can skip this. What is the identity number of the person to be visited?"),
    expect=IdNumber(),
    label=_("ID number"),
    why=_("With it the team can prepare the form. Without it the team asks at the door."),
    hint=_("18 characters, as on the identity card. Or skip it."),
    sensitive=True,
    optional=True,
)
DOOR = Question(
    key="door",
    ask=_("Please write road, house number, floor and room. How does the team find the door?"),
    expect=Words(
        shortest=2, longest=200, mask=mask_address, example=verbatim("多宝路12号3楼302房")
    ),
    label=_("Address"),
    why=_("The team comes to this door."),
    hint=_("Road, house number, floor and room, for example 多宝路12号3楼302房."),
    sensitive=True,
    remember="address",
)


def wanted(asked: Asked) -> Wish:
    """Where, and what is to be assessed."""
    kind = asked.answers.get(KIND)
    return Wish(asked.answers[PLACE].code, frozenset([kind] if kind else ()))


VISIT = Question(
    key="visit",
    ask=_("Which half-day suits you?"),
    expect=FreeVisit(wanted),
    label=_("Time"),
    why=_("The team drives a round: so it is half a day, not an hour."),
    hint=_("Please choose one from the list, or 'any time'."),
)


def book(answers: Answers, turn: Turn) -> Outcome:
    """Everything was confirmed: take the place, or pass on the request."""
    slot, kind = answers[VISIT], answers.get(KIND)
    request = VisitRequest(
        for_whom=answers[FOR_WHOM],
        carer=answers.get(CARER) or "",
        name=answers[NAME],
        phone=answers[PHONE],
        street=answers[PLACE].code,
        kinds=(kind,) if kind else (),
        id_number=answers.get(ID_NUMBER) or "",
        door=answers[DOOR],
        visit_id=slot.visit_id,
    )
    key = f"{turn.who.channel}:{turn.event_id}:{request.digest()}"
    try:
        if slot.visit_id is None:
            return requested(turn.bookings.request(request, key), answers[PLACE])
        return booked(turn.bookings.book(request, key), answers[PLACE])
    except SlotTaken:
        return AskAgain(
            VISIT, _("That place was taken a moment ago. I kept all your other answers.")
        )
    except AlreadyBooked as there:
        return already(there.booking, turn)


def sends(answers: Answers) -> Text:
    """A request is not called a booking."""
    return _("Book it") if answers[VISIT].visit_id is not None else _("Send the request")


def booked(booking: Booking, place: Street) -> Done:
    """Number, what, when, where, what next, how to change, whom to ask (rule C20)."""
    when = Slot.of(booking.visit).words() if booking.visit else Slot().words()
    reply = Reply(
        heading=_("Booked: home visit for an assessment"),
        items=(*facts(booking, place), _("When: {when}").fill(when=when)),
        paragraphs=(
            _("I remind you here at 10 in the morning of the day before."),
            *have_ready(booking),
            _("The doctors assess at home. Whether a certificate follows is decided after that."),
            *ways_on(),
        ),
        question=_("What would you like to do next?"),
    )
    return Done(reply, options_after(booking))


def requested(booking: Booking, place: Street) -> Done:
    """Plainly: nothing is booked yet."""
    reply = Reply(
        heading=_("Passed on. This is a request, not a booking yet"),
        items=facts(booking, place),
        paragraphs=(
            _("The county federation reads it and calls {phone} to agree on a day.").fill(
                phone=verbatim(mask_phone(booking.request.phone))
            ),
            _("Not every place can offer home visits. The federation tells you what it can do."),
            *have_ready(booking),
            *ways_on(),
        ),
        question=_("What would you like to do next?"),
    )
    return Done(reply, options_after(booking))


def already(booking: Booking, turn: Turn) -> Done:
    """One live booking a person; another chat's is not shown here."""
    if booking.conversation_id == turn.conversation_id:
        said = _(
            "There is already a booking for this person, number {number}. I made no second one. "
            "You can move or cancel it below."
        ).fill(number=booking.number)
        options = options_after(booking)
    else:
        said = _(
            "There is already a booking for this person, made in another chat. "
            "A person can help you with it."
        )
        options = (Option("human", _("Talk to a person")), Option("_menu", _("Main menu")))
    return Done(Reply(paragraphs=(said,), question=_("What would you like to do next?")), options)


def facts(booking: Booking, place: Street) -> tuple[Text, ...]:
    """Number and place, the address masked (rule C14)."""
    where = _("{place}, {door}").fill(
        place=verbatim(place.name), door=verbatim(mask_address(booking.request.door))
    )
    return (
        _("Your number: {number}").fill(number=booking.number),
        _("Where: {where}").fill(where=where),
    )


def have_ready(booking: Booking) -> tuple[Text, ...]:
    """Measures for the Administration of Disability Certificates (2017), Art. 9 and 17."""
    ready = _("Please have ready: identity card, household register, and medical papers if any.")
    cost = _("Whether the assessment costs something differs. The federation of your county knows.")
    if not any(kind.needs_guardian for kind in booking.request.kinds):
        return (ready, cost)
    guardian = _("The legal guardian should be there, with proof of being the guardian.")
    return (ready, guardian, cost)


def ways_on() -> tuple[Text, ...]:
    return (
        _("To move or cancel it, write 'my bookings'."),
        _("For a person, say 'human' here, or call 12345."),
    )


def options_after(booking: Booking) -> tuple[Option, ...]:
    return (
        Option(f"mine:{booking.number}", _("Move or cancel it")),
        Option("policy:topic:home", _("About home visits")),
        Option("human", _("Talk to a person")),
        Option("_menu", _("Main menu")),
    )


BOOKING = Flow(
    name="booking",
    title=_("booking a home visit"),
    opening=_(
        "A home visit is for people who cannot travel to the assessment. "
        "I ask up to nine questions. You can say 'back' or 'cancel' at any time."
    ),
    questions=(FOR_WHOM, CARER, NAME, PHONE, PLACE, KIND, ID_NUMBER, DOOR, VISIT),
    finish=book,
    review=sends,
)
