"""Writing what somebody downloads: words never become a formula (OWASP, CSV Injection)."""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from itertools import islice
from typing import IO, Any

from bot.i18n import GUANGDONG

CSV_TYPE = "text/csv"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | float | date | datetime | None

_FORMULA = re.compile(r"^\s*[=+\-@＝＋－＠|%]|^[\t\r\n]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def csv_chunks(heading: Sequence[str], lines: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """A CSV in pieces: UTF-8 with the mark by which Excel and WPS know it."""
    yield codecs.BOM_UTF8
    made = StringIO(newline="")
    writer = csv.writer(made)
    writer.writerow([_safe(title) for title in heading])
    taken = iter(lines)
    while True:
        some = list(islice(taken, 500))
        writer.writerows([_safe(_local(cell)) for cell in line] for line in some)
        yield made.getvalue().encode()
        made.seek(0)
        made.truncate()
        if not some:
            return


def csv_bytes(heading: Sequence[str], lines: Iterable[Sequence[Cell]]) -> bytes:
    return b"".join(csv_chunks(heading, lines))


def write_xlsx(
    to: IO[bytes], title: str, heading: Sequence[str], lines: Iterable[Sequence[Cell]]
) -> None:
    """One sheet, its heading bold and always in sight, numbers and dates as such."""
    from openpyxl import Workbook  # noqa: PLC0415 - 60 ms that only who downloads one should pay
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\']", " ", title)[:31] or "1")
    sheet.freeze_panes = "A2"
    for at, name in enumerate(heading, start=1):
        width = sum(2 if ord(letter) > 0xFF else 1 for letter in name)  # noqa: PLR2004
        sheet.column_dimensions[get_column_letter(at)].width = min(max(width + 4, 12), 60)

    def cell(value: Cell, *, bold: bool = False) -> Any:
        if not isinstance(value, str):
            return _local(value)
        made = WriteOnlyCell(sheet, value=_CONTROLS.sub("", value)[:32_767])
        made.data_type = "s"  # also what begins with '='
        if bold:
            made.font = Font(bold=True)
        return made

    sheet.append([cell(name, bold=True) for name in heading])
    for line in lines:
        sheet.append([cell(value) for value in line])
    book.save(to)


def xlsx_bytes(title: str, heading: Sequence[str], lines: Iterable[Sequence[Cell]]) -> bytes:
    made = BytesIO()
    write_xlsx(made, title, heading, lines)
    return made.getvalue()


def _local(cell: Cell) -> Cell:
    """Spreadsheets know no time zones: a moment is shown as in Guangdong."""
    if isinstance(cell, datetime):
        local = cell.astimezone(GUANGDONG) if cell.tzinfo else cell
        return local.replace(tzinfo=None, second=0, microsecond=0)
    return cell


def _safe(cell: Cell) -> Cell:
    """Words that a spreadsheet would take for a formula get an apostrophe before them."""
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes")
    if not isinstance(cell, str):
        return cell
    words = _CONTROLS.sub("", cell)
    return f"'{words}" if _FORMULA.match(words) else words
