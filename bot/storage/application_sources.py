"""Systems that send us events, what they sent, and how far we have read one ourselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_, select, update

from bot.storage.db import insert_unless_there
from bot.storage.tables import application_events, application_pulls, application_systems

PULL = "pull"
"""The name of the one source that we read."""


@dataclass(frozen=True, slots=True)
class System:
    id: int
    name: str
    region: str
    made_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Kept:
    """The answer to an event that came before."""

    body_hash: str
    status: int
    answer: str


@dataclass(frozen=True, slots=True)
class PullState:
    cursor: str
    next_at: datetime | None
    failures: int
    ok_at: datetime | None
    trouble: str
    refused: int


def add_system(
    connection: Connection,
    name: str,
    token_hash: str,
    region: str,
    made_by: int | None,
    now: datetime,
) -> bool:
    """False: there is one of that name."""
    made = connection.execute(
        insert_unless_there(connection, application_systems, application_systems.c.id),
        {
            "name": name,
            "token_hash": token_hash,
            "region": region,
            "made_by": made_by,
            "made_at": now,
        },
    )
    return made.first() is not None


def systems(connection: Connection) -> Sequence[System]:
    rows = connection.execute(select(application_systems).order_by(application_systems.c.id))
    return [
        System(row.id, row.name, row.region, row.made_at, row.revoked_at, row.used_at)
        for row in rows
    ]


def system_of(connection: Connection, token_hash: str) -> System | None:
    """None also for a token that was revoked."""
    row = connection.execute(
        select(application_systems).where(
            application_systems.c.token_hash == token_hash,
            application_systems.c.revoked_at.is_(None),
        )
    ).first()
    if row is None:
        return None
    return System(row.id, row.name, row.region, row.made_at, None, row.used_at)


def note_use(connection: Connection, system_id: int, now: datetime) -> None:
    connection.execute(
        update(application_systems).where(application_systems.c.id == system_id).values(used_at=now)
    )


def revoke(connection: Connection, name: str, now: datetime) -> bool:
    done = connection.execute(
        update(application_systems)
        .where(application_systems.c.name == name, application_systems.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return done.rowcount == 1


# --- events, each once


def begin_event(
    connection: Connection, system_id: int, key: str, body_hash: str, now: datetime
) -> Kept | None:
    """None: it is new, and ours to do; another who sends the same waits till we commit."""
    begun = connection.execute(
        insert_unless_there(connection, application_events, application_events.c.id),
        {
            "system_id": system_id,
            "key": key,
            "body_hash": body_hash,
            "status": 0,
            "answer": "",
            "at": now,
        },
    )
    if begun.first() is not None:
        return None
    row = connection.execute(
        select(application_events).where(
            application_events.c.system_id == system_id, application_events.c.key == key
        )
    ).one()
    return Kept(row.body_hash, row.status, row.answer)


def end_event(connection: Connection, system_id: int, key: str, status: int, answer: str) -> None:
    connection.execute(
        update(application_events)
        .where(application_events.c.system_id == system_id, application_events.c.key == key)
        .values(status=status, answer=answer)
    )


def forget_events(connection: Connection, before: datetime) -> None:
    connection.execute(delete(application_events).where(application_events.c.at < before))


# --- reading a source ourselves


def pull_state(connection: Connection) -> PullState | None:
    """None: nothing was ever read."""
    row = connection.execute(
        select(application_pulls).where(application_pulls.c.name == PULL)
    ).first()
    if row is None:
        return None
    return PullState(row.cursor, row.next_at, row.failures, row.ok_at, row.trouble, row.refused)


def claim_pull(
    connection: Connection, owner: str, now: datetime, lease: timedelta
) -> PullState | None:
    """It is time, and nobody else reads: then it is ours until the lease ends."""
    connection.execute(insert_unless_there(connection, application_pulls), {"name": PULL})
    claimed = connection.execute(
        update(application_pulls)
        .where(
            application_pulls.c.name == PULL,
            or_(application_pulls.c.next_at.is_(None), application_pulls.c.next_at <= now),
            or_(
                application_pulls.c.lease_until.is_(None),
                application_pulls.c.lease_until <= now,
                application_pulls.c.lease_owner == owner,
            ),
        )
        .values(lease_owner=owner, lease_until=now + lease)
    )
    return pull_state(connection) if claimed.rowcount == 1 else None


def keep_pull(connection: Connection, owner: str, until: datetime) -> bool:
    """Still ours? Then for longer."""
    kept = connection.execute(
        update(application_pulls)
        .where(application_pulls.c.name == PULL, application_pulls.c.lease_owner == owner)
        .values(lease_until=until)
    )
    return kept.rowcount == 1


def end_pull(
    connection: Connection, owner: str, cursor: str, refused: int, now: datetime, next_at: datetime
) -> None:
    connection.execute(
        update(application_pulls)
        .where(application_pulls.c.name == PULL, application_pulls.c.lease_owner == owner)
        .values(
            cursor=cursor,
            refused=refused,
            failures=0,
            trouble="",
            ok_at=now,
            next_at=next_at,
            lease_owner=None,
            lease_until=None,
        )
    )


def fail_pull(connection: Connection, owner: str, trouble: str, next_at: datetime) -> None:
    connection.execute(
        update(application_pulls)
        .where(application_pulls.c.name == PULL, application_pulls.c.lease_owner == owner)
        .values(
            trouble=trouble[:200],
            failures=application_pulls.c.failures + 1,
            next_at=next_at,
            lease_owner=None,
            lease_until=None,
        )
    )
