"""What a form of the console holds; a file in it is read within a limit, the words never lost."""

from dataclasses import dataclass, field
from datetime import date

from aiohttp import BodyPartReader, web

from bot.domain.tickets import NotFound
from bot.domain.uploads import MOST_VIDEO_BYTES

MOST_PARTS = 40
MOST_FIELD = 256 * 1024
MOST_BODY = 80 * 1024 * 1024
"""What is too large is read and dropped: a browser shows our answer only after it has sent all."""
CHUNK = 64 * 1024


@dataclass(slots=True)
class Form:
    """`file` None: none was chosen; one byte more than may be kept says that it is too large."""

    fields: dict[str, str] = field(default_factory=dict)
    many: dict[str, list[str]] = field(default_factory=dict)
    file: bytes | None = None
    file_name: str = ""

    def words(self, name: str) -> str:
        """With plain line ends."""
        return self.fields.get(name, "").replace("\r\n", "\n").strip()

    def day(self, name: str) -> date | None:
        """None: left empty. Raises ValueError for what is no date."""
        words = self.words(name)
        return date.fromisoformat(words) if words else None


YEARS = range(2000, 3000)
"""In which a day may lie that somebody typed: beyond them calendars and databases end."""

_FORM: web.RequestKey[Form] = web.RequestKey("form", Form)


def storable(words: str) -> str:
    """Without what no database keeps."""
    return words.replace("\x00", "")


async def form_of(request: web.Request) -> Form:
    """Read once, kept with the request."""
    if _FORM not in request:
        request[_FORM] = await _read(request)
    return request[_FORM]


async def _read(request: web.Request) -> Form:
    form = Form()
    if request.content_type != "multipart/form-data":
        posted = await request.post()
        for name in posted:
            form.many[name] = [storable(str(value)) for value in posted.getall(name)]
            form.fields[name] = form.many[name][0]
        return form
    try:
        await _read_parts(request, form)
    except (ValueError, LookupError, AssertionError, RuntimeError) as error:
        raise web.HTTPBadRequest from error
    return form


async def _read_parts(request: web.Request, form: Form) -> None:
    left = MOST_BODY
    reader = await request.multipart()
    for _number in range(MOST_PARTS):
        part = await reader.next()
        if part is None:
            return
        if not isinstance(part, BodyPartReader) or not part.name:
            raise ValueError("not a form's part")
        keep = MOST_VIDEO_BYTES + 1 if part.name == "file" else MOST_FIELD
        content = bytearray()
        while chunk := await part.read_chunk(CHUNK):
            left -= len(chunk)
            if left < 0:
                raise ValueError("body too long")
            content += chunk[: keep - len(content)]
        if part.name == "file":
            form.file = bytes(content) or form.file
            form.file_name = part.filename or form.file_name
        else:
            words = storable(content.decode("utf-8", "replace"))
            form.many.setdefault(part.name, []).append(words)
            form.fields.setdefault(part.name, words)


def version_of(form: Form) -> int:
    """Of the page that a change was made on; one that nobody has where it is missing."""
    version = form.fields.get("version", "")
    return int(version) if version.isdecimal() and version.isascii() else -1


def number_in(words: str) -> int:
    """Raises NotFound: no number, or none that a database holds."""
    if not words.isdecimal() or len(words) > 18:  # noqa: PLR2004 - fits a database's integer
        raise NotFound
    return int(words)
