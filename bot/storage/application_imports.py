"""Imports of applications: the file, how far it is, whose turn it is. Rows: another module."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from bot.i18n import Text
from bot.storage.db import insert_unless_there
from bot.storage.tables import (
    application_import_faults,
    application_import_rows,
    application_imports,
    application_mappings,
)
from bot.storage.vault import vault_of

LISTED = 50


@dataclass(frozen=True, slots=True)
class Import:
    """One import, without its rows."""

    id: int
    staff_id: int
    region: str
    file_name: str
    columns: Sequence[str]
    mapping: Mapping[str, int]
    state: str
    done: int
    total: int
    counts: Mapping[str, int]
    fault: Text | None
    created_at: datetime
    changed_at: datetime


def _where(import_id: int) -> str:
    return f"application_imports.sealed:{import_id}"


def add(
    connection: Connection,
    staff_id: int,
    region: str,
    file_name: str,
    columns: Sequence[str],
    content: bytes,
    total: int,
    now: datetime,
) -> int:
    made = connection.execute(
        insert(application_imports)
        .values(
            staff_id=staff_id,
            region=region,
            file_name=file_name[:120],
            columns=json.dumps(list(columns), ensure_ascii=False),
            state="mapping",
            total=total,
            created_at=now,
            changed_at=now,
        )
        .returning(application_imports.c.id)
    )
    import_id = int(made.scalar_one())
    sealed = vault_of(connection).seal(content, _where(import_id))
    connection.execute(
        update(application_imports)
        .where(application_imports.c.id == import_id)
        .values(sealed=sealed)
    )
    return import_id


_LIGHT = [column for column in application_imports.c if column.name != "sealed"]


def by_id(connection: Connection, import_id: int, *, lock: bool = False) -> Import | None:
    query = select(*_LIGHT).where(application_imports.c.id == import_id)
    if lock:
        query = query.with_for_update()
    row = connection.execute(query).first()
    return _import(row) if row else None


def newest(connection: Connection, region: str) -> Sequence[Import]:
    rows = connection.execute(
        select(*_LIGHT)
        .where(application_imports.c.region.startswith(region))
        .order_by(application_imports.c.id.desc())
        .limit(LISTED)
    )
    return [_import(row) for row in rows]


def content(connection: Connection, import_id: int) -> bytes:
    sealed = connection.execute(
        select(application_imports.c.sealed).where(application_imports.c.id == import_id)
    ).scalar_one()
    return vault_of(connection).open(sealed, _where(import_id)) if sealed else b""


def save(connection: Connection, import_id: int, now: datetime, **values: Any) -> None:
    """Columns of the table; `mapping`, `counts` and `fault` as values, not as JSON."""
    for name in ("mapping", "counts"):
        if name in values:
            values[name] = json.dumps(values[name])
    if "fault" in values:
        values["fault"] = json.dumps(values["fault"].dump()) if values["fault"] else ""
    connection.execute(
        update(application_imports)
        .where(application_imports.c.id == import_id)
        .values(**values, changed_at=now)
    )


def forget_content(connection: Connection, import_id: int) -> None:
    connection.execute(
        update(application_imports).where(application_imports.c.id == import_id).values(sealed=None)
    )


# --- whose turn it is


WORKING = ("checking", "running", "undoing")


def claim(connection: Connection, owner: str, now: datetime, until: datetime) -> Import | None:
    """The oldest that has something to do and that nobody works at."""
    row = connection.execute(
        select(*_LIGHT)
        .where(
            application_imports.c.state.in_(WORKING),
            or_(
                application_imports.c.lease_until.is_(None),
                application_imports.c.lease_until <= now,
            ),
        )
        .order_by(application_imports.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return None
    connection.execute(
        update(application_imports)
        .where(application_imports.c.id == row.id)
        .values(lease_owner=owner, lease_until=until)
    )
    return _import(row)


def keep(connection: Connection, import_id: int, owner: str, until: datetime) -> bool:
    """Still ours? Then for longer."""
    kept = connection.execute(
        update(application_imports)
        .where(application_imports.c.id == import_id, application_imports.c.lease_owner == owner)
        .values(lease_until=until)
    )
    return kept.rowcount == 1


def let_go(connection: Connection, import_id: int) -> None:
    connection.execute(
        update(application_imports)
        .where(application_imports.c.id == import_id)
        .values(lease_owner=None, lease_until=None)
    )


def forget_rows(connection: Connection, before: datetime) -> None:
    """Of imports that ended so long ago: they can no longer be undone."""
    old = select(application_imports.c.id).where(
        application_imports.c.changed_at < before,
        application_imports.c.state.not_in(WORKING),
    )
    for table in (application_import_rows, application_import_faults):
        connection.execute(delete(table).where(table.c.import_id.in_(old)))
    connection.execute(
        update(application_imports).where(application_imports.c.id.in_(old)).values(sealed=None)
    )


# --- columns that were named before


def remember(connection: Connection, key: str, mapping: Mapping[str, int], now: datetime) -> None:
    values = {"mapping": json.dumps(dict(mapping)), "at": now}
    connection.execute(
        insert_unless_there(connection, application_mappings), {"key": key, **values}
    )
    connection.execute(
        update(application_mappings).where(application_mappings.c.key == key).values(**values)
    )


def remembered(connection: Connection, key: str) -> Mapping[str, int] | None:
    found = connection.execute(
        select(application_mappings.c.mapping).where(application_mappings.c.key == key)
    ).scalar()
    return json.loads(found) if found else None


def _import(row: Any) -> Import:
    return Import(
        id=row.id,
        staff_id=row.staff_id,
        region=row.region,
        file_name=row.file_name,
        columns=json.loads(row.columns),
        mapping=json.loads(row.mapping),
        state=row.state,
        done=row.done,
        total=row.total,
        counts=json.loads(row.counts),
        fault=Text.load(json.loads(row.fault)) if row.fault else None,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )
