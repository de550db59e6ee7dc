"""Teams, half-days and streets from a spreadsheet: looked through whole, then taken whole.

`look` changes nothing and finds every fault with its line; `take` looks again and does all of it
in one transaction, or raises Faulty and does nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.domain import visit_import as reading
from bot.domain.regions import Level, Region, Regions
from bot.domain.rounds import Point
from bot.domain.staff import Member
from bot.domain.visit_import import Fault, What
from bot.domain.visit_weeks import MOST_PLACES, AlreadyOpen, Closed, DayOff, OutOfReach
from bot.domain.visits import Team, Visit, VisitKind
from bot.i18n import Text, _, verbatim
from bot.services import Services
from bot.sheets import Record
from bot.storage import visit_weeks as stored

LONGEST_NAME, LONGEST_VENUE, LONGEST_TRANSPORT = 80, 200, 300


class Faulty(Exception):
    """Nothing was taken."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(len(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Planned:
    """What one line will do."""

    line: int
    what: Text
    """new, changed"""
    cells: Sequence[str]
    do: Callable[[], Any]


class _Wrong(Exception):
    def __init__(self, text: Text) -> None:
        super().__init__(text.msgid)
        self.text = text


class VisitImport:
    """Every method is one use case in the transaction of its services."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._connection = services.connection
        self._regions = services.regions
        self._weeks = services.visit_weeks

    def look(
        self, what: What, records: Sequence[Record], member: Member
    ) -> tuple[list[Planned], list[Fault]]:
        """What would be done, and what is wrong; nothing is done."""
        read = {What.TEAMS: self._team, What.VISITS: self._visit, What.STREETS: self._street}[what]
        self._teams = self._services.visit_teams.teams(member)
        assessors = self._services.visit_teams.assessors(member)
        self._accounts = {one.name: one.id for one in assessors}
        self._seen: set[Any] = set()
        planned: list[Planned] = []
        faults: list[Fault] = []
        for record in records:
            faults += [Fault(record.line, text) for text in record.faults]
            try:
                planned.append(read(record, member))
            except _Wrong as wrong:
                faults.append(Fault(record.line, wrong.text))
        return planned, faults

    def take(self, what: What, records: Sequence[Record], member: Member) -> int:
        """How many lines. Raises Faulty, after which nothing was done."""
        planned, faults = self.look(what, records, member)
        if faults:
            raise Faulty(faults)
        for one in planned:
            one.do()
        self._services.audit.record(
            member.id, "import.taken", what.value, detail=f"{len(planned)} lines"
        )
        return len(planned)

    # --- a line of each

    def _team(self, record: Record, member: Member) -> Planned:
        cells = record.cells
        name = self._short(cells["team"], LONGEST_NAME)
        region = self._region(cells["region"], member)
        kinds = reading.kinds(cells["kinds"])
        if kinds is None:
            raise _Wrong(
                _("'{cell}' is no kind of disability. For example: 肢体、视力.").fill(
                    cell=verbatim(cells["kinds"])
                )
            )
        half_days = reading.half_days(cells["half_days"])
        if half_days is None:
            raise _Wrong(
                _("'{cell}' is no half-day. For example: 周一上午、周三下午.").fill(
                    cell=verbatim(cells["half_days"])
                )
            )
        self._once((region.code, name))
        known = next(
            (one for one in self._teams if (one.region, one.name) == (region.code, name)), None
        )
        team = Team(
            id=known.id if known else 0,
            name=name,
            region=region.code,
            kinds=kinds,
            half_days=half_days,
            places=self._places(cells["places"], known.places if known else 6),
            starts_at=self._point(cells),
        )
        members = self._members(cells["members"])

        def do() -> None:
            saved = self._services.visit_teams.save_team(team, member)
            if members:
                self._services.visit_teams.set_members(saved.id, members, member)

        said = _("changed") if known else _("new")
        return Planned(record.line, said, (name, self._regions.full_name(region.code)), do)

    def _visit(self, record: Record, member: Member) -> Planned:
        cells = record.cells
        team = self._named_team(cells["team"])
        day = reading.day(cells["day"])
        if day is None:
            raise _Wrong(
                _("'{cell}' is no date. For example: 2026-03-05.").fill(cell=verbatim(cells["day"]))
            )
        half = reading.half(cells["half"])
        if half is None:
            raise _Wrong(
                _("'{cell}' is no half of the day. Please write 上午 or 下午.").fill(
                    cell=verbatim(cells["half"])
                )
            )
        visit = self._session(cells, Visit(0, team.id, team.region, day, half))
        self._once((team.id, day, half))
        places = self._places(cells["places"], team.places)
        try:
            self._weeks.check(visit, team)
        except (DayOff, Closed, AlreadyOpen, OutOfReach) as error:
            raise _Wrong(why_not(error)) from error
        shown = (team.name, day.isoformat(), cells["half"], str(places), visit.venue)
        return Planned(
            record.line, _("new"), shown, lambda: self._weeks.open(visit, places, member)
        )

    def _session(self, cells: Any, visit: Visit) -> Visit:
        """With its kind, venue, transport and time."""
        kind = reading.visit_kind(cells["kind"])
        if kind is None:
            raise _Wrong(_("'{cell}' is neither 上门 nor 集中.").fill(cell=verbatim(cells["kind"])))
        starts = reading.clock(cells["starts"])
        if starts is None:
            raise _Wrong(
                _("'{cell}' is no time. For example: 09:30.").fill(cell=verbatim(cells["starts"]))
            )
        venue = cells["venue"]
        if kind is VisitKind.GROUP and not venue:
            raise _Wrong(_("A group session needs its place: name and address."))
        if len(venue) > LONGEST_VENUE or len(cells["transport"]) > LONGEST_TRANSPORT:
            raise _Wrong(_("The place or the transport note is too long. Please shorten it."))
        home = kind is VisitKind.HOME
        return replace(
            visit,
            kind=kind,
            venue="" if home else venue,
            transport="" if home else cells["transport"],
            starts=starts,
        )

    def _street(self, record: Record, member: Member) -> Planned:
        street = self._region(record.cells["street"], member, Level.STREET)
        point = self._point(record.cells)
        touching = [
            self._region(one, member, Level.STREET, anywhere=True).code
            for one in reading.split(record.cells["neighbours"])
        ]
        if point is None and not touching:
            raise _Wrong(_("Neither coordinates nor neighbours are given."))
        self._once(street.code)
        names = "、".join(self._regions.by_code[one].name for one in touching)
        return Planned(
            record.line,
            _("new"),
            (self._regions.full_name(street.code), names),
            lambda: stored.save_street(self._connection, street.code, point, touching),
        )

    # --- cells

    def _once(self, key: Any) -> None:
        if key in self._seen:
            raise _Wrong(_("The same stands in an earlier line. Please keep one of them."))
        self._seen.add(key)

    def _short(self, words: str, longest: int) -> str:
        if not words or len(words) > longest:
            raise _Wrong(_("The name is missing or too long."))
        return words

    def _named_team(self, name: str) -> Team:
        found = [one for one in self._teams if one.name == name]
        if len(found) != 1:
            words = (
                _("There is no team '{cell}' in your region. Please import the teams first.")
                if not found
                else _("Several teams are called '{cell}'. Please give them different names.")
            )
            raise _Wrong(words.fill(cell=verbatim(name)))
        return found[0]

    def _region(
        self, words: str, member: Member, level: Level | None = None, *, anywhere: bool = False
    ) -> Region:
        """A county or city, or a street: by code or name, inside the member's region."""
        levels = (level,) if level else (Level.COUNTY, Level.CITY)
        found = [self._regions.by_code[words]] if words in self._regions.by_code else []
        found = found or self._regions.find(words)
        found = [one for one in found if one.level in levels]
        inside = [one for one in found if Regions.contains(member.region, one.code)]
        if anywhere:
            inside = inside or found
        if len(inside) == 1:
            return inside[0]
        if len(inside) > 1:
            said = _("'{cell}' is the name of several places. Please write the city too.")
        elif found:
            said = _("'{cell}' does not lie in your region.")
        else:
            said = _("There is no place '{cell}' in Guangdong. For example: 荔湾区.")
        raise _Wrong(said.fill(cell=verbatim(words)))

    def _places(self, words: str, usual: int) -> int:
        if not words:
            return usual
        if not words.isdecimal() or not 1 <= int(words) <= MOST_PLACES:
            raise _Wrong(
                _("'{cell}' is no number of people from 1 to {most}.").fill(
                    cell=verbatim(words), most=MOST_PLACES
                )
            )
        return int(words)

    def _point(self, cells: Any) -> Point | None:
        given = cells["latitude"], cells["longitude"]
        if given == ("", ""):
            return None
        latitude, longitude = reading.degrees(given[0], 90), reading.degrees(given[1], 180)
        if latitude is None or longitude is None:
            raise _Wrong(_("The coordinates are not right. For example: 23.1240 and 113.2440."))
        return latitude, longitude

    def _members(self, words: str) -> list[int]:
        names = reading.split(words)
        for name in names:
            if name not in self._accounts:
                raise _Wrong(
                    _("There is no assessor's account '{cell}' in your region.").fill(
                        cell=verbatim(name)
                    )
                )
        return [self._accounts[name] for name in names]


def why_not(error: Exception) -> Text:
    """Why a half-day cannot be opened."""
    if isinstance(error, DayOff):
        return _("That day is no working day, or its holidays are not announced yet.")
    if isinstance(error, Closed):
        return _("A closure lies over it: {reason}").fill(reason=verbatim(str(error.args[0])))
    if isinstance(error, AlreadyOpen):
        return _("The team has something in that half-day already.")
    return _("That day is past, or more than a year ahead.")
