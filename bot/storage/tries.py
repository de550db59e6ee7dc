"""Wrong tries, counted in the database: a restart or another replica forgets none."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, text

from bot.storage.tables import tries


def add(connection: Connection, subject: str, now: datetime) -> None:
    """`subject` is 'status:conversation:17', 'sign-in:name': whose tries are counted."""
    connection.execute(insert(tries).values(subject=subject, at=now))


def latest(connection: Connection, subject: str, since: datetime, limit: int) -> list[datetime]:
    """The newest tries, newest first."""
    rows = connection.execute(
        select(tries.c.at)
        .where(tries.c.subject == subject, tries.c.at > since)
        .order_by(tries.c.at.desc())
        .limit(limit)
    )
    return [row.at for row in rows]


def one_at_a_time(connection: Connection, subject: str) -> None:
    """Until this transaction ends nobody else looks at these tries: SQLite writes one by one."""
    if connection.dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(4402, hashtext(:subject))")
        connection.execute(lock, {"subject": subject})


def forget(connection: Connection, before: datetime) -> None:
    """Older ones count for nothing."""
    connection.execute(delete(tries).where(tries.c.at < before))


def forget_all(connection: Connection, subject: str) -> None:
    """Of one subject: what they led to has happened."""
    connection.execute(delete(tries).where(tries.c.subject == subject))
