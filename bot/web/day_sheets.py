"""The day sheet as a page and as a PDF, and the outcome of each visit: what an assessor needs."""

import asyncio
from typing import ClassVar

from aiohttp import web

from bot.domain.bookings import NOTE_KINDS, VisitOutcome
from bot.domain.people import KIND_NAMES, phone_to_read
from bot.domain.rounds import By
from bot.domain.staff import Role
from bot.domain.visit_needs import CALLS, DOORS, NEEDS, PURPOSES
from bot.domain.visit_sheets import DaySheet, SheetLine
from bot.domain.visits import HALVES, VisitKind
from bot.i18n import Text, Translator, _, ngettext, verbatim
from bot.services import Services
from bot.web.day_sheet_pdf import Sheet, SheetStop, pdf
from bot.web.forms import number_in
from bot.web.office import Office
from bot.web.pages import Pages
from bot.web.visit_room import (
    CONFLICT,
    OUTCOMES,
    UNPROCESSABLE,
    VisitRoom,
    fields_of,
    member_of,
)

LONGEST_WORDS = 500
ORDERS: dict[By, Text] = {
    By.COORDINATES: _("The order is the shortest way as the crow flies, {km} km."),
    By.NEIGHBOURS: _("The order follows the streets that touch each other."),
    By.CODES: _("The order follows the numbers of the streets. You know the roads better."),
}


class DaySheets(VisitRoom):
    """Behind rules.member: an assessor reaches their own teams' sheets, and no others."""

    said: ClassVar = {
        "recorded": _("The outcome is recorded."),
        "moved-on": _("The outcome is recorded, and the application moved on."),
    }

    def __init__(self, office: Office, pages: Pages) -> None:
        super().__init__(office, pages)
        self._drawing = asyncio.Lock()

    async def show(self, request: web.Request) -> web.StreamResponse:
        return await self._sheet_page(request)

    async def pdf(self, request: web.Request) -> web.StreamResponse:
        member, visit_id = member_of(request), number_in(request.match_info["id"])

        def look(services: Services) -> tuple[DaySheet, Sheet]:
            found = services.day_sheets.of(visit_id, member)
            spoken = self._pages.translator(member.language)
            return found, printed(found, services, spoken)

        found, sheet = await self._office.write(look)
        async with self._drawing:  # reportlab's fonts are shared by all that is drawn
            content = await asyncio.to_thread(pdf, sheet)
        name = f"sheet-{found.visit.team_id}-{found.visit.day}-{found.visit.half}.pdf"
        return web.Response(
            body=content,
            content_type="application/pdf",
            headers={"Content-Disposition": f'inline; filename="{name}"'},
        )

    async def outcome(self, request: web.Request) -> web.StreamResponse:
        """Of one person of the round, from the sheet's page."""
        member, fields = member_of(request), await fields_of(request)
        visit_id, number = number_in(request.match_info["id"]), request.match_info["number"]
        if fields.get("outcome") not in list(VisitOutcome):
            choose = _("Please choose what came of the visit.")
            return await self._sheet_page(request, choose, UNPROCESSABLE)
        outcome = VisitOutcome(fields["outcome"])
        words = fields.get("words", "")[:LONGEST_WORDS]
        known = f"booked-{visit_id}"

        def record(services: Services) -> bool:
            _booking, stage = services.desk.record_outcome(number, known, outcome, words, member)
            return stage is not None

        try:
            moved = await self._office.write(record)
        except ValueError:
            early = _("The visit has not been yet: its outcome can be entered on its day.")
            return await self._sheet_page(request, early, CONFLICT)
        said = "moved-on" if moved else "recorded"
        raise web.HTTPSeeOther(f"/staff/half-days/{visit_id}/sheet?said={said}#b-{number}")

    async def _sheet_page(
        self, request: web.Request, fault: Text | None = None, status: int = 200
    ) -> web.Response:
        member, visit_id = member_of(request), number_in(request.match_info["id"])

        def look(services: Services) -> web.Response:
            found = services.day_sheets.of(visit_id, member)
            spoken = self._pages.translator(member.language)
            return self._page(
                request,
                "day_sheet.html",
                fault=fault,
                status=status,
                found=found,
                sheet=printed(found, services, spoken),
                visit=found.visit,
                is_held=found.visit.day <= services.visit_weeks.today,
                longest=LONGEST_WORDS,
                may_change=member.role is not Role.ASSESSOR,
            )

        return await self._office.write(look)


def printed(found: DaySheet, services: Services, spoken: Translator) -> Sheet:
    """In the reader's language: the same words on paper and on the page."""
    visit = found.visit
    title = _("Day sheet: {team}").fill(team=verbatim(found.team.name)).to(spoken)
    when = _("{day}, {half}").fill(day=visit.day, half=HALVES[visit.half])
    many = ngettext("{count} person", "{count} people", len(found.lines))
    intro = [
        _("{when}{starts}, {many}")
        .fill(when=when, starts=verbatim(f" {visit.starts}" if visit.starts else ""), many=many)
        .to(spoken)
    ]
    if visit.kind is VisitKind.GROUP:
        intro.append(visit.venue)
    elif len(found.lines) > 1:
        kilometres = "" if found.metres is None else f"{found.metres / 1000:.1f}"
        intro.append(ORDERS[found.by].fill(km=kilometres).to(spoken))
    boxes = [OUTCOMES[one].to(spoken) for one in VisitOutcome]
    foot = _("{title}. Personal data: take it back to the office, or shred it.")
    return Sheet(
        language=spoken.language.replace("_", "-"),
        title=title,
        intro=intro,
        stops=[_stop(at, one, services, spoken) for at, one in enumerate(found.lines, start=1)],
        boxes=boxes,
        notes=_("Note:").to(spoken),
        empty=_("Nobody has a place here yet.").to(spoken),
        foot=foot.fill(title=verbatim(title)).to(spoken),
    )


def _stop(at: int, line: SheetLine, services: Services, spoken: Translator) -> SheetStop:
    told = line.booking.request
    comma = ", " if spoken.language == "en" else "、"

    def joined(texts: list[Text]) -> str:
        return comma.join(text.to(spoken) for text in texts)

    def pair(what: Text, more: Text) -> str:
        return _("{what}: {more}").fill(what=what, more=more).to(spoken)

    kinds = joined([KIND_NAMES[kind] for kind in told.kinds]) or _("not sure").to(spoken)
    place = f"{services.regions.full_name(told.street)} {told.door}".strip()
    facts = [
        (_("Phone"), pair(verbatim(phone_to_read(told.phone)), CALLS[told.call])),
        (_("Address"), place),
        (_("The door"), comma.join(filter(None, [
            joined([DOORS[one] for one in told.door_is]), told.door_more,
        ]))),
        (_("To assess"), pair(verbatim(kinds), PURPOSES[told.purpose])),
        (_("Is there"), told.carer),
        (_("Number"), line.booking.number),
    ]  # fmt: skip
    remarks = [NEEDS[need].to(spoken) for need in told.needs]
    if told.needs_more:
        remarks.append(told.needs_more)
    if told.is_child(services.visit_weeks.today):
        remarks.append(_("A child under 14: the guardian must be there.").to(spoken))
    for note in line.notes:
        about = NOTE_KINDS[note.what]
        remarks.append(pair(about, verbatim(note.words)) if note.words else about.to(spoken))
    return SheetStop(
        title=f"{at}. {told.name}",
        facts=[(name.to(spoken), words) for name, words in facts if words],
        remarks=remarks,
    )
