"""What the pages on visits share: the words for what is stored, reading of forms, answers."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from aiohttp import web

from bot.domain.bookings import NOTE_KINDS, BookingState, VisitOutcome
from bot.domain.calendar import DayKind
from bot.domain.people import (
    KIND_NAMES,
    mask_address,
    mask_id,
    mask_name,
    mask_phone,
    phone_to_read,
)
from bot.domain.staff import Member
from bot.domain.visit_needs import CALLS, DOORS, FOR_WHOM, NEEDS, PURPOSES, RESIDENCES, TRAVELS
from bot.domain.visit_reasons import WHYS, said
from bot.domain.visit_weeks import LONGEST_REASON
from bot.domain.visits import HALVES, Mode, VisitKind
from bot.i18n import Text, _
from bot.services.desk_reading import version_of
from bot.web.forms import form_of
from bot.web.guard import SESSION
from bot.web.office import Office
from bot.web.pages import Pages

VISIT_KINDS: dict[VisitKind, Text] = {
    VisitKind.HOME: _("at home"),
    VisitKind.GROUP: _("group session"),
}
BOOKING_STATES: dict[BookingState, Text] = {
    BookingState.BOOKED: _("booked"),
    BookingState.REQUESTED: _("requested"),
    BookingState.WAITING: _("on the waiting list"),
    BookingState.OFFERED: _("a place is held"),
    BookingState.CANCELLED: _("cancelled"),
    BookingState.DONE: _("done"),
}
OUTCOMES: dict[VisitOutcome, Text] = {
    VisitOutcome.ASSESSED: _("assessed"),
    VisitOutcome.NOT_AT_HOME: _("not at home"),
    VisitOutcome.REFUSED: _("refused"),
    VisitOutcome.TO_REPEAT: _("to repeat"),
}
DAY_KINDS: dict[DayKind, Text] = {
    DayKind.WORKDAY: _("working day"),
    DayKind.WEEKEND: _("weekend"),
    DayKind.HOLIDAY: _("holiday"),
    DayKind.MAKE_UP: _("make-up working day"),
    DayKind.UNKNOWN: _("may become a holiday"),
}
CHANGES: dict[str, Text] = {
    "made": _("made"),
    "moved": _("moved"),
    "cancelled": _("cancelled"),
    "offered": _("a place was offered"),
    "accepted": _("accepted"),
    "declined": _("declined"),
    "expired": _("not answered in time"),
    "withdrawn": _("taken back"),
    "done": _("done"),
    "repeated": _("has to be visited again"),
    "closed": _("the half-day was closed"),
}
URGENCIES: dict[int, Text] = {0: _("normal"), 1: _("soon"), 2: _("urgent")}
MODES: dict[Mode, Text] = {
    Mode.VISITS: _("opens visits that can be booked"),
    Mode.REQUESTS: _("takes requests, staff propose a date"),
}
WORDS: dict[str, Any] = {
    "visit_kinds": VISIT_KINDS,
    "booking_states": BOOKING_STATES,
    "outcomes": OUTCOMES,
    "day_kinds": DAY_KINDS,
    "changes": CHANGES,
    "urgencies": URGENCIES,
    "modes": MODES,
    "note_kinds": NOTE_KINDS,
    "halves": HALVES,
    "kind_names": KIND_NAMES,
    "purposes": PURPOSES,
    "calls": CALLS,
    "needs": NEEDS,
    "doors": DOORS,
    "for_whom": FOR_WHOM,
    "travels": TRAVELS,
    "residences": RESIDENCES,
    "whys": WHYS,
    "mask_name": mask_name,
    "mask_phone": mask_phone,
    "phone_to_read": phone_to_read,
    "mask_id": mask_id,
    "mask_address": mask_address,
    "version_of": version_of,
}
"""Every template on visits may use these."""

UNPROCESSABLE = 422
CONFLICT = 409


class VisitRoom:
    """A page's answer, and its form. `said` are the sentences that a `?said=` may show."""

    said: ClassVar[Mapping[str, Text]] = {}

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office = office
        self._pages = pages

    def _page(
        self,
        request: web.Request,
        template: str,
        *,
        fault: Text | None = None,
        status: int = 200,
        **values: Any,
    ) -> web.Response:
        session = request[SESSION]
        said = self.said.get(request.query.get("said", "")) if fault is None else None
        return self._pages.of_member(
            session,
            template,
            status=status,
            said=said,
            fault=fault,
            **{**WORDS, **values},
        )


def member_of(request: web.Request) -> Member:
    return request[SESSION].member


def day_in(words: str) -> date | None:
    """As a date field sends it; None: not given, or no date."""
    try:
        return date.fromisoformat(words.strip())
    except ValueError:
        return None


async def fields_of(request: web.Request) -> dict[str, str]:
    """The form's plain fields, trimmed; of several with one name the first."""
    form = await form_of(request)
    return {name: form.words(name) for name in form.fields}


async def all_of(request: web.Request, name: str) -> Sequence[str]:
    """All values of one name: checkboxes."""
    return (await form_of(request)).many.get(name, [])


def why_of(fields: Mapping[str, str]) -> Text | None:
    """The reason that a form gives; None: nothing was said."""
    try:
        return said(fields.get("why", ""), fields.get("more", "")[:LONGEST_REASON])
    except ValueError:
        return None
