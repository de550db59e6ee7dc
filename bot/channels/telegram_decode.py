"""A Telegram update as one of our messages. Pure; source: core.telegram.org/bots/api#update."""

from datetime import UTC, datetime
from typing import Any

from bot.i18n import closest_language
from bot.messages import Address, Attachment, IncomingMessage, Kind

CHANNEL = "telegram"
_FILES = {
    "voice": Kind.VOICE,
    "audio": Kind.VOICE,
    "video": Kind.VIDEO,
    "video_note": Kind.VIDEO,
    "document": Kind.DOCUMENT,
}
_MEDIA = {
    Kind.VOICE: "audio/ogg",
    Kind.VIDEO: "video/mp4",
    Kind.DOCUMENT: "application/octet-stream",
}


def decode(update: dict[str, Any]) -> IncomingMessage | None:
    """None: nothing that a person in a private chat said. Raises ValueError: not an update."""
    try:
        update_id = update["update_id"]
        if not isinstance(update_id, int) or isinstance(update_id, bool):
            raise ValueError("update_id is not a number")  # noqa: TRY004
        if "callback_query" in update:
            return _tap(str(update_id), update["callback_query"])
        if "my_chat_member" in update:
            return _membership(str(update_id), update["my_chat_member"])
        for name in ("message", "edited_message"):
            if name in update:
                return _message(str(update_id), update[name], edited=name == "edited_message")
    except (AttributeError, IndexError, KeyError, OverflowError, OSError, TypeError) as error:
        raise ValueError(f"not an update as Telegram documents it: {error!r}") from error
    return None


def _message(event: str, message: dict[str, Any], *, edited: bool) -> IncomingMessage | None:
    if message["chat"]["type"] != "private":
        return None
    kind, text, file = _content(message)
    if edited and kind is Kind.LOCATION:
        return None  # a live location moves by itself
    return IncomingMessage(
        sender=_address(message["chat"]),
        event_id=event,
        sent_at=_moment(message.get("edit_date") if edited else message["date"]),
        kind=Kind.EDITED if edited else kind,
        text=text,
        attachment=file,
        language=_language(message.get("from")),
        forwarded="forward_origin" in message,
    )


def _content(message: dict[str, Any]) -> tuple[Kind, str, Attachment | None]:
    caption = _text(message.get("caption", ""))
    if "text" in message:
        return Kind.TEXT, _text(message["text"]), None
    if "photo" in message:
        largest = message["photo"][-1]
        return Kind.PHOTO, caption, _file(largest, "image/jpeg")
    for name, kind in _FILES.items():
        if name in message:
            return kind, caption, _file(message[name], _MEDIA[kind])
    if "contact" in message:
        return Kind.CONTACT, _contact(message), None
    if "sticker" in message:
        return Kind.STICKER, "", None
    if "location" in message:
        return Kind.LOCATION, "", None
    return Kind.OTHER, caption, None


def _contact(message: dict[str, Any]) -> str:
    """Only one's own number: anybody's card can be sent."""
    contact = message["contact"]
    own = contact.get("user_id") == message.get("from", {}).get("id")
    return _text(contact["phone_number"]) if own else ""


def _tap(event: str, query: dict[str, Any]) -> IncomingMessage | None:
    chat = (query.get("message") or {}).get("chat") or {
        "id": query["from"]["id"],
        "type": "private",
    }
    if chat["type"] != "private":
        return None
    return IncomingMessage(
        sender=_address(chat),
        event_id=event,
        sent_at=_moment((query.get("message") or {}).get("date") or 0),
        kind=Kind.TAP,
        tap=_text(query.get("data", ""))[:64],
        language=_language(query["from"]),
    )


def _membership(event: str, change: dict[str, Any]) -> IncomingMessage | None:
    if change["chat"]["type"] != "private" or change["new_chat_member"]["status"] != "kicked":
        return None
    return IncomingMessage(
        sender=_address(change["chat"]),
        event_id=event,
        sent_at=_moment(change["date"]),
        kind=Kind.LEFT,
    )


def _file(file: dict[str, Any], media_type: str) -> Attachment:
    return Attachment(
        reference=_text(file["file_id"])[:300],
        media_type=_text(file.get("mime_type", media_type))[:60],
        name=_text(file.get("file_name", ""))[:120],
        size=int(file.get("file_size") or 0),
    )


def _address(chat: dict[str, Any]) -> Address:
    chat_id = chat["id"]
    if not isinstance(chat_id, int):
        raise TypeError("a chat's id is a number")
    return Address(CHANNEL, str(chat_id))


def _moment(seconds: Any) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _language(user: dict[str, Any] | None) -> str:
    return closest_language(_text((user or {}).get("language_code", "")))


def _text(value: Any) -> str:
    """A string that any database takes: no NUL, no half of a surrogate pair."""
    if not isinstance(value, str):
        raise TypeError("a text is a string")
    return value.replace("\x00", "").encode("utf-8", "ignore").decode()
