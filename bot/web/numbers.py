"""The dashboard: tiles, tables, a chart beside its table, and the same as CSV and XLSX."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from bot import sheets
from bot.domain.regions import Regions
from bot.domain.tickets import NotFound, TicketKind
from bot.i18n import Text, _
from bot.services.numbers import Dashboard, Line, Month
from bot.sheets import Cell
from bot.web.guard import SESSION
from bot.web.office import Office
from bot.web.pages import KINDS, Pages, region_name

COUNTED = (
    _("Waiting"),
    _("Overdue"),
    _("Received in 30 days"),
    _("Median first answer in minutes"),
    _("Settled, of those who told us, in percent"),
)
OFFICE, KIND, MONTH = _("Office"), _("Kind"), _("Month")
MONTHLY = (
    _("People visited at home"),
    _("People assessed in groups"),
    _("Opinions received"),
    _("Opinions answered"),
)
TABLES = ("offices", "kinds", "months")
WIDTH, HEIGHT, FOOT, LEFT = 640, 220, 30, 40
"""Of the chart, in units of its own."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One month of the chart."""

    label: str
    x: int
    width: int
    received_y: int
    received_height: int
    answered_y: int
    answered_height: int


class NumberPages:
    """Behind rules.supervisor: inside the region of whoever looks."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office = office
        self._pages = pages
        self._regions = Regions.load()

    async def show(self, request: web.Request) -> web.StreamResponse:
        session = request[SESSION]
        found = await self._dashboard(request)
        return self._pages.response(
            "numbers.html",
            session,
            session.member.language,
            numbers=found,
            counted=COUNTED,
            monthly=MONTHLY,
            bars=bars(found.months),
            most=_most(found.months),
            drawn=any(month.received for month in found.months),
            size=(WIDTH, HEIGHT, HEIGHT - FOOT, LEFT),
            kind_name=_kind,
        )

    async def file(self, request: web.Request) -> web.StreamResponse:
        """'months.csv', 'offices.xlsx' ... Raises NotFound."""
        name, _dot, kind = request.match_info["file"].partition(".")
        if name not in TABLES or kind not in ("csv", "xlsx"):
            raise NotFound
        say = self._pages.speaker(request[SESSION].member.language)
        found = await self._dashboard(request)
        heading, lines = self._table(name, found)
        titles = [say(title) for title in heading]
        rows = [[say(cell) if isinstance(cell, Text) else cell for cell in line] for line in lines]
        body, media_type = (
            (sheets.csv_bytes(titles, rows), sheets.CSV_TYPE)
            if kind == "csv"
            else (sheets.xlsx_bytes(name, titles, rows), sheets.XLSX_TYPE)
        )
        return web.Response(
            body=body,
            content_type=media_type,
            headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'},
        )

    async def _dashboard(self, request: web.Request) -> Dashboard:
        member = request[SESSION].member
        return await self._office.read(lambda services: services.numbers.dashboard(member))

    def _table(self, name: str, found: Dashboard) -> tuple[Sequence[Text], list[list[Cell | Text]]]:
        if name == "months":
            return (MONTH, *MONTHLY), [
                [month.first.strftime("%Y-%m"), *_monthly(month)] for month in found.months
            ]
        if name == "kinds":
            return (KIND, *COUNTED), [[_kind(line.of), *_counted(line)] for line in found.kinds]
        return (OFFICE, *COUNTED), [
            [region_name(self._regions, line.of), *_counted(line)] for line in found.offices
        ]


def _counted(line: Line) -> list[Cell | Text]:
    return [
        line.waiting,
        line.overdue,
        line.received,
        line.median_minutes,
        line.settled_percent,
    ]


def _monthly(month: Month) -> list[Cell | Text]:
    return [month.at_home, month.in_groups, month.received, month.answered]


def _kind(kind: str) -> Text:
    return KINDS.get(TicketKind(kind), _("Other"))


def _most(months: Sequence[Month]) -> int:
    return max((month.received for month in months), default=0) or 1


def bars(months: Sequence[Month]) -> list[Bar]:
    """Two bars a month, as high as their counts."""
    most, full = _most(months), HEIGHT - FOOT - 10
    step = (WIDTH - LEFT) // max(len(months), 1)
    drawn = []
    for at, month in enumerate(months):
        received, answered = (full * count // most for count in (month.received, month.answered))
        drawn.append(
            Bar(
                month.first.strftime("%m"),
                LEFT + at * step + step // 8,
                step * 3 // 8,
                HEIGHT - FOOT - received,
                received,
                HEIGHT - FOOT - answered,
                answered,
            )
        )
    return drawn
