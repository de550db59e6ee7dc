"""Somebody who uses Telegram's app: sees what was sent, presses what is drawn."""

import asyncio
import base64
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.standin_telegram import StandIn

PICTURE = base64.b64decode(
    "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"  # one pixel
)


class Person:
    """One private chat with the bot."""

    def __init__(self, server: "StandIn", user_id: int, language: str) -> None:
        self._server = server
        self._came = asyncio.Event()
        self._seen = 0
        self.user_id = user_id
        self.language = language
        self.messages: list[dict[str, Any]] = []
        """All that the bot sent, oldest first."""

    @property
    def chat(self) -> dict[str, Any]:
        return {"id": self.user_id, "type": "private", "first_name": "测试"}

    @property
    def user(self) -> dict[str, Any]:
        return {
            "id": self.user_id,
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

    def sends_photo(self, caption: str = "") -> int:
        """A small picture that can be fetched."""
        file_id = f"photo{next(self._server.ids)}"
        self._server.files[file_id] = PICTURE
        size = {"width": 1, "height": 1, "file_size": len(PICTURE)}
        sizes = [{"file_id": file_id, "file_unique_id": file_id, **size}]
        return self.sends(photo=sizes, **({"caption": caption} if caption else {}))

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
        self._server.taps[query_id] = time.monotonic()
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
        change_blocked = self._server.faults.blocked
        (change_blocked.add if blocked else change_blocked.discard)(self.user_id)
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
        self._came.set()

    async def hears(self, count: int = 0, timeout: float = 90) -> list[str]:
        """The words of everything that came, oldest first, once there are that many.

        It waits longer than the relay's lease: after a kill in mid-send nothing comes before.
        """
        async with asyncio.timeout(timeout):
            while len(self.messages) < count:
                self._came.clear()
                await self._came.wait()
        return [str(one.get("text") or one.get("caption", "")) for one in self.messages]

    def news(self) -> list[dict[str, Any]]:
        """The messages that came since the last time, whole."""
        new, self._seen = self.messages[self._seen :], len(self.messages)
        return new

    @staticmethod
    def buttons(message: dict[str, Any]) -> list[str]:
        return [button["text"] for button in _drawn(message)]


def _drawn(message: dict[str, Any]) -> list[dict[str, str]]:
    markup = message.get("reply_markup") or {}
    return [button for row in markup.get("inline_keyboard", []) for button in row]
