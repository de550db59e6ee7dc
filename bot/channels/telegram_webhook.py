"""Telegram's webhook: who may post, how much, and what each answer means to Telegram.

| answer | when | Telegram then |
|---|---|---|
| 200, empty | stored, or parked because nobody could parse it | is done |
| 400 | no JSON object with an update_id: nothing Telegram sends | sends it again |
| 403 | wrong path or secret: not Telegram | |
| 413 | more than a mebibyte | |
| 503 | the store is down, nothing was kept | sends it again |

A body in the answer would be taken for a call of the Bot API, so there is none.
"""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web

from bot.channels.base import StoreDown
from bot.channels.telegram_decode import event_of
from bot.channels.telegram_settings import TelegramSettings, webhook_path

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - its name, not the secret
LARGEST_BODY = 1024 * 1024
SLOWEST_BODY = 20.0
"""Seconds."""


class Webhook:
    """The route POST /telegram/<path>."""

    def __init__(
        self, settings: TelegramSettings, hear: Callable[[Sequence[Any]], Awaitable[None]]
    ) -> None:
        self._path = webhook_path(settings.token).encode()
        self._secret = settings.secret.encode()
        self._hear = hear

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        return [web.post("/telegram/{path}", self._posted)]

    async def _posted(self, request: web.Request) -> web.Response:
        if not self._is_telegram(request):
            return web.Response(status=403)
        if (request.content_length or 0) > LARGEST_BODY:
            return web.Response(status=413)
        try:
            async with asyncio.timeout(SLOWEST_BODY):
                body = await _body(request)
        except TimeoutError:
            return web.Response(status=408)
        except (web.RequestPayloadError, OSError):
            return web.Response(status=400)
        if body is None:
            return web.Response(status=413)
        try:
            update = json.loads(body)
            event_of(update)
        except (ValueError, RecursionError):
            return web.Response(status=400)
        try:
            await self._hear([update])
        except StoreDown:
            return web.Response(status=503)
        return web.Response()

    def _is_telegram(self, request: web.Request) -> bool:
        """As bytes and in constant time. aiohttp hands on odd bytes of a header as surrogates."""
        given = request.headers.getall(SECRET_HEADER, [])
        secret = given[0].encode(errors="surrogateescape") if len(given) == 1 else b""
        path = request.path.encode(errors="replace")
        same_path = hmac.compare_digest(path, self._path)
        same_secret = hmac.compare_digest(secret, self._secret)
        return bool(self._secret) and same_path and same_secret


async def _body(request: web.Request) -> bytes | None:
    """None: too long. It comes in pieces, and the first need not be all."""
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)
