"""The methods of the Bot API that we use, as Telegram's server answers them."""

import asyncio
import itertools
import random
import time
from collections import deque
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


@dataclass(frozen=True)
class Fault:
    """What happens to one call instead of, or after, its normal effect."""

    kind: str
    """'flood', 'error', 'html', 'blocked', 'reset before', 'reset after', 'slow', 'garbled'."""
    seconds: float = 1.0


@dataclass
class Faults:
    """How unreliable Telegram is: probabilities for what is sent, and plans for any method."""

    server_error: float = 0.0
    lost_reply: float = 0.0
    """Delivered, and then the connection breaks."""
    flood: float = 0.0
    blocked: set[int] = field(default_factory=set)
    """Who blocked the bot."""
    next: dict[str, deque[Fault]] = field(default_factory=dict)
    """By method: what happens to its next calls."""
    always: Fault | None = None
    """What happens to every call."""
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    def of(self, method: str) -> Fault | None:
        planned = self.next.get(method)
        if planned or self.always:
            return planned.popleft() if planned else self.always
        if not method.startswith("send"):
            return None
        draw = self.chance.random()
        for kind, chance in (
            ("error", self.server_error),
            ("reset after", self.lost_reply),
            ("flood", self.flood),
        ):
            if draw < chance:
                return Fault(kind)
            draw -= chance
        return None


@dataclass
class Api:
    """People, what waits for the bot, and its calls."""

    people: dict[int, Person] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    pending: list[dict[str, Any]] = field(default_factory=list)
    """Updates that the bot has not acknowledged."""
    webhook: dict[str, Any] = field(default_factory=dict)
    commands: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    """By language code."""
    taps: dict[str, float] = field(default_factory=dict)
    """Taps that wait for their answer, by the query's id: when they were made."""
    answered: list[str] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
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
        if chat_id in self.faults.blocked:
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
        made = self.taps.pop(callback_query_id, None)
        if made is None or time.monotonic() - made > TOO_LATE:
            raise Refusal(
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
            )
        self.answered.append(callback_query_id)
        return True

    async def set_my_commands(self, commands: Any, language_code: str = "", **_more: Any) -> bool:
        self.commands[language_code] = commands
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


def webhook_queue_of(update: dict[str, Any]) -> int:
    """Telegram's own: messages of a chat in order, taps in another queue by person."""
    if "callback_query" in update:
        return int(update["callback_query"]["from"]["id"]) + (3 << 33)
    if "my_chat_member" in update:
        return 5
    try:
        return int((update.get("message") or update["edited_message"])["chat"]["id"])
    except (KeyError, TypeError, ValueError):
        return 0  # a test's malformed update


def refuse(fault: Fault | None) -> None:
    if fault and fault.kind == "flood":
        wait = int(fault.seconds)
        raise Refusal(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
    if fault and fault.kind == "error":
        raise Refusal(500, "Internal Server Error")
    if fault and fault.kind == "blocked":
        raise Refusal(403, "Forbidden: bot was blocked by the user")
