"""What could not be read or delivered, with a button to try again."""

from aiohttp import web

from bot.domain.tickets import NotFound
from bot.web.forms import form_of, number_in
from bot.web.guard import SESSION
from bot.web.office import Office
from bot.web.pages import Pages


class Stuck:
    """Every handler is behind rules.supervisor."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office = office
        self._pages = pages

    async def show(self, request: web.Request) -> web.StreamResponse:
        rows = await self._office.read(lambda services: services.stuck.rows())
        session = request[SESSION]
        return self._pages.of_member(session, "stuck.html", rows=rows)

    async def retry(self, request: web.Request) -> web.StreamResponse:
        form = await form_of(request)
        kind, row_id = form.words("kind"), form.words("id")
        if kind not in ("heard", "said"):
            raise NotFound
        row, member = number_in(row_id), request[SESSION].member
        await self._office.write(lambda services: services.stuck.retry(kind, row, member))
        raise web.HTTPSeeOther("/staff/stuck")
