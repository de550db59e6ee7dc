"""Telegram as a channel. Start with `Telegram`; every step has its file beside this one.

telegram_decode reads updates, telegram_draw makes messages, telegram_client calls the Bot API,
telegram_errors says what its errors mean, telegram_polling and telegram_webhook are the two ways
in. The library's Application, persistence and job queue keep what they know in memory and would
lose an acknowledged update, so none of it is used.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from aiohttp.web import AbstractRouteDef
from telegram.error import RetryAfter, TelegramError

from bot import i18n
from bot.channels import telegram_decode, telegram_errors
from bot.channels.base import (
    Capabilities,
    Ears,
    OutcomeUnknown,
    Payload,
    Refused,
    StoreDown,
    Wait,
)
from bot.channels.telegram_client import LARGEST_FILE, Client
from bot.channels.telegram_commands import menus
from bot.channels.telegram_decode import CHANNEL
from bot.channels.telegram_draw import draw
from bot.channels.telegram_pace import Pace
from bot.channels.telegram_polling import poll, until_done
from bot.channels.telegram_settings import OffsetStore, TelegramSettings, webhook_path
from bot.channels.telegram_webhook import Webhook
from bot.i18n import Translator
from bot.messages import Address, Attachment, IncomingMessage, Kind, Reply

__all__ = ["OffsetStore", "Telegram", "TelegramSettings", "webhook_path"]

log = logging.getLogger(__name__)


class Telegram:
    """One bot."""

    name = CHANNEL
    capabilities = Capabilities(max_text=4096, text_unit="utf16", max_buttons=100, proactive=True)

    def __init__(
        self,
        settings: TelegramSettings,
        ears: Ears,
        offset: OffsetStore,
        translate: Callable[[str], Translator] = i18n.translator,
        wait: Wait = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._ears = ears
        self._offset = offset
        self._translate = translate
        self._wait = wait
        self._client = Client(settings)
        self._pace = Pace(settings.one_each, wait=wait)
        self._background: set[asyncio.Task[None]] = set()
        self.trouble = ""

    def _note(self, trouble: str) -> None:
        self.trouble = trouble

    def render(self, reply: Reply, translator: Translator) -> Sequence[Payload]:
        """See telegram_draw."""
        return draw(reply, translator, self.capabilities)

    def decode(self, raw: Payload) -> IncomingMessage | None:
        return telegram_decode.decode(raw)

    async def send(self, to: Address, payload: Payload) -> str:
        if not to.user_id.lstrip("-").isdecimal():
            raise Refused("not a Telegram chat")
        await self._pace.turn(to.user_id)
        try:
            content = await self._stored(to, payload)
            return str(await self._client.send(int(to.user_id), payload, content))
        except RetryAfter as error:
            self._pace.hold(to.user_id, telegram_errors.retry_after(error).total_seconds())
            raise telegram_errors.of_a_message(error) from error
        except TelegramError as error:
            trouble = telegram_errors.of_a_message(error)
            if isinstance(trouble, OutcomeUnknown):
                log.warning("telegram_outcome_unknown", extra={"error": type(error).__name__})
            raise trouble from error
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise OutcomeUnknown("Telegram's answer could not be read") from error

    async def _stored(self, to: Address, payload: Payload) -> bytes | None:
        """A file of ours; None: the payload has none. Raises Refused where it is gone."""
        if "stored" not in payload:
            return None
        reference = payload.get("photo") or payload.get("document") or ""
        found = await self._ears.sent_file(to, str(reference))
        if found is None:
            raise Refused("the file is not in our store any more")
        return found[0]

    async def fetch(self, attachment: Attachment) -> bytes:
        if attachment.size > LARGEST_FILE:
            raise Refused("larger than a bot may download")
        try:
            content = await self._client.file(attachment.reference)
        except TelegramError as error:
            raise telegram_errors.of_a_file(error) from error
        if content is None:
            raise Refused("larger than a bot may download")
        return content

    def routes(self) -> Sequence[AbstractRouteDef]:
        """The webhook, where that is the mode."""
        if self._settings.mode != "webhook":
            return ()
        return Webhook(self._settings, self.hear).routes()

    async def run(self) -> None:
        """Polls until cancelled; with a webhook it returns after the set-up.

        What the relay still sends when this was cancelled goes out: only `close` disconnects.
        """
        menus_set = self._in_background(until_done(self._set_menus, self._wait, self._note))
        try:
            if self._settings.mode == "webhook":
                await until_done(self._client.set_webhook, self._wait, self._note)
                await asyncio.wait([menus_set])
            else:
                await until_done(self._client.delete_webhook, self._wait, self._note)
                await poll(self._client, self._offset, self.hear, self._wait, self._note)
        finally:
            menus_set.cancel()

    async def close(self) -> None:
        """The last thing, when nothing is to be sent any more."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._client.close()

    async def hear(self, updates: Sequence[Any]) -> None:
        """Store these updates, whatever is in them. Raises StoreDown.

        A tap's spinner stops at once; its keyboard goes when the tap is stored (rules T3, T5).
        """
        for update in updates:
            self._on_tap(update, self._answer_tap)
        read: list[tuple[IncomingMessage, Any]] = []
        unreadable: list[tuple[Any, str]] = []
        for update in updates:
            try:
                message = self.decode(update)
            except ValueError as error:
                unreadable.append((update, str(error)))
            else:
                read += [(message, update)] if message else []
        await self._store(read)
        for update, why in unreadable:
            await self._park(update, why)
        for message, update in read:
            if message.kind is Kind.TAP:
                self._on_tap(update, self._remove_keyboard)

    async def _store(self, read: Sequence[tuple[IncomingMessage, Any]]) -> None:
        """In one transaction; one that cannot be stored is parked and harms no other."""
        if not read:
            return
        try:
            await self._ears.hear_all([message for message, _update in read])
        except StoreDown:
            raise
        except Exception as error:
            log.exception("telegram_update_not_stored")
            if len(read) == 1:
                await self._park(read[0][1], f"could not be stored: {type(error).__name__}")
                return
            for one in read:
                await self._store([one])

    async def _park(self, update: Any, why: str) -> None:
        try:
            event = telegram_decode.event_of(update)
        except ValueError:
            return  # Telegram numbers its updates; what has no number is not from there
        await self._ears.park(CHANNEL, event, json.dumps(update), why)

    # --- what nobody waits for

    def _on_tap(self, update: Any, work: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
        query = update.get("callback_query") if isinstance(update, dict) else None
        if isinstance(query, dict):
            self._in_background(work(query))

    async def _answer_tap(self, query: Any) -> None:
        if isinstance(query.get("id"), str):
            await self._best_effort(self._client.answer_tap(query["id"]))

    async def _remove_keyboard(self, query: Any) -> None:
        """A message of date 0 is too old for Telegram to give us, and to be edited."""
        message = query.get("message")
        if not isinstance(message, dict) or not message.get("date"):
            return
        chat_id, message_id = message["chat"]["id"], message.get("message_id")
        if type(message_id) is int:
            await self._best_effort(self._client.remove_keyboard(chat_id, message_id))

    @staticmethod
    async def _best_effort(call: Coroutine[Any, Any, None]) -> None:
        """'query is too old', 'message is not modified': what it is good for is over then."""
        try:
            await call
        except TelegramError as error:
            log.debug("telegram_courtesy_failed", extra={"error": type(error).__name__})

    async def _set_menus(self) -> None:
        for code, commands in menus(self._translate):
            await self._client.set_commands(code, commands)

    def _in_background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task
