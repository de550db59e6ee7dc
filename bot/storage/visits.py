"""Counties, teams, visits and their places: rows to domain values and back.

A place is taken by one UPDATE that finds a free row, and only if it is still free. On PostgreSQL
it skips rows that another transaction holds; on SQLite writers come one after another anyway.
Bookings: bookings.py.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from bot.domain.people import DisabilityKind
from bot.domain.visits import (
    BookingState,
    County,
    Half,
    Mode,
    Team,
    Visit,
    VisitKind,
    VisitOffer,
)
from bot.storage.tables import bookings, closures, counties, places, teams, visits

VISIT_COLUMNS = [
    visits.c.team_id,
    visits.c.region.label("visit_region"),
    visits.c.day,
    visits.c.half,
    visits.c.open,
    visits.c.kind.label("visit_kind"),
    visits.c.venue,
    visits.c.transport,
    visits.c.starts,
    visits.c.closed_because,
]
"""Of a visit beside another row; `visit_in` reads them."""

# --- counties


def county(connection: Connection, regions: Sequence[str]) -> County | None:
    """The row of the narrowest of those regions; None: none says how it does it."""
    rows = connection.execute(select(counties).where(counties.c.region.in_(regions))).all()
    found = max(rows, key=lambda row: len(row.region), default=None)
    return _county(found) if found else None


def all_counties(connection: Connection) -> list[County]:
    return [
        _county(row) for row in connection.execute(select(counties).order_by(counties.c.region))
    ]


def save_county(connection: Connection, one: County, now: datetime) -> None:
    told = {"mode": one.mode.value, "phone": one.phone, "note": one.note, "changed_at": now}
    changed = connection.execute(
        update(counties).where(counties.c.region == one.region).values(**told)
    )
    if not changed.rowcount:
        connection.execute(insert(counties).values(region=one.region, **told))


def _county(row: Any) -> County:
    return County(row.region, Mode(row.mode), row.phone, row.note)


# --- teams and visits


def add_team(connection: Connection, team: Team) -> int:
    """`team.id` is not looked at."""
    made = connection.execute(
        insert(teams).values(**_told_of(team)).returning(teams.c.id),
    )
    return int(made.scalar_one())


def save_team(connection: Connection, team: Team) -> None:
    connection.execute(update(teams).where(teams.c.id == team.id).values(**_told_of(team)))


def _told_of(team: Team) -> dict[str, Any]:
    latitude, longitude = team.starts_at or (None, None)
    return {
        "name": team.name,
        "region": team.region,
        "kinds": ",".join(sorted(team.kinds)),
        "half_days": ",".join(sorted(f"{day}-{half}" for day, half in team.half_days)),
        "places": team.places,
        "latitude": latitude,
        "longitude": longitude,
        "active": team.active,
    }


def all_teams(connection: Connection) -> list[Team]:
    return [_team(row) for row in connection.execute(select(teams).order_by(teams.c.id))]


def teams_reach(connection: Connection, regions: Sequence[str]) -> bool:
    """Does any team go there?"""
    wanted = select(teams.c.id).where(teams.c.region.in_(regions), teams.c.active).limit(1)
    return connection.execute(wanted).first() is not None


def team(connection: Connection, team_id: int) -> Team:
    return _team(connection.execute(select(teams).where(teams.c.id == team_id)).one())


def add_visit(connection: Connection, wanted: Visit, count: int) -> int:
    """A half-day with so many places; `wanted.id` is not looked at. None may be of that time."""
    made = connection.execute(
        insert(visits)
        .values(
            team_id=wanted.team_id,
            region=wanted.region,
            day=wanted.day,
            half=wanted.half.value,
            kind=wanted.kind.value,
            venue=wanted.venue,
            transport=wanted.transport,
            starts=wanted.starts,
        )
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


def closed_by(
    connection: Connection, regions: Sequence[str], team_id: int, day: date, half: Half
) -> str | None:
    """Why that half-day is closed for that team; None: it is not."""
    row = connection.execute(
        select(closures.c.reason)
        .where(
            closures.c.first_day <= day,
            closures.c.last_day >= day,
            closures.c.half.in_(("", half.value)),
            or_(
                closures.c.team_id == team_id,
                and_(closures.c.team_id.is_(None), closures.c.region.in_(regions)),
            ),
        )
        .limit(1)
    ).first()
    return row.reason if row else None


_HALF_ORDER = case((visits.c.half == Half.MORNING.value, 0), else_=1)
_FREE = (
    select(func.count())
    .select_from(places)
    .where(places.c.visit_id == visits.c.id, places.c.booking_id.is_(None))
    .scalar_subquery()
)
_ANY_FREE = (
    select(places.c.number)
    .where(places.c.visit_id == visits.c.id, places.c.booking_id.is_(None))
    .exists()
)


def offered(
    connection: Connection,
    regions: Sequence[str],
    kinds: Iterable[DisabilityKind],
    visit_kind: VisitKind,
    from_day: date,
    after: Visit | None,
    limit: int,
    half: Half | None = None,
) -> list[VisitOffer]:
    """Open visits with a free place, the nearest first; `after` one of them, for the next page.

    `kinds` must all be among the team's. Only free places are looked at, never bookings.
    """
    wanted: list[ColumnElement[bool]] = [
        visits.c.region.in_(regions),
        visits.c.open,
        visits.c.kind == visit_kind.value,
        visits.c.day >= from_day,
        _ANY_FREE,
    ]
    listed = literal(",") + teams.c.kinds + literal(",")
    wanted += [listed.contains(f",{kind.value},") for kind in sorted(kinds)]
    if half is not None:
        wanted.append(visits.c.half == half.value)
    if after is not None:
        at = 0 if after.half is Half.MORNING else 1
        wanted.append(
            tuple_(visits.c.day, _HALF_ORDER, visits.c.id)
            > tuple_(literal(after.day), literal(at), literal(after.id))
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


def any_free(connection: Connection, visit_id: int) -> bool:
    free = select(places.c.number).where(
        places.c.visit_id == visit_id, places.c.booking_id.is_(None)
    )
    return connection.execute(free.limit(1)).first() is not None


def free_where_waited(connection: Connection, from_day: date, limit: int) -> list[Visit]:
    """Open visits with a free place in regions in which somebody waits, the nearest first."""
    waited = (
        select(bookings.c.id)
        .where(
            bookings.c.state == BookingState.WAITING.value,
            bookings.c.kind == visits.c.kind,
            func.substr(bookings.c.region, 1, func.length(visits.c.region)) == visits.c.region,
        )
        .exists()
    )
    rows = connection.execute(
        select(visits)
        .where(visits.c.open, visits.c.day >= from_day, _ANY_FREE, waited)
        .order_by(visits.c.day, visits.c.id)
        .limit(limit)
    )
    return [_visit(row) for row in rows]


def holders(connection: Connection, visit_id: int) -> list[int]:
    """The bookings that have, or are offered, a place of that visit."""
    rows = connection.execute(
        select(places.c.booking_id)
        .where(places.c.visit_id == visit_id, places.c.booking_id.is_not(None))
        .order_by(places.c.number)
    )
    return [row[0] for row in rows]


def visit_in(row: Any) -> Visit | None:
    """Out of a row with VISIT_COLUMNS beside `visit_id`; None where it has none."""
    if row.visit_id is None:
        return None
    return Visit(
        id=row.visit_id,
        team_id=row.team_id,
        region=row.visit_region,
        day=row.day,
        half=Half(row.half),
        open=row.open,
        kind=VisitKind(row.visit_kind),
        venue=row.venue,
        transport=row.transport,
        starts=row.starts,
        closed_because=row.closed_because,
    )


def _team(row: Any) -> Team:
    half_days = (one.split("-", 1) for one in row.half_days.split(",") if one)
    starts_at = (row.latitude, row.longitude) if row.latitude is not None else None
    return Team(
        id=row.id,
        name=row.name,
        region=row.region,
        kinds=frozenset(DisabilityKind(kind) for kind in row.kinds.split(",") if kind),
        half_days=frozenset((int(day), Half(half)) for day, half in half_days),
        places=row.places,
        starts_at=starts_at,
        active=row.active,
    )


def _visit(row: Any) -> Visit:
    return Visit(
        id=row.id,
        team_id=row.team_id,
        region=row.region,
        day=row.day,
        half=Half(row.half),
        open=row.open,
        kind=VisitKind(row.kind),
        venue=row.venue,
        transport=row.transport,
        starts=row.starts,
        closed_because=row.closed_because,
    )
