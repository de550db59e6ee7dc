"""The numbers: as a table, as a chart that says the same, and as a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from aiohttp import web

from bot import sheets
from bot.domain.tickets import NotFound
from bot.domain.visit_figures import Figures, months, together
from bot.domain.visits import VisitKind
from bot.i18n import Text, Translator, _
from bot.services import Services
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
"""Fields of Figures that a chart draws; also the bars' classes in console.css."""
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 260, 8, 28, 22


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle of a chart, in its own units."""

    series: str
    x: float
    y: float
    width: float
    height: float
    value: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Of one kind of visit; the table beside it says the same."""

    kind: VisitKind
    title: str
    description: str
    """Every figure, for those who do not see the bars."""
    bars: Sequence[Bar]
    labels: Sequence[tuple[float, str]]


class VisitFigures(VisitRoom):
    """Every handler is behind guard.desk."""

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
                charts=[
                    chart(kind, total, months(first, last), spoken)
                    for kind in VisitKind
                    if any(row.kind is kind for row in total)
                ],
                headings=HEADINGS,
                series=SERIES,
                first=first,
                last=last,
                regions=services.regions,
                region=services.regions.full_name(member.region) or "广东省",
                size=(WIDTH, HEIGHT),
            )

        return await self._office.read(look)

    async def file(self, request: web.Request) -> web.StreamResponse:
        """The same rows as CSV or XLSX."""
        member, ending = member_of(request), request.match_info["format"]
        if ending not in ("csv", "xlsx"):
            raise NotFound
        spoken = self._pages.translator(member.language)

        def look(services: Services) -> list[list[sheets.Cell]]:
            first, last = _span(request, services.visit_weeks.today)
            rows = services.visit_figures.by_month(member, first, last)
            return [_line(row, services, spoken) for row in rows]

        lines = await self._office.read(look)
        heading = [words.to(spoken) for words in HEADINGS]
        data, media_type = sheets.csv_bytes(heading, lines), sheets.CSV_TYPE
        if ending == "xlsx":
            data = sheets.xlsx_bytes("visits", heading, lines)
            media_type = sheets.XLSX_TYPE
        name = f"visits.{ending}"
        return web.Response(
            body=data,
            content_type=media_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _span(request: web.Request, today: date) -> tuple[date, date]:
    """The first days of the first and the last month. Raises NotFound for nonsense."""
    this = today.replace(day=1)
    first = _month(request.query.get("first", "")) or _later(this, -3)
    last = _month(request.query.get("last", "")) or _later(this, 2)
    if not first <= last <= _later(first, MOST_MONTHS - 1):
        raise NotFound
    return first, last


def _month(words: str) -> date | None:
    """'2026-03', as a month field sends it, also typed by hand."""
    try:
        return date.fromisoformat(f"{words.strip()[:7]}-01") if words.strip() else None
    except ValueError as error:
        raise NotFound from error


def _later(month: date, count: int) -> date:
    at = month.year * 12 + month.month - 1 + count
    return date(at // 12, at % 12 + 1, 1)


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
    """Three bars a month; the highest figure fills the height."""
    of = {row.month: row for row in rows if row.kind is kind}
    most = max((row.offered for row in of.values()), default=0)
    most = max(most, max((row.booked for row in of.values()), default=0), 1)
    group = (WIDTH - 2 * LEFT) / len(shown)
    width = group / (len(SERIES) + 1)
    high = HEIGHT - BOTTOM - TOP
    bars: list[Bar] = []
    told: list[str] = []
    for at, month in enumerate(shown):
        row = of.get(month) or Figures("", month, kind)
        for place, (series, _words) in enumerate(SERIES):
            value = getattr(row, series)
            tall = high * value / most
            x = LEFT + at * group + (place + 0.5) * width
            bars.append(
                Bar(series, round(x, 1), round(TOP + high - tall, 1), round(width * 0.9, 1),
                    round(tall, 1), value)
            )  # fmt: skip
        said = _("{month}: {offered} offered, {booked} booked, {assessed} assessed")
        told.append(
            said.fill(
                month=f"{month:%Y-%m}",
                offered=row.offered,
                booked=row.booked,
                assessed=row.assessed,
            ).to(spoken)
        )
    labels = [
        (round(LEFT + (at + 0.5) * group, 1), f"{month:%Y-%m}") for at, month in enumerate(shown)
    ]
    title = _("{kind}: places by month").fill(kind=VISIT_KINDS[kind]).to(spoken)
    return Chart(kind, title, "; ".join(told), bars, labels)
