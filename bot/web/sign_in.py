"""Signing in and out: name and password, then the second step; how long it lasts."""

import secrets
from datetime import datetime

from aiohttp import web

from bot.domain.staff import DEVICE_KNOWN, Session
from bot.i18n import Text, _
from bot.services import Services, passwords
from bot.services.sign_ins import Attempt
from bot.web.agents import agent_name
from bot.web.forms import form_of
from bot.web.guard import SESSION, SIGN_IN, Guard
from bot.web.hashing import Busy, Hashing
from bot.web.office import Office
from bot.web.pages import Pages, language_of
from bot.web.rules import CODE

HOME = "/staff/"
WAIT = _("Too many tries. Please try again after {moment}. Nobody is locked out.")
BUSY = _("Many people are signing in just now. Please press the button again.")
WRONG = _("Name or password is not right. Please type both again.")
WRONG_CODE = _(
    "This code is not right, or was used before. Please wait for the next one, for example 123456."
)


class SignIn:
    """Name and password; then a session on the server."""

    def __init__(self, office: Office, pages: Pages, guard: Guard, hashing: Hashing) -> None:
        self._office = office
        self._pages = pages
        self._guard = guard
        self._hashing = hashing

    async def show(self, request: web.Request) -> web.StreamResponse:
        if request.get(SESSION):
            raise web.HTTPSeeOther(HOME)
        return self._form(request, "", None, next_of(request.query.get("next")))

    async def sign_in(self, request: web.Request) -> web.StreamResponse:
        """The second step follows where the account has one."""
        form = await form_of(request)
        name, password = form.words("name")[:60], form.fields.get("password", "")
        wanted = next_of(form.fields.get("next"))
        device = request.cookies.get(self._guard.device_cookie, "")
        attempt = await self._office.write(lambda services: services.sign_ins.begin(name, device))
        if attempt.wait_until:
            wait = WAIT.fill(moment=attempt.wait_until)
            return self._form(request, name, wait, wanted, 429)
        try:
            right = await self._hashing.run(passwords.matches, attempt.password_hash, password)
        except Busy:
            return self._form(request, name, BUSY, wanted, 503)
        if not right:
            await self._office.write(lambda services: services.sign_ins.failed(attempt))
            return self._form(request, name, WRONG, wanted, 401)
        raise await self._enter(request, attempt, device, wanted)

    async def _enter(
        self, request: web.Request, attempt: Attempt, device: str, wanted: str
    ) -> web.HTTPSeeOther:
        agent = agent_name(request.headers.get("User-Agent", ""))

        def enter(services: Services) -> tuple[str, bool, str]:
            token, owes = services.sign_ins.passed(attempt, agent)
            session = services.sign_ins.session(token)
            known = device
            if session and not owes:
                known = services.sign_ins.know(device, session.member)
            return token, owes, known

        token, owes, known = await self._office.write(enter)
        response = web.HTTPSeeOther(with_next(CODE, wanted) if owes else wanted)
        response.del_cookie(self._guard.form_cookie, path="/")
        self._carry(response, token, known)
        return response

    async def show_code(self, request: web.Request) -> web.StreamResponse:
        if request[SESSION].complete:
            raise web.HTTPSeeOther(HOME)
        return self._code_form(request, None, next_of(request.query.get("next")))

    async def give_code(self, request: web.Request) -> web.StreamResponse:
        session = request[SESSION]
        if session.complete:
            raise web.HTTPSeeOther(HOME)
        form = await form_of(request)
        code, wanted = form.fields.get("code", "")[:40], next_of(form.fields.get("next"))
        token = request.cookies[self._guard.cookie]
        device = request.cookies.get(self._guard.device_cookie, "")
        agent = agent_name(request.headers.get("User-Agent", ""))

        def check(services: Services) -> datetime | tuple[str, str] | None:
            wait_until = services.second_step.wait_until(session.member)
            if wait_until:
                return wait_until
            if not services.second_step.check(session.member, code):
                return None
            known = services.sign_ins.know(device, session.member)
            return services.sign_ins.completed(token, session, agent), known

        found = await self._office.write(check)
        if found is None:
            return self._code_form(request, WRONG_CODE, wanted, 401)
        if isinstance(found, datetime):
            return self._code_form(request, WAIT.fill(moment=found), wanted, 429)
        response = web.HTTPSeeOther(wanted)
        self._carry(response, *found)
        raise response

    async def sign_out(self, request: web.Request) -> web.StreamResponse:
        token = request.cookies[self._guard.cookie]
        await self._office.write(lambda services: services.sign_ins.sign_out(token))
        response = web.HTTPSeeOther(SIGN_IN)
        response.del_cookie(self._guard.cookie, path="/")
        raise response

    async def left(self, request: web.Request) -> web.StreamResponse:
        """How many seconds the session lasts; asking for it does not make it longer."""
        return await self._seconds_left(request[SESSION])

    async def stay(self, request: web.Request) -> web.StreamResponse:
        """'I am still here' (WCAG 2.2.1): as often as one likes, until the day's end of it."""
        token = request.cookies[self._guard.cookie]

        def stay(services: Services) -> Session | None:
            services.sign_ins.stay(token)
            return services.sign_ins.session(token)

        session = await self._office.write(stay)
        if "application/json" not in request.headers.get("Accept", "") or session is None:
            raise web.HTTPSeeOther(HOME)
        return await self._seconds_left(session)

    async def _seconds_left(self, session: Session) -> web.Response:
        idle, last = await self._office.read(
            lambda services: services.sign_ins.seconds_left(session)
        )
        return web.json_response({"idle": idle, "last": last})

    def _carry(self, response: web.StreamResponse, token: str, device: str) -> None:
        self._guard.set_cookie(response, self._guard.cookie, token)
        if device:
            seconds = int(DEVICE_KNOWN.total_seconds())
            self._guard.set_cookie(response, self._guard.device_cookie, device, seconds)

    def _form(
        self,
        request: web.Request,
        name: str,
        fault: Text | None,
        wanted: str,
        status: int = 200,
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
            next=wanted,
        )
        self._guard.set_cookie(response, self._guard.form_cookie, token)
        return response

    def _code_form(
        self, request: web.Request, fault: Text | None, wanted: str, status: int = 200
    ) -> web.Response:
        session = request[SESSION]
        return self._pages.of_member(
            session,
            "code.html",
            status=status,
            fault=fault,
            next=wanted,
        )


def next_of(asked: object) -> str:
    """A page of the console to go on with: never another site's, never a page of signing in."""
    path = str(asked or "")
    plain = path.isascii() and not set(path) & set("\\?#%\r\n") and "//" not in path
    if not plain or not path.startswith(HOME) or path.startswith((SIGN_IN, CODE)):
        return HOME
    return path


def with_next(address: str, wanted: str) -> str:
    return address if wanted == HOME else f"{address}?next={wanted}"
