"""The audit log: rows are added, never changed; each is chained to the one before."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, text

from bot.storage.tables import audit
from bot.storage.vault import vault_of

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


def add(connection: Connection, row: dict[str, Any]) -> None:
    """One writer at a time: two rows may not follow the same one."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(4401)"))
    before = connection.execute(select(audit.c.chain).order_by(audit.c.id.desc()).limit(1)).scalar()
    connection.execute(insert(audit).values(**row, chain=_chain(connection, before, row)))


def verify(connection: Connection) -> int | None:
    """The id of the first row that was changed or whose forerunner is gone; None: all is well."""
    before: str | None = None
    for found in connection.execute(select(audit).order_by(audit.c.id)):
        row = found._asdict()
        chain, row_id = row.pop("chain"), row.pop("id")
        if _chain(connection, before, row) != chain:
            return int(row_id)
        before = chain
    return None


def _chain(connection: Connection, before: str | None, row: dict[str, Any]) -> str:
    at: datetime = row["at"]
    parts = (
        before or "",
        str(int(at.timestamp() * 1_000_000)),
        str(row["staff_id"] or 0),
        row["event"],
        row["subject"],
        str(row["success"]),
        row["detail"],
    )
    return vault_of(connection).finding("audit", *parts)
