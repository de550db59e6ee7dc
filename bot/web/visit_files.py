"""The calendar file of a visit: for whoever has its address, which nobody can guess."""

from aiohttp import web

from bot.domain.tickets import NotFound
from bot.i18n import LANGUAGES
from bot.web.office import Office


class VisitFiles:
    """Nothing personal stands in it."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def calendar(self, request: web.Request) -> web.StreamResponse:
        number, token = request.match_info["number"], request.match_info["token"]
        language = request.query.get("language", LANGUAGES[0])
        if language not in LANGUAGES:
            raise NotFound
        found = await self._office.read(
            lambda services: services.calendar_files.file(number, token, language)
        )
        if found is None:
            raise NotFound
        return web.Response(
            body=found,
            headers={
                "Content-Type": "text/calendar; charset=utf-8",
                "Content-Disposition": 'attachment; filename="visit.ics"',
                "Cache-Control": "private, no-store",
            },
        )
