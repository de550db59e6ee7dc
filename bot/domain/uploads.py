"""Files that people send: what is taken, by its first bytes, and made harmless before it is kept.

Photos are decoded and written anew, so that nothing but the picture is left: no place, no
camera, nothing hidden behind it. PDF, sound and video are kept as they are and only ever given
out as files to save, never shown inside a page of ours (OWASP File Upload Cheat Sheet).
"""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.i18n import Text, _

if TYPE_CHECKING:
    from PIL import Image

MOST_BYTES = 10 * 1024 * 1024
MOST_VIDEO_BYTES = 20 * 1024 * 1024
"""What a bot may download from Telegram. Deaf people tell their story in sign language."""
MOST_PIXELS = {"JPEG": 120_000_000, "PNG": 24_000_000}
"""A JPEG is decoded at a fraction of its size, a PNG can only be decoded whole."""
MOST_PROGRESSIVE = 24_000_000
"""A progressive JPEG too: all of it stands in memory before there is a picture."""
LONGEST_SIDE = 2560
"""Of what is kept: enough to read a letter that was photographed."""
QUALITY = 85

IMAGES = ("image/jpeg", "image/png")
_ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "application/pdf": "pdf",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/wav": "wav",
    "audio/webm": "webm",
    "audio/amr": "amr",
    "video/mp4": "mp4",
}
_FIRST = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"\x1aE\xdf\xa3", "audio/webm"),
    (b"#!AMR", "audio/amr"),
)
_SOUND_BRANDS = (b"M4A ", b"M4B ")
UNKNOWN = _(
    "This file cannot be taken. Please send a photo (JPEG or PNG), a PDF, "
    "or a voice or video message."
)
BROKEN = _("This photo cannot be opened. Please take it again, or send a screenshot of it.")
TOO_LARGE = _(
    "This file is larger than {most} MB. Please choose a smaller one, for example a screenshot of "
    "it."
)
TOO_MANY_PIXELS = _("This picture is too large to be opened. Please send a screenshot of it.")


class NotTaken(Exception):
    """Why, and what can be sent instead."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.msgid)
        self.why = why


@dataclass(frozen=True, slots=True)
class Harmless:
    """What is kept; the name is ours, never the sender's."""

    content: bytes
    media_type: str
    name: str


def kind_of(content: bytes) -> str:
    """The media type by the first bytes, whatever anybody calls it; '' for what is not taken."""
    for first, media_type in _FIRST:
        if content.startswith(first):
            return media_type
    if content[4:8] == b"ftyp":
        return "audio/mp4" if content[8:12] in _SOUND_BRANDS else "video/mp4"
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "audio/wav"
    return ""


def harmless(content: bytes) -> Harmless:
    """Raises NotTaken. Decoding takes up to half a second: call it outside the event loop."""
    media_type = kind_of(content)
    if not media_type:
        raise NotTaken(UNKNOWN)
    most = MOST_VIDEO_BYTES if media_type == "video/mp4" else MOST_BYTES
    if len(content) > most:
        raise NotTaken(TOO_LARGE.fill(most=most // 1024 // 1024))
    if media_type in IMAGES:
        content = _written_anew(content, "JPEG" if media_type == "image/jpeg" else "PNG")
    name = f"{media_type.partition('/')[0].replace('application', 'file')}.{_ENDINGS[media_type]}"
    return Harmless(content, media_type, name)


def _written_anew(content: bytes, kind: str) -> bytes:
    """Only the pixels, upright, at most LONGEST_SIDE. Raises NotTaken."""
    # Decoding libraries take 10 MB: only who sends a photo pays for them.
    from PIL import Image, ImageOps  # noqa: PLC0415

    try:
        with Image.open(io.BytesIO(content), formats=(kind,)) as picture:
            _check_size(picture, kind)
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            return _bytes_of(upright, kind)
    except NotTaken:
        raise
    except Exception as error:  # whatever a broken or hostile picture makes a decoder raise
        raise NotTaken(BROKEN) from error


def _check_size(picture: "Image.Image", kind: str) -> None:
    """Before anything is decoded. Raises NotTaken."""
    width, height = picture.size
    most = MOST_PROGRESSIVE if picture.info.get("progressive") else MOST_PIXELS[kind]
    if not 0 < width * height <= most:
        raise NotTaken(TOO_MANY_PIXELS)


def _bytes_of(picture: "Image.Image", kind: str) -> bytes:
    bare = picture.convert("RGB" if kind == "JPEG" or picture.mode in ("RGB", "L") else "RGBA")
    bare.info = {}  # a comment would be written along
    made = io.BytesIO()
    if kind == "JPEG":
        bare.save(made, "JPEG", quality=QUALITY)
    else:
        bare.save(made, "PNG")
    return made.getvalue()
