"""Tokens of other systems: made, seen once, revoked. For administrators."""

import re
from typing import Any

from aiohttp import web

from bot.domain.tickets import NotFound
from bot.i18n import Text, _
from bot.web.forms import form_of
from bot.web.guard import SESSION
from bot.web.office import Office
from bot.web.pages import Pages

HOME = "/staff/applications/systems"
_NAME = re.compile(r"[\w .-]{2,40}")


class Systems:
    """Every handler is behind `administrator`."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office = office
        self._pages = pages

    async def list(self, request: web.Request) -> web.StreamResponse:
        return await self._list(request)

    async def add(self, request: web.Request) -> web.StreamResponse:
        """The token stands on the page that answers, and nowhere else."""
        form, who = await form_of(request), request[SESSION].member
        name, region = form.words("name"), form.words("region")
        if not _NAME.fullmatch(name):
            fault = _("A name has 2 to 40 letters, digits, spaces, dots or hyphens.")
            return await self._list(request, fault=fault, status=409)

        def work(services: Any) -> str | bool | None:
            if region not in services.regions.by_code or not region.startswith(who.region):
                return False
            token: str | None = services.application_sources.add_system(name, region, who.id)
            return token

        token = await self._office.write(work)
        if token is False:
            fault = _("There is no such place: write its code, for example 4401.")
            return await self._list(request, fault=fault, status=409)
        if token is None:
            fault = _("There is a system of that name. Please choose another.")
            return await self._list(request, fault=fault, status=409)
        return await self._list(request, token=str(token))

    async def revoke(self, request: web.Request) -> web.StreamResponse:
        form, who = await form_of(request), request[SESSION].member
        name = form.fields.get("name", "")

        def work(services: Any) -> None:
            if name not in {one.name for one in services.application_sources.systems(who)}:
                raise NotFound
            services.application_sources.revoke(name, who.id)

        await self._office.write(work)
        raise web.HTTPSeeOther(HOME)

    async def _list(
        self,
        request: web.Request,
        *,
        token: str = "",
        fault: Text | None = None,
        status: int = 200,
    ) -> web.StreamResponse:
        session = request[SESSION]
        found = await self._office.read(
            lambda services: services.application_sources.systems(session.member)
        )
        return self._pages.of_member(
            session,
            "systems.html",
            status=status,
            systems=found,
            token=token,
            fault=fault,
        )
