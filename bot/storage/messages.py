"""What is said: outbox rows, their leases and their ends. Statements are built once."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, case, insert, or_, select, update

from bot.i18n import Json
from bot.messages import Reply
from bot.storage.tables import conversations, outbox
from bot.storage.vault import Unsealable, vault_of

LEASE = timedelta(seconds=60)
"""How long a sender may take before another replica takes its row over."""


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


_SAY = insert(outbox)


@dataclass(frozen=True, slots=True)
class Saying:
    """A reply on its way into the outbox."""

    reply: Reply
    language: str
    who: str = "bot"
    due: datetime | None = None
    subject: str | None = None
    inbox_id: int | None = None
    position: int = 0
    withheld: str = ""
    personal: bool = False


def say(
    connection: Connection,
    conversation_id: int,
    sayings: Sequence[Saying],
    now: datetime,
    lease_owner: str | None = None,
) -> list[str]:
    """Outbox rows, in order; their uids. With an owner, that process sends them at once."""
    pairs = [(conversation_id, saying) for saying in sayings]
    return say_to_many(connection, pairs, now, lease_owner)


def say_to_many(
    connection: Connection,
    sayings: Sequence[tuple[int, Saying]],
    now: datetime,
    lease_owner: str | None = None,
) -> list[str]:
    """The same for many conversations at once: (conversation, what is said)."""
    vault = vault_of(connection)
    rows: list[dict[str, Any]] = []
    for conversation_id, saying in sayings:
        uid = secrets.token_hex(12)
        at_once = lease_owner and saying.due is None
        rows.append(
            {
                "uid": uid,
                "conversation_id": conversation_id,
                "inbox_id": saying.inbox_id,
                "position": saying.position,
                "who": saying.who,
                "language": saying.language,
                "sealed": vault.seal_json(saying.reply.dump(), f"outbox.sealed:{uid}"),
                "state": "sending" if at_once else "waiting",
                "subject": saying.subject,
                "withheld": saying.withheld,
                "personal": saying.personal,
                "due": saying.due or now,
                "lease_owner": lease_owner if at_once else None,
                "lease_until": now + LEASE if at_once else None,
                "created_at": now,
            }
        )
    if rows:
        connection.execute(_SAY, rows)
    return [row["uid"] for row in rows]


def put_off(connection: Connection, now: datetime, until: datetime) -> None:
    """What was due by our own wish (it has a subject) and was never tried waits till then."""
    connection.execute(
        update(outbox)
        .where(
            outbox.c.state == "waiting",
            outbox.c.subject.is_not(None),
            outbox.c.tries == 0,
            outbox.c.due <= now,
        )
        .values(due=until)
    )


def take_back(connection: Connection, subject: str) -> None:
    """Reminders of this subject that have not gone out never will."""
    connection.execute(
        update(outbox)
        .where(outbox.c.subject == subject, outbox.c.state.in_(("waiting", "held")))
        .values(state="dropped")
    )


def in_turn(row: Any, now: Any) -> Any:
    """What goes out in its chat's order: all but what our own wish (it has a subject) put off.

    No clock says whether a reply is due: another replica's may be behind the one that wrote it.
    """
    return or_(row.subject.is_(None), row.due <= now, row.tries > 0)


def lease_due(connection: Connection, owner: str, now: datetime, limit: int) -> list[OutgoingRow]:
    """Rows to send now: only the oldest open one of each conversation, each to one holder."""
    older = outbox.alias("older")
    blocked = (
        select(older.c.id)
        .where(
            older.c.conversation_id == outbox.c.conversation_id,
            older.c.id < outbox.c.id,
            older.c.state.in_(("waiting", "sending", "unknown")),
            in_turn(older.c, now),
        )
        .exists()
    )
    ready = or_(
        outbox.c.state.in_(("waiting", "unknown")),
        (outbox.c.state == "sending") & (outbox.c.lease_until < now),
    )
    wanted = (
        select(outbox.c.id)
        .where(
            outbox.c.state.in_(("waiting", "sending", "unknown")),
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
        outbox.c.id.in_(ids), outbox.c.state.in_(("sending", "unknown"))
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


_SENT = (
    update(outbox)
    .where(outbox.c.uid == bindparam("of"), outbox.c.state == "sending")
    .values(
        state="sent",
        sent_at=bindparam("at"),
        external_id=bindparam("external"),
        lease_owner=None,
        lease_until=None,
    )
)


def mark_sent(connection: Connection, sent: Sequence[tuple[str, str]], now: datetime) -> None:
    """`sent` holds (uid, the channel's id)."""
    connection.execute(
        _SENT, [{"of": uid, "at": now, "external": external[:80]} for uid, external in sent]
    )


def owners(connection: Connection) -> list[str]:
    """Processes that hold a lease."""
    rows = connection.execute(
        select(outbox.c.lease_owner).where(outbox.c.state == "sending").distinct()
    )
    return [row[0] for row in rows]


def end_leases(connection: Connection, owner: str, now: datetime) -> None:
    """That process is dead: whether its sends arrived nobody knows, so they are tried again."""
    connection.execute(
        update(outbox)
        .where(outbox.c.state == "sending", outbox.c.lease_owner == owner)
        .values(lease_until=now - LEASE)
    )


def mark_unsent(
    connection: Connection,
    uid: str,
    state: str,
    why: str,
    due: datetime,
    *,
    count: bool = True,
) -> None:
    """It did not go out (or nobody knows): 'waiting' or 'unknown' again at `due`, or an end."""
    connection.execute(
        update(outbox)
        .where(outbox.c.uid == uid)
        .values(
            state=state,
            error=why[:500],
            due=due,
            tries=outbox.c.tries + (1 if count else 0),
            lease_owner=None,
            lease_until=None,
        )
    )


def give_back(connection: Connection, uid: str) -> None:
    """Not tried: whoever comes next may lease it, in its turn."""
    connection.execute(
        update(outbox)
        .where(outbox.c.uid == uid, outbox.c.state == "sending")
        .values(state="waiting", lease_owner=None, lease_until=None)
    )


def hold_all(connection: Connection, conversation_id: int, why: str) -> None:
    """The person cannot be reached: everything open waits until they write."""
    connection.execute(
        update(outbox)
        .where(
            outbox.c.conversation_id == conversation_id,
            outbox.c.state.in_(("waiting", "sending", "unknown")),
        )
        .values(state="held", error=why[:500], lease_owner=None, lease_until=None)
    )


def release_held(connection: Connection, conversation_id: int, now: datetime) -> None:
    """The person writes again: what was held goes first."""
    connection.execute(
        update(outbox)
        .where(outbox.c.conversation_id == conversation_id, outbox.c.state == "held")
        .values(state="waiting", due=now)
    )
