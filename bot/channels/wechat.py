"""A WeChat Official Account (公众号) as a channel. Start with `WeChat`.

wechat_webhook lets the platform in, wechat_decode reads, wechat_draw makes messages, wechat_client
calls the platform, wechat_errors says what its codes mean, wechat_token holds the access token.

The platform's rules that shape it: an answer goes into the connection of the message, within five
seconds; later ones are few (5 a message within 48 hours, 3 a tap within a minute), so all that
waits for a person goes out together; beyond that it waits until they write.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any

from aiohttp.web import AbstractRouteDef

from bot import i18n
from bot.channels import wechat_decode, wechat_draw, wechat_errors
from bot.channels.base import (
    Delivered,
    Ears,
    OutcomeUnknown,
    Payload,
    StoreDown,
    TryLater,
    Wait,
)
from bot.channels.wechat_client import Client
from bot.channels.wechat_decode import Strange
from bot.channels.wechat_errors import Told
from bot.channels.wechat_menu import menu
from bot.channels.wechat_sending import CAPABILITIES, Sender
from bot.channels.wechat_settings import CHANNEL, Ledger, Nonces, TokenStore, WeChatSettings
from bot.channels.wechat_webhook import Slot, Webhook
from bot.channels.wechat_xml import Fields
from bot.i18n import Translator, _
from bot.messages import Address, Attachment, IncomingMessage, Kind, Reply

__all__ = ["WeChat", "WeChatSettings"]

log = logging.getLogger(__name__)

DOWN = _("I cannot take messages at this moment. Please send it again in a few minutes.")
BUSY = _("I am very slow just now. If no reply comes in a few minutes, please send it again.")
SLOW = _("I am still working on it. Please write 'more' in a few seconds.")
MORE_WORDS = frozenset({"更多", "还有呢", "下一页", "继续", "more", "continue"})
"""As bot.understanding writes them: what asks for the rest, where there is one."""
_SLOW_CHECK = 60.0


class WeChat:
    """One official account."""

    name = CHANNEL
    capabilities = CAPABILITIES

    def __init__(
        self,
        settings: WeChatSettings,
        ears: Ears,
        ledger: Ledger,
        tokens: TokenStore,
        nonces: Nonces,
        now: Callable[[], datetime],
        translate: Callable[[str], Translator] = i18n.translator,
        wait: Wait = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._ears = ears
        self._ledger = ledger
        self._nonces = nonces
        self._now = now
        self._translate = translate
        self._wait = wait
        self._client = Client(settings, tokens, now, wait)
        self._background: set[asyncio.Task[Any]] = set()
        self.counts: Counter[str] = Counter()
        self._sender = Sender(settings, self._client, ledger, now, translate, self.counts)

    @property
    def passive(self) -> bool:
        """We may only answer; known by the setting, or because the platform said so."""
        return self._sender.passive

    @property
    def trouble(self) -> str:
        return self._sender.trouble

    # --- bot.channels.base.Channel

    def render(self, reply: Reply, translator: Translator) -> Sequence[Payload]:
        """See wechat_draw. Links that send a choice need an account with all rights."""
        return wechat_draw.draw(reply, translator, self.capabilities, links=not self.passive)

    def decode(self, raw: Payload) -> IncomingMessage | None:
        return wechat_decode.decode(raw)

    async def send_all(self, to: Address, payloads: Sequence[Payload]) -> Delivered:
        """See wechat_sending."""
        return await self._sender.send_all(to.user_id, payloads)

    async def send(self, to: Address, payload: Payload) -> str:
        delivered = await self.send_all(to, [payload])
        if delivered.trouble:
            raise delivered.trouble
        return delivered.external[0]

    async def fetch(self, attachment: Attachment) -> bytes:
        """The platform keeps a file for three days."""
        try:
            return await self._client.file(attachment.reference)
        except Told as told:
            raise wechat_errors.of_a_file(told) from None

    def routes(self) -> Sequence[AbstractRouteDef]:
        return Webhook(
            self._settings,
            self._nonces,
            self.hear,
            lambda: self._settings.answer_within,
            lambda: self._said(DOWN),
            self._now,
            self.counts,
        ).routes()

    async def run(self) -> None:
        """Until the platform takes our app id and secret once; a passive account needs neither."""
        pause = 1.0
        while not self.passive:
            try:
                await self._client.check()
            except (Told, TryLater, OutcomeUnknown) as error:
                self._sender.trouble = str(error)
                log.warning("wechat_not_ready", extra={"error": str(error), "seconds": pause})
                await self._wait(pause)
                pause = min(pause * 2, _SLOW_CHECK)
            else:
                self._sender.trouble = ""
                return

    async def close(self) -> None:
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._client.close()

    async def check(self) -> None:
        """Are app id and secret accepted? Raises Told, TryLater or OutcomeUnknown."""
        await self._client.check()

    async def publish_menu(self) -> None:
        """Raises Told, TryLater or OutcomeUnknown."""
        await self._client.create_menu(menu(self._translate(i18n.LANGUAGES[0])))

    # --- what comes

    async def hear(self, fields: Fields, slot: Slot) -> str | None:
        """What to say in this connection; None: nothing, or not in time. Never raises."""
        try:
            await self._note_agreements(fields)
            message = self.decode(fields)
        except Strange as error:
            self.counts[f"strange_{error.what}"] += 1
            return None
        except StoreDown:
            return self._said(DOWN)
        if message is None:
            self.counts["silent"] += 1
            return None
        self.counts["heard"] += 1
        slot.event = message.event_id
        with self._sender.into(slot, message.sender.user_id):
            return await self._answer(message, slot)

    async def _answer(self, message: IncomingMessage, slot: Slot) -> str | None:
        hearing = self._in_background(self._ears.hear_then(message))
        await asyncio.wait({hearing}, timeout=slot.seconds_left)
        if not hearing.done():
            # Perhaps it will be stored yet: the person must not rely on it.
            self.counts["store_slow"] += 1
            hearing.add_done_callback(_nobody_waits)
            return self._told(message, BUSY)
        if hearing.exception():
            self.counts["store_down"] += 1
            if not isinstance(hearing.exception(), StoreDown):
                log.error("wechat_message_not_stored", exc_info=hearing.exception())
            return self._told(message, DOWN)
        answering: asyncio.Future[None] = asyncio.ensure_future(hearing.result())
        await asyncio.wait(
            (answering, slot.offered),
            timeout=slot.seconds_left,
            return_when=asyncio.FIRST_COMPLETED,
        )
        if slot.offered.done():
            return slot.offered.result()
        if answering.done():
            again = await self._answered_before(message)
            return slot.offered.result() if slot.offered.done() else again
        self.counts["late"] += 1
        return self._said(SLOW) if self.passive else None

    def _told(self, message: IncomingMessage, words: i18n.Text) -> str | None:
        """Who left hears nothing any more."""
        return None if message.kind is Kind.LEFT else self._said(words)

    async def _answered_before(self, message: IncomingMessage) -> str | None:
        """The platform repeats what it got no answer to: the same answer, and no other turn."""
        try:
            told = await self._ears.answered(message.sender, message.event_id)
        except StoreDown:
            return None
        payloads: list[Payload] = []
        for one in told:
            part = one.external.partition(":")[0]
            drawn = self.render(one.reply, self._translate(one.language))
            payloads += drawn[int(part) if part.isdecimal() else 0 :]
        if not payloads:
            return None
        self.counts["repeated"] += 1
        joined = wechat_draw.bundles(payloads, self.capabilities)
        text, more = joined[0][0].get("text"), joined[0][0]["more"]
        if text and len(joined) > 1 and not await self._sender.may_send(message.sender.user_id, 1):
            text = f"{text}{wechat_draw.BETWEEN}{more}"
        return text

    async def _note_agreements(self, fields: Fields) -> None:
        for template, agreed in wechat_decode.agreements(fields):
            openid = wechat_decode.openid_of(fields)
            event = wechat_decode.event_id_of(fields, template)
            await self._ledger.agreed(openid, template, 1 if agreed else 0, event)

    # --- below

    def _said(self, words: i18n.Text) -> str:
        return words.to(self._translate(i18n.LANGUAGES[0]))

    def _in_background(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task


def _nobody_waits(hearing: asyncio.Task[Any]) -> None:
    if not hearing.cancelled() and hearing.exception():
        log.warning("wechat_message_not_stored", exc_info=hearing.exception())
