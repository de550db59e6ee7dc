"""Accounts and sessions of staff; tries that are counted."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from bot.domain.staff import Member, Role
from bot.storage.tables import sessions, staff, tries


def add(connection: Connection, values: dict[str, Any]) -> int:
    made = connection.execute(insert(staff).values(**values).returning(staff.c.id))
    return int(made.scalar_one())


def by_name(connection: Connection, name: str) -> tuple[Member, str] | None:
    """The account and its password's hash."""
    row = connection.execute(select(staff).where(staff.c.name == name)).first()
    return (_member(row), row.password_hash) if row else None


def by_id(connection: Connection, staff_id: int) -> Member | None:
    row = connection.execute(select(staff).where(staff.c.id == staff_id)).first()
    return _member(row) if row else None


def everyone(connection: Connection) -> list[Member]:
    return [_member(row) for row in connection.execute(select(staff).order_by(staff.c.name))]


def change(connection: Connection, staff_id: int, **values: Any) -> None:
    connection.execute(update(staff).where(staff.c.id == staff_id).values(**values))


def open_session(
    connection: Connection, token_hash: str, staff_id: int, csrf: str, now: datetime
) -> None:
    connection.execute(
        insert(sessions).values(
            token_hash=token_hash, staff_id=staff_id, csrf=csrf, created_at=now, seen_at=now
        )
    )


def session(
    connection: Connection, token_hash: str, created_after: datetime, seen_after: datetime
) -> tuple[Member, str, datetime] | None:
    """The member, the CSRF token, and when it was last seen."""
    row = connection.execute(
        select(staff, sessions.c.csrf, sessions.c.seen_at)
        .join_from(sessions, staff, staff.c.id == sessions.c.staff_id)
        .where(
            sessions.c.token_hash == token_hash,
            sessions.c.created_at > created_after,
            sessions.c.seen_at > seen_after,
            staff.c.active,
        )
    ).first()
    return (_member(row), row.csrf, row.seen_at) if row else None


def seen(connection: Connection, token_hash: str, now: datetime) -> None:
    connection.execute(
        update(sessions).where(sessions.c.token_hash == token_hash).values(seen_at=now)
    )


def end_session(connection: Connection, token_hash: str) -> None:
    connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))


def end_sessions(connection: Connection, staff_id: int) -> None:
    connection.execute(delete(sessions).where(sessions.c.staff_id == staff_id))


def forget_tries(connection: Connection, subject: str) -> None:
    connection.execute(delete(tries).where(tries.c.subject == subject))


def _member(row: Any) -> Member:
    return Member(
        id=row.id,
        name=row.name,
        display_name=row.display_name,
        role=Role(row.role),
        region=row.region,
        language=row.language,
        must_change=row.must_change,
        active=row.active,
    )
