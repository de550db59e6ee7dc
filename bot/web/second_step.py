"""Setting up the second step of one's own account: a QR code, its text, recovery codes."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import segno
from aiohttp import web
from markupsafe import Markup

from bot.domain.staff import Member
from bot.i18n import Text
from bot.services import Services
from bot.services.second_step import address
from bot.web.account import ACCOUNT
from bot.web.forms import form_of
from bot.web.guard import SESSION, Guard
from bot.web.office import Office
from bot.web.pages import Pages
from bot.web.rules import SECOND_STEP
from bot.web.sign_in import WAIT, WRONG_CODE

T = TypeVar("T")
GROUP = 4


class SecondStepPages:
    """Every form with a code counts its tries (promise 24)."""

    def __init__(self, office: Office, pages: Pages, guard: Guard) -> None:
        self._office = office
        self._pages = pages
        self._guard = guard

    async def show(self, request: web.Request) -> web.StreamResponse:
        return await self._step_page(request, None)

    async def start(self, request: web.Request) -> web.StreamResponse:
        member = request[SESSION].member
        await self._office.write(lambda services: services.second_step.start(member))
        raise web.HTTPSeeOther(SECOND_STEP)

    async def confirm(self, request: web.Request) -> web.StreamResponse:
        code = await _code(request)
        found = await self._tried(
            request[SESSION].member, lambda s, member: s.second_step.confirm(member, code)
        )
        return await self._codes_or_fault(request, found)

    async def new_codes(self, request: web.Request) -> web.StreamResponse:
        code = await _code(request)
        found = await self._tried(
            request[SESSION].member,
            lambda s, member: s.second_step.new_recovery_codes(member, code),
        )
        return await self._codes_or_fault(request, found)

    async def off(self, request: web.Request) -> web.StreamResponse:
        code = await _code(request)
        found = await self._tried(
            request[SESSION].member, lambda s, member: s.second_step.off(member, code)
        )
        if found is True:
            raise web.HTTPSeeOther(
                SECOND_STEP if self._guard.strict else f"{ACCOUNT}?said=step-off"
            )
        return await self._step_page(request, _fault(found), 401)

    async def _tried(self, member: Member, use: Callable[[Services, Member], T]) -> T | datetime:
        """What `use` gives; or when the next try may come."""

        def work(services: Services) -> T | datetime:
            return services.second_step.wait_until(member) or use(services, member)

        return await self._office.write(work)

    async def _codes_or_fault(
        self, request: web.Request, found: list[str] | datetime | None
    ) -> web.StreamResponse:
        if not isinstance(found, list):
            return await self._step_page(request, _fault(found), 401)
        return self._pages.of_member(
            request[SESSION], "recovery_codes.html", codes=found, home=self._home(request)
        )

    async def _step_page(
        self, request: web.Request, fault: Text | None, status: int = 200
    ) -> web.Response:
        member = request[SESSION].member
        secret, left = await self._office.read(
            lambda s: (s.second_step.pending(member), s.second_step.left(member))
        )
        otp = address(secret, member.name) if secret else ""
        return self._pages.of_member(
            request[SESSION],
            "second_step.html",
            status=status,
            fault=fault,
            strict=self._guard.strict,
            secret=" ".join(secret[at : at + GROUP] for at in range(0, len(secret), GROUP)),
            address=otp,
            qr=_qr(otp) if otp else "",
            codes_left=left,
        )

    @staticmethod
    def _home(request: web.Request) -> str:
        return "/staff/"


async def _code(request: web.Request) -> str:
    return (await form_of(request)).fields.get("code", "")[:40]


def _fault(found: object) -> Text:
    return WAIT.fill(moment=found) if isinstance(found, datetime) else WRONG_CODE


def _qr(words: str) -> Markup:
    """An SVG inside the page: no image is fetched, and no style stands in it."""
    made = segno.make(words, error="m").svg_inline(
        scale=5,
        border=4,
        dark="#000",
        light="#fff",
        svgclass="qr",
        lineclass=None,
        omitsize=True,
    )
    return Markup(made)  # noqa: S704 - segno made it, of modules only
