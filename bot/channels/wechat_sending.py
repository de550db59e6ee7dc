"""What WeChat lets us send: into an open connection, by the customer-service interface, or later.

The interface takes 5 messages within 48 hours of a person's message, 3 within a minute of a tap.
So all that waits goes out together; what may not go waits here until the person writes.
"""

import contextlib
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from bot import i18n
from bot.channels import wechat_draw, wechat_errors
from bot.channels.base import (
    Capabilities,
    Delivered,
    OutcomeUnknown,
    Payload,
    Refused,
    StoreDown,
    TryLater,
    Unreachable,
)
from bot.channels.wechat_client import Client
from bot.channels.wechat_errors import NO_RIGHT, USED_UP, WINDOW_CLOSED, Told
from bot.channels.wechat_settings import Ledger, WeChatSettings
from bot.channels.wechat_webhook import Slot
from bot.i18n import Translator, _

log = logging.getLogger(__name__)

NOTICE = _("You have a new reply")
CAPABILITIES = Capabilities(max_text=2047, text_unit="bytes", max_buttons=0, proactive=False)


class Sender:
    """One account's way out."""

    def __init__(
        self,
        settings: WeChatSettings,
        client: Client,
        ledger: Ledger,
        now: Callable[[], datetime],
        translate: Callable[[str], Translator],
        counts: Counter[str],
    ) -> None:
        self._settings = settings
        self._client = client
        self._ledger = ledger
        self._now = now
        self._translate = translate
        self.counts = counts
        self._slots: dict[str, list[Slot]] = defaultdict(list)
        self.passive = settings.mode == "passive"
        self.trouble = ""

    @contextlib.contextmanager
    def into(self, slot: Slot, openid: str) -> Iterator[None]:
        """While it lasts, what goes to this person goes into that connection."""
        slots = self._slots[openid]
        slots.append(slot)
        try:
            yield
        finally:
            slots.remove(slot)
            if not slots:
                self._slots.pop(openid, None)

    async def send_all(self, openid: str, payloads: Sequence[Payload]) -> Delivered:
        """Into the open connection first; then by the interface, as far as it is allowed."""
        external: list[str] = []
        waiting = wechat_draw.bundles(list(payloads), CAPABILITIES)
        while waiting and "text" in waiting[0][0] and (slot := self._open_slot(openid)):
            payload, count = waiting[0]
            text = await self._with_rest(payload, waiting[1:], openid)
            if await slot.offer(text):
                self.counts["passive"] += 1
                external += [f"{one['part']}:{slot.event}" for one in payloads[:count]]
                waiting = waiting[1:]
        for at, (payload, count) in enumerate(waiting):
            try:
                sent = await self._send(openid, payload, waiting[at + 1 :])
            except (TryLater, Unreachable, Refused, OutcomeUnknown) as trouble:
                return Delivered(external, trouble)
            external += [sent] * count
        return Delivered(external)

    def _open_slot(self, openid: str) -> Slot | None:
        return next((slot for slot in self._slots.get(openid, ()) if slot.open), None)

    async def _with_rest(
        self, payload: Payload, rest: Sequence[tuple[Payload, int]], openid: str
    ) -> str:
        """The text, and where what follows cannot follow by itself, the word that gets it."""
        text = str(payload["text"])
        if rest and not await self.may_send(openid, len(rest)):
            return f"{text}{wechat_draw.BETWEEN}{payload['more']}"
        return text

    async def may_send(self, openid: str, count: int) -> bool:
        if self.passive:
            return False
        try:
            return (await self._ledger.left(openid)).left >= count
        except StoreDown:
            return False

    async def _send(
        self, openid: str, payload: Payload, rest: Sequence[tuple[Payload, int]]
    ) -> str:
        """By the customer-service interface. Raises as Channel.send does."""
        if self.passive:
            await self._close(openid)
            raise wechat_errors.waits(NO_RIGHT)
        try:
            if not await self._ledger.spend(openid):
                await self._notify(openid)
                raise wechat_errors.waits(USED_UP)
            sent = await self._called(openid, payload, rest)
        except StoreDown as error:
            raise TryLater(str(error)) from None
        except Told as told:
            await self._learn(openid, told)
            raise wechat_errors.of_a_message(told) from None
        except TryLater:
            await self._refund(openid)
            raise
        self.counts["sent"] += 1
        self.trouble = ""
        return sent

    async def _called(
        self, openid: str, payload: Payload, rest: Sequence[tuple[Payload, int]]
    ) -> str:
        if "qr" in payload:
            from bot.channels.wechat_picture import qr  # noqa: PLC0415 - few ever need it

            media_id = await self._client.upload_picture(qr(payload["qr"]), "qr.png")
            return await self._client.send_picture(openid, media_id)
        return await self._client.send_text(openid, await self._with_rest(payload, rest, openid))

    async def _learn(self, openid: str, told: Told) -> None:
        """What the platform's refusal says beyond this message."""
        self.counts[f"code_{told.code}"] += 1
        if told.code == NO_RIGHT:
            self.passive = True
            log.warning("wechat_passive_only")
            await self._close(openid)
        elif told.code in (WINDOW_CLOSED, USED_UP):
            await self._close(openid)
            with contextlib.suppress(StoreDown):
                await self._notify(openid)
        else:
            if wechat_errors.is_about_settings(told):
                self.trouble = str(told)
            await self._refund(openid)

    async def _refund(self, openid: str) -> None:
        with contextlib.suppress(StoreDown):
            await self._ledger.refund(openid)

    async def _close(self, openid: str) -> None:
        """So that staff do not read of messages that may not be sent."""
        with contextlib.suppress(StoreDown):
            await self._ledger.close(openid)

    async def _notify(self, openid: str) -> None:
        """Who agreed to it is told that something waits; the words themselves wait here."""
        template = self._settings.notice_template
        if not template or not await self._ledger.take_agreement(openid, template):
            return
        spoken = self._translate(i18n.LANGUAGES[0])
        at = self._now().astimezone(i18n.GUANGDONG).strftime("%Y-%m-%d %H:%M")
        values = (NOTICE.to(spoken), at)
        fields = dict(zip(self._settings.notice_fields, values, strict=False))
        try:
            await self._client.send_notice(openid, fields)
            self.counts["noticed"] += 1
        except (Told, TryLater, OutcomeUnknown) as error:
            log.warning("wechat_notice_failed", extra={"error": str(error)})
