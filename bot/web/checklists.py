"""The personal list as a page to print: open to anybody, because it is about nobody."""

from aiohttp import web

from bot.domain.checklists import CHOICES, complete
from bot.domain.tickets import NotFound
from bot.i18n import LANGUAGES
from bot.web.office import Office
from bot.web.pages import Pages


class Checklists:
    """What is asked for stands in the address; nothing is stored."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office = office
        self._pages = pages

    async def show(self, request: web.Request) -> web.StreamResponse:
        given = {question: request.query.get(question, "") for question in CHOICES}
        language = request.query.get("language", LANGUAGES[0])
        if not complete(given) or language not in LANGUAGES:
            raise NotFound
        found = await self._office.read(lambda services: services.known.checklist.of(given))
        return self._pages.response("checklist.html", None, language, found=found)
