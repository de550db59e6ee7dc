"""Everything that is kept of one chat, found by the tables themselves (PIPL Art. 45).

A table that names a conversation is exported as it stands, a new column by itself; what is left out
is listed here with its reason.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, Table, select

from bot.i18n import Json
from bot.storage.rotation import SEALED
from bot.storage.tables import (
    application_links,
    application_stages,
    applications,
    conversations,
    metadata,
    ticket_messages,
    tickets,
)
from bot.storage.vault import vault_of

AS_LINES: Mapping[str, str] = {
    "inbox": "what was heard: the lines of the chat",
    "outbox": "what was said: the lines of the chat",
}
LEFT_OUT: Mapping[str, str] = {
    "private_links": "hashes of one-time links that open nothing any more",
    "application_news": "which message told of which move: the message is among the lines",
}
SECRETS: Mapping[str, str] = {
    "person_key": "a keyed hash by which one person is known again",
    "request_key": "a keyed hash by which one request is known again",
}
"""Columns that would let somebody guess what they are made of."""


def linked() -> list[Table]:
    """Tables whose rows belong to a chat, other than AS_LINES and LEFT_OUT."""
    return [
        table
        for table in metadata.sorted_tables
        if table.name not in (*AS_LINES, *LEFT_OUT)
        and any(key.column.table is conversations for key in table.foreign_keys)
    ]


def records(connection: Connection, conversation_id: int) -> dict[str, list[dict[str, Json]]]:
    """Table → its rows of this chat, in the clear."""
    found = {
        table.name: _rows(connection, table, table.c.conversation_id, [conversation_id])
        for table in linked()
    }
    found["conversations"] = _rows(connection, conversations, conversations.c.id, [conversation_id])
    mine = [row["id"] for row in found[tickets.name]]
    found[ticket_messages.name] = _rows(
        connection, ticket_messages, ticket_messages.c.ticket_id, mine
    )
    followed = [row["application_id"] for row in found[application_links.name]]
    found[applications.name] = [
        {name: row[name] for name in ("id", "number", "procedure", "way", "stage", "due")}
        for row in _rows(connection, applications, applications.c.id, followed)
    ]
    found[application_stages.name] = [
        {name: row[name] for name in ("application_id", "stage", "at")}
        for row in _rows(
            connection, application_stages, application_stages.c.application_id, followed
        )
        if not row["mistaken"]
    ]
    return found


def _rows(
    connection: Connection, table: Table, column: Column[Any], values: list[int]
) -> list[dict[str, Json]]:
    rows = connection.execute(
        select(table).where(column.in_(values)).order_by(*table.primary_key.columns)
    )
    return [_row(connection, table, row) for row in rows]


def _row(connection: Connection, table: Table, row: Any) -> dict[str, Json]:
    wheres = {column: where for of, column, where in SEALED if of is table}
    told: dict[str, Json] = {}
    for column in table.columns:
        name, value = column.name, getattr(row, column.name)
        if name in SECRETS:
            continue
        if isinstance(value, bytes):
            told[name] = _opened(connection, value, wheres[name](row))
        else:
            told[name] = value.isoformat() if hasattr(value, "isoformat") else value
    return told


def _opened(connection: Connection, sealed: bytes, where: str) -> Json:
    """JSON, or words as they are."""
    vault = vault_of(connection)
    try:
        return vault.open_json(sealed, where)
    except ValueError:
        return vault.open(sealed, where).decode(errors="replace")
