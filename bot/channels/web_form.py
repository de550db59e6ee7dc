"""What the chat page's form holds, read within limits that keep a browser from filling memory."""

import re
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, ClientPayloadError
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web import HTTPRequestEntityTooLarge, Request, RequestPayloadError

from bot.i18n import Text, _

MOST_CHARACTERS = 10_000
MOST_PHOTO_BYTES = 10 * 1024 * 1024

GEO = "geo:"

_MOST_FIELD_BYTES = 1024 * 1024
_MOST_BODY_BYTES = 64 * 1024 * 1024
_MOST_PARTS = 20
_CHUNK = 64 * 1024

_UNREADABLE = (
    ValueError,
    LookupError,
    AssertionError,
    RuntimeError,
    HttpProcessingError,
    RequestPayloadError,
    ClientPayloadError,
)
"""What aiohttp raises over a broken body."""

_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_TAP = re.compile(r"[\x21-\x7e]{1,24}")
_PLACE = re.compile(r"(-?\d{1,2}\.\d{5}),(-?\d{1,3}\.\d{5})")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps a message from being sent, and the id of the field that it is about."""

    field: str
    words: Text
    status: int = 422


class Malformed(Exception):
    """No browser of ours sends such a form."""


@dataclass(slots=True)
class Form:
    """One POST: what was pressed or written, and the photo."""

    fields: dict[str, str] = field(default_factory=dict)
    photo: bytes | None = None
    """None: none was chosen."""

    @property
    def text(self) -> str:
        """What stands in the message box."""
        return tidy(self.fields.get("text", ""))

    @property
    def tap(self) -> str:
        tap = self.fields.get("tap", "")
        return tap if _TAP.fullmatch(tap) else ""

    @property
    def place(self) -> str:
        """Where the device is, as a geo URI (RFC 5870); a button of the page sends it."""
        found = _PLACE.fullmatch(self.fields.get("place", ""))
        if not found or abs(float(found[1])) > 90 or abs(float(found[2])) > 180:  # noqa: PLR2004
            return ""
        return f"{GEO}{found[1]},{found[2]}"

    @property
    def word(self) -> str:
        """A button that says a word for the person; what stands in the box is not sent with it."""
        return tidy(self.fields.get("word", ""))[:100]

    @property
    def message_id(self) -> str:
        """The page's own id of the message; '' where it is not one of ours."""
        given = self.fields.get("message_id", "")
        return given if _MESSAGE_ID.fullmatch(given) else ""

    @property
    def draft(self) -> str:
        """What is left in the box after a button was pressed."""
        return self.text if self.tap or self.word or self.place else ""

    def problem(self) -> Problem | None:
        """Why this cannot be sent as it is."""
        if self.tap or self.word or self.place:
            return None
        if len(self.text) > MOST_CHARACTERS:
            words = _(
                "Your message is {count} characters long. We can read {most} at a time. "
                "Please shorten it or send it in parts."
            )
            return Problem("text", words.fill(count=len(self.text), most=MOST_CHARACTERS))
        if self.photo is None and not self.text:
            return Problem("text", _("Please write something first, or choose a photo."))
        if self.photo is not None and len(self.photo) > MOST_PHOTO_BYTES:
            words = _(
                "This file is larger than {most} MB. Please choose a smaller one, for example a "
                "screenshot of it."
            )
            return Problem("photo", words.fill(most=MOST_PHOTO_BYTES // 1024 // 1024))
        return None


def tidy(text: str) -> str:
    """The same words with plain line ends, and without what nobody can see."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


async def read_form(request: Request) -> Form:
    """The form of this POST. Raises Malformed."""
    try:
        if request.content_type == "multipart/form-data":
            return await _read_parts(request)
        if request.content_type == "application/x-www-form-urlencoded":
            posted = await request.post()
            return Form({name: str(value) for name, value in posted.items()})
    except (*_UNREADABLE, HTTPRequestEntityTooLarge) as error:
        raise Malformed(str(error)) from error
    raise Malformed("neither kind of form")


async def _read_parts(request: Request) -> Form:
    form = Form()
    left = _MOST_BODY_BYTES
    reader = await request.multipart()
    for _number in range(_MOST_PARTS):
        part = await reader.next()
        if part is None:
            return form
        if not isinstance(part, BodyPartReader) or not part.name:
            raise Malformed("not a form's part")
        is_photo = part.name == "photo"
        keep = MOST_PHOTO_BYTES + 1 if is_photo else _MOST_FIELD_BYTES
        content, read = await _read_part(part, keep, left)
        left -= read
        if not is_photo:
            form.fields[part.name] = content.decode("utf-8", "replace")
        elif content or part.filename:
            form.photo = content
    raise Malformed("too many parts")


async def _read_part(part: BodyPartReader, keep: int, most: int) -> tuple[bytes, int]:
    """The first `keep` bytes and how many there were.

    The rest is read too and dropped: a browser shows our answer only after it has sent all.
    """
    kept = bytearray()
    read = 0
    while chunk := await part.read_chunk(_CHUNK):
        read += len(chunk)
        if read > most:
            raise Malformed("body too long")
        kept += chunk[: keep - len(kept)]
    return bytes(kept), read
