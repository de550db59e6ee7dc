"""Teams and their visits: rows to domain values and back. Places: places.py."""

from collections.abc import Iterable, Sequence
from datetime import date
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
from bot.domain.visits import Half, Team, Visit, VisitKind, VisitOffer
from bot.storage.tables import closures, places, teams, visits

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
    return visit_row(row) if row else None


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
ANY_FREE = (
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
    wanted = _to_come(regions, kinds, visit_kind, from_day)
    # Not `exists`: PostgreSQL would join that with the free places of the whole province.
    wanted.append(_FREE > 0)
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
    return [VisitOffer(visit_row(row), row.team, row.free) for row in rows]


def planned(
    connection: Connection,
    regions: Sequence[str],
    kinds: Iterable[DisabilityKind],
    visit_kind: VisitKind,
    from_day: date,
) -> bool:
    """Is there one to come, whether or not a place is free in it? As `offered` otherwise."""
    found = (
        select(visits.c.id)
        .join(teams, teams.c.id == visits.c.team_id)
        .where(*_to_come(regions, kinds, visit_kind, from_day))
        .limit(1)
    )
    return connection.execute(found).first() is not None


def _to_come(
    regions: Sequence[str],
    kinds: Iterable[DisabilityKind],
    visit_kind: VisitKind,
    from_day: date,
) -> list[ColumnElement[bool]]:
    """Open visits of teams that assess all those kinds."""
    listed = literal(",") + teams.c.kinds + literal(",")
    return [
        visits.c.region.in_(regions),
        visits.c.open,
        visits.c.kind == visit_kind.value,
        visits.c.day >= from_day,
        *(listed.contains(f",{kind.value},") for kind in sorted(kinds)),
    ]


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


def visit_row(row: Any) -> Visit:
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
