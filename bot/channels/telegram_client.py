"""The calls that we make to the Bot API, through python-telegram-bot as a typed client.

Every method raises the library's TelegramError, which telegram_errors explains. The client is
made when it is first used: drawing and decoding need none.
"""

import logging
import os
from collections.abc import Sequence
from typing import Any

from telegram import BotCommand, InlineKeyboardMarkup, Message
from telegram.ext import ExtBot

from bot.channels.base import Payload
from bot.channels.telegram_decode import ALLOWED_UPDATES
from bot.channels.telegram_errors import without_token
from bot.channels.telegram_request import AiohttpRequest
from bot.channels.telegram_settings import TelegramSettings, webhook_path

POLL_SECONDS = 30
"""Telegram holds an empty getUpdates that long; it allows 50."""
LARGEST_FILE = 20 * 1024 * 1024
"""What a bot may download (Bot API, getFile)."""
_CHATTY = ("httpx", "httpcore", "telegram")


class Client:
    """One bot's connection. All times together stay below the relay's lease."""

    def __init__(self, settings: TelegramSettings) -> None:
        self._settings = settings
        self._bot: ExtBot[None] | None = None
        self._requests: AiohttpRequest | None = None

    @property
    def bot(self) -> ExtBot[None]:
        if self._bot is None:
            _keep_quiet()
            os.environ["PTB_TIMEDELTA"] = "1"  # else the library warns at every 429
            url = self._settings.api_url.rstrip("/")
            self._requests = AiohttpRequest()
            self._bot = ExtBot(
                self._settings.token,
                base_url=f"{url}/bot",
                base_file_url=f"{url}/file/bot",
                request=self._requests,
                get_updates_request=self._requests,
            )
        return self._bot

    async def close(self) -> None:
        """What is under way breaks; the next call would open it anew."""
        requests, self._requests, self._bot = self._requests, None, None
        if requests:
            await requests.shutdown()

    async def send(self, chat_id: int, payload: Payload, content: bytes | None = None) -> int:
        """The new message's id; `content` is that of a file in our own store."""
        if "text" in payload:
            # The payload is Telegram's own form already: no objects are made of it and back.
            told = await self.bot.do_api_request("sendmessage", {"chat_id": chat_id, **payload})
            return int(told["message_id"])
        drawn = payload.get("reply_markup")
        markup = InlineKeyboardMarkup.de_json(drawn, self.bot) if drawn else None
        sent: Message
        if "photo" in payload:
            sent = await self.bot.send_photo(
                chat_id,
                content or payload["photo"],
                filename=payload.get("stored"),
                caption=payload["caption"],
                reply_markup=markup,
            )
        else:
            sent = await self.bot.send_document(
                chat_id,
                content or payload["document"],
                filename=payload.get("stored"),
                caption=payload["caption"],
                reply_markup=markup,
            )
        return sent.message_id

    async def updates(self, offset: int) -> list[Any]:
        """What waits, as raw JSON: one update that the library cannot parse must not hide others.

        Written in small letters because do_api_request warns about methods that the library
        knows, and the Bot API does not care about case.
        """
        found = await self.bot.do_api_request(
            "getupdates",
            {"offset": offset, "timeout": POLL_SECONDS, "allowed_updates": list(ALLOWED_UPDATES)},
            read_timeout=POLL_SECONDS + 10,
        )
        return list(found)

    async def answer_tap(self, query_id: str) -> None:
        """Stops the spinner; without words, because a toast is not read out (rule T3)."""
        await self.bot.answer_callback_query(query_id)

    async def remove_keyboard(self, chat_id: int, message_id: int) -> None:
        await self.bot.edit_message_reply_markup(chat_id=chat_id, message_id=message_id)

    async def set_webhook(self) -> None:
        """Updates that wait stay: people wrote them."""
        await self.bot.set_webhook(
            f"{self._settings.public_url.rstrip('/')}{webhook_path(self._settings.token)}",
            secret_token=self._settings.secret,
            allowed_updates=ALLOWED_UPDATES,
            max_connections=40,
            drop_pending_updates=False,
        )

    async def delete_webhook(self) -> None:
        await self.bot.delete_webhook(drop_pending_updates=False)

    async def set_commands(self, code: str, commands: Sequence[tuple[str, str]]) -> None:
        menu = [BotCommand(name, description) for name, description in commands]
        await self.bot.set_my_commands(menu, language_code=code or None)

    async def file(self, reference: str) -> bytes | None:
        """None: larger than may be downloaded."""
        file = await self.bot.get_file(reference)
        if (file.file_size or 0) > LARGEST_FILE:
            return None
        content = bytes(await file.download_as_bytearray())
        return content if len(content) <= LARGEST_FILE else None


class _WithoutToken(logging.Filter):
    """The library's addresses contain the token."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = without_token(record.getMessage()), ()
        return True


def _keep_quiet() -> None:
    """The client logs every address at INFO, the library every text at DEBUG."""
    for name in _CHATTY:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))
        if not any(isinstance(one, _WithoutToken) for one in logger.filters):
            logger.addFilter(_WithoutToken())
