"""Import of teams, half-days and streets: upload, look through, take all of it or nothing."""

import asyncio
import json
from collections.abc import Sequence
from io import BytesIO
from itertools import islice
from typing import Any, ClassVar

from aiohttp import web

from bot import sheets
from bot.domain.tickets import NotFound
from bot.domain.visit_import import COLUMNS, EXAMPLES, MOST_LINES, OPTIONAL, Fault, What
from bot.i18n import Text, _
from bot.services import Services
from bot.services.visit_import import Faulty, Planned
from bot.sheets import Record, Unreadable
from bot.web.forms import form_of
from bot.web.table_files import table_file
from bot.web.visit_room import (
    CONFLICT,
    UNPROCESSABLE,
    VisitRoom,
    fields_of,
    member_of,
)

SHOWN = 100
"""Lines of a preview, and faults, on the page; all are looked at."""
NAMES: dict[What, Text] = {
    What.TEAMS: _("Teams"),
    What.VISITS: _("Half-days and group sessions"),
    What.STREETS: _("Streets: where they are, which touch each other"),
}


class VisitImport(VisitRoom):
    """Every handler is behind rules.clerk."""

    said: ClassVar = {"taken": _("Everything was imported.")}

    async def show(self, request: web.Request) -> web.StreamResponse:
        return self._import_page(request)

    async def template(self, request: web.Request) -> web.StreamResponse:
        """An empty file with its heading and an example: what the office fills in."""
        name = request.match_info["name"]
        what = _what(name.partition(".")[0])
        heading = [names[0] for names in COLUMNS[what].values()]
        return table_file(name, heading, EXAMPLES[what])

    async def look(self, request: web.Request) -> web.StreamResponse:
        """The file as it would be taken, and every fault with its line; nothing is changed."""
        form = await form_of(request)
        what = _what(form.words("what"))
        if form.file is None:
            choose = _("Please choose a file first: .csv or .xlsx.")
            return self._import_page(request, fault=choose, status=UNPROCESSABLE, what=what)
        try:
            records = await asyncio.to_thread(_records, form.file, what)
        except Unreadable as wrong:
            return self._import_page(request, fault=wrong.text, status=UNPROCESSABLE, what=what)
        return await self._preview(request, what, records)

    async def take(self, request: web.Request) -> web.StreamResponse:
        """What was looked at a moment ago: looked through once more, then taken whole."""
        member, fields = member_of(request), await fields_of(request)
        what = _what(fields.get("what", ""))
        records = _unpacked(fields.get("records", ""), what)
        try:
            await self._office.write(
                lambda services: services.visit_import.take(what, records, member)
            )
        except Faulty:
            return await self._preview(request, what, records, CONFLICT)
        raise web.HTTPSeeOther("/staff/visits/import?said=taken")

    async def _preview(
        self, request: web.Request, what: What, records: Sequence[Record], status: int = 200
    ) -> web.Response:
        member = member_of(request)
        if not records or len(records) > MOST_LINES:
            wrong = _("The file must have 1 to {count} lines below the heading.")
            return self._import_page(
                request, fault=wrong.fill(count=MOST_LINES), status=UNPROCESSABLE, what=what
            )

        def look(services: Services) -> tuple[list[Planned], list[Fault]]:
            return services.visit_import.look(what, records, member)

        planned, faults = await self._office.read(look)
        return self._import_page(
            request,
            status=UNPROCESSABLE if faults and status == 200 else status,  # noqa: PLR2004
            what=what,
            planned=planned,
            faults=faults,
            records=_packed(records),
        )

    def _import_page(
        self,
        request: web.Request,
        *,
        what: What = What.TEAMS,
        fault: Text | None = None,
        status: int = 200,
        planned: Sequence[Planned] = (),
        faults: Sequence[Fault] = (),
        records: str = "",
    ) -> web.Response:
        return self._page(
            request,
            "visit_import.html",
            fault=fault,
            status=status,
            what=what,
            names=NAMES,
            columns={
                one: [(names[0], key in OPTIONAL[one]) for key, names in COLUMNS[one].items()]
                for one in What
            },
            planned=planned[:SHOWN],
            faults=faults[:SHOWN],
            count=len(planned),
            fault_count=len(faults),
            records=records,
            most=MOST_LINES,
        )


def _records(content: bytes, what: What) -> list[Record]:
    """One more than may be, at most; in a thread, because a workbook takes its time."""
    wanted = sheets.records(BytesIO(content), COLUMNS[what], OPTIONAL[what])
    return list(islice(wanted, MOST_LINES + 1))


def _what(value: str) -> What:
    """Raises NotFound."""
    if value not in list(What):
        raise NotFound
    return What(value)


def _packed(records: Sequence[Record]) -> str:
    """For the form that confirms: what was looked at is what is taken."""
    return json.dumps(
        [[record.line, *record.cells.values()] for record in records], ensure_ascii=False
    )


def _unpacked(packed: str, what: What) -> list[Record]:
    """Raises NotFound: not as `_packed` made it."""
    keys = list(COLUMNS[what])
    try:
        lines: Any = json.loads(packed)
        if not isinstance(lines, list) or not 0 < len(lines) <= MOST_LINES:
            raise NotFound
        return [
            Record(int(line), dict(zip(keys, map(str, cells), strict=True)))
            for line, *cells in lines
        ]
    except (ValueError, TypeError) as error:
        raise NotFound from error
