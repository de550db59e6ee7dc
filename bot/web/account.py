"""One's own account: password, language, keys, open sessions."""

from typing import Any

from aiohttp import web

from bot.domain.staff import SHORTEST_PASSWORD
from bot.domain.tickets import NotFound
from bot.i18n import LANGUAGES, Text, _
from bot.services import Services, passwords
from bot.services.people import Refused
from bot.services.sign_ins import SignIns
from bot.web.agents import agent_name
from bot.web.forms import form_of
from bot.web.guard import SESSION, Guard
from bot.web.hashing import Busy, Hashing
from bot.web.office import Office
from bot.web.pages import Pages
from bot.web.people import NO_DAY
from bot.web.rules import SECOND_STEP
from bot.web.sign_in import BUSY, HOME

ACCOUNT = "/staff/account"
SAID: dict[str, Text] = {
    "ended": _("That session is ended."),
    "others": _("All other sessions are ended."),
    "keys-on": _("Single keys act as shortcuts now."),
    "keys-off": _("Single keys do nothing any more."),
    "password": _("The new password is in force."),
    "away": _("The absence is noted. What you had waits for others meanwhile."),
    "here": _("You are noted as here."),
    "step-off": _("The second step is switched off."),
}


class Account:
    """Everything here is about whoever is signed in."""

    def __init__(self, office: Office, pages: Pages, guard: Guard, hashing: Hashing) -> None:
        self._office = office
        self._pages = pages
        self._guard = guard
        self._hashing = hashing

    async def show(self, request: web.Request) -> web.StreamResponse:
        return await self._show(request)

    async def _show(self, request: web.Request, fault: Text | None = None) -> web.Response:
        session = request[SESSION]
        handle = SignIns.handle(request.cookies[self._guard.cookie])

        def look(services: Services) -> dict[str, Any]:
            return {
                "sessions": services.sign_ins.open_sessions(session.member.id),
                "codes_left": services.second_step.left(session.member),
            }

        values = await self._office.read(look)
        return self._pages.of_member(
            request[SESSION],
            "account.html",
            status=422 if fault else 200,
            handle=handle,
            said=None if fault else SAID.get(request.query.get("said", "")),
            fault=fault,
            strict=self._guard.strict,
            **values,
        )

    async def keys(self, request: web.Request) -> web.StreamResponse:
        """The list of shortcuts, also for who has no script."""
        return self._pages.of_member(request[SESSION], "keys.html")

    async def set_keys(self, request: web.Request) -> web.StreamResponse:
        wanted = (await form_of(request)).words("keys") == "on"
        member = request[SESSION].member
        await self._office.write(lambda services: services.staff.set_keys(member, on=wanted))
        raise web.HTTPSeeOther(f"{ACCOUNT}?said=keys-{'on' if wanted else 'off'}")

    async def set_language(self, request: web.Request) -> web.StreamResponse:
        chosen = (await form_of(request)).words("language")
        if chosen in LANGUAGES:
            member = request[SESSION].member
            await self._office.write(lambda services: services.staff.set_language(member, chosen))
        raise web.HTTPSeeOther(HOME)

    async def away(self, request: web.Request) -> web.StreamResponse:
        """One's own absence; both days empty: here again."""
        form, member = await form_of(request), request[SESSION].member
        try:
            first, last = form.day("first"), form.day("last")
            await self._office.write(
                lambda services: services.people.set_away(member.name, first, last, member)
            )
        except ValueError:
            return await self._show(request, fault=NO_DAY)
        except Refused as refused:
            return await self._show(request, fault=refused.text)
        raise web.HTTPSeeOther(f"{ACCOUNT}?said={'away' if last else 'here'}")

    async def end_session(self, request: web.Request) -> web.StreamResponse:
        """Raises NotFound for a session that is not one's own."""
        handle = (await form_of(request)).words("session")
        member = request[SESSION].member
        if not await self._office.write(lambda services: services.sign_ins.end(member, handle)):
            raise NotFound
        raise web.HTTPSeeOther(f"{ACCOUNT}?said=ended")

    async def end_others(self, request: web.Request) -> web.StreamResponse:
        member, token = request[SESSION].member, request.cookies[self._guard.cookie]
        await self._office.write(lambda services: services.sign_ins.end_others(member, token))
        raise web.HTTPSeeOther(f"{ACCOUNT}?said=others")

    # --- the password

    async def show_password(self, request: web.Request) -> web.StreamResponse:
        return self._password_form(request, None)

    async def change_password(self, request: web.Request) -> web.StreamResponse:
        """The present one is asked again; every session ends, and a new one begins here."""
        member = request[SESSION].member
        fields = (await form_of(request)).fields
        old, new = fields.get("old", ""), fields.get("new", "")
        device = request.cookies.get(self._guard.device_cookie, "")
        attempt = await self._office.write(
            lambda services: services.sign_ins.begin(member.name, device)
        )
        try:
            if attempt.wait_until or not await self._hashing.run(
                passwords.matches, attempt.password_hash, old
            ):
                await self._office.write(lambda services: services.sign_ins.failed(attempt))
                wrong = _("The present password is not right.")
                return self._password_form(request, wrong, 401)
            hashed = await self._hashing.run(
                passwords.own_password_hash, new, attempt.password_hash
            )
        except passwords.WeakPassword:
            weak = _("Use at least {count} characters, and not the present password again.")
            return self._password_form(request, weak.fill(count=SHORTEST_PASSWORD), 422)
        except Busy:
            return self._password_form(request, BUSY, 503)
        agent = agent_name(request.headers.get("User-Agent", ""))

        def change(services: Services) -> str:
            services.staff.change_password(member, hashed)
            services.sign_ins.forgive(attempt)
            return services.sign_ins.open(member, agent, complete=True)

        token = await self._office.write(change)
        first = member.must_change and not member.second_step
        response = web.HTTPSeeOther(SECOND_STEP if first else f"{ACCOUNT}?said=password")
        self._guard.set_cookie(response, self._guard.cookie, token)
        raise response

    def _password_form(
        self, request: web.Request, fault: Text | None, status: int = 200
    ) -> web.Response:
        return self._pages.of_member(
            request[SESSION],
            "password.html",
            status=status,
            fault=fault,
            shortest=SHORTEST_PASSWORD,
        )
