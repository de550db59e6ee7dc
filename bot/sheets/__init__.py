"""Spreadsheets in and out: CSV and XLSX as rows with the numbers that a spreadsheet shows."""

from bot.sheets.reading import (
    LARGEST,
    LONGEST,
    LONGEST_CELL,
    WIDEST,
    Record,
    Row,
    records,
    rows,
)
from bot.sheets.unpacking import LARGEST_UNPACKED, Unreadable
from bot.sheets.writing import (
    CSV_TYPE,
    XLSX_TYPE,
    Cell,
    csv_bytes,
    csv_chunks,
    write_xlsx,
    xlsx_bytes,
)

__all__ = [
    "CSV_TYPE",
    "LARGEST",
    "LARGEST_UNPACKED",
    "LONGEST",
    "LONGEST_CELL",
    "WIDEST",
    "XLSX_TYPE",
    "Cell",
    "Record",
    "Row",
    "Unreadable",
    "csv_bytes",
    "csv_chunks",
    "records",
    "rows",
    "write_xlsx",
    "xlsx_bytes",
]
