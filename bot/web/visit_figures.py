"""The numbers: as a table, as a chart that says the same, and as a file."""

from collections.abc import Sequence
from datetime import date

from aiohttp import web

from bot import sheets
from bot.domain.months import between, later
from bot.domain.tickets import NotFound
from bot.domain.visit_figures import Figures, together
from bot.domain.visits import VisitKind
from bot.i18n import Text, Translator, _
from bot.services import Services
from bot.web.charts import Chart, by_month
from bot.web.forms import YEARS
from bot.web.table_files import table_file
from bot.web.visit_room import VISIT_KINDS, VisitRoom, member_of

MONTHS = 6
"""Shown where nothing was chosen: this month, two after and three before."""
MOST_MONTHS = 36
HEADINGS: tuple[Text, ...] = (
    _("County"),
    _("Month"),
    _("How"),
    _("Places offered"),
    _("Booked"),
    _("Assessed"),
    _("Not at home"),
    _("Refused"),
    _("To repeat"),
    _("Median days from request to visit"),
)
SERIES: tuple[tuple[str, Text], ...] = (
    ("offered", _("Places offered")),
    ("booked", _("Booked")),
    ("assessed", _("Assessed")),
)
"""Fields of Figures that a chart draws."""


class VisitFigures(VisitRoom):
    """Every handler is behind rules.clerk."""

    async def show(self, request: web.Request) -> web.StreamResponse:
        member = member_of(request)
        spoken = self._pages.translator(member.language)

        def look(services: Services) -> web.Response:
            first, last = _span(request, services.visit_weeks.today)
            rows = services.visit_figures.by_month(member, first, last)
            total = together(rows, member.region)
            return self._page(
                request,
                "visit_figures.html",
                rows=rows,
                total=total,
                drawn=[
                    chart(kind, total, between(first, last), spoken)
                    for kind in VisitKind
                    if any(row.kind is kind for row in total)
                ],
                headings=HEADINGS,
                first=first,
                last=last,
                regions=services.regions,
                region=services.regions.full_name(member.region) or "广东省",
            )

        return await self._office.read(look)

    async def file(self, request: web.Request) -> web.StreamResponse:
        """The same rows as CSV or XLSX."""
        member, ending = member_of(request), request.match_info["format"]
        spoken = self._pages.translator(member.language)

        def look(services: Services) -> list[list[sheets.Cell]]:
            first, last = _span(request, services.visit_weeks.today)
            rows = services.visit_figures.by_month(member, first, last)
            return [_line(row, services, spoken) for row in rows]

        lines = await self._office.read(look)
        heading = [words.to(spoken) for words in HEADINGS]
        return table_file(f"visits.{ending}", heading, lines)


def _span(request: web.Request, today: date) -> tuple[date, date]:
    """The first days of the first and the last month. Raises NotFound for nonsense."""
    this = today.replace(day=1)
    first = _month(request.query.get("first", "")) or later(this, -3)
    last = _month(request.query.get("last", "")) or later(this, 2)
    if not first <= last <= later(first, MOST_MONTHS - 1):
        raise NotFound
    return first, last


def _month(words: str) -> date | None:
    """'2026-03', as a month field sends it, also typed by hand."""
    try:
        month = date.fromisoformat(f"{words.strip()[:7]}-01") if words.strip() else None
    except ValueError as error:
        raise NotFound from error
    if month and month.year not in YEARS:
        raise NotFound
    return month


def _line(row: Figures, services: Services, spoken: Translator) -> list[sheets.Cell]:
    return [
        services.regions.full_name(row.region),
        f"{row.month:%Y-%m}",
        VISIT_KINDS[row.kind].to(spoken),
        row.offered,
        row.booked,
        row.assessed,
        row.not_at_home,
        row.refused,
        row.to_repeat,
        row.median_days,
    ]


def chart(
    kind: VisitKind, rows: Sequence[Figures], shown: Sequence[date], spoken: Translator
) -> Chart:
    """Of one kind of visit."""
    of = {row.month: row for row in rows if row.kind is kind}
    found = [of.get(month) or Figures("", month, kind) for month in shown]
    said = [
        _("{month}: {offered} offered, {booked} booked, {assessed} assessed")
        .fill(
            month=f"{row.month:%Y-%m}",
            offered=row.offered,
            booked=row.booked,
            assessed=row.assessed,
        )
        .to(spoken)
        for row in found
    ]
    return by_month(
        kind.value,
        _("{kind}: places by month").fill(kind=VISIT_KINDS[kind]).to(spoken),
        "; ".join(said),
        SERIES,
        [(row.month, (row.offered, row.booked, row.assessed)) for row in found],
    )
