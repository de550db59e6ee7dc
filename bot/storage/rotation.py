"""Sealing everything anew with the first key of the ring.

In small batches, so that it may stop at any moment and go on later; every old key keeps
opening until the last row is done.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Table, select, update

from bot.storage.db import Database
from bot.storage.tables import (
    applications,
    bookings,
    conversations,
    files,
    inbox,
    open_questions,
    outbox,
    staff,
    ticket_desks,
    ticket_messages,
)
from bot.storage.vault import vault_of

BATCH = 200

_Where = Callable[[Any], str]
SEALED: tuple[tuple[Table, str, _Where], ...] = (
    (
        conversations,
        "sealed",
        lambda row: f"conversations.sealed:{row.channel}:{row.user_id}",
    ),
    (inbox, "sealed", lambda row: f"inbox.sealed:{row.channel}:{row.event_id}"),
    (outbox, "sealed", lambda row: f"outbox.sealed:{row.uid}"),
    (files, "sealed", lambda row: f"files.sealed:{row.reference}"),
    (files, "sealed_name", lambda row: f"files.sealed_name:{row.reference}"),
    (ticket_messages, "sealed", lambda row: f"ticket_messages.sealed:{row.uid}"),
    (ticket_desks, "sealed", lambda row: f"ticket_desks.sealed:{row.uid}"),
    (bookings, "sealed", lambda row: f"bookings.sealed:{row.number}"),
    (open_questions, "sealed", lambda row: f"open_questions.sealed:{row.key}"),
    (applications, "sealed", lambda row: f"applications.sealed:{row.number}"),
    (staff, "sealed_totp", lambda row: f"staff.sealed_totp:{row.id}"),
)
"""Every sealed column, and what each of its fields is bound to."""


def rotate(database: Database) -> int:
    """How many fields were sealed anew."""
    changed = 0
    for table, column, where in SEALED:
        key = next(iter(table.primary_key.columns))
        last: Any = None
        while True:
            batch = database.write_now(
                lambda connection, last=last: _batch(connection, table, column, where, key, last)  # type: ignore[misc]  # noqa: B023
            )
            if batch is None:
                break
            last, count = batch
            changed += count
    return changed


def _batch(
    connection: Connection, table: Table, column: str, where: _Where, key: Any, last: Any
) -> tuple[Any, int] | None:
    """The next rows after `last`, by primary key; None: there are no more."""
    wanted = select(table).order_by(key).limit(BATCH)
    if last is not None:
        wanted = wanted.where(key > last)
    rows = connection.execute(wanted.with_for_update()).all()
    if not rows:
        return None
    vault = vault_of(connection)
    count = 0
    for row in rows:
        sealed = getattr(row, column)
        if sealed is None or vault.is_current(sealed):
            continue
        bound = where(row)
        anew = vault.seal(vault.open(sealed, bound), bound)
        connection.execute(
            update(table).where(key == getattr(row, key.name)).values({column: anew})
        )
        count += 1
    return getattr(rows[-1], key.name), count
