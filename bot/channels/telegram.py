"""Telegram: python-telegram-bot as a typed client, and nothing of its queues or stores.

Its Application keeps updates in memory and would lose an acknowledged one; here an update is
stored first. Facts about the Bot API: docs/channels.md.
"""

import asyncio
import hmac
import json
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from aiohttp import web
from telegram import BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import TelegramError
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.channels import drawing, telegram_errors
from bot.channels.base import Capabilities, Ears, Payload, Refused, StoreDown, TryLater
from bot.channels.telegram_decode import CHANNEL, decode
from bot.channels.telegram_settings import OffsetStore, TelegramSettings
from bot.i18n import LANGUAGES, Text, Translator, _, translator
from bot.messages import Address, Attachment, IncomingMessage, Reply

log = logging.getLogger(__name__)

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
LARGEST_BODY = 1024 * 1024
LARGEST_FILE = 20 * 1024 * 1024
"""What a bot may download (Bot API, getFile)."""
POLL_SECONDS = 30
SHORT_LABEL = 6
"""Longer labels get a row of their own (accessibility rule T1)."""
ONE_EACH = timedelta(seconds=1)
"""About one message a second and chat (core.telegram.org/bots/faq)."""

COMMANDS: dict[str, Text] = {
    "policy": _("Ask about the certificate"),
    "book": _("Book a home visit"),
    "status": _("Check an application"),
    "feedback": _("Feedback or complaint"),
    "mine": _("My bookings"),
    "human": _("Talk to a person"),
    "language": _("Change the language"),
    "preferences": _("Preferences"),
    "menu": _("Main menu"),
    "back": _("One question back"),
    "cancel": _("Stop, nothing is sent"),
    "repeat": _("Say it again"),
    "help": _("Help"),
    "start": _("Start"),
}
_COMMAND_LANGUAGES = {"": "zh_Hans", "zh": "zh_Hans", "en": "en"}
"""Telegram's 'zh' covers all of Chinese; '' is for everybody else."""


class Telegram:
    """One bot."""

    name = CHANNEL
    capabilities = Capabilities(max_text=4096, text_unit="utf16", max_buttons=100, proactive=True)

    def __init__(self, settings: TelegramSettings, ears: Ears, offset: OffsetStore) -> None:
        self._settings = settings
        self._ears = ears
        self._offset = offset
        self._client: ExtBot[None] | None = None
        self._background: set[asyncio.Task[None]] = set()

    # --- drawing and reading

    def render(self, reply: Reply, translator: Translator) -> Sequence[Payload]:
        """Plain text, so that nothing of a person's words is ever markup."""
        texts = drawing.messages(reply, translator, self.capabilities)
        payloads: list[Payload] = [{"text": text} for text in texts]
        keyboard = _keyboard(reply, translator)
        if keyboard:
            payloads[-1]["reply_markup"] = {"inline_keyboard": keyboard}
        return payloads

    def decode(self, raw: Payload) -> IncomingMessage | None:
        return decode(raw)

    # --- sending

    async def send(self, to: Address, payload: Payload) -> str:
        bot = await self._bot()
        rows = payload.get("reply_markup", {}).get("inline_keyboard", [])
        markup = [[InlineKeyboardButton(**button) for button in row] for row in rows]
        try:
            sent = await bot.send_message(
                chat_id=int(to.user_id),
                text=payload["text"],
                reply_markup=InlineKeyboardMarkup(markup) if markup else None,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except TelegramError as error:
            raise telegram_errors.ours(error) from error
        return str(sent.message_id)

    async def fetch(self, attachment: Attachment) -> bytes:
        if attachment.size > LARGEST_FILE:
            raise Refused("larger than a bot may download")
        bot = await self._bot()
        try:
            file = await bot.get_file(attachment.reference)
            return bytes(await file.download_as_bytearray())
        except TelegramError as error:
            raise telegram_errors.for_a_file(error) from error

    async def _bot(self) -> ExtBot[None]:
        if self._client is None:
            url = self._settings.api_url.rstrip("/")
            self._client = ExtBot(
                self._settings.token,
                base_url=f"{url}/bot",
                base_file_url=f"{url}/file/bot",
                request=HTTPXRequest(connection_pool_size=64, pool_timeout=10),
                get_updates_request=HTTPXRequest(read_timeout=POLL_SECONDS + 10),
            )
        return self._client

    # --- hearing

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        if self._settings.mode != "webhook":
            return ()
        return [web.post(self._settings.path, self._webhook)]

    async def _webhook(self, request: web.Request) -> web.Response:
        """Stored before the 200; a 503 has Telegram send it again."""
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        wanted = self._settings.secret
        if not hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode()):
            return web.Response(status=403)
        if (request.content_length or 0) > LARGEST_BODY:
            return web.Response(status=413)
        try:
            raw = await request.content.read(LARGEST_BODY + 1)
            if len(raw) > LARGEST_BODY:
                return web.Response(status=413)
            update = json.loads(raw)
            update_id = update["update_id"]
            if type(update_id) is not int or not 0 <= update_id < 2**63:
                return web.Response(status=400)
        except (ValueError, KeyError, TypeError, RecursionError):
            return web.Response(status=400)
        try:
            await self._heard([update])
        except StoreDown:
            return web.Response(status=503, headers={"Retry-After": "5"})
        return web.Response(status=200)

    async def _heard(self, updates: Sequence[dict[str, Any]]) -> None:
        """Store a batch. Raises StoreDown."""
        messages = []
        for update in updates:
            try:
                message = self.decode(update)
            except ValueError as error:
                raw = json.dumps(update, ensure_ascii=True)
                await self._ears.park(CHANNEL, str(update.get("update_id")), raw, str(error))
                continue
            if message:
                messages.append(message)
        if messages:
            await self._ears.hear_all(messages)
        for update in updates:
            if isinstance(update.get("callback_query"), dict):
                self._in_background(self._acknowledge(update["callback_query"]))

    async def _acknowledge(self, query: dict[str, Any]) -> None:
        """Stop the spinner, and take the used buttons away; both may come too late."""
        bot = await self._bot()
        message = query.get("message") or {}
        try:
            await bot.answer_callback_query(str(query.get("id", "")))
            if message.get("date"):
                await bot.edit_message_reply_markup(
                    chat_id=message["chat"]["id"], message_id=message["message_id"]
                )
        except TelegramError as error:
            log.info("acknowledgement_failed", extra={"error": type(error).__name__})

    def _in_background(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    # --- running

    async def run(self) -> None:
        """Set up; poll until cancelled, or leave the rest to the webhook."""
        bot = await self._bot()
        try:
            await self._until_done(self._set_up)
            if self._settings.mode == "polling":
                await self._poll(bot)
            else:
                await asyncio.Event().wait()
        finally:
            if self._background:
                await asyncio.wait(self._background, timeout=5)
            await bot.shutdown()
            self._client = None

    async def _set_up(self) -> None:
        bot = await self._bot()
        await bot.initialize()
        if self._settings.mode == "webhook":
            await bot.set_webhook(
                url=f"{self._settings.public_url}{self._settings.path}",
                secret_token=self._settings.secret,
                allowed_updates=list(ALLOWED),
                max_connections=50,
                drop_pending_updates=False,
            )
        else:
            await bot.delete_webhook(drop_pending_updates=False)
        for code, language in _COMMAND_LANGUAGES.items():
            spoken = translator(language)
            await bot.set_my_commands(
                [BotCommand(name, text.to(spoken)) for name, text in COMMANDS.items()],
                language_code=code or None,
            )

    async def _until_done(self, work: Any) -> None:
        pause = 1.0
        while True:
            try:
                await work()
            except TelegramError as error:
                log.warning("telegram_not_reached", extra={"error": type(error).__name__})
                await asyncio.sleep(telegram_errors.pause_after(error, pause))
                pause = min(pause * 2, 60.0)
            else:
                return

    async def _poll(self, bot: ExtBot[None]) -> None:
        """Store the batch, then move the offset: what is not stored comes again."""
        offset = await self._offset.load()
        pause = 1.0
        while True:
            try:
                found: Any = await bot.do_api_request(
                    "getUpdates",
                    {"offset": offset, "timeout": POLL_SECONDS, "allowed_updates": list(ALLOWED)},
                    read_timeout=POLL_SECONDS + 10,
                )
                updates = [one for one in found if isinstance(one, dict)]
                if updates:
                    await self._heard(updates)
                    offset = max(int(one["update_id"]) for one in updates) + 1
                    await self._offset.save(offset)
                pause = 1.0
            except (TelegramError, StoreDown, TryLater) as error:
                log.warning("polling_failed", extra={"error": type(error).__name__})
                await asyncio.sleep(telegram_errors.pause_after(error, pause))
                pause = min(pause * 2, 60.0)


def _keyboard(reply: Reply, spoken: Translator) -> list[list[dict[str, str]]]:
    """One long label a row, short ones two and two."""
    rows: list[list[dict[str, str]]] = []
    for choice in reply.choices:
        if not choice.token:
            continue
        label = choice.label.to(spoken)
        button = {"text": label, "callback_data": choice.token}
        last = rows[-1] if rows else []
        short = len(label) <= SHORT_LABEL and all(len(one["text"]) <= SHORT_LABEL for one in last)
        if len(last) == 1 and short:
            last.append(button)
        else:
            rows.append([button])
    return rows


__all__ = ["LANGUAGES", "Telegram", "TelegramSettings"]
