"""A reply as Telegram messages: plain text without markup, so that nothing needs escaping.

Pure. A payload has `text` for sendMessage, or `photo` or `document` for a file; its other keys are
parameters of the same method. Never reply_parameters: VoiceOver would read the quoted message
first (rule T4).
"""

import unicodedata
from functools import lru_cache
from typing import Any

from bot.channels import drawing
from bot.channels.base import Capabilities, Payload
from bot.i18n import Translator, _
from bot.messages import Attachment, Reply

SHORT_LABEL = 6
"""Han characters; a longer label has a row of its own (rule T1)."""
MOST_ROWS = 6
MOST_BYTES = 64
"""Of callback_data (Bot API, InlineKeyboardButton)."""
FROM_STAFF = _("A file from the staff of the Disabled Persons' Federation: {name}")
_WIDEST = 4
"""Buttons in a row, where two in a row would make too many rows."""

_Button = dict[str, str]


def draw(reply: Reply, translator: Translator, capabilities: Capabilities) -> list[Payload]:
    """One payload a message, the file first; the keyboard is on the last."""
    payloads: list[Payload] = []
    if reply.attachment:
        payloads.append(_file(reply.attachment, translator))
    payloads += [
        {"text": text, "link_preview_options": {"is_disabled": True}}
        for text in drawing.messages(reply, translator, capabilities)
        if text.strip()
    ]
    rows = keyboard(reply, translator, capabilities.max_buttons)
    if rows and payloads:
        payloads[-1]["reply_markup"] = {"inline_keyboard": rows}
    return payloads


def keyboard(reply: Reply, translator: Translator, most: int) -> list[list[_Button]]:
    """Rows of buttons; a choice without a button still stands in the text with its number."""
    buttons: list[_Button] = []
    for choice in reply.choices:
        label = choice.label.to(translator).strip()
        if label and 0 < len(choice.token.encode()) <= MOST_BYTES:
            buttons.append({"text": label, "callback_data": choice.token})
    buttons = buttons[:most]
    for in_a_row in range(2, _WIDEST + 1):
        rows = _rows(buttons, in_a_row)
        if len(rows) <= MOST_ROWS:
            return rows
    return _rows(buttons, 2)


@lru_cache(maxsize=512)  # most labels are always the same ones
def width(label: str) -> float:
    """In Han characters: a Latin letter is half as wide."""
    return sum(1 if unicodedata.east_asian_width(one) in "WF" else 0.5 for one in label)


def _rows(buttons: list[_Button], in_a_row: int) -> list[list[_Button]]:
    """In the order of the choices."""
    rows: list[list[_Button]] = []
    room = 0
    for button in buttons:
        if width(button["text"]) > SHORT_LABEL:
            rows.append([button])
            room = 0
        elif room:
            rows[-1].append(button)
            room -= 1
        else:
            rows.append([button])
            room = in_a_row - 1
    return rows


def _file(attachment: Attachment, translator: Translator) -> dict[str, Any]:
    """Its caption says what it is, for who cannot see it (rule T9)."""
    what = "photo" if attachment.media_type.startswith("image/") else "document"
    if attachment.reference.startswith("https://"):
        return {what: attachment.reference, "caption": attachment.name}
    caption = FROM_STAFF.fill(name=attachment.name).to(translator)
    # Sending takes it out of our own store.
    return {what: attachment.reference, "caption": caption, "stored": attachment.name}
