"""The calendar of the teams, for staff: open, close, block, closures. Inside a member's region.

An assessor sees the teams that they go with, and changes nothing here (`bot/web/guard.py`).
"""

from dataclasses import replace
from datetime import date, timedelta

from bot.domain.bookings import Booking, VisitOutcome
from bot.domain.calendar import DayKind
from bot.domain.regions import PROVINCE, Regions
from bot.domain.staff import Member
from bot.domain.tickets import NotFound
from bot.domain.visit_weeks import (
    FURTHEST,
    LONGEST_REASON,
    MOST_PLACES,
    AlreadyOpen,
    Closed,
    Closure,
    Day,
    DayOff,
    HalfDay,
    OutOfReach,
    Slot,
    TeamWeek,
    TooFew,
    Week,
    monday_of,
)
from bot.domain.visits import Half, Team, Visit
from bot.i18n import GUANGDONG, LANGUAGES, Text, translator
from bot.services import Services
from bot.services.lost_visits import release_places
from bot.storage import bookings, visits
from bot.storage import visit_weeks as stored

TEAMS_A_PAGE = 40
"""The largest county has fewer; a city or the province turns pages."""


class VisitWeeks:
    """Every method is one use case in the transaction of its services."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._connection = services.connection
        self._teams = services.visit_teams
        self._now = services.now

    @property
    def today(self) -> date:
        return self._now.astimezone(GUANGDONG).date()

    # --- who is visited

    def half_day(self, visit_id: int, member: Member) -> tuple[HalfDay, Team]:
        """Raises NotFound."""
        found = stored.half_day(self._connection, visit_id)
        if found is None:
            raise NotFound
        return found, self._teams.team(found.visit.team_id, member)

    def booked(self, visit: Visit) -> list[tuple[Booking, VisitOutcome | None]]:
        """Whom the team visits, or visited, and what came of it.

        Whoever asked for the visit has seen to the region.
        """
        recorded = stored.recorded(self._connection, visit.id)
        found = {one.id: one for one in self._services.visits.on(visit)}
        for booking_id in recorded.keys() - found.keys():
            gone = bookings.by_id(self._connection, booking_id)
            if gone:
                found[booking_id] = gone
        return [(found[one], recorded.get(one)) for one in sorted(found)]

    # --- a week

    def week(self, member: Member, day: date, team_id: int | None = None, page: int = 1) -> Week:
        """The week in which that day lies, of all teams or one. Raises NotFound."""
        monday = monday_of(day)
        sunday = monday + timedelta(days=6)
        all_teams = [self._teams.team(team_id, member)] if team_id else self._teams.teams(member)
        first = (page - 1) * TEAMS_A_PAGE
        teams = all_teams[first : first + TEAMS_A_PAGE]
        half_days = {
            (one.visit.team_id, one.visit.day, one.visit.half): one
            for one in stored.of_teams(
                self._connection, [team.id for team in teams], monday, sunday
            )
        }
        closures = stored.closures_between(self._connection, monday, sunday)
        days = [self.day(monday + timedelta(days=after)) for after in range(7)]
        shown = [
            one
            for one in days
            if one.kind is not DayKind.WEEKEND
            or any(day == one.day for _team, day, _half in half_days)
        ]

        def slot(team: Team, day: date, half: Half) -> Slot:
            reasons = (one.reason for one in closures if one.covers(team, day, half))
            return Slot(day, half, half_days.get((team.id, day, half)), next(reasons, ""))

        rows = [
            TeamWeek(team, [(half, [slot(team, one.day, half) for one in shown]) for half in Half])
            for team in teams
        ]
        return Week(shown, rows, max(len(all_teams) - first - len(teams), 0))

    def day(self, day: date) -> Day:
        return Day(day, *self._services.known.calendar.kind(day))

    # --- half-days

    def open(self, visit: Visit, places: int, member: Member) -> Visit:
        """A half-day or a group session; `visit.id` is given by us.

        Raises NotFound, DayOff, Closed, AlreadyOpen, OutOfReach, ValueError (places).
        """
        team = self._teams.team(visit.team_id, member)
        wanted = replace(visit, region=team.region)
        self.check(wanted, team)
        if not 1 <= places <= MOST_PLACES:
            raise ValueError(places)
        made = self._services.visits.open(wanted, places)
        self._record(member, "visit.opened", made, f"places={places} {made.kind}")
        return made

    def check(self, visit: Visit, team: Team) -> None:
        """May that half-day be opened? Raises DayOff, Closed, AlreadyOpen, OutOfReach."""
        if not self.today < visit.day <= self.today + FURTHEST:
            raise OutOfReach(visit.day)
        if not self._services.known.calendar.is_workday(visit.day):
            raise DayOff(visit.day)
        if stored.of_time(self._connection, team.id, visit.day, visit.half):
            raise AlreadyOpen(visit.day)
        around = [*self._services.visits.around(team.region), PROVINCE]
        reason = visits.closed_by(self._connection, around, team.id, visit.day, visit.half)
        if reason is not None:
            raise Closed(reason)

    def open_usual(self, team_id: int, monday: date, weeks: int, member: Member) -> int:
        """The team's usual half-days in those weeks, but for days off, closures, and what stands.

        How many were opened. Raises NotFound.
        """
        team = self._teams.team(team_id, member)
        count = 0
        for after in range(7 * weeks):
            day = monday_of(monday) + timedelta(days=after)
            for half in Half:
                if (day.isoweekday(), half) not in team.half_days:
                    continue
                try:
                    self.open(Visit(0, team.id, team.region, day, half), team.places, member)
                except (DayOff, Closed, AlreadyOpen, OutOfReach):
                    continue
                count += 1
        return count

    def close(self, visit_id: int, why: Text, member: Member, *, release: bool) -> int:
        """Nobody can take a place in it any more. Raises NotFound.

        `release`: the people who have one lose it, are told why, and wait in front of others;
        else they keep it ('blocked'). How many lost theirs.
        """
        found, _team = self.half_day(visit_id, member)
        because = why.to(translator(LANGUAGES[0]))[:LONGEST_REASON]
        stored.set_open(self._connection, visit_id, is_open=False, because=because)
        self._record(member, "visit.closed" if release else "visit.blocked", found.visit)
        return release_places(self._services, found.visit, why, member) if release else 0

    def reopen(self, visit_id: int, member: Member) -> None:
        """Raises NotFound, and Closed where a closure lies over it."""
        found, team = self.half_day(visit_id, member)
        around = [*self._services.visits.around(team.region), PROVINCE]
        visit = found.visit
        reason = visits.closed_by(self._connection, around, team.id, visit.day, visit.half)
        if reason is not None:
            raise Closed(reason)
        stored.set_open(self._connection, visit_id, is_open=True, because="")
        self._record(member, "visit.reopened", visit)
        self._services.waiting.fill(visit)

    def set_places(self, visit_id: int, count: int, member: Member) -> None:
        """Raises NotFound, TooFew, ValueError."""
        found, _team = self.half_day(visit_id, member)
        if not 1 <= count <= MOST_PLACES:
            raise ValueError(count)
        if not stored.set_places(self._connection, visit_id, count):
            raise TooFew(found.taken)
        self._record(member, "visit.places", found.visit, f"{found.places}->{count}")
        self._services.waiting.fill(found.visit)

    # --- closures

    def closures(self, member: Member) -> list[Closure]:
        """Those from today on that touch the member's region, and are theirs to see."""
        return [
            one
            for one in stored.closures_between(self._connection, self.today)
            if self._touches(one, member)
        ]

    def add_closure(self, closure: Closure, member: Member, *, release: bool) -> tuple[int, int]:
        """Half-days that it closes, and people that lost their place. `closure.id` is ours.

        Raises NotFound (not the member's region or team), OutOfReach (past, or the wrong way).
        """
        if closure.team_id is not None:
            closure = replace(closure, region=self._teams.team(closure.team_id, member).region)
        elif not self._teams.is_theirs(closure.region, member):
            raise NotFound
        if closure.last_day < max(closure.first_day, self.today):
            raise OutOfReach(closure.last_day)
        if closure.last_day > self.today + FURTHEST:
            raise OutOfReach(closure.last_day)
        made = stored.add_closure(self._connection, closure, member.id, self._now)
        self._services.audit.record(member.id, "closure.added", f"closure {made}")
        under = [
            one for one in stored.under_closure(self._connection, closure) if one.day >= self.today
        ]
        lost = 0
        for visit in under:
            stored.set_open(self._connection, visit.id, is_open=False, because=closure.reason)
            if release:
                lost += release_places(self._services, visit, closure.reason, member)
        return len(under), lost

    def remove_closure(self, closure_id: int, member: Member) -> None:
        """What it closed stays closed until somebody opens it again. Raises NotFound."""
        found = stored.closure(self._connection, closure_id)
        if found is None or not self._teams.is_theirs(found.region, member):
            raise NotFound
        stored.remove_closure(self._connection, closure_id)
        self._services.audit.record(member.id, "closure.removed", f"closure {closure_id}")

    # --- parts

    def _touches(self, closure: Closure, member: Member) -> bool:
        inside = Regions.contains(member.region, closure.region)
        return inside or Regions.contains(closure.region, member.region)

    def _record(self, member: Member, event: str, visit: Visit, detail: str = "") -> None:
        subject = f"team {visit.team_id} {visit.day} {visit.half}"
        self._services.audit.record(member.id, event, subject, detail=detail)
