"""The rows of an import: what each would do and did, and what was wrong with it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from bot.i18n import Json, Text
from bot.storage.tables import application_import_faults, application_import_rows, applications
from bot.storage.vault import vault_of


@dataclass(frozen=True, slots=True)
class ImportRow:
    """What one row does; `values` are its fields in the clear, `before` what stood there."""

    id: int
    line: int
    action: str
    number: str
    values: Mapping[str, Json]
    before: Mapping[str, Json] | None
    version: int


@dataclass(frozen=True, slots=True)
class Fault:
    line: int
    words: Text


def _row_where(import_id: int, number: str) -> str:
    return f"application_import_rows.sealed:{import_id}:{number}"


def clear(connection: Connection, import_id: int) -> None:
    for table in (application_import_rows, application_import_faults):
        connection.execute(delete(table).where(table.c.import_id == import_id))


def numbers_there(connection: Connection, import_id: int, numbers: Sequence[str]) -> set[str]:
    """Which of these numbers this import has already."""
    rows = connection.execute(
        select(application_import_rows.c.number).where(
            application_import_rows.c.import_id == import_id,
            application_import_rows.c.number.in_(numbers),
        )
    )
    return {row.number for row in rows}


def add_rows(connection: Connection, import_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Each with line, action, number, version, values, before."""
    if not rows:
        return
    vault = vault_of(connection)
    connection.execute(
        insert(application_import_rows),
        [
            {
                "import_id": import_id,
                "line": row["line"],
                "action": row["action"],
                "number": row["number"],
                "version": row["version"],
                "sealed": vault.seal_json(
                    {"values": row["values"], "before": row["before"]},
                    _row_where(import_id, row["number"]),
                ),
            }
            for row in rows
        ],
    )


def add_faults(connection: Connection, import_id: int, faults: Sequence[Fault]) -> None:
    if faults:
        connection.execute(
            insert(application_import_faults),
            [
                {"import_id": import_id, "line": one.line, "words": json.dumps(one.words.dump())}
                for one in faults
            ],
        )


def faults(connection: Connection, import_id: int, limit: int) -> Sequence[Fault]:
    rows = connection.execute(
        select(application_import_faults)
        .where(application_import_faults.c.import_id == import_id)
        .order_by(application_import_faults.c.line, application_import_faults.c.id)
        .limit(limit)
    )
    return [Fault(row.line, Text.load(json.loads(row.words))) for row in rows]


def count_faults(connection: Connection, import_id: int) -> int:
    return int(
        connection.execute(
            select(func.count()).where(application_import_faults.c.import_id == import_id)
        ).scalar_one()
    )


def rows(
    connection: Connection,
    import_id: int,
    limit: int,
    *,
    state: str = "",
    actions: Sequence[str] = (),
) -> list[ImportRow]:
    """The first of them, in the order of the file."""
    query = select(application_import_rows).where(application_import_rows.c.import_id == import_id)
    if state:
        query = query.where(application_import_rows.c.state == state)
    if actions:
        query = query.where(application_import_rows.c.action.in_(actions))
    vault = vault_of(connection)
    found = []
    for row in connection.execute(query.order_by(application_import_rows.c.id).limit(limit)):
        told = vault.open_json(row.sealed, _row_where(import_id, row.number))
        found.append(
            ImportRow(
                row.id,
                row.line,
                row.action,
                row.number,
                told["values"],
                told["before"],
                row.version,
            )
        )
    return found


_MARK = (
    update(application_import_rows)
    .where(application_import_rows.c.id == bindparam("of"))
    .values(state=bindparam("to_state"), version=bindparam("to_version"))
)


def mark(connection: Connection, marked: Sequence[tuple[int, str, int]]) -> None:
    """(row, state, version of the application)."""
    if marked:
        connection.execute(
            _MARK,
            [{"of": row, "to_state": state, "to_version": one} for row, state, one in marked],
        )


def changed_since(connection: Connection, import_id: int, limit: int) -> Sequence[str]:
    """Numbers of applications that somebody changed after this import."""
    rows = connection.execute(
        select(application_import_rows.c.number)
        .join(applications, applications.c.number == application_import_rows.c.number, isouter=True)
        .where(
            application_import_rows.c.import_id == import_id,
            application_import_rows.c.state == "applied",
            or_(
                applications.c.version.is_(None),
                applications.c.version != application_import_rows.c.version,
            ),
        )
        .limit(limit)
    )
    return [row.number for row in rows]
