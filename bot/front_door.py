"""What holds for every answer of the service: headers, and a kind page when something is wrong.

The rooms behind it (chat page, console, webhooks) answer by themselves; here is what none of them
caught: an address that does not exist, a store that is down, a bug of ours.
"""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, StrictUndefined

from bot.channels.base import StoreDown
from bot.headers import security_headers
from bot.i18n import Text, _, preferred_language, translator
from bot.storage.db import Unavailable
from bot.web.forms import form_of

log = logging.getLogger(__name__)

RETRY_AFTER = 10
"""Seconds."""
_PAGE = Environment(autoescape=True, undefined=StrictUndefined).from_string(
    Path(__file__).with_suffix(".html").read_text(encoding="utf-8")
)
_NOTHING_HERE = (
    _("This page does not exist"),
    _("The address may be mistyped, or the page has moved."),
)
_DOWN = (
    _("We cannot take anything at this moment"),
    _("Nothing was changed. Please go back and try again in a few minutes."),
)
_BROKEN = (
    _("Something went wrong on our side"),
    _("It is not your fault. Please go back and try again. For a person, call 12345."),
)
_REFUSED = (
    _("This could not be read"),
    _("Please go back, load the page again, and try once more."),
)


def front_door(made: web.Application, *, secure: bool) -> None:
    """Put it before all routes of that application."""
    headers = security_headers(secure=secure)

    async def with_headers(_request: web.Request, response: web.StreamResponse) -> None:
        for name, value in headers.items():
            response.headers.setdefault(name, value)

    made.on_response_prepare.append(with_headers)
    made.middlewares.append(_kindly)


@web.middleware
async def _kindly(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as raised:
        if raised.status < web.HTTPBadRequest.status_code:
            raise
        found = _NOTHING_HERE if raised.status == web.HTTPNotFound.status_code else _REFUSED
        answer = await _page(request, raised.status, *found)
        if "Allow" in raised.headers:
            answer.headers["Allow"] = raised.headers["Allow"]
        return answer
    except (StoreDown, Unavailable):
        log.warning("store_down", extra={"path": _path(request)})
        answer = await _page(request, web.HTTPServiceUnavailable.status_code, *_DOWN)
        answer.headers["Retry-After"] = str(RETRY_AFTER)
        return answer
    except Exception:  # whoever asked must hear something kind, and we must hear of it
        log.exception("request_failed", extra={"path": _path(request)})
        return await _page(request, web.HTTPInternalServerError.status_code, *_BROKEN)


def _path(request: web.Request) -> str:
    """The route, never the address: a link's token stands in that."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else ""


async def _page(request: web.Request, status: int, heading: Text, words: Text) -> web.Response:
    """In the browser's language, with what a member of staff had written still on it."""
    spoken = translator(preferred_language(request.headers))
    html = _PAGE.render(
        lang=spoken.language.replace("_", "-"),
        title=heading.to(spoken),
        words=words.to(spoken),
        written=await _written(request),
        kept=_("What you had written:").to(spoken),
        home=_("To the first page").to(spoken),
    )
    return web.Response(text=html, status=status, content_type="text/html")


async def _written(request: web.Request) -> str:
    """Words of a form, if it had been read when things went wrong."""
    if request.method != "POST" or not request.path.startswith("/staff/tickets/"):
        return ""
    try:
        form = await form_of(request)
    except web.HTTPException:
        return ""  # it was too large to be read
    return form.words("words")
