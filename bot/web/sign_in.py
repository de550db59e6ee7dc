"""Signing in and out, the first password, the language."""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor

from aiohttp import web

from bot.domain.staff import SHORTEST_PASSWORD
from bot.i18n import LANGUAGES, Text, _
from bot.services import staff
from bot.web.guard import SESSION, SIGN_IN, Guard
from bot.web.office import Office
from bot.web.pages import Pages, language_of

HASHING = 2
"""Passwords hashed at once: more would stop the service on a small machine."""


class SignIn:
    """Name and password; then a session on the server."""

    def __init__(self, office: Office, pages: Pages, guard: Guard) -> None:
        self._office = office
        self._pages = pages
        self._guard = guard
        self._threads = ThreadPoolExecutor(HASHING, "passwords")

    async def show(self, request: web.Request) -> web.StreamResponse:
        if request.get(SESSION):
            raise web.HTTPSeeOther("/staff/")
        return self._form(request, "", None)

    async def sign_in(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        name, password = str(form.get("name", "")).strip(), str(form.get("password", ""))
        known = await self._office.read(lambda services: services.staff.sign_in_of(name))
        if known.wait_until:
            wait = _("Too many tries. Please try again after {moment}. Nobody is locked out.")
            return self._form(request, name, wait.fill(moment=known.wait_until), status=429)
        if not await self._matches(known.password_hash, password):
            await self._office.write(lambda services: services.staff.missed(name))
            wrong = _("Name or password is not right. Please type both again.")
            return self._form(request, name, wrong, status=401)
        token = await self._office.write(lambda services: services.staff.signed_in(name))
        response = web.HTTPSeeOther("/staff/")
        self._guard.set_cookie(response, self._guard.cookie, token)
        response.del_cookie(self._guard.form_cookie, path="/")
        raise response

    async def sign_out(self, request: web.Request) -> web.StreamResponse:
        token = request.cookies[self._guard.cookie]
        await self._office.write(lambda services: services.staff.sign_out(token))
        response = web.HTTPSeeOther(SIGN_IN)
        response.del_cookie(self._guard.cookie, path="/")
        raise response

    async def show_password(self, request: web.Request) -> web.StreamResponse:
        return self._password_form(request, None)

    async def change_password(self, request: web.Request) -> web.StreamResponse:
        session = request[SESSION]
        form = await request.post()
        old, new = str(form.get("old", "")), str(form.get("new", ""))
        name = session.member.name
        known = await self._office.read(lambda services: services.staff.sign_in_of(name))
        if known.wait_until or not await self._matches(known.password_hash, old):
            await self._office.write(lambda services: services.staff.missed(name))
            return self._password_form(request, _("The present password is not right."), 401)
        try:
            hashed = await asyncio.get_running_loop().run_in_executor(
                self._threads, staff.password_hash, new, known.password_hash
            )
        except staff.WeakPassword:
            weak = _("Use at least {count} characters, and not the present password again.")
            return self._password_form(request, weak.fill(count=SHORTEST_PASSWORD), 422)

        def change(services: object) -> str:
            services.staff.change_password(session.member, hashed)  # type: ignore[attr-defined]
            return services.staff.signed_in(name)  # type: ignore[attr-defined,no-any-return]

        token = await self._office.write(change)
        response = web.HTTPSeeOther("/staff/")
        self._guard.set_cookie(response, self._guard.cookie, token)
        raise response

    async def set_language(self, request: web.Request) -> web.StreamResponse:
        chosen = str((await request.post()).get("language", ""))
        if chosen in LANGUAGES:
            member = request[SESSION].member
            await self._office.write(lambda services: services.staff.set_language(member, chosen))
        raise web.HTTPSeeOther("/staff/")

    async def _matches(self, password_hash: str, password: str) -> bool:
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, staff.matches, password_hash, password
        )

    def _form(
        self, request: web.Request, name: str, fault: Text | None, status: int = 200
    ) -> web.Response:
        token = request.cookies.get(self._guard.form_cookie) or secrets.token_urlsafe(32)
        response = self._pages.response(
            "sign_in.html",
            None,
            language_of(None, request),
            status=status,
            csrf=token,
            name=name,
            fault=fault,
        )
        self._guard.set_cookie(response, self._guard.form_cookie, token)
        return response

    def _password_form(
        self, request: web.Request, fault: Text | None, status: int = 200
    ) -> web.Response:
        session = request[SESSION]
        return self._pages.response(
            "password.html",
            session,
            session.member.language,
            status=status,
            fault=fault,
            shortest=SHORTEST_PASSWORD,
        )
