"""Outbox rows of channels that send all that waits for a chat together, and in parts (WeChat)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from bot.messages import Reply
from bot.storage.leases import OutgoingRow, leased
from bot.storage.messages import LEASE, in_turn, is_open
from bot.storage.tables import outbox
from bot.storage.tables.base import is_one_of
from bot.storage.vault import vault_of


def lease_chat(
    connection: Connection, conversation_id: int, owner: str, now: datetime
) -> list[OutgoingRow]:
    """All that waits for one chat, in its order, also what waited out a pause.

    None of it while somebody is sending to that chat. The caller has locked the conversation.
    """
    open_rows = (
        select(outbox.c.id, outbox.c.state, outbox.c.lease_until)
        .where(
            outbox.c.conversation_id == conversation_id,
            is_open(outbox.c),
            in_turn(outbox.c, now),
        )
        .order_by(outbox.c.id)
        .with_for_update()
    )
    rows = connection.execute(open_rows).all()
    if any(row.state == "sending" and row.lease_until >= now for row in rows):
        return []
    return leased(connection, [row.id for row in rows], owner, now)


def note_parts(connection: Connection, uid: str, parts: int, external: str, now: datetime) -> None:
    """So many messages of it went out, the last under that id; the rest did not yet.

    The lease of what is still being sent starts anew.
    """
    connection.execute(
        update(outbox)
        .where(outbox.c.uid == uid)
        .values(parts=parts, external_id=external[:80], lease_until=now + LEASE)
    )


def went_out(connection: Connection, conversation_id: int, mark: str) -> bool:
    """Did anything go out under an id that ends with this?"""
    found = connection.execute(
        select(outbox.c.id)
        .where(
            outbox.c.conversation_id == conversation_id,
            outbox.c.external_id.endswith(f":{mark}", autoescape=True),
        )
        .limit(1)
    ).first()
    return found is not None


def sent_under(connection: Connection, conversation_id: int, mark: str) -> list[Any]:
    """(reply, language, the channel's id) of what went out under an id that ends with this."""
    rows = connection.execute(
        select(outbox.c.uid, outbox.c.sealed, outbox.c.language, outbox.c.external_id)
        .where(
            outbox.c.conversation_id == conversation_id,
            outbox.c.external_id.endswith(f":{mark}", autoescape=True),
        )
        .order_by(outbox.c.id)
    )
    vault = vault_of(connection)
    return [
        (
            Reply.load(vault.open_json(row.sealed, f"outbox.sealed:{row.uid}")),
            row.language,
            row.external_id,
        )
        for row in rows
    ]


def rest_waits(connection: Connection, conversation_id: int) -> bool:
    """Does the end of a reply, or a whole one, wait until this person writes?"""
    found = connection.execute(
        select(outbox.c.id)
        .where(outbox.c.conversation_id == conversation_id, is_one_of(outbox.c.state, "held"))
        .limit(1)
    ).first()
    return found is not None
