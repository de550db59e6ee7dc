"""Reading what somebody uploads: hostile until it was read.

How a file is unpacked: unpacking.py. A file of LONGEST rows takes tens of MiB, not hundreds.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from io import SEEK_END
from typing import Any, BinaryIO

from bot.i18n import Text, _
from bot.sheets.unpacking import Unreadable, csv_cells, xlsx_cells

LARGEST = 20 * 1024 * 1024
"""Bytes of a file."""
LONGEST = 100_000
"""Rows below the heading."""
LAST_LINE = 1_048_576
"""Of an Excel sheet; a file may claim to have more empty ones than there are numbers."""
WIDEST = 100
"""Columns."""
LONGEST_CELL = 4_000
"""Characters: no column of ours takes more."""

_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_ESCAPED = re.compile(r"^'\s*[=+\-@＝＋－＠|%\t\r\n]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DIGITS_LOST = re.compile(r"^\d([.,]\d+)?E\+?\d+$", re.IGNORECASE)
_EXACT = 10**15
"""A spreadsheet keeps 15 digits of a number: of an identity card's 18 the last are gone."""


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
    raw = xlsx_cells(file) if start == _ZIP else csv_cells(file)
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
