"""The dashboard: tiles, tables, a chart beside its table, and the same as CSV and XLSX."""

from collections.abc import Sequence

from aiohttp import web

from bot.domain.regions import Regions
from bot.domain.tickets import NotFound, TicketKind
from bot.i18n import Text, Translator, _
from bot.services.numbers import Dashboard, Line, Month
from bot.sheets import Cell
from bot.web.charts import Chart, by_month
from bot.web.guard import SESSION
from bot.web.office import Office
from bot.web.pages import KINDS, Pages, region_name
from bot.web.table_files import table_file

COUNTED = (
    _("Waiting"),
    _("Overdue"),
    _("Received in 30 days"),
    _("Median first answer in minutes"),
    _("Settled, of those who told us, in percent"),
)
OFFICE, KIND, MONTH = _("Office"), _("Kind"), _("Month")
MONTHLY = (
    _("Opinions received"),
    _("Opinions answered"),
)
TABLES = ("offices", "kinds", "months")
SERIES = (("received", MONTHLY[0]), ("answered", MONTHLY[1]))


class NumberPages:
    """Behind rules.supervisor: inside the region of whoever looks."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office = office
        self._pages = pages
        self._regions = Regions.load()

    async def show(self, request: web.Request) -> web.StreamResponse:
        session = request[SESSION]
        found = await self._dashboard(request)
        return self._pages.of_member(
            session,
            "numbers.html",
            numbers=found,
            counted=COUNTED,
            monthly=MONTHLY,
            chart=chart(found.months, self._pages.translator(session.member.language))
            if any(month.received for month in found.months)
            else None,
            kind_name=_kind,
        )

    async def file(self, request: web.Request) -> web.StreamResponse:
        """'months.csv', 'offices.xlsx' ... Raises NotFound."""
        file = request.match_info["file"]
        name = file.partition(".")[0]
        if name not in TABLES:
            raise NotFound
        say = self._pages.speaker(request[SESSION].member.language)
        heading, lines = self._table(name, await self._dashboard(request))
        rows = [[say(cell) if isinstance(cell, Text) else cell for cell in line] for line in lines]
        return table_file(file, [say(title) for title in heading], rows)

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
    return [month.received, month.answered]


def _kind(kind: str) -> Text:
    return KINDS.get(TicketKind(kind), _("Other"))


def chart(months: Sequence[Month], spoken: Translator) -> Chart:
    """Opinions by month: those received, and those of them that were answered."""
    said = [
        _("{month}: {received} received, {answered} answered")
        .fill(month=f"{one.first:%Y-%m}", received=one.received, answered=one.answered)
        .to(spoken)
        for one in months
    ]
    return by_month(
        "opinions",
        _("Opinions by month").to(spoken),
        "; ".join(said),
        SERIES,
        [(one.first, (one.received, one.answered)) for one in months],
    )
