"""Applications and the stages that they reached: rows to domain values and back. Many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.domain.application_rows import Clash, StoredRow
from bot.domain.applications import Application, Reached
from bot.domain.stages import Procedure, Stage, Way
from bot.storage.tables import application_stages, applications
from bot.storage.vault import vault_of

FEW = 500
"""Values in one IN list."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a proof is compared with."""

    id: int
    region: str
    proof: str
    code: str
    code_until: datetime | None


_OPENING = select(
    applications.c.id,
    applications.c.region,
    applications.c.proof,
    applications.c.code,
    applications.c.code_until,
).where(applications.c.number == bindparam("of"))


def opening(connection: Connection, number: str) -> Opening | None:
    """One look-up, the same for a number that exists and one that does not."""
    row = connection.execute(_OPENING, {"of": number}).first()
    return Opening(row.id, row.region, row.proof, row.code or "", row.code_until) if row else None


def by_number(connection: Connection, number: str) -> Application | None:
    row = connection.execute(select(applications).where(applications.c.number == number)).first()
    return _application(connection, row) if row else None


def by_id(connection: Connection, application_id: int) -> Application | None:
    row = connection.execute(
        select(applications).where(applications.c.id == application_id)
    ).first()
    return _application(connection, row) if row else None


def stored(
    connection: Connection, numbers: Sequence[str], outsides: Sequence[str] = (), *, lock: bool
) -> list[StoredRow]:
    """Those of these numbers; locked, so that nobody moves them before we commit."""
    found: dict[int, StoredRow] = {}
    for column, wanted in ((applications.c.number, numbers), (applications.c.outside, outsides)):
        for at in range(0, len(wanted), FEW):
            query = select(applications).where(column.in_(wanted[at : at + FEW]))
            if lock:
                query = query.order_by(applications.c.id).with_for_update()
            found.update({row.id: as_stored(connection, row) for row in connection.execute(query)})
    return list(found.values())


def add_all(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """New rows of the table, `told` (name, phone, missing) in the clear: number → id.

    Raises Clash, after which the transaction must be rolled back.
    """
    if not rows:
        return {}
    try:
        made = connection.execute(
            insert(applications).returning(applications.c.number, applications.c.id),
            [_sealed(connection, row) for row in rows],
        )
    except IntegrityError as error:
        raise Clash from error
    return {row.number: row.id for row in made}


_CHANGE = (
    update(applications)
    .where(applications.c.id == bindparam("of"))
    .values(
        stage=bindparam("to_stage"),
        region=bindparam("to_region"),
        outside=bindparam("to_outside"),
        name_key=bindparam("to_name_key"),
        phone_key=bindparam("to_phone_key"),
        sealed=bindparam("to_sealed"),
        changed_at=bindparam("to_changed_at"),
        due=bindparam("to_due"),
        source=bindparam("to_source"),
        version=bindparam("to_version"),
    )
)


def change_all(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Each row is written as it is to be; the caller has locked them."""
    if not rows:
        return
    fields = ("stage", "region", "outside", "name_key", "phone_key", "sealed", "changed_at",
              "due", "source", "version")  # fmt: skip
    sealed = [_sealed(connection, row) for row in rows]
    connection.execute(
        _CHANGE,
        [
            {"of": row["id"], **{f"to_{name}": one[name] for name in fields}}
            for row, one in zip(rows, sealed, strict=True)
        ],
    )


def reached(connection: Connection, entries: Sequence[tuple[int, Reached]]) -> None:
    """Into the histories: (application, entry)."""
    if entries:
        connection.execute(
            insert(application_stages),
            [
                {
                    "application_id": application_id,
                    "stage": one.stage.value,
                    "at": one.at,
                    "source": one.source,
                    "staff_id": one.staff_id,
                }
                for application_id, one in entries
            ],
        )


def replace_history(
    connection: Connection, application_id: int, entries: Sequence[Reached]
) -> None:
    connection.execute(
        delete(application_stages).where(application_stages.c.application_id == application_id)
    )
    reached(connection, [(application_id, one) for one in entries])


def call_mistaken(
    connection: Connection,
    application_id: int,
    *,
    source: str = "",
    after: Stage | None = None,
) -> None:
    """Entries of that source, or all after that stage was last reached, or the newest one."""
    rows = connection.execute(
        select(application_stages)
        .where(
            application_stages.c.application_id == application_id,
            application_stages.c.mistaken.is_(False),
        )
        .order_by(application_stages.c.id.desc())
    ).all()
    wrong = []
    for row in rows:
        if source:
            if row.source == source:
                wrong.append(row.id)
        elif row.stage == after:
            break
        else:
            wrong.append(row.id)
            if after is None:
                break
    for row_id in wrong:
        connection.execute(
            update(application_stages)
            .where(application_stages.c.id == row_id)
            .values(mistaken=True)
        )


def remove(connection: Connection, application_ids: Sequence[int]) -> None:
    for at in range(0, len(application_ids), FEW):
        few = application_ids[at : at + FEW]
        connection.execute(delete(applications).where(applications.c.id.in_(few)))


def set_code(connection: Connection, application_id: int, code: str, until: datetime) -> None:
    connection.execute(
        update(applications)
        .where(applications.c.id == application_id)
        .values(code=code, code_until=until)
    )


# --- rows and values


def _sealed(connection: Connection, row: Mapping[str, Any]) -> dict[str, Any]:
    where = f"applications.sealed:{row['number']}"
    kept = {name: value for name, value in row.items() if name != "told"}
    return {**kept, "sealed": vault_of(connection).seal_json(dict(row["told"]), where)}


def as_stored(connection: Connection, row: Any) -> StoredRow:
    told = vault_of(connection).open_json(row.sealed, f"applications.sealed:{row.number}")
    return StoredRow(
        id=row.id,
        number=row.number,
        outside=row.outside or "",
        procedure=Procedure(row.procedure),
        way=Way(row.way),
        region=row.region,
        stage=Stage(row.stage),
        proof=row.proof,
        changed_at=row.changed_at,
        version=row.version,
        name=told.get("name", ""),
        phone=told.get("phone", ""),
        missing=told.get("missing", ""),
        due=row.due,
        source=row.source,
    )


def _application(connection: Connection, row: Any) -> Application:
    history = connection.execute(
        select(application_stages)
        .where(application_stages.c.application_id == row.id)
        .order_by(application_stages.c.id)
    )
    one = as_stored(connection, row)
    return Application(
        id=one.id,
        number=one.number,
        procedure=one.procedure,
        way=one.way,
        region=one.region,
        stage=one.stage,
        reached=tuple(
            Reached(Stage(entry.stage), entry.at, entry.source, entry.staff_id, entry.mistaken)
            for entry in history
        ),
        due=one.due,
        name=one.name,
        phone=one.phone,
        missing=one.missing,
        outside=one.outside,
        source=one.source,
        version=one.version,
    )


def number_of(connection: Connection, application_id: int) -> str:
    """'' for one that is gone."""
    found = connection.execute(
        select(applications.c.number).where(applications.c.id == application_id)
    ).scalar()
    return str(found or "")
