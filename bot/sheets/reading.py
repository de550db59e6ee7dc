"""Reading what somebody uploads: hostile until it was read.

Sizes are bounded before and while a file is unpacked, no macro, link or formula is followed, and
no XML may declare entities. A file of LONGEST rows takes tens of MiB, not hundreds.
"""

import codecs
import csv
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from io import SEEK_END, TextIOWrapper
from typing import Any, BinaryIO

from bot.i18n import Text, _

LARGEST = 20 * 1024 * 1024
"""Bytes of a file."""
LARGEST_UNPACKED = 200 * 1024 * 1024
"""Bytes of all that an XLSX holds; an honest one of 100,000 rows has about 60 MiB."""
LONGEST = 100_000
"""Rows below the heading."""
LAST_LINE = 1_048_576
"""Of an Excel sheet; a file may claim to have more empty ones than there are numbers."""
WIDEST = 100
"""Columns."""
LONGEST_CELL = 4_000
"""Characters: no column of ours takes more."""

_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_XLSX_PART = "xl/workbook.xml"
_DOCTYPE = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
_PARTS = 1_000
_CHUNK = 64 * 1024
_ESCAPED = re.compile(r"^'\s*[=+\-@＝＋－＠|%\t\r\n]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DIGITS_LOST = re.compile(r"^\d([.,]\d+)?E\+?\d+$", re.IGNORECASE)
_EXACT = 10**15
"""A spreadsheet keeps 15 digits of a number: of an identity card's 18 the last are gone."""


class Unreadable(Exception):
    """The file cannot be used at all: `text` says what is wrong and how to mend it."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.msgid)
        self.text = text


@dataclass(frozen=True, slots=True)
class Row:
    """One row: cells without blanks around them, dates as 2026-03-05, times as 09:00."""

    line: int
    """As the spreadsheet numbers it, from 1."""
    cells: tuple[str, ...]
    faults: tuple[Text, ...] = ()
    """What the cells lost before they came to us: not to be taken as they are."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row below the heading, its cells by column."""

    line: int
    cells: Mapping[str, str]
    """Every wanted column; '' where the cell, or an optional column, is not there."""
    faults: tuple[Text, ...] = ()


def rows(file: BinaryIO) -> Iterator[Row]:
    """Of a CSV (UTF-8, UTF-16 with its mark, or GB18030) or of an XLSX's first sheet.

    Told apart by what is in the file. Empty rows are left out. Raises Unreadable, also while
    rows are being taken.
    """
    size = file.seek(0, SEEK_END)
    if size > LARGEST:
        raise Unreadable(
            _("The file is larger than {count} MB. Please split it.").fill(
                count=LARGEST // (1024 * 1024)
            )
        )
    file.seek(0)
    start = file.read(len(_ZIP))
    file.seek(0)
    if start == _OLD_OFFICE:
        raise Unreadable(
            _(
                "This is an old Excel file (.xls), or one with a password. Please save it without"
                " a password as .xlsx or .csv."
            )
        )
    raw = _xlsx(file) if start == _ZIP else _csv(file)
    return _kept(raw)


def records(
    file: BinaryIO,
    wanted: Mapping[str, Sequence[str]],
    optional: Iterable[str] = (),
) -> Iterator[Record]:
    """The rows below the heading; `wanted` lists for each column the headings it may have.

    The heading is the first row that is not empty; order, case and further columns do not
    matter. Raises Unreadable: no such column, one twice, no rows at all.
    """
    of_file = rows(file)
    heading = next(of_file, None)
    if heading is None:
        raise Unreadable(_("The file is empty. Please put a heading and the rows into it."))
    at = _columns(heading, wanted, frozenset(optional))
    return (
        Record(
            row.line,
            {
                key: row.cells[index] if 0 <= index < len(row.cells) else ""
                for key, index in at.items()
            },
            row.faults,
        )
        for row in of_file
    )


def _columns(
    heading: Row, wanted: Mapping[str, Sequence[str]], optional: frozenset[str]
) -> dict[str, int]:
    """Where each column stands; -1 for an optional one that is not there."""
    titles = [_folded(cell) for cell in heading.cells]
    at: dict[str, int] = {}
    for key, names in wanted.items():
        found = [index for index, title in enumerate(titles) if title in map(_folded, names)]
        if len(found) > 1:
            raise Unreadable(
                _("The column '{name}' stands twice. Please keep one of them.").fill(name=names[0])
            )
        if not found and key not in optional:
            raise Unreadable(
                _("The column '{name}' is missing. The first row must name the columns.").fill(
                    name=names[0]
                )
            )
        at[key] = found[0] if found else -1
    return at


def _folded(title: str) -> str:
    return re.sub(r"[\s*＊:：()（）]", "", title).casefold()


def _kept(raw: Iterator[Sequence[Any]]) -> Iterator[Row]:
    """Numbered, without what is empty, within bounds."""
    count = 0
    for line, cells in enumerate(raw, start=1):
        row = _row(line, cells)
        count += any(row.cells)
        if count > LONGEST + 1 or line > LAST_LINE:
            raise Unreadable(
                _("The file has more than {count} rows. Please split it.").fill(count=LONGEST)
            )
        if any(row.cells):
            yield row


def _row(line: int, cells: Sequence[Any]) -> Row:
    end = len(cells)
    while end and cells[end - 1] in (None, ""):
        end -= 1
    if end > WIDEST:
        raise Unreadable(
            _("Row {line} has more than {count} columns. Please remove what is not needed.").fill(
                line=line, count=WIDEST
            )
        )
    words = tuple(_words(cell) for cell in cells[:end])
    faults = []
    if any(_lost_digits(cell) for cell in cells[:end]):
        faults.append(
            _(
                "A long number has lost its last digits. Please format the column as text and"
                " type it again."
            )
        )
    if any(len(cell) > LONGEST_CELL for cell in words):
        faults.append(
            _("A cell is longer than {count} characters. Please shorten it.").fill(
                count=LONGEST_CELL
            )
        )
    return Row(line, words, tuple(faults))


def _words(cell: Any) -> str:
    """A cell as it would be typed."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        day = cell.date().isoformat()
        return day if cell.time() == time() else f"{day} {cell.time().isoformat('minutes')}"
    if isinstance(cell, time):
        return cell.isoformat("minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = _CONTROLS.sub("", str(cell)).strip()
    return text[1:].strip() if _ESCAPED.match(text) else text


def _lost_digits(cell: Any) -> bool:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return abs(cell) >= _EXACT
    return isinstance(cell, str) and bool(_DIGITS_LOST.match(cell.strip()))


def _csv(file: BinaryIO) -> Iterator[Sequence[str]]:
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


def _xlsx(file: BinaryIO) -> Iterator[Sequence[Any]]:
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
