"""The audit log: who looked at what and who changed what; and whether anybody touched it."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from aiohttp import web

from bot.i18n import GUANGDONG, Text, _
from bot.services.audit import SHOWN, Wanted
from bot.web.forms import YEARS, number_in
from bot.web.guard import SESSION
from bot.web.office import Office
from bot.web.pages import Pages

AUDIT = "/staff/audit"
DAY = _("Please write the day like this: 2026-03-05.")


class AuditLog:
    """Both handlers are behind rules.administrator."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office = office
        self._pages = pages

    async def show(self, request: web.Request) -> web.StreamResponse:
        """Filtered by what the address says; older ones by a link."""
        return await self._shown(request, None)

    async def check(self, request: web.Request) -> web.StreamResponse:
        """Walk the whole chain: some seconds for a million rows."""
        broken = await self._office.read(lambda services: services.audit.broken_at())
        return await self._shown(request, (broken,))

    async def _shown(
        self, request: web.Request, checked: tuple[int | None] | None
    ) -> web.StreamResponse:
        session = request[SESSION]
        asked = {
            name: request.query.get(name, "").strip()[:60]
            for name in ("name", "event", "subject", "since", "until", "failed", "before")
        }
        fault: Text | None = None
        try:
            wanted = _wanted(asked)
        except ValueError:
            fault, wanted = DAY, Wanted(region="", whole=False)
        entries = await self._office.write(
            lambda services: services.audit.entries(session.member, wanted)
        )
        older = ""
        if len(entries) == SHOWN:
            kept = {name: value for name, value in asked.items() if value and name != "before"}
            older = f"{AUDIT}?{urlencode({**kept, 'before': str(entries[-1].id)})}"
        return self._pages.of_member(
            session,
            "audit.html",
            status=422 if fault else 200,
            entries=entries,
            asked=asked,
            older=older,
            fault=fault,
            checked=checked,
        )


def _wanted(asked: dict[str, str]) -> Wanted:
    """Raises ValueError for a day that is none, NotFound for a number that no row has."""
    until = _morning(asked["until"])
    return Wanted(
        region="",
        whole=False,
        name=asked["name"],
        event=asked["event"],
        subject=asked["subject"],
        since=_morning(asked["since"]),
        until=until + timedelta(days=1) if until else None,
        failed=asked["failed"] == "1",
        before=number_in(asked["before"]) if asked["before"] else None,
    )


def _morning(day: str) -> datetime | None:
    if not day:
        return None
    morning = datetime.fromisoformat(day).replace(tzinfo=GUANGDONG)
    if morning.year not in YEARS:
        raise ValueError(day)
    return morning
