"""The methods of the Bot API that we use, as Telegram's server answers them."""

import asyncio
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.standin_telegram_person import Person

TOO_LATE = 150.0
"""Seconds after which a tap can no longer be answered."""


class Refusal(Exception):
    """An answer with ok=false."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
        if parameters:
            self.body["parameters"] = parameters


@dataclass
class Api:
    """People, what waits for the bot, and its calls."""

    people: dict[int, Person] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    pending: list[dict[str, Any]] = field(default_factory=list)
    """Updates that the bot has not acknowledged."""
    webhook: dict[str, Any] = field(default_factory=dict)
    menus: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    """Commands by language code."""
    answered: dict[str, float] = field(default_factory=dict)
    """Every tap by its query's id: when it was made, less than 0 once it was answered."""
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1000))
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _poll: asyncio.Task[Any] | None = None

    def webhook_set(self) -> None:
        """What waits goes there."""

    async def get_me(self) -> dict[str, Any]:
        return {
            "id": 1, "is_bot": True, "first_name": "上门办", "username": "doorstep_test_bot",
        }  # fmt: skip

    async def get_updates(
        self, offset: int = 0, timeout: int = 0, limit: int = 100, **_more: Any
    ) -> list[dict[str, Any]]:
        """All before `offset` is acknowledged. A second call ends the first."""
        if self.webhook:
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        if self._poll and not self._poll.done():
            self._poll.cancel()
        self._poll = asyncio.current_task()
        self.pending = [one for one in self.pending if one["update_id"] >= offset]
        try:
            async with asyncio.timeout(min(timeout, 50)), self.changed:
                await self.changed.wait_for(lambda: bool(self.pending))
        except TimeoutError:
            pass
        except asyncio.CancelledError as error:
            raise Refusal(
                409,
                "Conflict: terminated by other getUpdates request; "
                "make sure that only one bot instance is running",
            ) from error
        return self.pending[:limit]

    async def set_webhook(self, url: str, **settings: Any) -> bool:
        if settings.pop("drop_pending_updates", False):
            self.pending.clear()
        self.webhook = {"url": url, **settings} if url else {}
        self.webhook_set()
        return True

    async def delete_webhook(self, drop_pending_updates: bool = False) -> bool:
        return await self.set_webhook("", drop_pending_updates=drop_pending_updates)

    async def get_webhook_info(self) -> dict[str, Any]:
        return {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self.pending),
        }

    async def send_message(
        self, chat_id: int, text: str, reply_markup: Any = None, **_more: Any
    ) -> dict[str, Any]:
        if not text.strip():
            raise Refusal(400, "Bad Request: message text is empty")
        return self._shown(chat_id, {"text": text.strip()}, reply_markup)

    async def send_photo(
        self, chat_id: int, photo: str, caption: str = "", reply_markup: Any = None
    ) -> dict[str, Any]:
        sizes = [{"file_id": photo, "file_unique_id": photo[-9:], "width": 90, "height": 90}]
        return self._shown(chat_id, {"photo": sizes, "caption": caption}, reply_markup)

    async def send_document(
        self, chat_id: int, document: str, caption: str = "", reply_markup: Any = None
    ) -> dict[str, Any]:
        file = {"file_id": document, "file_unique_id": document[-9:]}
        return self._shown(chat_id, {"document": file, "caption": caption}, reply_markup)

    def _shown(self, chat_id: int, content: dict[str, Any], markup: Any) -> dict[str, Any]:
        person = self._reachable(chat_id)
        message: dict[str, Any] = {
            "message_id": next(self.ids),
            "date": int(time.time()),
            "chat": person.chat,
            "from": {"id": 1, "is_bot": True, "first_name": "上门办"},
            **content,
        }
        if markup:
            message["reply_markup"] = markup
        person.receive(message)
        return message

    def _reachable(self, chat_id: int) -> Person:
        person = self.people.get(chat_id)
        if person is None:
            raise Refusal(400, "Bad Request: chat not found")
        if person.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        return person

    async def edit_message_reply_markup(
        self, chat_id: int, message_id: int, reply_markup: Any = None
    ) -> dict[str, Any]:
        for message in self._reachable(chat_id).messages:
            if message["message_id"] == message_id:
                if message.get("reply_markup") == reply_markup:
                    raise Refusal(400, "Bad Request: message is not modified")
                message["reply_markup"] = reply_markup
                return {key: value for key, value in message.items() if value is not None}
        raise Refusal(400, "Bad Request: message to edit not found")

    async def answer_callback_query(self, callback_query_id: str, **_more: Any) -> bool:
        made = self.answered.get(callback_query_id, -1.0)
        if made < 0 or time.monotonic() - made > TOO_LATE:
            raise Refusal(
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
            )
        self.answered[callback_query_id] = -1.0
        return True

    async def set_my_commands(self, commands: Any, language_code: str = "", **_more: Any) -> bool:
        self.menus[language_code] = commands
        return True

    async def get_file(self, file_id: str) -> dict[str, Any]:
        if file_id not in self.files:
            raise Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        size = len(self.files[file_id])
        if size > 20 * 1024 * 1024:
            raise Refusal(400, "Bad Request: file is too big")
        path = f"files/{file_id}"
        return {
            "file_id": file_id, "file_unique_id": file_id, "file_size": size, "file_path": path,
        }  # fmt: skip
