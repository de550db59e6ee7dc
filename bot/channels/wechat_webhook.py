"""WeChat's webhook: who may post, how much, and what each answer means to the platform.

| answer | when | the platform then |
|---|---|---|
| 200, XML | the reply, in the same connection | shows it |
| 200, `success` | stored and answered later; nothing to answer; nothing that we know | is done |
| 400 | signed, but no message | |
| 403 | not signed, too old, the same signature for another body, not for this account | |
| 413, 408 | larger or slower than any message | |

It waits five seconds and sends the same thing again, three times in all.
"""

import asyncio
import hashlib
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from aiohttp import web

from bot.channels import wechat_crypto, wechat_xml
from bot.channels.base import StoreDown
from bot.channels.wechat_crypto import Cryptor, Undecipherable, is_signed
from bot.channels.wechat_settings import Nonces, WeChatSettings
from bot.channels.wechat_xml import Fields, Unreadable

WINDOW = 300.0
"""Seconds that a signature is good for, before and after its time."""
SLOWEST_BODY = 4.0
_LONGEST_PARAMETER = 200


class Slot:
    """The open connection of one message: one text fits into it, for a few seconds."""

    def __init__(self, within: float, event: str = "") -> None:
        """`within` so many seconds it must be answered."""
        self.event = event
        self._until = asyncio.get_running_loop().time() + within
        self.offered: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    @property
    def open(self) -> bool:
        return not (self.offered.done() or self._written.done())

    @property
    def seconds_left(self) -> float:
        return max(0.0, self._until - asyncio.get_running_loop().time())

    async def offer(self, text: str) -> bool:
        """True: it was written into the connection, while that still stood."""
        if not self.open:
            return False
        self.offered.set_result(text)
        return await asyncio.shield(self._written)

    def settle(self, *, written: bool) -> None:
        """Nothing more fits into it."""
        if not self._written.done():
            self._written.set_result(written)


Hear = Callable[[Fields, Slot], Awaitable[str | None]]
"""What to answer to these fields; None: nothing, now."""


class Refusal(Exception):
    """`why` is counted."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


class Webhook:
    """The route /wechat."""

    def __init__(
        self,
        settings: WeChatSettings,
        nonces: Nonces,
        hear: Hear,
        within: Callable[[], float],
        sorry: Callable[[], str],
        now: Callable[[], datetime],
        counts: Counter[str],
    ) -> None:
        self._settings = settings
        self._cryptor = Cryptor(settings.aes_keys, settings.app_id) if settings.aes_keys else None
        self._nonces = nonces
        self._hear = hear
        self._within = within
        self._sorry = sorry
        self._now = now
        self._counts = counts

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        return [
            web.get("/wechat", self._guarded(self._checked), allow_head=False),
            web.post("/wechat", self._guarded(self._posted)),
        ]

    def _guarded(
        self, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except Refusal as refusal:
                self._counts[refusal.why] += 1
                return web.Response(status=refusal.status)

        return answer

    async def _checked(self, request: web.Request) -> web.StreamResponse:
        """The address check: the platform's own words come back."""
        self._check_signature(request)
        self._counts["checked"] += 1
        return web.Response(text=_parameter(request, "echostr"), content_type="text/plain")

    async def _posted(self, request: web.Request) -> web.StreamResponse:
        slot = Slot(self._within())
        sealed = _parameter(request, "encrypt_type") == "aes"
        if not sealed:
            self._check_signature(request)
            if self._settings.encryption == "encrypted":
                raise Refusal(403, "not_encrypted")
        self._check_time(request)
        body = await _body(request)
        try:
            fields = self._unsealed(request, body) if sealed else wechat_xml.read(body)
        except Unreadable as error:
            raise Refusal(400, "malformed") from error
        try:
            first = sealed or await self._is_first(request, body, slot.seconds_left)
        except (StoreDown, TimeoutError):
            self._counts["store_down"] += 1
            return self._response(request, fields, self._sorry(), sealed=sealed)
        if not first:
            raise Refusal(403, "replayed")
        return await self._answered(request, fields, slot, sealed=sealed)

    async def _answered(
        self, request: web.Request, fields: Fields, slot: Slot, *, sealed: bool
    ) -> web.StreamResponse:
        written = False
        try:
            text = await self._hear(fields, slot)
            response = self._response(request, fields, text, sealed=sealed)
            await response.prepare(request)
            await response.write_eof()
            written = request.transport is not None and not request.transport.is_closing()
        except (ConnectionError, OSError):
            self._counts["hung_up"] += 1
            return web.Response(status=500)  # nobody is there to read it
        else:
            return response
        finally:
            slot.settle(written=written)

    # --- who it is

    def _check_signature(self, request: web.Request) -> None:
        self._check_time(request)
        timestamp, nonce = _parameter(request, "timestamp"), _parameter(request, "nonce")
        if not is_signed(_parameter(request, "signature"), self._settings.token, timestamp, nonce):
            raise Refusal(403, "forged")

    def _check_time(self, request: web.Request) -> None:
        said = _parameter(request, "timestamp")
        if not (said.isascii() and said.isdecimal() and len(said) <= 11):  # noqa: PLR2004 - seconds
            raise Refusal(403, "forged")
        if abs(self._now().timestamp() - int(said)) > WINDOW:
            raise Refusal(403, "stale")

    def _unsealed(self, request: web.Request, body: bytes) -> Fields:
        """The encrypted part alone counts, also where a plain one stands beside it."""
        encrypted = wechat_xml.read(body).get("Encrypt", "")
        signed = (
            self._settings.token,
            _parameter(request, "timestamp"),
            _parameter(request, "nonce"),
            encrypted,
        )
        # `signature` does not cover the body: only msg_signature counts here.
        if self._cryptor is None or not is_signed(_parameter(request, "msg_signature"), *signed):
            raise Refusal(403, "forged")
        try:
            return wechat_xml.read(self._cryptor.decrypt(encrypted))
        except Undecipherable as error:
            raise Refusal(403, "undecipherable") from error

    async def _is_first(self, request: web.Request, body: bytes, seconds: float) -> bool:
        """A plain signature says nothing of the body, so it serves for one body only.

        The same body again is the platform's own repeat. Raises StoreDown and TimeoutError.
        """
        signed = " ".join(_parameter(request, name) for name in ("timestamp", "nonce"))
        digest = hashlib.sha256(body).hexdigest()
        async with asyncio.timeout(seconds):
            return await self._nonces.first(signed, digest)

    # --- what is answered

    def _response(
        self, request: web.Request, fields: Fields, text: str | None, *, sealed: bool
    ) -> web.Response:
        if text is None:
            return web.Response(text="success", content_type="text/plain")
        at = int(self._now().timestamp())
        sender, to = fields.get("ToUserName", ""), fields.get("FromUserName", "")
        answer = wechat_xml.text_answer(to, sender, at, text)
        if sealed and self._cryptor:
            encrypted = self._cryptor.encrypt(answer.encode())
            nonce = secrets.token_hex(8)
            signature = wechat_crypto.signature(self._settings.token, str(at), nonce, encrypted)
            answer = wechat_xml.sealed_answer(encrypted, signature, str(at), nonce)
        return web.Response(text=answer, content_type="application/xml")


def _parameter(request: web.Request, name: str) -> str:
    """Given once and not too long, or ''."""
    given = request.query.getall(name, [])
    return given[0] if len(given) == 1 and len(given[0]) <= _LONGEST_PARAMETER else ""


async def _body(request: web.Request) -> bytes:
    if (request.content_length or 0) > wechat_xml.LARGEST:
        raise Refusal(413, "oversized")
    body = bytearray()
    try:
        async with asyncio.timeout(SLOWEST_BODY):
            async for piece in request.content.iter_any():
                body += piece
                if len(body) > wechat_xml.LARGEST:
                    raise Refusal(413, "oversized")
    except TimeoutError:
        raise Refusal(408, "too_slow") from None
    except (web.RequestPayloadError, OSError):
        raise Refusal(400, "malformed") from None
    return bytes(body)
