"""Who may use a route; CSRF; security headers; kind error pages. Every route goes through it."""

import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from aiohttp import web

from bot.domain.staff import Role, Session
from bot.domain.tickets import AlreadyTaken, NotFound
from bot.i18n import _
from bot.web.forms import form_of
from bot.web.office import Office
from bot.web.pages import Pages, language_of

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Rule = Callable[[Session | None], str]
"""'' for who may pass, else the address to go to instead; '404' for nobody."""

SESSION: web.RequestKey[Session] = web.RequestKey("session", Session)
SIGN_IN = "/staff/sign-in"
PASSWORD = "/staff/password"  # noqa: S105 - an address
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "media-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
HSTS = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}


def anybody(session: Session | None) -> str:
    return ""


def first_password(session: Session | None) -> str:
    """Signed in, even if the one-time password still has to be changed."""
    return "" if session else SIGN_IN


def member(session: Session | None) -> str:
    if session is None:
        return SIGN_IN
    return PASSWORD if session.member.must_change else ""


def supervisor(session: Session | None) -> str:
    """Sees across regions what could not be delivered."""
    refused = member(session)
    if refused or session is None:
        return refused
    return "" if session.member.role in (Role.SUPERVISOR, Role.ADMINISTRATOR) else "404"


class Guard:
    """Wraps every handler of the console."""

    def __init__(self, office: Office, pages: Pages, *, secure: bool) -> None:
        self._office = office
        self._pages = pages
        self._secure = secure
        self.cookie = "__Host-staff" if secure else "staff"

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

        return guarded

    async def _passed(
        self, request: web.Request, handler: Handler, rule: Rule
    ) -> web.StreamResponse:
        session = await self._session(request)
        if session:
            request[SESSION] = session
        refused = rule(session)
        if refused == "404":
            return self._error(request, 404)
        if request.method == "POST" and not await self._is_ours(request, session):
            return self._error(request, 403)
        if refused:
            raise web.HTTPSeeOther(refused)
        try:
            return await handler(request)
        except NotFound:
            return self._error(request, 404)
        except AlreadyTaken:
            return self._error(request, 409)

    async def _session(self, request: web.Request) -> Session | None:
        token = request.cookies.get(self.cookie, "")
        if not token:
            return None
        return await self._office.write(lambda services: services.staff.session(token))

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

    @property
    def form_cookie(self) -> str:
        """Before there is a session, the sign-in form's token has a cookie of its own."""
        return "__Host-staff-form" if self._secure else "staff-form"

    def set_cookie(self, response: web.StreamResponse, name: str, value: str) -> None:
        response.set_cookie(
            name, value, path="/", httponly=True, samesite="Lax", secure=self._secure
        )

    def _headers(self, own: Mapping[str, str]) -> dict[str, str]:
        headers = HEADERS | (HSTS if self._secure else {})
        return {name: value for name, value in headers.items() if name not in own}

    def _error(self, request: web.Request, status: int) -> web.Response:
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
        )
