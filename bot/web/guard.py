"""Who may use a route; CSRF; security headers; kind error pages. Every route goes through it."""

import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from urllib.parse import quote, urlsplit

from aiohttp import web

from bot.domain.staff import Member, Session
from bot.domain.tickets import AlreadyTaken, NotFound
from bot.headers import security_headers
from bot.i18n import _
from bot.services import Services
from bot.web.forms import form_of, storable
from bot.web.office import Office
from bot.web.pages import Pages, language_of
from bot.web.rules import (
    NOWHERE,
    SIGN_IN,
    Rule,
    administrator,
    anybody,
    clerk,
    first_password,
    member,
    supervisor,
)

__all__ = [
    "SESSION",
    "SIGN_IN",
    "Guard",
    "Handler",
    "Rule",
    "administrator",
    "anybody",
    "clerk",
    "first_password",
    "member",
    "supervisor",
]

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SESSION: web.RequestKey[Session] = web.RequestKey("session", Session)
LOADS = "script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'"
KEPT = ("words", "file", "note")
"""Fields of a form that somebody may have spent time on."""


class Guard:
    """Wraps every handler of the console."""

    def __init__(
        self, office: Office, pages: Pages, *, secure: bool, second_step: bool = False
    ) -> None:
        """`second_step`: everybody must have set one up."""
        self._office = office
        self._pages = pages
        self._secure = secure
        self.strict = second_step
        self.cookie = self._named("staff")
        self.form_cookie = self._named("staff-form")
        """Before there is a session, the sign-in form's token has a cookie of its own."""
        self.device_cookie = self._named("staff-device")
        """Tells a browser at which somebody signed in before; it opens nothing."""

    def _named(self, name: str) -> str:
        return f"__Host-{name}" if self._secure else name

    def protect(self, handler: Handler, rule: Rule) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                response = await self._passed(request, handler, rule)
            except web.HTTPException as raised:
                raised.headers.update(self._headers(raised.headers))
                raise
            if not response.prepared:
                response.headers.update(self._headers(response.headers))
            return response

        guarded.rule = rule  # type: ignore[attr-defined] # the tests' matrix reads it
        return guarded

    async def _passed(
        self, request: web.Request, handler: Handler, rule: Rule
    ) -> web.StreamResponse:
        session, refused = await self._met(request, rule)
        if session:
            request[SESSION] = session
        if refused == NOWHERE:
            return self._error(request, 404)
        if request.method == "POST" and not await self._is_ours(request, session):
            return await self._unheard(request, session)
        if refused:
            raise web.HTTPSeeOther(self._instead(request, refused))
        try:
            return await handler(request)
        except NotFound:
            await self._not_found(request, session)
            return self._error(request, 404)
        except AlreadyTaken:
            return self._error(request, 409)

    async def _met(self, request: web.Request, rule: Rule) -> tuple[Session | None, str]:
        """The session and what the rule says; whoever passes is written down before they see.

        If that cannot be written, nothing is shown and nothing done (promise 18).
        """
        token = request.cookies.get(self.cookie, "")
        if not token:
            return None, rule.refused(None, strict=self.strict)

        def meet(services: Services) -> tuple[Session | None, str]:
            session = services.sign_ins.session(token, quiet=rule.quiet)
            refused = rule.refused(session, strict=self.strict)
            if session and not rule.open and refused in ("", NOWHERE):
                _note(services, session.member, request, success=not refused)
            return session, refused

        return await self._office.write(meet)

    async def _not_found(self, request: web.Request, session: Session | None) -> None:
        """Somebody asked for what is not there, or not theirs."""
        if session:
            member = session.member
            await self._office.write(
                lambda services: _note(services, member, request, success=False)
            )

    def _instead(self, request: web.Request, refused: str) -> str:
        """The sign-in page knows where its visitor wanted to go."""
        if refused != SIGN_IN or request.method != "GET" or request.path in ("/staff/", SIGN_IN):
            return refused
        return f"{refused}?next={quote(request.path)}"

    async def _is_ours(self, request: web.Request, session: Session | None) -> bool:
        """The form came from our own page: token, and where the browser says it was sent from."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            return False
        origin = request.headers.get("Origin", "")
        if origin and origin != "null" and urlsplit(origin).netloc != request.host:
            return False
        given = (await form_of(request)).fields.get("csrf", "")
        if session:
            return hmac.compare_digest(given.encode(), session.csrf.encode())
        wanted = request.cookies.get(self.form_cookie, "")
        return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())

    async def _unheard(self, request: web.Request, session: Session | None) -> web.Response:
        """A form that does not count; what somebody wrote in it stands on the page."""
        written = []
        for name, value in (await form_of(request)).fields.items():
            if name in KEPT and value.strip():
                written.append(value)
        return self._error(request, 403, written=written, signed_out=session is None)

    def set_cookie(
        self, response: web.StreamResponse, name: str, value: str, seconds: int | None = None
    ) -> None:
        response.set_cookie(
            name,
            value,
            path="/",
            httponly=True,
            samesite="Lax",
            secure=self._secure,
            max_age=seconds,
        )

    def _headers(self, own: Mapping[str, str]) -> dict[str, str]:
        headers = security_headers(secure=self._secure, loads=LOADS)
        return {name: value for name, value in headers.items() if name not in own}

    def _error(
        self,
        request: web.Request,
        status: int,
        *,
        written: Sequence[str] = (),
        signed_out: bool = False,
    ) -> web.Response:
        heading, words = {
            403: (
                _("This form was too old"),
                _("Nothing was changed. Go back, load the page again, and send it once more."),
            ),
            404: (_("There is nothing here"), _("It does not exist, or not in your region.")),
            409: (
                _("A colleague was quicker"),
                _("It has changed since you opened it. Open it again to see how it stands."),
            ),
        }[status]
        resource = request.match_info.route.resource
        path = resource.canonical if resource else ""
        log.info("refused", extra={"status": status, "path": path})
        return self._pages.response(
            "error.html",
            request.get(SESSION),
            language_of(request.get(SESSION), request),
            status=status,
            heading=heading,
            words=words,
            written=written,
            signed_out=signed_out,
        )


def _note(services: Services, member: Member, request: web.Request, *, success: bool) -> None:
    """Every page that is opened and every form that is sent, before anything else."""
    event = "page" if request.method == "GET" else "form"
    subject = storable(request.path.removeprefix("/staff/")) or "queue"
    services.audit.record(member.id, event, subject, success=success)
