"""One person per channel: they know only what was drawn for them.

`hears` takes what the channel sent and checks that it keeps the channel's limits; `says` and
`presses` make what the channel would receive. None of them may look at a Reply.
"""

import itertools
import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from aiohttp.web import AbstractRouteDef

from bot.channels import wechat_xml
from bot.channels.base import Capabilities, Channel, Payload
from bot.channels.telegram import Telegram
from bot.channels.telegram_settings import TelegramSettings
from bot.channels.terminal import Terminal
from bot.channels.web import WebChat
from bot.channels.wechat import WeChat, WeChatSettings
from bot.i18n import Translator
from bot.messages import Address, IncomingMessage, Kind, Reply
from tests.standin_wechat import xml

_events = itertools.count(1)


class NotDrawn(AssertionError):
    """The person looked for something that no message showed."""


class Person(Protocol):
    """Somebody on one channel."""

    channel: Channel
    address: Address

    def hears(self, payloads: Sequence[Payload]) -> str:
        """The words that reached this person."""

    def says(self, words: str, now: datetime) -> IncomingMessage: ...

    def presses(self, label: str, now: datetime) -> IncomingMessage:
        """Raises NotDrawn."""

    def sends(self, kind: Kind, now: datetime) -> IncomingMessage:
        """A photo, a voice message, a sticker …"""


class _Base:
    channel: Channel

    def __init__(self, user: str) -> None:
        self.address = Address(self.channel.name, user)
        self.last: list[Payload] = []

    def hears(self, payloads: Sequence[Payload]) -> str:
        self.last = [*self.last, *payloads][-12:]
        return "\n".join(self.words(payload) for payload in payloads)

    def words(self, payload: Payload) -> str:
        raise NotImplementedError


class OnTelegram(_Base):
    """Presses inline buttons by their words."""

    def __init__(self, user: str = "7001") -> None:
        self.channel = Telegram(
            TelegramSettings(
                token="1:test",
                api_url="http://127.0.0.1:9",
                mode="polling",
                secret="",
                public_url="",
            ),
            ears=None,  # type: ignore[arg-type]
            offset=None,  # type: ignore[arg-type]
        )
        super().__init__(user)

    def words(self, payload: Payload) -> str:
        text = str(payload["text"])
        assert 1 <= len(text.encode("utf-16-le")) // 2 <= 4096
        for button in self._buttons(payload):
            assert 1 <= len(button["callback_data"].encode()) <= 64
            assert button["text"] in text, "a choice must make sense without its button"
        return text

    def says(self, words: str, now: datetime) -> IncomingMessage:
        return self._decoded({"message": self._message(now) | {"text": words}})

    def presses(self, label: str, now: datetime) -> IncomingMessage:
        for payload in reversed(self.last):
            for button in self._buttons(payload):
                if button["text"] == label:
                    query = {
                        "id": str(next(_events)),
                        "from": self._user(),
                        "chat_instance": "1",
                        "message": self._message(now),
                        "data": button["callback_data"],
                    }
                    return self._decoded({"callback_query": query})
        raise NotDrawn(label)

    def sends(self, kind: Kind, now: datetime) -> IncomingMessage:
        file = {"file_id": "F1", "file_unique_id": "U1", "file_size": 1000}
        parts: dict[Kind, dict[str, Any]] = {
            Kind.PHOTO: {"photo": [file | {"width": 10, "height": 10}]},
            Kind.VOICE: {"voice": file | {"duration": 3, "mime_type": "audio/ogg"}},
            Kind.STICKER: {
                "sticker": file
                | {
                    "type": "regular",
                    "width": 1,
                    "height": 1,
                    "is_animated": False,
                    "is_video": False,
                }
            },
            Kind.LOCATION: {"location": {"latitude": 23.1, "longitude": 113.2}},
        }
        if kind is Kind.EDITED:
            edited = self._message(now) | {"text": "另外的话", "edit_date": int(now.timestamp())}
            return self._decoded({"edited_message": edited})
        return self._decoded({"message": self._message(now) | parts[kind]})

    def _decoded(self, update: dict[str, Any]) -> IncomingMessage:
        update = {"update_id": next(_events), **update}
        message = self.channel.decode(json.loads(json.dumps(update)))
        assert message is not None
        return message

    def _message(self, now: datetime) -> dict[str, Any]:
        return {
            "message_id": next(_events),
            "date": int(now.timestamp()),
            "chat": {"id": int(self.address.user_id), "type": "private", "first_name": "测试"},
            "from": self._user(),
        }

    def _user(self) -> dict[str, Any]:
        return {
            "id": int(self.address.user_id),
            "is_bot": False,
            "first_name": "测试",
            "language_code": "zh-hans",
        }

    @staticmethod
    def _buttons(payload: Payload) -> list[dict[str, str]]:
        markup = payload.get("reply_markup") or {}
        return [button for row in markup.get("inline_keyboard", []) for button in row]


class OnTheWeb(_Base):
    """Presses the page's buttons by their words."""

    def __init__(self, user: str = "w" * 32) -> None:
        self.channel = WebChat(_NoEars(), secure=False, now=lambda: datetime.min)  # type: ignore[arg-type]
        super().__init__(user)
        self._translator: Translator | None = None

    def words(self, payload: Payload) -> str:
        from bot.channels import drawing
        from bot.i18n import translator

        reply = Reply.load(payload["reply"])
        return "\n".join(drawing.blocks(reply, self._translator or translator("zh_Hans")))

    def reads(self, translator: Translator) -> None:
        self._translator = translator

    def says(self, words: str, now: datetime) -> IncomingMessage:
        return self._posted(now, text=words)

    def presses(self, label: str, now: datetime) -> IncomingMessage:
        from bot.i18n import translator

        chosen = self._translator or translator("zh_Hans")
        for payload in reversed(self.last):
            for choice in Reply.load(payload["reply"]).choices:
                if choice.label.to(chosen) == label:
                    return self._posted(now, tap=choice.token)
        raise NotDrawn(label)

    def sends(self, kind: Kind, now: datetime) -> IncomingMessage:
        if kind is Kind.PHOTO:
            return self._posted(now, photo=["ref1", "image/jpeg", "photo.jpg", 1000])
        return IncomingMessage(self.address, f"w{next(_events)}", now, kind, _told_by(kind))

    def _posted(
        self, now: datetime, *, text: str = "", tap: str = "", photo: Any = None
    ) -> IncomingMessage:
        message = self.channel.decode(
            {
                "user": self.address.user_id,
                "event": f"w{next(_events)}",
                "at": now.isoformat(),
                "text": text,
                "tap": tap,
                "photo": photo,
                "language": "",
            }
        )
        assert message is not None
        return message


class InATerminal(_Base):
    """Has no buttons: types the number that stands before the words."""

    def __init__(self, user: str = "me") -> None:
        self.channel = Terminal(lambda _text: None)
        super().__init__(user)

    def words(self, payload: Payload) -> str:
        return str(payload["text"])

    def says(self, words: str, now: datetime) -> IncomingMessage:
        return IncomingMessage(self.address, f"t{next(_events)}", now, text=words, private=True)

    def presses(self, label: str, now: datetime) -> IncomingMessage:
        for payload in reversed(self.last):
            for line in str(payload["text"]).splitlines():
                number, _space, rest = line.partition(" ")
                if number.isdecimal() and (
                    rest == label or rest.startswith((f"{label}：", f"{label}: "))
                ):
                    return self.says(number, now)
        raise NotDrawn(label)

    def sends(self, kind: Kind, now: datetime) -> IncomingMessage:
        return IncomingMessage(self.address, f"t{next(_events)}", now, kind, _told_by(kind))


def _told_by(kind: Kind) -> str:
    """A location comes as a geo URI, as Telegram's does."""
    return "geo:23.12911,113.26438" if kind is Kind.LOCATION else ""


class OnWeChat(_Base):
    """Types the number before the words: nobody may depend on links (rule X3)."""

    def __init__(self, user: str = "oyORnuP8q7ou2gfYjqLzSIWZf0rs") -> None:
        settings = WeChatSettings(app_id="wx1", secret="s", token="t")
        self.channel = WeChat(settings, *[None] * 4, now=lambda: datetime.min)  # type: ignore[arg-type]
        super().__init__(user)

    def words(self, payload: Payload) -> str:
        if "qr" in payload:
            return ""  # a picture: what it leads to stands in the words before it (rule C30)
        text = str(payload["text"])
        assert 1 <= len(text.encode()) <= 2047
        for content, _token, shown in re.findall(_LINK, text):
            assert content == shown
        return re.sub(_LINK, r"\3", text)

    def says(self, words: str, now: datetime) -> IncomingMessage:
        return self._decoded(now, MsgType="text", Content=words)

    def presses(self, label: str, now: datetime) -> IncomingMessage:
        for payload in reversed(self.last):
            for line in reversed(self.words(payload).splitlines()):
                number, _space, rest = line.partition(" ")
                if number.isdecimal() and (
                    rest == label or rest.startswith((f"{label}：", f"{label}: "))
                ):
                    return self.says(number, now)
        raise NotDrawn(label)

    def sends(self, kind: Kind, now: datetime) -> IncomingMessage:
        fields: dict[Kind, dict[str, Any]] = {
            Kind.PHOTO: {"MsgType": "image", "MediaId": "M1", "PicUrl": "https://x.example/1"},
            Kind.VOICE: {"MsgType": "voice", "MediaId": "M2", "Format": "amr"},
            Kind.STICKER: {"MsgType": "text", "Content": "【收到不支持的消息类型，暂无法显示】"},
            Kind.LOCATION: {"MsgType": "location", "Location_X": "23.1", "Label": "广州"},
        }
        if kind not in fields:  # WeChat has no edited messages
            return IncomingMessage(self.address, str(next(_events)), now, kind)
        return self._decoded(now, **fields[kind])

    def _decoded(self, now: datetime, **fields: Any) -> IncomingMessage:
        told = {
            "ToUserName": "gh_1",
            "FromUserName": self.address.user_id,
            "CreateTime": int(now.timestamp()),
            "MsgId": next(_events),
            **fields,
        }
        message = self.channel.decode(wechat_xml.read(xml(told).encode()))
        assert message is not None
        return message


class OnWeChatByLinks(OnWeChat):
    """Taps the links, as most people do where they are shown."""

    def presses(self, label: str, now: datetime) -> IncomingMessage:
        for payload in reversed(self.last):
            for content, token, shown in re.findall(_LINK, str(payload.get("text", ""))):
                if shown == label:
                    tapped = {"Content": content, "bizmsgmenuid": token}
                    return self._decoded(now, MsgType="text", **tapped)
        raise NotDrawn(label)


_LINK = r'<a href="weixin://bizmsgmenu\?msgmenucontent=([^&]*)&msgmenuid=([^"]*)">(.*?)</a>'


class _NoEars:
    """The web page's requests are not part of a transcript."""


__all__ = [
    "AbstractRouteDef",
    "Capabilities",
    "InATerminal",
    "NotDrawn",
    "OnTelegram",
    "OnTheWeb",
    "OnWeChat",
    "OnWeChatByLinks",
    "Person",
]
