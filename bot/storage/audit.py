"""The audit log: rows are added, never changed; each is chained to the one before.

Where it ends stands in a row of its own (`audit_head`): rows cut off the end are missed there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text, update

from bot.storage.tables import audit, audit_head, staff
from bot.storage.vault import vault_of

FETCHED = 1000
"""Rows read at once while the chain is walked."""
END = 1
"""The id of the only row of audit_head."""

TRIGGERS: dict[str, tuple[str, ...]] = {
    "sqlite": (
        "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$",
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()",
    ),
}
NO_TRIGGERS: dict[str, tuple[str, ...]] = {
    "sqlite": ("DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"),
    "postgresql": ("DROP TRIGGER audit_no_change ON audit", "DROP FUNCTION audit_append_only()"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One row as it is shown; `chain` names it outside, as an anchor."""

    id: int
    at: datetime
    staff_id: int | None
    name: str
    """Of the account; '' for none."""
    event: str
    subject: str
    success: bool
    detail: str
    chain: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are looked for; '' and None: any."""

    region: str
    """Entries of accounts under it; those of no account only for the whole province."""
    whole: bool
    """Also entries of no account."""
    name: str = ""
    event: str = ""
    """How it begins: 'ticket'."""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None
    failed: bool = False
    before: int | None = None
    """Only older ones than this id."""


def add(connection: Connection, row: dict[str, Any]) -> None:
    """One writer at a time: two rows may not follow the same one."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(4401)"))
    head = connection.execute(select(audit_head.c.rows, audit_head.c.chain)).one()
    row_id = _next_id(connection)
    chain = _chain(connection, head.chain, row_id, row)
    connection.execute(insert(audit).values(**row, id=row_id, chain=chain))
    connection.execute(
        update(audit_head).values(
            rows=head.rows + 1, chain=chain, seal=_seal(connection, head.rows + 1, chain)
        )
    )


def mark_end(connection: Connection) -> None:
    """Write down where the log ends now: once, when a database first gets its `audit_head`."""
    last = connection.execute(select(audit.c.chain).order_by(audit.c.id.desc()).limit(1)).scalar()
    rows = int(connection.execute(select(func.count()).select_from(audit)).scalar() or 0)
    chain = last or ""
    connection.execute(delete(audit_head))
    connection.execute(
        insert(audit_head).values(
            id=END, rows=rows, chain=chain, seal=_seal(connection, rows, chain)
        )
    )


def verify(connection: Connection) -> int | None:
    """The id of the first row that was changed or whose forerunner is gone; None: all is well.

    Rows that are missing at the end give the id after the last.
    """
    before, last_id, count, sealed_with_id = "", 0, 0, False
    try:
        for row in _walk(connection):
            fits = row.chain == _chain(connection, before, row.id, row._asdict())
            # Rows of before 0007 were chained without their id.
            if not fits and (
                sealed_with_id or row.chain != _first_chain(connection, before, row._asdict())
            ):
                return int(row.id)
            sealed_with_id = sealed_with_id or fits
            before, last_id, count = row.chain, int(row.id), count + 1
    except (ValueError, TypeError, AttributeError, LookupError):
        return last_id + 1  # a value that is not even of its kind any more
    return None if _ends_there(connection, count, before) else last_id + 1


def anchor(connection: Connection) -> tuple[int, str]:
    """The last row's id and chain, to be kept elsewhere; (0, '') for an empty log."""
    row = connection.execute(
        select(audit.c.id, audit.c.chain).order_by(audit.c.id.desc()).limit(1)
    ).first()
    return (int(row.id), str(row.chain)) if row else (0, "")


def stands(connection: Connection, row_id: int, chain: str) -> bool:
    """Is the row of an anchor still what it was?"""
    found = connection.execute(select(audit.c.chain).where(audit.c.id == row_id)).scalar()
    return bool(found == chain) if row_id else True


def entries(connection: Connection, wanted: Wanted, limit: int) -> list[Entry]:
    """Newest first."""
    rows = connection.execute(
        select(audit, staff.c.name)
        .join_from(audit, staff, staff.c.id == audit.c.staff_id, isouter=True)
        .where(*_conditions(wanted))
        .order_by(audit.c.id.desc())
        .limit(limit)
    )
    return [Entry(**{**row._asdict(), "name": row.name or ""}) for row in rows]


def _conditions(wanted: Wanted) -> list[Any]:
    inside = staff.c.region.startswith(wanted.region, autoescape=True)
    found: list[Any] = [] if wanted.whole else [inside]
    if wanted.name:
        found.append(staff.c.name == wanted.name)
    if wanted.event:
        found.append(audit.c.event.startswith(wanted.event, autoescape=True))
    if wanted.subject:
        found.append(audit.c.subject.contains(wanted.subject, autoescape=True))
    if wanted.since:
        found.append(audit.c.at >= wanted.since)
    if wanted.until:
        found.append(audit.c.at < wanted.until)
    if wanted.failed:
        found.append(audit.c.success.is_(False))
    if wanted.before is not None:
        found.append(audit.c.id < wanted.before)
    return found


def _walk(connection: Connection) -> Iterator[Any]:
    """Every row in the order of ids, a thousand at a time."""
    last = -1
    while True:
        rows = connection.execute(
            select(audit).where(audit.c.id > last).order_by(audit.c.id).limit(FETCHED)
        ).all()
        yield from rows
        if len(rows) < FETCHED:
            return
        last = rows[-1].id


def _next_id(connection: Connection) -> int:
    if connection.dialect.name == "postgresql":
        wanted = text("SELECT nextval(pg_get_serial_sequence('audit', 'id'))")
        return int(connection.execute(wanted).scalar_one())
    return int(connection.execute(select(func.max(audit.c.id))).scalar() or 0) + 1


def _ends_there(connection: Connection, count: int, chain: str) -> bool:
    head = connection.execute(select(audit_head)).all()
    if len(head) != 1:
        return False
    rows, end, seal = head[0].rows, head[0].chain, head[0].seal
    return (rows, end, seal) == (count, chain, _seal(connection, count, chain))


def _seal(connection: Connection, rows: int, chain: str) -> str:
    return vault_of(connection).finding("audit-head", str(rows), chain)


def _chain(connection: Connection, before: str, row_id: int, row: dict[str, Any]) -> str:
    staff_id = "" if row["staff_id"] is None else str(row["staff_id"])
    return vault_of(connection).finding(
        "audit-row", before, str(row_id), _microseconds(row["at"]), staff_id, *_told(row)
    )


def _first_chain(connection: Connection, before: str, row: dict[str, Any]) -> str:
    return vault_of(connection).finding(
        "audit", before, _microseconds(row["at"]), str(row["staff_id"] or 0), *_told(row)
    )


def _told(row: dict[str, Any]) -> tuple[str, ...]:
    return (row["event"], row["subject"], str(row["success"]), row["detail"])


def _microseconds(at: datetime) -> str:
    return str(int(at.timestamp() * 1_000_000))
