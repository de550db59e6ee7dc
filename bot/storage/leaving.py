"""What is left of somebody who leaves for good: what an open case needs, and no more."""

import secrets
from typing import Any

from sqlalchemy import Connection, delete, select, update

from bot.domain.tickets import OPEN_STATES
from bot.storage.tables import bookings, files, ticket_messages, tickets
from bot.storage.vault import vault_of

_NOT_PERSONAL = frozenset({"for_whom", "street", "call", "travel", "residence"})


def anonymise_what_is_over(connection: Connection, conversation_id: int) -> None:
    """Letters that were dealt with lose their words, bookings that are over their person."""
    _letters(connection, conversation_id)
    _bookings(connection, conversation_id)


def _letters(connection: Connection, conversation_id: int) -> None:
    over = select(tickets.c.id).where(
        tickets.c.conversation_id == conversation_id, tickets.c.state.not_in(OPEN_STATES)
    )
    rows = connection.execute(
        select(ticket_messages.c.id, ticket_messages.c.uid, ticket_messages.c.file).where(
            ticket_messages.c.ticket_id.in_(over)
        )
    ).all()
    vault = vault_of(connection)
    for row in rows:
        nothing = vault.seal(b"", f"ticket_messages.sealed:{row.uid}")
        connection.execute(
            update(ticket_messages)
            .where(ticket_messages.c.id == row.id)
            .values(sealed=nothing, file=None)
        )
    kept = [row.file for row in rows if row.file]
    if kept:
        still_used = select(ticket_messages.c.file).where(ticket_messages.c.file.in_(kept))
        connection.execute(
            delete(files).where(files.c.reference.in_(kept), files.c.reference.not_in(still_used))
        )


def _bookings(connection: Connection, conversation_id: int) -> None:
    rows = connection.execute(
        select(bookings.c.id, bookings.c.number, bookings.c.sealed).where(
            bookings.c.conversation_id == conversation_id,
            bookings.c.state.in_(("done", "cancelled")),
        )
    ).all()
    vault = vault_of(connection)
    for row in rows:
        where = f"bookings.sealed:{row.number}"
        told: dict[str, Any] = vault.open_json(row.sealed, where)
        for name, value in told.items():
            if name in _NOT_PERSONAL:
                continue
            if isinstance(value, str):
                told[name] = ""
            elif isinstance(value, list):
                told[name] = []
        connection.execute(
            update(bookings)
            .where(bookings.c.id == row.id)
            .values(sealed=vault.seal_json(told, where), person_key=secrets.token_hex(32))
        )
