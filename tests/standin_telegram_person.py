"""Somebody who uses Telegram's app: sees what was sent, presses what is drawn."""

import asyncio
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.standin_telegram import StandIn


class Person:
    """One private chat with the bot."""

    def __init__(self, server: "StandIn", number: int, language: str) -> None:
        self._server = server
        self._news = asyncio.Event()
        self._heard = 0
        self.number = number
        self.language = language
        self.blocked = False
        self.messages: list[dict[str, Any]] = []
        """All that the bot sent, oldest first."""

    @property
    def chat(self) -> dict[str, Any]:
        return {"id": self.number, "type": "private", "first_name": "测试"}

    @property
    def user(self) -> dict[str, Any]:
        return {
            "id": self.number,
            "is_bot": False,
            "first_name": "测试",
            "language_code": self.language,
        }

    # --- speaking: each returns the update's id

    def says(self, words: str) -> int:
        return self.sends(text=words)

    def sends(self, **content: Any) -> int:
        """Anything: photo=[…], voice={…}, contact={…}."""
        return self._server.deliver(message=self._message(**content))

    def edits(self, words: str) -> int:
        edited = self._message(text=words, edit_date=int(time.time()))
        return self._server.deliver(edited_message=edited)

    def taps(self, label: str) -> int:
        """The newest button with that label. Raises LookupError: nothing like it is drawn."""
        for message in reversed(self.messages):
            for button in _drawn(message):
                if button["text"] == label:
                    return self.taps_data(message, button["callback_data"])
        raise LookupError(label)

    def taps_data(self, message: dict[str, Any], data: str) -> int:
        query_id = f"q{next(self._server.ids)}"
        self._server.answered[query_id] = time.monotonic()
        return self._server.deliver(
            callback_query={
                "id": query_id,
                "from": self.user,
                "message": {key: value for key, value in message.items() if value is not None},
                "chat_instance": "1",
                "data": data,
            }
        )

    def blocks(self, *, blocked: bool = True) -> int:
        self.blocked = blocked
        bot = {"id": 1, "is_bot": True, "first_name": "上门办"}
        old, new = ("member", "kicked") if blocked else ("kicked", "member")
        change: dict[str, Any] = {
            "chat": self.chat,
            "from": self.user,
            "date": int(time.time()),
            "old_chat_member": {"user": bot, "status": old},
            "new_chat_member": {"user": bot, "status": new},
        }
        for side in ("old_chat_member", "new_chat_member"):
            if change[side]["status"] == "kicked":
                change[side]["until_date"] = 0
        return self._server.deliver(my_chat_member=change)

    def _message(self, **content: Any) -> dict[str, Any]:
        return {
            "message_id": next(self._server.ids),
            "date": int(time.time()),
            "chat": self.chat,
            "from": self.user,
            **content,
        }

    # --- hearing

    def receive(self, message: dict[str, Any]) -> None:
        self.messages.append(message)
        self._news.set()

    def hears(self) -> list[dict[str, Any]]:
        """What came since the last time."""
        new, self._heard = self.messages[self._heard :], len(self.messages)
        return new

    async def hears_within(self, seconds: float, count: int = 1) -> list[dict[str, Any]]:
        """The same, after waiting for that many messages at most that long."""
        try:
            async with asyncio.timeout(seconds):
                while len(self.messages) - self._heard < count:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            pass
        return self.hears()

    @staticmethod
    def buttons(message: dict[str, Any]) -> list[str]:
        return [button["text"] for button in _drawn(message)]


def _drawn(message: dict[str, Any]) -> list[dict[str, str]]:
    markup = message.get("reply_markup") or {}
    return [button for row in markup.get("inline_keyboard", []) for button in row]
