"""Teams, visits and their places: rows to domain values and back. Bookings: bookings.py.

A place is taken by one UPDATE that finds a free row, and only if it is still free. On PostgreSQL
it skips rows that another transaction holds; on SQLite writers come one after another anyway.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    case,
    func,
    insert,
    literal,
    select,
    tuple_,
    update,
)

from bot.domain.people import DisabilityKind
from bot.domain.visits import (
    Half,
    Team,
    Visit,
    VisitOffer,
)
from bot.storage.tables import places, teams, visits

# --- teams and visits


def add_team(
    connection: Connection, name: str, region: str, kinds: Sequence[DisabilityKind]
) -> int:
    made = connection.execute(
        insert(teams).values(name=name, region=region, kinds=",".join(kinds)).returning(teams.c.id)
    )
    return int(made.scalar_one())


def all_teams(connection: Connection) -> list[Team]:
    return [_team(row) for row in connection.execute(select(teams).order_by(teams.c.id))]


def team(connection: Connection, team_id: int) -> Team:
    return _team(connection.execute(select(teams).where(teams.c.id == team_id)).one())


def add_visit(connection: Connection, of: Team, day: date, half: Half, count: int) -> int:
    """A half-day with so many places."""
    made = connection.execute(
        insert(visits)
        .values(team_id=of.id, region=of.region, day=day, half=half.value)
        .returning(visits.c.id)
    )
    visit_id = int(made.scalar_one())
    connection.execute(
        insert(places), [{"visit_id": visit_id, "number": at} for at in range(1, count + 1)]
    )
    return visit_id


def visit(connection: Connection, visit_id: int) -> Visit | None:
    row = connection.execute(select(visits).where(visits.c.id == visit_id)).first()
    return _visit(row) if row else None


_HALF_ORDER = case((visits.c.half == Half.MORNING.value, 0), else_=1)
_FREE = (
    select(func.count())
    .select_from(places)
    .where(places.c.visit_id == visits.c.id, places.c.booking_id.is_(None))
    .scalar_subquery()
)


def offered(
    connection: Connection,
    regions: Sequence[str],
    kind: DisabilityKind | None,
    from_day: date,
    after: Visit | None,
    limit: int,
) -> list[VisitOffer]:
    """Open visits with a free place, the nearest first; `after` one of them, for the next page."""
    wanted: list[ColumnElement[bool]] = [
        visits.c.region.in_(regions),
        visits.c.open,
        visits.c.day >= from_day,
        _FREE > 0,
    ]
    if kind is not None:
        listed = literal(",") + teams.c.kinds + literal(",")
        wanted.append(listed.contains(f",{kind.value},"))
    if after is not None:
        half = 0 if after.half is Half.MORNING else 1
        wanted.append(
            tuple_(visits.c.day, _HALF_ORDER, visits.c.id)
            > tuple_(literal(after.day), literal(half), literal(after.id))
        )
    rows = connection.execute(
        select(visits, teams.c.name.label("team"), _FREE.label("free"))
        .join(teams, teams.c.id == visits.c.team_id)
        .where(*wanted)
        .order_by(visits.c.day, _HALF_ORDER, visits.c.id)
        .limit(limit)
    )
    return [VisitOffer(_visit(row), row.team, row.free) for row in rows]


# --- places


def take_place(connection: Connection, visit_id: int, booking_id: int) -> bool:
    """One free place of that visit is this booking's now; False: there was none."""
    free = (
        select(places.c.number)
        .where(places.c.visit_id == visit_id, places.c.booking_id.is_(None))
        .order_by(places.c.number)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    taken = connection.execute(
        update(places)
        .where(
            places.c.visit_id == visit_id,
            places.c.number == free,
            places.c.booking_id.is_(None),
        )
        .values(booking_id=booking_id)
    )
    return taken.rowcount == 1


def free_place(connection: Connection, booking_id: int) -> tuple[int, int] | None:
    """Give a booking's place back; (visit, number) of what it was."""
    held = connection.execute(
        select(places.c.visit_id, places.c.number).where(places.c.booking_id == booking_id)
    ).first()
    if held is None:
        return None
    connection.execute(
        update(places).where(places.c.booking_id == booking_id).values(booking_id=None)
    )
    return held.visit_id, held.number


def restore_place(connection: Connection, place: tuple[int, int], booking_id: int) -> None:
    """Take back, in the same transaction, what `free_place` gave away."""
    visit_id, number = place
    connection.execute(
        update(places)
        .where(places.c.visit_id == visit_id, places.c.number == number)
        .values(booking_id=booking_id)
    )


def _team(row: Any) -> Team:
    kinds = frozenset(DisabilityKind(kind) for kind in row.kinds.split(",") if kind)
    return Team(row.id, row.name, row.region, kinds)


def _visit(row: Any) -> Visit:
    return Visit(row.id, row.team_id, row.region, row.day, Half(row.half), row.open)
