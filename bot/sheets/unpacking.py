"""A file that somebody uploaded, taken apart into cells.

Sizes are bounded before and while a file is unpacked, no macro, link or formula is followed, and
no XML may declare entities.
"""

import codecs
import csv
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import Any, BinaryIO

from bot.i18n import Text, _

LARGEST_UNPACKED = 200 * 1024 * 1024
"""Bytes of all that an XLSX holds; an honest one of 100,000 rows has about 60 MiB."""

_XLSX_PART = "xl/workbook.xml"
_DOCTYPE = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
_PARTS = 1_000
_CHUNK = 64 * 1024


class Unreadable(Exception):
    """The file cannot be used at all: `text` says what is wrong and how to mend it."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.msgid)
        self.text = text


def csv_cells(file: BinaryIO) -> Iterator[Sequence[str]]:
    """Row by row, the empty ones too. Raises Unreadable."""
    text = TextIOWrapper(file, encoding=_encoding(file), newline="")
    try:
        first = text.readline(_CHUNK)
        text.seek(0)
        delimiter = max(",\t;", key=first.count)
        lines = csv.reader(text, delimiter=delimiter, strict=True)
        try:
            yield from lines
        except csv.Error as error:
            raise Unreadable(
                _(
                    "Something is wrong with the quotation marks near line {line}. Please save the"
                    " file again as .xlsx."
                ).fill(line=lines.line_num)
            ) from error
    finally:
        with suppress(ValueError):  # whoever gave the file has closed it
            text.detach()


def _encoding(file: BinaryIO) -> str:
    """Found by reading all of it: the first that fits. Raises Unreadable; rewinds the file."""
    start = file.read(2)
    likely = ["utf-8-sig", "gb18030"]
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        likely = ["utf-16"]
    for encoding in likely:
        file.seek(0)
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            while chunk := file.read(_CHUNK):
                if "\0" in decoder.decode(chunk):
                    break
            else:
                decoder.decode(b"", final=True)
                file.seek(0)
                return encoding
        except UnicodeDecodeError:
            continue
    raise Unreadable(
        _("This is neither a CSV file nor an Excel file (.xlsx). Please save it as one of them.")
    )


def xlsx_cells(file: BinaryIO) -> Iterator[Sequence[Any]]:
    """The same of the first sheet."""
    from openpyxl import load_workbook  # noqa: PLC0415 - 60 ms that only who uploads one should pay

    with _honest(file):
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what the file says of its own size may be wrong
            yield from sheet.iter_rows(values_only=True)
        finally:
            book.close()


@contextmanager
def _honest(file: BinaryIO) -> Iterator[None]:
    """Nothing in the archive unpacks to more than it may; whatever else is wrong is Unreadable.

    zipfile never unpacks more of a part than the archive's directory says, so the directory can be
    believed.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            _inspect(archive)
        yield
    except (Unreadable, MemoryError):
        raise
    except Exception as error:  # openpyxl raises nearly anything for a damaged file
        raise _damaged() from error


def _inspect(archive: zipfile.ZipFile) -> None:
    """Raises Unreadable for what is not a small, plain workbook."""
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if _XLSX_PART not in names:
        raise Unreadable(_("This is not an Excel file (.xlsx). Please save it as .xlsx or .csv."))
    too_much = sum(part.file_size for part in parts) > LARGEST_UNPACKED
    if too_much or len(parts) > _PARTS or len(names) < len(parts):
        raise Unreadable(
            _("The Excel file holds too much. Please keep only the sheet that is needed.")
        )
    for part in parts:
        with archive.open(part) as opened:
            start = opened.read(_CHUNK)
        if any(mark in start for mark in _DOCTYPE):
            raise _damaged()


def _damaged() -> Unreadable:
    return Unreadable(
        _("The Excel file is damaged. Please open it, save it again as .xlsx, and try once more.")
    )
