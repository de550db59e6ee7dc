"""Half-days with how full they are; closures; who goes with a team."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, false, func, insert, or_, select, update

from bot.domain.bookings import VisitOutcome
from bot.domain.rounds import Point
from bot.domain.visit_weeks import Closure, HalfDay
from bot.domain.visits import Half, Visit
from bot.storage.db import insert_unless_there
from bot.storage.tables import closures, outcomes, places, staff, streets, team_members, visits
from bot.storage.visits import VISIT_COLUMNS, visit_in

# --- half-days


def of_teams(
    connection: Connection, team_ids: Collection[int], first: date, last: date
) -> list[HalfDay]:
    """All of those teams in those days, in no order."""
    return _half_days(connection, visits.c.team_id.in_(team_ids), visits.c.day.between(first, last))


def half_day(connection: Connection, visit_id: int) -> HalfDay | None:
    found = _half_days(connection, visits.c.id == visit_id)
    return found[0] if found else None


def _half_days(connection: Connection, *wanted: Any) -> list[HalfDay]:
    """One statement: it grows with the places shown, not with the bookings stored."""
    recorded = (
        select(func.count())
        .where(outcomes.c.visit_id == visits.c.id)
        .correlate(visits)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(
            *_VISIT,
            func.count(places.c.number).label("places"),
            func.count(places.c.booking_id).label("taken"),
            recorded.label("recorded"),
        )
        .outerjoin(places, places.c.visit_id == visits.c.id)
        .where(*wanted)
        .group_by(visits.c.id)
    )
    return [HalfDay(_visit(row), row.places, row.taken, row.recorded) for row in rows]


_VISIT = (visits.c.id.label("visit_id"), *VISIT_COLUMNS)


def _visit(row: Any) -> Visit:
    found = visit_in(row)
    assert found is not None  # noqa: S101 - the row is a visit's own
    return found


def of_time(connection: Connection, team_id: int, day: date, half: Half) -> bool:
    """Has the team something then?"""
    found = select(visits.c.id).where(
        visits.c.team_id == team_id, visits.c.day == day, visits.c.half == half.value
    )
    return connection.execute(found).first() is not None


def set_open(connection: Connection, visit_id: int, *, is_open: bool, because: str) -> bool:
    """False: it stood so already."""
    changed = connection.execute(
        update(visits)
        .where(visits.c.id == visit_id, visits.c.open.is_not(is_open))
        .values(open=is_open, closed_because=because)
    )
    return changed.rowcount == 1


def set_places(connection: Connection, visit_id: int, count: int) -> bool:
    """So many places from now on; False: more are taken than would be left.

    The rows are locked first: nobody takes one that is just going.
    """
    rows = connection.execute(
        select(places)
        .where(places.c.visit_id == visit_id)
        .order_by(places.c.number)
        .with_for_update()
    ).all()
    free = [row.number for row in rows if row.booking_id is None]
    surplus = len(rows) - count
    if surplus > len(free):
        return False
    if surplus > 0:
        connection.execute(
            delete(places).where(
                places.c.visit_id == visit_id, places.c.number.in_(free[-surplus:])
            )
        )
    elif surplus:
        last = max((row.number for row in rows), default=0)
        added = [{"visit_id": visit_id, "number": last + at} for at in range(1, 1 - surplus)]
        connection.execute(insert(places), added)
    return True


def recorded(connection: Connection, visit_id: int) -> dict[int, VisitOutcome]:
    """What came of it, by booking: also of those who wait for another visit by now."""
    rows = connection.execute(
        select(outcomes.c.booking_id, outcomes.c.outcome).where(outcomes.c.visit_id == visit_id)
    )
    return {row.booking_id: VisitOutcome(row.outcome) for row in rows}


# --- closures


def add_closure(connection: Connection, closure: Closure, staff_id: int, now: datetime) -> int:
    """`closure.id` is not looked at."""
    made = connection.execute(
        insert(closures)
        .values(
            region=closure.region,
            team_id=closure.team_id,
            first_day=closure.first_day,
            last_day=closure.last_day,
            half=closure.half.value if closure.half else "",
            reason=closure.reason,
            staff_id=staff_id,
            created_at=now,
        )
        .returning(closures.c.id)
    )
    return int(made.scalar_one())


def remove_closure(connection: Connection, closure_id: int) -> bool:
    return connection.execute(delete(closures).where(closures.c.id == closure_id)).rowcount == 1


def closure(connection: Connection, closure_id: int) -> Closure | None:
    row = connection.execute(select(closures).where(closures.c.id == closure_id)).first()
    return _closure(row) if row else None


def closures_between(
    connection: Connection, first: date, last: date | None = None
) -> list[Closure]:
    """That touch those days, the earliest first; `last` None: without end."""
    wanted = [closures.c.last_day >= first]
    if last is not None:
        wanted.append(closures.c.first_day <= last)
    rows = connection.execute(
        select(closures).where(*wanted).order_by(closures.c.first_day, closures.c.id)
    )
    return [_closure(row) for row in rows]


def under_closure(connection: Connection, closure: Closure) -> list[Visit]:
    """The half-days that it closes, open or not."""
    wanted: list[ColumnElement[bool]] = [visits.c.day.between(closure.first_day, closure.last_day)]
    if closure.team_id is not None:
        wanted.append(visits.c.team_id == closure.team_id)
    else:
        wanted.append(visits.c.region.startswith(closure.region, autoescape=True))
    if closure.half is not None:
        wanted.append(visits.c.half == closure.half.value)
    rows = connection.execute(select(*_VISIT).where(*wanted).order_by(visits.c.day, visits.c.id))
    return [_visit(row) for row in rows]


def _closure(row: Any) -> Closure:
    return Closure(
        id=row.id,
        region=row.region,
        team_id=row.team_id,
        first_day=row.first_day,
        last_day=row.last_day,
        half=Half(row.half) if row.half else None,
        reason=row.reason,
    )


# --- who goes with a team


def teams_of(connection: Connection, staff_id: int) -> set[int]:
    rows = connection.execute(
        select(team_members.c.team_id).where(team_members.c.staff_id == staff_id)
    )
    return {row[0] for row in rows}


def members_of(connection: Connection, team_id: int) -> list[tuple[int, str]]:
    """Id and shown name."""
    rows = connection.execute(
        select(staff.c.id, staff.c.display_name)
        .join(team_members, team_members.c.staff_id == staff.c.id)
        .where(team_members.c.team_id == team_id)
        .order_by(staff.c.id)
    )
    return [(row.id, row.display_name) for row in rows]


def set_members(connection: Connection, team_id: int, staff_ids: Collection[int]) -> None:
    connection.execute(delete(team_members).where(team_members.c.team_id == team_id))
    for staff_id in sorted(staff_ids):
        connection.execute(
            insert_unless_there(connection, team_members),
            {"team_id": team_id, "staff_id": staff_id},
        )


# --- streets


def save_street(
    connection: Connection, region: str, point: Point | None, neighbours: Collection[str]
) -> None:
    latitude, longitude = point or (None, None)
    connection.execute(delete(streets).where(streets.c.region == region))
    connection.execute(
        insert(streets).values(
            region=region,
            latitude=latitude,
            longitude=longitude,
            neighbours=",".join(sorted(neighbours)),
        )
    )


def streets_near(
    connection: Connection, regions: Collection[str]
) -> tuple[dict[str, Point], dict[str, set[str]]]:
    """The middles and the neighbours of all streets in those counties or cities."""
    inside = or_(false(), *(streets.c.region.startswith(one, autoescape=True) for one in regions))
    rows = connection.execute(select(streets).where(inside)).all() if regions else []
    points = {row.region: (row.latitude, row.longitude) for row in rows if row.latitude is not None}
    touching = {row.region: set(row.neighbours.split(",")) for row in rows if row.neighbours}
    return points, touching
