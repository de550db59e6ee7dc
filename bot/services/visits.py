"""Where and when assessments are held: counties, teams, half-days, sessions, and what is free."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from bot.domain.bookings import Booking, SlotTaken
from bot.domain.people import DisabilityKind
from bot.domain.regions import PROVINCE
from bot.domain.visit_reminders import begins, day_of
from bot.domain.visits import (
    County,
    Half,
    Mode,
    Team,
    Visit,
    VisitOffer,
    Wish,
    first_day,
    may_have,
    specialties,
)
from bot.services import Services
from bot.storage import bookings, counties
from bot.storage import visits as stored


class Visits:
    """Every method is one use case in the transaction of its services."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._connection = services.connection
        self._now = services.now
        self._regions = services.regions

    # --- counties

    def county(self, street: str) -> County:
        """How it is done around that street: as staff said, else by whether a team goes there."""
        around = self.around(street)
        found = counties.around(self._connection, around)
        if found:
            return found
        reached = stored.teams_reach(self._connection, around)
        mode = Mode.VISITS if reached else Mode.REQUESTS
        return County(street[:6], mode)

    def counties(self) -> list[County]:
        """Those of which staff said how they do it."""
        return counties.every(self._connection)

    def set_county(self, county: County) -> None:
        counties.save(self._connection, county, self._now)

    # --- the calendar of the teams

    def add_team(self, name: str, region: str, kinds: Iterable[DisabilityKind]) -> Team:
        return self.new_team(Team(0, name, region, frozenset(kinds)))

    def new_team(self, team: Team) -> Team:
        """`team.id` is given by us."""
        return replace(team, id=stored.add_team(self._connection, team))

    def save_team(self, team: Team) -> None:
        stored.save_team(self._connection, team)

    def team(self, team_id: int) -> Team:
        return stored.team(self._connection, team_id)

    def teams(self) -> list[Team]:
        return stored.all_teams(self._connection)

    def visit(self, visit_id: int) -> Visit | None:
        return stored.visit(self._connection, visit_id)

    def open_visit(self, team: Team, day: date, half: Half, places: int) -> Visit:
        """A half-day on which the team goes out. Raises ValueError as `open` does."""
        return self.open(Visit(0, team.id, team.region, day, half), places)

    def open(self, visit: Visit, places: int) -> Visit:
        """A half-day, or a group session; `visit.id` is given by us. The waiting list hears of it.

        Raises ValueError for a day off, and where a closure lies over it.
        """
        if not self._services.known.calendar.is_workday(visit.day):
            raise ValueError(f"{visit.day} is not a working day")
        around = self.around(visit.region)
        reason = stored.closed_by(
            self._connection, [*around, PROVINCE], visit.team_id, visit.day, visit.half
        )
        if reason is not None:
            raise ValueError(f"{visit.day} is closed: {reason}")
        made = replace(visit, id=stored.add_visit(self._connection, visit, places))
        self._services.waiting.fill(made)
        return made

    def offered(
        self,
        wish: Wish,
        after: int | None = None,
        limit: int = 5,
        from_day: date | None = None,
        half: Half | None = None,
        *,
        by_staff: bool = False,
    ) -> list[VisitOffer]:
        """Visits with free places that fit, the nearest first, also where staff propose dates.

        `after` is the id of the last visit that was shown. `by_staff`: those that residents can
        no longer take, too.
        """
        last = stored.visit(self._connection, after) if after is not None else None
        first = day_of(self._now) if by_staff else first_day(self._now)
        found = stored.offered(
            self._connection,
            self.around(wish.street),
            specialties(wish.kinds),
            wish.kind,
            max(first, from_day or date.min),
            last,
            limit,
            half,
        )
        return [one for one in found if begins(one.visit) > self._now]

    def planned(self, wish: Wish) -> bool:
        """Is anything that fits to come, be it full? If not, nobody may be told that it is."""
        return stored.planned(
            self._connection,
            self.around(wish.street),
            specialties(wish.kinds),
            wish.kind,
            first_day(self._now),
        )

    def bookable(
        self, wish: Wish, after: int | None = None, limit: int = 5, from_day: date | None = None
    ) -> list[VisitOffer]:
        """What a resident may choose from: nothing where the county takes requests only."""
        if not wish.street or self.county(wish.street).mode is Mode.REQUESTS:
            return []
        return self.offered(wish, after, limit, from_day)

    def on(self, visit: Visit) -> list[Booking]:
        """Whom the team visits then, for its round."""
        return bookings.of_visit(self._connection, visit.id)

    def check(self, visit_id: int, wish: Wish, *, by_staff: bool = False) -> Visit:
        """Raises SlotTaken for a visit that is not, or no longer, for this wish."""
        visit = stored.visit(self._connection, visit_id)
        if visit is None or not self.fits(visit, wish):
            raise SlotTaken
        if self.is_near(visit) and not (by_staff and begins(visit) > self._now):
            raise SlotTaken
        return visit

    def is_near(self, visit: Visit) -> bool:
        """Too near for residents to take: its round is planned already."""
        return visit.day < first_day(self._now)

    def fits(self, visit: Visit, wish: Wish) -> bool:
        in_reach = self._regions.contains(visit.region, wish.street)
        return may_have(visit, self.team(visit.team_id), wish, in_reach=in_reach)

    def around(self, region: str) -> list[str]:
        """The region and those around it, but not the province."""
        codes: list[str] = []
        while region and region != PROVINCE:
            codes.append(region)
            region = self._regions.by_code[region].parent
        return codes
