"""Applications and the stages that they reached: rows to domain values and back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from bot.domain.applications import Application, Procedure, Stage
from bot.storage.tables import application_stages, applications
from bot.storage.vault import vault_of


def add(
    connection: Connection,
    number: str,
    proof: str,
    procedure: Procedure,
    region: str,
    name: str,
    reached: Sequence[tuple[Stage, datetime]],
) -> None:
    """`reached` is not empty; its last stage is where it stands."""
    sealed = vault_of(connection).seal_json({"name": name}, f"applications.sealed:{number}")
    stage, changed_at = reached[-1]
    made = connection.execute(
        insert(applications)
        .values(
            number=number,
            procedure=procedure.value,
            region=region,
            stage=stage.value,
            proof=proof,
            sealed=sealed,
            changed_at=changed_at,
        )
        .returning(applications.c.id)
    )
    application_id = made.scalar_one()
    connection.execute(
        insert(application_stages),
        [
            {"application_id": application_id, "stage": stage.value, "at": at}
            for stage, at in reached
        ],
    )


def by_number(connection: Connection, number: str) -> tuple[Application, str] | None:
    """The application and its proof."""
    row = connection.execute(select(applications).where(applications.c.number == number)).first()
    return (_application(connection, row), row.proof) if row else None


def by_id(connection: Connection, application_id: int) -> Application | None:
    row = connection.execute(
        select(applications).where(applications.c.id == application_id)
    ).first()
    return _application(connection, row) if row else None


def reach(connection: Connection, application: Application, stage: Stage, now: datetime) -> bool:
    """Only if it still stands where it was read."""
    moved = connection.execute(
        update(applications)
        .where(
            applications.c.id == application.id,
            applications.c.stage == application.stage.value,
        )
        .values(stage=stage.value, changed_at=now)
    )
    if moved.rowcount != 1:
        return False
    connection.execute(
        insert(application_stages).values(application_id=application.id, stage=stage.value, at=now)
    )
    return True


def _application(connection: Connection, row: Any) -> Application:
    stages = connection.execute(
        select(application_stages.c.stage, application_stages.c.at)
        .where(application_stages.c.application_id == row.id)
        .order_by(application_stages.c.id)
    )
    told = vault_of(connection).open_json(row.sealed, f"applications.sealed:{row.number}")
    return Application(
        id=row.id,
        number=row.number,
        procedure=Procedure(row.procedure),
        region=row.region,
        stage=Stage(row.stage),
        reached=tuple((Stage(one.stage), one.at) for one in stages),
        name=told["name"],
    )


def number_of(connection: Connection, application_id: int) -> str:
    """'' for one that is gone."""
    found = connection.execute(
        select(applications.c.number).where(applications.c.id == application_id)
    ).scalar()
    return str(found or "")
