"""Staff: listed, made, changed, reset, sent on leave; whole lists of new ones from a file."""

import asyncio
from collections.abc import Callable
from io import BytesIO
from itertools import islice
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot import sheets
from bot.domain.accounts import COLUMNS, Account, Wish
from bot.domain.staff import Member, Role
from bot.i18n import Text, _
from bot.services import Services, passwords
from bot.services.people import PLACEHOLDER, Refused
from bot.web.forms import form_of
from bot.web.guard import SESSION
from bot.web.hashing import Hashing
from bot.web.office import Office
from bot.web.pages import Pages
from bot.web.table_files import table_file

AT_ONCE = 200
"""New accounts of one spreadsheet: each password takes 40 ms to hash."""
NO_DAY = _("Please write the day like this: 2026-03-05.")
FIELDS = ("name", "display_name", "role", "region")
SAID: dict[str, Text] = {
    "changed": _("The changes are in force."),
    "deactivated": _("Nobody signs in with this account any more. Its items wait for others."),
    "second-step": _("The second step is reset. It is set up anew at the next sign-in."),
    "sessions": _("All sessions of this account are ended."),
    "away": _("The absence is noted."),
}


class People:
    """Looking and absences are behind rules.supervisor, all else behind rules.administrator."""

    def __init__(self, office: Office, pages: Pages, hashing: Hashing) -> None:
        self._office = office
        self._pages = pages
        self._hashing = hashing

    # --- the list

    async def all(self, request: web.Request) -> web.StreamResponse:
        by = request[SESSION].member
        wanted = " ".join(request.query.get("q", "").split())[:60]
        people = await self._office.read(lambda services: services.people.all(by))
        shown = [
            one for one in people if wanted.lower() in f"{one.name} {one.display_name}".lower()
        ]
        return self._pages.of_member(request[SESSION], "people.html", people=shown, wanted=wanted)

    async def file(self, request: web.Request) -> web.StreamResponse:
        """The list as CSV: its columns are those of an import."""
        by = request[SESSION].member
        people = await self._office.read(lambda services: services.people.all(by))
        heading = [names[0] for names in COLUMNS.values()]
        lines = [[one.name, one.display_name, one.role.value, one.region] for one in people]
        return table_file("people.csv", heading, lines)

    # --- new ones

    async def new(self, request: web.Request) -> web.StreamResponse:
        empty = dict.fromkeys(FIELDS, "") | {"region": request[SESSION].member.region}
        return self._new_form(request, empty, [])

    async def add(self, request: web.Request) -> web.StreamResponse:
        written = await _written(request)
        wishes = await self._wishes(request, [(1, written)])
        if wishes[0].account is None:
            return self._new_form(request, written, wishes[0].faults, 422)
        return await self._add_all(request, wishes)

    async def import_form(self, request: web.Request) -> web.StreamResponse:
        return self._import_page(request, [])

    async def preview(self, request: web.Request) -> web.StreamResponse:
        """The rows of the file with their faults; nothing is made yet."""
        content = (await form_of(request)).file
        if not content:
            return self._import_page(request, [_("Please choose a file first.")], 422)
        try:
            records = await asyncio.to_thread(_records, content)
        except sheets.Unreadable as unreadable:
            return self._import_page(request, [unreadable.text], 422)
        if not 0 < len(records) <= AT_ONCE:
            fault = _("The file must have 1 to {count} rows.").fill(count=AT_ONCE)
            return self._import_page(request, [fault], 422)
        wishes = await self._wishes(request, [(one.line, one.cells) for one in records])
        rows = [[one.cells[field] for field in FIELDS] for one in records]
        faulty = sum(wish.account is None for wish in wishes)
        return self._pages.of_member(
            request[SESSION],
            "people_preview.html",
            status=422 if faulty else 200,
            wishes=wishes,
            faulty=faulty,
            rows=sheets.csv_bytes([COLUMNS[field][0] for field in FIELDS], rows).decode(),
        )

    async def confirm(self, request: web.Request) -> web.StreamResponse:
        """All of them or, where something changed since the preview, none."""
        rows = (await form_of(request)).fields.get("rows", "")
        try:
            records = (await asyncio.to_thread(_records, rows.encode()))[:AT_ONCE]
        except sheets.Unreadable as unreadable:
            return self._import_page(request, [unreadable.text], 422)
        wishes = await self._wishes(request, [(one.line, one.cells) for one in records])
        if not wishes or any(wish.account is None for wish in wishes):
            changed = _("Something changed since. Please choose the file again.")
            return self._import_page(request, [changed], 422)
        return await self._add_all(request, wishes)

    async def _wishes(self, request: web.Request, rows: Any) -> list[Wish]:
        by = request[SESSION].member
        return await self._office.read(lambda services: services.people.wishes(rows, by))

    async def _add_all(self, request: web.Request, wishes: list[Wish]) -> web.Response:
        """Their one-time passwords are shown once, and kept nowhere."""
        by = request[SESSION].member
        wanted = [wish.account for wish in wishes if wish.account]
        given = [passwords.one_time_password() for _one in wanted]
        hashes = [await self._hashing.run(passwords.hash_of, one) for one in given]

        def add(services: Services) -> None:
            rows = [(wish.line, wish.written) for wish in wishes]
            if any(wish.account is None for wish in services.people.wishes(rows, by)):
                raise Refused(_("There is an account of this name already."))
            for account, hashed in zip(wanted, hashes, strict=True):
                services.people.add(account, hashed, by)

        try:
            await self._office.write(add)
        except Refused as refused:
            return self._import_page(request, [refused.text], 409)
        return self._passwords_page(request, list(zip(wanted, given, strict=True)))

    # --- one account

    async def show(self, request: web.Request) -> web.StreamResponse:
        return await self._person_page(request, None)

    async def change(self, request: web.Request) -> web.StreamResponse:
        by, name = request[SESSION].member, request.match_info["name"]
        written = {**await _written(request), "name": PLACEHOLDER}
        wish = (await self._wishes(request, [(1, written)]))[0]
        if wish.account is None:
            return await self._person_page(request, wish.faults[0])
        account = wish.account
        return await self._done(
            request, "changed", lambda services: services.people.change(name, account, by)
        )

    async def deactivate(self, request: web.Request) -> web.StreamResponse:
        by, name = request[SESSION].member, request.match_info["name"]
        return await self._done(
            request, "deactivated", lambda services: services.people.deactivate(name, by)
        )

    async def reset_second_step(self, request: web.Request) -> web.StreamResponse:
        by, name = request[SESSION].member, request.match_info["name"]
        return await self._done(
            request, "second-step", lambda services: services.people.reset_second_step(name, by)
        )

    async def end_sessions(self, request: web.Request) -> web.StreamResponse:
        by, name = request[SESSION].member, request.match_info["name"]
        return await self._done(
            request, "sessions", lambda services: services.people.end_sessions(name, by)
        )

    async def away(self, request: web.Request) -> web.StreamResponse:
        by, name = request[SESSION].member, request.match_info["name"]
        form = await form_of(request)
        try:
            first, last = form.day("first"), form.day("last")
        except ValueError:
            return await self._person_page(request, NO_DAY)
        return await self._done(
            request, "away", lambda services: services.people.set_away(name, first, last, by)
        )

    async def reset_password(self, request: web.Request) -> web.StreamResponse:
        by, name = request[SESSION].member, request.match_info["name"]
        member = await self._office.read(lambda services: services.people.one(name, by))
        password = passwords.one_time_password()
        hashed = await self._hashing.run(passwords.hash_of, password)
        await self._office.write(lambda services: services.people.reset_password(name, hashed, by))
        account = Account(member.name, member.display_name, member.role, member.region)
        return self._passwords_page(request, [(account, password)])

    # --- pages

    async def _done(
        self, request: web.Request, said: str, use: Callable[[Services], object]
    ) -> web.StreamResponse:
        try:
            await self._office.write(use)
        except Refused as refused:
            return await self._person_page(request, refused.text)
        name = quote(request.match_info["name"])
        raise web.HTTPSeeOther(f"/staff/people/{name}?said={said}")

    async def _person_page(self, request: web.Request, fault: Text | None) -> web.Response:
        by, name = request[SESSION].member, request.match_info["name"]

        def look(services: Services) -> tuple[Member, Any]:
            member = services.people.one(name, by)
            return member, services.people.sessions(member)

        person, sessions = await self._office.read(look)
        return self._pages.of_member(
            request[SESSION],
            "person.html",
            status=422 if fault else 200,
            person=person,
            sessions=sessions,
            fault=fault,
            said=None if fault else SAID.get(request.query.get("said", "")),
            may_change=by.role is Role.ADMINISTRATOR,
        )

    def _new_form(
        self, request: web.Request, written: Any, faults: Any, status: int = 200
    ) -> web.Response:
        return self._pages.of_member(
            request[SESSION], "person_new.html", status=status, written=written, faults=faults
        )

    def _import_page(
        self, request: web.Request, faults: list[Text], status: int = 200
    ) -> web.Response:
        return self._pages.of_member(
            request[SESSION],
            "people_import.html",
            status=status,
            faults=faults,
            columns=[names[0] for names in COLUMNS.values()],
            most=AT_ONCE,
        )

    def _passwords_page(
        self, request: web.Request, given: list[tuple[Account, str]]
    ) -> web.Response:
        return self._pages.of_member(request[SESSION], "passwords.html", given=given)


def _records(content: bytes) -> list[sheets.Record]:
    """One more than may be, at most; in a thread, because a workbook takes its time."""
    return list(islice(sheets.records(BytesIO(content), COLUMNS), AT_ONCE + 1))


async def _written(request: web.Request) -> dict[str, str]:
    form = await form_of(request)
    return {field: form.fields.get(field, "")[:100] for field in FIELDS}
