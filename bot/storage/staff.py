"""Accounts of staff; tries that are counted."""

from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from bot.domain.staff import Member, Role
from bot.storage.tables import staff, tries


def add(connection: Connection, values: dict[str, Any]) -> int:
    made = connection.execute(insert(staff).values(**values).returning(staff.c.id))
    return int(made.scalar_one())


def by_name(connection: Connection, name: str) -> tuple[Member, str] | None:
    """The account and its password's hash."""
    row = connection.execute(select(staff).where(staff.c.name == name)).first()
    return (member_of(row), row.password_hash) if row else None


def by_id(connection: Connection, staff_id: int) -> Member | None:
    row = connection.execute(select(staff).where(staff.c.id == staff_id)).first()
    return member_of(row) if row else None


def everyone(connection: Connection) -> list[Member]:
    return [member_of(row) for row in connection.execute(select(staff).order_by(staff.c.name))]


def under(connection: Connection, region: str) -> list[Member]:
    """All accounts of a region, by their names."""
    rows = connection.execute(
        select(staff)
        .where(staff.c.region.startswith(region, autoescape=True))
        .order_by(staff.c.active.desc(), staff.c.name)
    )
    return [member_of(row) for row in rows]


def change(connection: Connection, staff_id: int, **values: Any) -> None:
    connection.execute(update(staff).where(staff.c.id == staff_id).values(**values))


def forget_tries(connection: Connection, subject: str) -> None:
    connection.execute(delete(tries).where(tries.c.subject == subject))


def member_of(row: Any) -> Member:
    """A row with the columns of `staff`."""
    return Member(
        id=row.id,
        name=row.name,
        display_name=row.display_name,
        role=Role(row.role),
        region=row.region,
        language=row.language,
        must_change=row.must_change,
        active=row.active,
        second_step=row.totp_on,
        keys=row.keys_on,
        away_from=row.away_from,
        away_until=row.away_until,
    )
