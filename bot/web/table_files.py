"""A table as a file to save: CSV, or XLSX for Excel."""

from collections.abc import Iterable, Sequence

from aiohttp import web

from bot import sheets
from bot.domain.tickets import NotFound


def table_file(
    name: str, heading: Sequence[str], lines: Iterable[Sequence[sheets.Cell]]
) -> web.Response:
    """`name` with its ending, 'visits.xlsx'. Raises NotFound for any other kind of file."""
    stem, _dot, ending = name.partition(".")
    if ending == "csv":
        body, media_type = sheets.csv_bytes(heading, lines), sheets.CSV_TYPE
    elif ending == "xlsx":
        body, media_type = sheets.xlsx_bytes(stem, heading, lines), sheets.XLSX_TYPE
    else:
        raise NotFound
    return web.Response(
        body=body,
        content_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
