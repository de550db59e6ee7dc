"""Importing a spreadsheet of applications: upload, name the columns, look, do, undo."""

import asyncio
from io import BytesIO
from typing import Any

from aiohttp import web

from bot.domain.application_rows import FIELDS, Action
from bot.i18n import Text, _, translator
from bot.sheets import CSV_TYPE, Unreadable, csv_bytes, rows
from bot.web.applications import FIELD_NAMES
from bot.web.forms import form_of, number_in
from bot.web.guard import SESSION
from bot.web.office import Office
from bot.web.pages import Pages

HOME = "/staff/applications/imports"
STATES: dict[str, Text] = {
    "mapping": _("Columns to be named"),
    "checking": _("Being checked"),
    "faulty": _("Has faults"),
    "ready": _("Checked, ready to import"),
    "running": _("Being imported"),
    "done": _("Imported"),
    "undoing": _("Being undone"),
    "undone": _("Undone"),
    "failed": _("Not imported"),
}
ACTIONS: dict[str, Text] = {
    Action.MAKE: _("new"),
    Action.MOVE: _("another stage"),
    Action.CHANGE: _("other data"),
    Action.SAME: _("unchanged"),
}
NEEDED = _("The stage and one of the two numbers need a column.")


class Imports:
    """Every handler is behind rules.clerk."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office = office
        self._pages = pages

    async def list(self, request: web.Request) -> web.StreamResponse:
        return await self._list(request)

    async def _list(
        self, request: web.Request, *, fault: Text | None = None, status: int = 200
    ) -> web.StreamResponse:
        member = request[SESSION].member
        found = await self._office.read(lambda services: services.application_imports.all(member))
        return self._pages.of_member(
            request[SESSION],
            "imports.html",
            status=status,
            found=found,
            fault=fault,
            import_states=STATES,
            names=FIELD_NAMES,
        )

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Raises HTTPSeeOther to the new import; a file that cannot be read is explained."""
        member, form = request[SESSION].member, await form_of(request)
        content, name = form.file, form.file_name
        if content is None or not name:
            return await self._list(request, fault=_("Please choose a file first."), status=409)
        try:
            columns, total = await asyncio.to_thread(_look, content)
        except Unreadable as unreadable:
            return await self._list(request, fault=unreadable.text, status=409)
        import_id = await self._office.write(
            lambda services: services.application_imports.begin(
                name, content, columns, total, member
            )
        )
        raise web.HTTPSeeOther(f"{HOME}/{import_id}")

    async def show(self, request: web.Request) -> web.StreamResponse:
        return await self._show(request)

    async def _show(
        self, request: web.Request, *, fault: Text | None = None, status: int = 200
    ) -> web.StreamResponse:
        import_id, member = _id(request), request[SESSION].member

        def look(services: Any) -> dict[str, Any]:
            found = services.application_imports.show(import_id, member)
            preview = (
                services.application_imports.preview(import_id) if found.state == "ready" else ()
            )
            faults, count = services.application_imports.faults(import_id)
            staff = services.staff.name_of(found.staff_id)
            return {"job": found, "preview": preview, "faults": faults, "count": count, "by": staff}

        told = await self._office.read(look)
        return self._pages.of_member(
            request[SESSION],
            "import.html",
            status=status,
            fault=fault,
            import_states=STATES,
            actions=ACTIONS,
            names=FIELD_NAMES,
            **told,
        )

    async def progress(self, request: web.Request) -> web.StreamResponse:
        """For the page's script; without it the page is loaded again."""
        import_id, session = _id(request), request[SESSION]
        found = await self._office.read(
            lambda services: services.application_imports.show(import_id, session.member)
        )
        return web.json_response({"state": found.state, "done": found.done, "total": found.total})

    async def name_columns(self, request: web.Request) -> web.StreamResponse:
        import_id, member, form = _id(request), request[SESSION].member, await form_of(request)
        mapping = {
            field: int(form.words(field)) for field in FIELDS if form.words(field).isdecimal()
        }
        try:
            await self._office.write(
                lambda services: services.application_imports.name_columns(
                    import_id, mapping, member
                )
            )
        except ValueError:
            return await self._show(request, fault=NEEDED, status=409)
        raise web.HTTPSeeOther(f"{HOME}/{import_id}")

    async def start(self, request: web.Request) -> web.StreamResponse:
        import_id, member = _id(request), request[SESSION].member
        await self._office.write(
            lambda services: services.application_imports.start(import_id, member)
        )
        raise web.HTTPSeeOther(f"{HOME}/{import_id}")

    async def undo(self, request: web.Request) -> web.StreamResponse:
        import_id, member = _id(request), request[SESSION].member
        changed = await self._office.write(
            lambda services: services.application_imports.undo(import_id, member)
        )
        if changed:
            fault = _(
                "It cannot be undone, as these were changed since: {numbers}. "
                "Correct those one by one."
            ).fill(numbers=", ".join(changed))
            return await self._show(request, fault=fault, status=409)
        raise web.HTTPSeeOther(f"{HOME}/{import_id}")

    async def numbers(self, request: web.Request) -> web.StreamResponse:
        """The numbers of new applications, to hand out."""
        import_id, session = _id(request), request[SESSION]
        found = await self._office.write(
            lambda services: services.application_imports.numbers(import_id, session.member)
        )
        spoken = translator(session.member.language)
        heading = [
            _("Row").to(spoken),
            *(FIELD_NAMES[name].to(spoken) for name in ("number", "outside", "name")),
        ]
        body = await asyncio.to_thread(csv_bytes, heading, found)
        return web.Response(
            body=body,
            content_type=CSV_TYPE,
            charset="utf-8",
            headers={"Content-Disposition": f'attachment; filename="numbers-{import_id}.csv"'},
        )


def _look(content: bytes) -> tuple[list[str], int]:
    """The columns' names and how many rows follow. Raises Unreadable."""
    sheet = rows(BytesIO(content))
    heading = next(sheet, None)
    total = sum(1 for _row in sheet)
    if heading is None or not total:
        raise Unreadable(
            _("There are no rows below the heading. The first row must name the columns.")
        )
    return [cell[:60] for cell in heading.cells], total


def _id(request: web.Request) -> int:
    """Raises NotFound."""
    return number_in(request.match_info["id"])
