"""Who sends what: each open outbox row to one holder, in its chat's order, for a minute."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, or_, select, update

from bot.i18n import Json
from bot.messages import Reply
from bot.storage.messages import LEASE, in_turn, is_open, mark_unsent
from bot.storage.tables import conversations, outbox
from bot.storage.tables.base import is_one_of
from bot.storage.vault import Unsealable, vault_of


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingRow:
    """One outbox row; whoever holds its lease may send it now."""

    uid: str
    channel: str
    user_id: str
    conversation_id: int
    language: str
    reply: Reply
    lease_until: datetime | None
    """None: not leased to this process; the relay will come to it in its turn."""
    tries: int = 0
    repeated: bool = False
    """An earlier try may have arrived."""
    parts: int = 0
    """So many of its channel's messages went out already."""


def lease_due(connection: Connection, owner: str, now: datetime, limit: int) -> list[OutgoingRow]:
    """Rows to send now: only the oldest open one of each conversation, each to one holder."""
    older = outbox.alias("older")
    blocked = (
        select(older.c.id)
        .where(
            older.c.conversation_id == outbox.c.conversation_id,
            older.c.id < outbox.c.id,
            is_open(older.c),
            in_turn(older.c, now),
        )
        .exists()
    )
    ready = or_(
        is_one_of(outbox.c.state, "waiting", "unknown"),
        is_one_of(outbox.c.state, "sending") & (outbox.c.lease_until < now),
    )
    wanted = (
        select(outbox.c.id)
        .where(
            is_open(outbox.c),
            ready,
            outbox.c.due <= now,
            ~blocked,
        )
        .order_by(outbox.c.due, outbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return leased(connection, [row[0] for row in connection.execute(wanted)], owner, now)


def leased(
    connection: Connection, ids: Sequence[int], owner: str, now: datetime
) -> list[OutgoingRow]:
    """These rows are that process' to send, from now on."""
    if not ids:
        return []
    # A lease that ran out was a send whose outcome nobody saw.
    repeated = select(outbox.c.id).where(
        outbox.c.id.in_(ids), is_one_of(outbox.c.state, "sending", "unknown")
    )
    again = {row[0] for row in connection.execute(repeated)}
    connection.execute(
        update(outbox)
        .where(outbox.c.id.in_(ids))
        .values(
            state="sending",
            lease_owner=owner,
            lease_until=now + LEASE,
            # A lease that ran out counts: its send broke the process, or took too long.
            tries=outbox.c.tries + case((outbox.c.state == "sending", 1), else_=0),
        )
    )
    rows = connection.execute(
        _outgoing_rows().where(outbox.c.id.in_(ids)).order_by(outbox.c.id)
    ).all()
    found = [_readable(connection, row, now, repeated=row.id in again) for row in rows]
    return [one for one in found if one]


def _readable(
    connection: Connection, row: Any, now: datetime, *, repeated: bool
) -> OutgoingRow | None:
    """None: nobody can read it, so it is parked for staff, and stops nobody else's."""
    try:
        return _outgoing(connection, row, repeated=repeated)
    except (Unsealable, KeyError, TypeError, ValueError):
        mark_unsent(connection, row.uid, "parked", "it cannot be read", now)
        return None


def _outgoing_rows() -> Any:
    return select(
        outbox.c.id,
        outbox.c.uid,
        outbox.c.conversation_id,
        outbox.c.language,
        outbox.c.sealed,
        outbox.c.tries,
        outbox.c.parts,
        outbox.c.lease_until,
        conversations.c.channel,
        conversations.c.user_id,
    ).join(conversations, conversations.c.id == outbox.c.conversation_id)


def _outgoing(connection: Connection, row: Any, *, repeated: bool) -> OutgoingRow:
    stored: Json = vault_of(connection).open_json(row.sealed, f"outbox.sealed:{row.uid}")
    return OutgoingRow(
        uid=row.uid,
        channel=row.channel,
        user_id=row.user_id,
        conversation_id=row.conversation_id,
        language=row.language,
        reply=Reply.load(stored),
        lease_until=row.lease_until,
        tries=row.tries,
        repeated=repeated,
        parts=row.parts,
    )


def owners(connection: Connection) -> list[str]:
    """Processes that hold a lease."""
    rows = connection.execute(
        select(outbox.c.lease_owner).where(is_one_of(outbox.c.state, "sending")).distinct()
    )
    return [row[0] for row in rows]


def end_leases(connection: Connection, owner: str, now: datetime) -> None:
    """That process is dead: whether its sends arrived nobody knows, so they are tried again."""
    connection.execute(
        update(outbox)
        .where(is_one_of(outbox.c.state, "sending"), outbox.c.lease_owner == owner)
        .values(lease_until=now - LEASE)
    )


def give_back(connection: Connection, uid: str) -> None:
    """Not tried: whoever comes next may lease it, in its turn."""
    connection.execute(
        update(outbox)
        .where(outbox.c.uid == uid, is_one_of(outbox.c.state, "sending"))
        .values(state="waiting", lease_owner=None, lease_until=None)
    )
