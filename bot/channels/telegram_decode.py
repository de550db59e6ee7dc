"""A Telegram update as one of our messages, read by hand so that a strange one harms nobody.

Pure. Source of the fields: core.telegram.org/bots/api#update. Only private chats are ours.
"""

from datetime import UTC, datetime
from typing import Any, TypeVar

from bot.i18n import closest_language
from bot.messages import Address, Attachment, IncomingMessage, Kind

T = TypeVar("T", int, str, dict[str, Any], list[Any])

CHANNEL = "telegram"
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")

_FILES = {
    "photo": (Kind.PHOTO, "image/jpeg"),
    "voice": (Kind.VOICE, "audio/ogg"),
    "audio": (Kind.VOICE, "audio/mpeg"),
    "video": (Kind.VIDEO, "video/mp4"),
    "video_note": (Kind.VIDEO, "video/mp4"),
    "animation": (Kind.VIDEO, "video/mp4"),  # comes with a 'document' that repeats it
    "document": (Kind.DOCUMENT, "application/octet-stream"),
}
_NOT_SAID = (
    "pinned_message",
    "message_auto_delete_timer_changed",
    "write_access_allowed",
    "chat_background_set",
    "proximity_alert_triggered",
    "boost_added",
    "connected_website",
    "users_shared",
    "chat_shared",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_closed",
    "forum_topic_reopened",
    "checklist_tasks_done",
    "checklist_tasks_added",
)
"""Telegram's own notes about a private chat: nobody said anything, so nobody is answered."""
_LARGEST_ID = 2**53
_LAST_SECOND = 253_402_300_799
"""The end of the year 9999."""


def event_of(update: Any) -> str:
    """The update's id, which stays the same when it is delivered again. Raises ValueError."""
    if not isinstance(update, dict):
        raise ValueError("not an object")  # noqa: TRY004 - what cannot be parsed is a ValueError
    number = _field(update, "update_id", int)
    if not 0 <= number < _LARGEST_ID:
        raise ValueError("update_id: out of range")
    return str(number)


def decode(update: Any) -> IncomingMessage | None:
    """None: nothing that a person said to us alone. Raises ValueError: not a Telegram update."""
    event = event_of(update)
    if "message" in update:
        return _message(event, _field(update, "message", dict))
    if "edited_message" in update:
        return _edited(event, _field(update, "edited_message", dict))
    if "callback_query" in update:
        return _tap(event, _field(update, "callback_query", dict))
    if "my_chat_member" in update:
        return _membership(event, _field(update, "my_chat_member", dict))
    return None


def _message(event: str, message: dict[str, Any]) -> IncomingMessage | None:
    sender = _private(_field(message, "chat", dict))
    if sender is None:
        return None
    kind, text, file = _content(message)
    if kind is Kind.OTHER and any(name in message for name in _NOT_SAID):
        return None
    return IncomingMessage(
        sender=sender,
        event_id=event,
        sent_at=_moment(_field(message, "date", int)),
        kind=kind,
        text=text,
        attachment=file,
        language=_language(_field(message, "from", dict, {})),
        forwarded="forward_origin" in message or "forward_date" in message,
    )


def _edited(event: str, message: dict[str, Any]) -> IncomingMessage | None:
    """Changed words. A live location that moves is no message, and has no words."""
    sender = _private(_field(message, "chat", dict))
    text = _words(message, "text") or _words(message, "caption")
    if sender is None or not text:
        return None
    sent = _field(message, "date", int)
    return IncomingMessage(
        sender=sender,
        event_id=event,
        sent_at=_moment(_field(message, "edit_date", int, sent)),
        kind=Kind.EDITED,
        text=text,
        language=_language(_field(message, "from", dict, {})),
    )


def _tap(event: str, query: dict[str, Any]) -> IncomingMessage | None:
    """`sent_at` is when the button was sent: Telegram does not say when it was pressed."""
    user = _field(query, "from", dict)
    message = _field(query, "message", dict, {})
    # Without a message the button came through inline mode, and we know only who pressed it.
    here = {"id": _field(user, "id", int), "type": "private"}
    sender = _private(_field(message, "chat", dict, here))
    data = _words(query, "data")
    if sender is None or not data:
        return None
    return IncomingMessage(
        sender=sender,
        event_id=event,
        sent_at=_moment(_field(message, "date", int, 0)),
        kind=Kind.TAP,
        tap=data,
        language=_language(user),
    )


def _membership(event: str, change: dict[str, Any]) -> IncomingMessage | None:
    """Blocked, that is; who unblocks us writes, and that tells us enough."""
    sender = _private(_field(change, "chat", dict))
    status = _field(_field(change, "new_chat_member", dict), "status", str)
    if sender is None or status != "kicked":
        return None
    moment = _moment(_field(change, "date", int))
    return IncomingMessage(sender=sender, event_id=event, sent_at=moment, kind=Kind.LEFT)


def _content(message: dict[str, Any]) -> tuple[Kind, str, Attachment | None]:
    if "text" in message:
        return Kind.TEXT, _words(message, "text"), None
    if "contact" in message:
        # A carer sends the card of the person cared for, so whose it is does not matter: the
        # number counts like one that was typed, and no more (nobody's identity is proved by it).
        return Kind.CONTACT, _words(_field(message, "contact", dict), "phone_number"), None
    for name, (kind, media_type) in _FILES.items():
        if name in message:
            return kind, _words(message, "caption"), _file(message, name, media_type)
    if "sticker" in message:
        return Kind.STICKER, "", None
    if "location" in message or "venue" in message:
        return Kind.LOCATION, _place(message), None
    return Kind.OTHER, _words(message, "caption"), None


def _place(message: dict[str, Any]) -> str:
    """A geo URI (RFC 5870), before it the venue's name and address."""
    venue = _field(message, "venue", dict, {})
    where = _field(venue or message, "location", dict, {})
    named = " ".join(filter(None, (_words(venue, "title"), _words(venue, "address"))))
    spot = (where.get("latitude"), where.get("longitude"))
    if not all(isinstance(one, int | float) for one in spot):
        return named
    return f"{named} geo:{spot[0]:.5f},{spot[1]:.5f}".strip()


def _file(message: dict[str, Any], name: str, media_type: str) -> Attachment:
    if name == "photo":
        sizes = _field(message, "photo", list)
        if not sizes or not all(isinstance(size, dict) for size in sizes):
            raise ValueError("photo: sizes expected")
        file = max(sizes, key=lambda size: _field(size, "width", int, 0))
    else:
        file = _field(message, name, dict)
    return Attachment(
        reference=_words(file, "file_id"),
        media_type=_words(file, "mime_type")[:100] or media_type,
        name=_words(file, "file_name")[:200],
        size=_field(file, "file_size", int, 0),
    )


def _private(chat: dict[str, Any]) -> Address | None:
    number = _field(chat, "id", int)
    if abs(number) >= _LARGEST_ID:
        raise ValueError("chat id: out of range")
    if _field(chat, "type", str) != "private":
        return None
    return Address(CHANNEL, str(number))


def _moment(seconds: int) -> datetime:
    if not 0 <= seconds <= _LAST_SECOND:
        raise ValueError("date: out of range")
    return datetime.fromtimestamp(seconds, UTC)


def _language(user: dict[str, Any]) -> str:
    return closest_language(_words(user, "language_code"))


def _words(holder: dict[str, Any], name: str) -> str:
    """'' where it is not there. What a database cannot store (NUL, half a character) goes out."""
    words = _field(holder, name, str, "")
    return words.replace("\0", "").encode(errors="replace").decode()


def _field(holder: dict[str, Any], name: str, kind: type[T], otherwise: T | None = None) -> T:
    """The field if it is of that very type. The error names no value: it may be somebody's."""
    value = holder.get(name, otherwise)
    if type(value) is not kind:
        raise ValueError(f"{name}: {kind.__name__} expected")
    return value
