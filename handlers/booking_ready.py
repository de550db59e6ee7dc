"""What to have ready for one's own assessment, and why somebody may not have a visit."""

from bot.dialog import Answered, Answerer, Option, Request
from bot.domain.bookings import Booking
from bot.domain.people import DisabilityKind
from bot.domain.visit_needs import MAJORITY, ForWhom, Purpose, Residence, age_of
from bot.domain.visit_reminders import day_of
from bot.i18n import Text, _
from bot.messages import Reply
from bot.services import Turn
from bot.services.checklists import page

PERSON = Option("human", _("Talk to a person"))
MENU = Option("_menu", _("Main menu"))
SESSIONS = Option("group_session", _("A group session near me"))
HOSPITALS = Option("policy:assess.where", _("Where hospitals assess"))

ARTICLE_11 = _("Measures for the Administration of Disability Certificates (2017), Art. 11")
_ON_LIST: dict[DisabilityKind, str] = {
    DisabilityKind.PHYSICAL: "body",
    DisabilityKind.VISION: "sight",
    DisabilityKind.HEARING: "hearing",
    DisabilityKind.SPEECH: "hearing",
    DisabilityKind.INTELLECTUAL: "mind",
    DisabilityKind.MENTAL: "mind",
}
"""Kinds as the personal list speaks of them (content/checklist.yaml)."""
_WHAT = {Purpose.FIRST: "first", Purpose.RENEW: "renew", Purpose.CHANGE: "change"}
_HOUSEHOLD = {
    Residence.HERE: "here",
    Residence.PROVINCE: "province",
    Residence.PERMIT: "away",
    Residence.AWAY: "away",
}


def have_ready(booking: Booking, turn: Turn) -> tuple[Text, ...]:
    """Measures for the Administration of Disability Certificates (2017), Art. 9 and 17."""
    ready = _("Please have ready: identity card, household register, and medical papers if any.")
    cost = _("Whether the assessment costs something differs. The federation of your county knows.")
    minor = _is_minor(booking, turn)
    if not minor and not any(kind.needs_guardian for kind in booking.request.kinds):
        return (ready, cost)
    guardian = _("The legal guardian should be there, with proof of being the guardian.")
    return (ready, guardian, cost)


def checklist_page(booking: Booking, turn: Turn, language: str) -> str:
    """The address of this very person's list; '' where this chat can open none."""
    request = booking.request
    kinds = {_ON_LIST[kind] for kind in request.kinds if kind in _ON_LIST}
    about = {
        "what": _WHAT[request.purpose],
        "age": "child" if _is_minor(booking, turn) else "adult",
        "kind": kinds.pop() if len(kinds) == 1 else "unsure",
        "household": _HOUSEHOLD[request.residence or Residence.HERE],
        "travel": "no" if booking.kind == "home" else "yes",
        "who": "self" if request.for_whom is ForWhom.ME else "other",
    }
    return turn.address_of(page(about, language))


def _is_minor(booking: Booking, turn: Turn) -> bool:
    today = day_of(turn.now)
    years = age_of(booking.request.id_number, today)
    return booking.request.is_child(today) or (years is not None and years < MAJORITY)


def no_visit(request: Request, turn: Turn) -> Answered:
    """Why not, and the next best."""
    if request.argument == "can_travel":
        said: tuple[Text, ...] = (
            _("Home visits are only for people who cannot travel at all."),
            _("For others there are group sessions near home, and the assessing hospitals."),
            _("If it becomes too hard after all, you can ask for a visit at any time."),
        )
        options: tuple[Option, ...] = (SESSIONS, HOSPITALS, PERSON, MENU)
    elif request.argument == "agreement":
        said = (
            _("Without the person's agreement I ask nothing about them, and nothing is kept."),
            _("They can write here themselves. For a child under 14 the guardian can."),
        )
        options = (PERSON, Option("policy:apply.guardian", _("About guardians")), MENU)
    else:
        said = (
            _("The certificate comes from where the household is registered."),
            _("With a residence permit of Guangdong you can apply here. Without, ask there."),
        )
        options = (Option("policy:cross.how", _("Across provinces")), PERSON, MENU)
    reply = Reply(
        heading=(
            _("Not without agreement")
            if request.argument == "agreement"
            else _("A visit is not possible here")
        ),
        paragraphs=said,
        sources=(ARTICLE_11,) if request.argument == "can_travel" else (),
        question=_("What would you like to do?"),
    )
    return Answered(reply, options)


NO_VISIT = Answerer("no_visit", no_visit)
