"""Sessions, browsers that are known, and the second step: rows to values and back."""

from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from bot.domain.staff import OpenSession, Session
from bot.storage.staff import member_of
from bot.storage.tables import devices, recovery_codes, sessions, staff
from bot.storage.vault import vault_of

HANDLE = 16
"""Characters of a token's hash that name a session in a form: nobody signs in with a hash."""


# --- sessions


def open_session(
    connection: Connection,
    token_hash: str,
    staff_id: int,
    csrf: str,
    now: datetime,
    *,
    complete: bool,
    agent: str,
) -> None:
    connection.execute(
        insert(sessions).values(
            token_hash=token_hash,
            staff_id=staff_id,
            csrf=csrf,
            created_at=now,
            seen_at=now,
            complete=complete,
            agent=agent,
        )
    )


def session(
    connection: Connection,
    token_hash: str,
    created_after: datetime,
    seen_after: datetime,
    halfway_after: datetime,
) -> Session | None:
    """None: unknown, too old, or idle for too long."""
    row = connection.execute(
        select(
            staff,
            sessions.c.csrf,
            sessions.c.complete,
            sessions.c.created_at,
            sessions.c.seen_at,
        )
        .join_from(sessions, staff, staff.c.id == sessions.c.staff_id)
        .where(
            sessions.c.token_hash == token_hash,
            sessions.c.created_at > created_after,
            sessions.c.seen_at > seen_after,
            or_(sessions.c.complete, sessions.c.created_at > halfway_after),
            staff.c.active,
        )
    ).first()
    if row is None:
        return None
    return Session(member_of(row), row.csrf, row.complete, row.created_at, row.seen_at)


def seen(connection: Connection, token_hash: str, now: datetime) -> None:
    connection.execute(
        update(sessions).where(sessions.c.token_hash == token_hash).values(seen_at=now)
    )


def open_sessions(
    connection: Connection, staff_id: int, created_after: datetime, seen_after: datetime
) -> list[OpenSession]:
    """The newest first."""
    rows = connection.execute(
        select(sessions)
        .where(
            sessions.c.staff_id == staff_id,
            sessions.c.created_at > created_after,
            sessions.c.seen_at > seen_after,
            sessions.c.complete,
        )
        .order_by(sessions.c.created_at.desc())
    )
    return [
        OpenSession(row.token_hash[:HANDLE], row.agent, row.created_at, row.seen_at) for row in rows
    ]


def end_session(connection: Connection, token_hash: str) -> None:
    connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))


def end_one(connection: Connection, staff_id: int, handle: str) -> bool:
    """False: that member has no such session."""
    ended = connection.execute(
        delete(sessions).where(
            sessions.c.staff_id == staff_id,
            func.substr(sessions.c.token_hash, 1, HANDLE) == handle,
        )
    )
    return ended.rowcount > 0


def end_sessions(connection: Connection, staff_id: int, but: str = "") -> None:
    """All of a member, except the one whose token has this hash."""
    connection.execute(
        delete(sessions).where(sessions.c.staff_id == staff_id, sessions.c.token_hash != but)
    )


def forget_old(connection: Connection, sessions_before: datetime, devices_before: datetime) -> None:
    """What nobody can use any more."""
    connection.execute(delete(sessions).where(sessions.c.created_at < sessions_before))
    connection.execute(delete(devices).where(devices.c.seen_at < devices_before))


# --- browsers


def is_known(connection: Connection, token_hash: str, staff_id: int, after: datetime) -> bool:
    """Has this member signed in at the browser with this cookie?"""
    found = connection.execute(
        select(devices.c.staff_id).where(
            devices.c.token_hash == token_hash,
            devices.c.staff_id == staff_id,
            devices.c.seen_at > after,
        )
    ).first()
    return found is not None


def know(connection: Connection, token_hash: str, staff_id: int, now: datetime) -> None:
    mine = (devices.c.token_hash == token_hash, devices.c.staff_id == staff_id)
    if connection.execute(update(devices).where(*mine).values(seen_at=now)).rowcount == 0:
        connection.execute(
            insert(devices).values(token_hash=token_hash, staff_id=staff_id, seen_at=now)
        )


def forget_devices(connection: Connection, staff_id: int) -> None:
    connection.execute(delete(devices).where(devices.c.staff_id == staff_id))


# --- the second step


def secret(connection: Connection, staff_id: int) -> str:
    """In base 32; '' for none."""
    sealed = connection.execute(select(staff.c.sealed_totp).where(staff.c.id == staff_id)).scalar()
    if sealed is None:
        return ""
    return vault_of(connection).open(sealed, f"staff.sealed_totp:{staff_id}").decode()


def set_secret(connection: Connection, staff_id: int, new: str | None) -> None:
    """Not in force yet; None takes it away."""
    sealed = new and vault_of(connection).seal(new.encode(), f"staff.sealed_totp:{staff_id}")
    connection.execute(
        update(staff)
        .where(staff.c.id == staff_id)
        .values(sealed_totp=sealed, totp_on=False, totp_step=None)
    )


def turn_on(connection: Connection, staff_id: int) -> None:
    connection.execute(update(staff).where(staff.c.id == staff_id).values(totp_on=True))


def use_step(connection: Connection, staff_id: int, step: int) -> bool:
    """False: the code of that half-minute, or a later one, was used already."""
    used = connection.execute(
        update(staff)
        .where(staff.c.id == staff_id, or_(staff.c.totp_step.is_(None), staff.c.totp_step < step))
        .values(totp_step=step)
    )
    return used.rowcount == 1


def set_recovery_codes(connection: Connection, staff_id: int, codes: list[str]) -> None:
    """The old ones go."""
    connection.execute(delete(recovery_codes).where(recovery_codes.c.staff_id == staff_id))
    for code in codes:
        connection.execute(
            insert(recovery_codes).values(hash=_hash(connection, staff_id, code), staff_id=staff_id)
        )


def use_recovery_code(connection: Connection, staff_id: int, code: str) -> bool:
    """False: it is none, or was used."""
    used = connection.execute(
        delete(recovery_codes).where(
            recovery_codes.c.staff_id == staff_id,
            recovery_codes.c.hash == _hash(connection, staff_id, code),
        )
    )
    return used.rowcount == 1


def recovery_codes_left(connection: Connection, staff_id: int) -> int:
    found = connection.execute(
        select(func.count())
        .select_from(recovery_codes)
        .where(recovery_codes.c.staff_id == staff_id)
    ).scalar()
    return int(found or 0)


def _hash(connection: Connection, staff_id: int, code: str) -> str:
    return vault_of(connection).finding("recovery", str(staff_id), code)
