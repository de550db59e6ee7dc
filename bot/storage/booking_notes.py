"""What was added to bookings, what changed in them, and what came of the visits."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from bot.domain.bookings import Note, VisitOutcome
from bot.storage.db import insert_unless_there
from bot.storage.tables import booking_changes, booking_notes, outcomes
from bot.storage.vault import vault_of


def add(connection: Connection, booking_id: int, note: Note) -> None:
    uid = secrets.token_hex(12)
    connection.execute(
        insert(booking_notes).values(
            booking_id=booking_id,
            uid=uid,
            what=note.what,
            who=note.who,
            staff_id=note.staff_id,
            sealed=vault_of(connection).seal(note.words.encode(), f"booking_notes.sealed:{uid}"),
            at=note.at,
        )
    )


def of(connection: Connection, booking_id: int) -> list[Note]:
    """Oldest first."""
    vault = vault_of(connection)
    rows = connection.execute(
        select(booking_notes)
        .where(booking_notes.c.booking_id == booking_id)
        .order_by(booking_notes.c.id)
    )
    return [
        Note(
            what=row.what,
            who=row.who,
            words=vault.open(row.sealed, f"booking_notes.sealed:{row.uid}").decode(),
            at=row.at,
            staff_id=row.staff_id,
        )
        for row in rows
    ]


def changed(
    connection: Connection,
    booking_id: int,
    what: str,
    now: datetime,
    *,
    from_visit: int | None = None,
    to_visit: int | None = None,
    reason: str = "",
    staff_id: int | None = None,
) -> None:
    """One line of a booking's history; `reason` as the person was told."""
    uid = secrets.token_hex(12)
    sealed = None
    if reason:
        sealed = vault_of(connection).seal(reason.encode(), f"booking_changes.sealed:{uid}")
    connection.execute(
        insert(booking_changes).values(
            booking_id=booking_id,
            uid=uid,
            what=what,
            from_visit_id=from_visit,
            to_visit_id=to_visit,
            sealed=sealed,
            staff_id=staff_id,
            at=now,
        )
    )


def history(connection: Connection, booking_id: int) -> list[Any]:
    """Rows with what, from_visit_id, to_visit_id, reason, staff_id, at; oldest first."""
    vault = vault_of(connection)
    rows = connection.execute(
        select(booking_changes)
        .where(booking_changes.c.booking_id == booking_id)
        .order_by(booking_changes.c.id)
    ).mappings()
    return [
        {
            **row,
            "reason": vault.open(row["sealed"], f"booking_changes.sealed:{row['uid']}").decode()
            if row["sealed"]
            else "",
        }
        for row in rows
    ]


def add_outcome(
    connection: Connection,
    booking_id: int,
    visit_id: int,
    outcome: VisitOutcome,
    staff_id: int,
    now: datetime,
    words: str = "",
) -> bool:
    """False: this person's visit has its outcome already."""
    uid = secrets.token_hex(12)
    sealed = None
    if words:
        sealed = vault_of(connection).seal(words.encode(), f"outcomes.sealed:{uid}")
    made = connection.execute(
        insert_unless_there(connection, outcomes, outcomes.c.id),
        {
            "booking_id": booking_id,
            "visit_id": visit_id,
            "outcome": outcome.value,
            "uid": uid,
            "sealed": sealed,
            "staff_id": staff_id,
            "at": now,
        },
    )
    return made.scalar() is not None


def outcome_of(connection: Connection, booking_id: int, visit_id: int) -> VisitOutcome | None:
    row = connection.execute(
        select(outcomes.c.outcome).where(
            outcomes.c.booking_id == booking_id, outcomes.c.visit_id == visit_id
        )
    ).first()
    return VisitOutcome(row.outcome) if row else None
