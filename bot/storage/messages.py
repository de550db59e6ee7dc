"""What is said: outbox rows, their leases and their ends. Statements are built once."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, update

from bot.messages import Reply
from bot.storage.tables import outbox
from bot.storage.tables.base import is_one_of
from bot.storage.vault import vault_of

LEASE = timedelta(seconds=60)
"""How long a sender may take before another replica takes its row over."""


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
            is_one_of(outbox.c.state, "waiting"),
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
        .where(outbox.c.subject == subject, is_one_of(outbox.c.state, "waiting", "held"))
        .values(state="dropped")
    )


def is_open(row: Any) -> Any:
    """Still to be sent."""
    return is_one_of(row.state, "waiting", "sending", "unknown")


def in_turn(row: Any, now: Any) -> Any:
    """What goes out in its chat's order: all but what our own wish (it has a subject) put off.

    No clock says whether a reply is due: another replica's may be behind the one that wrote it.
    """
    return or_(row.subject.is_(None), row.due <= now, row.tries > 0)


_SENT = (
    update(outbox)
    .where(outbox.c.uid == bindparam("of"), is_one_of(outbox.c.state, "sending"))
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


def mark_unsent(
    connection: Connection,
    uid: str,
    state: str,
    why: str,
    due: datetime,
    *,
    count: bool = True,
) -> None:
    """It did not go out (or nobody knows): 'waiting' or 'unknown' again at `due`, or an end.

    Not where it is no longer being sent: another holder may have sent it after the lease ran out.
    """
    connection.execute(
        update(outbox)
        .where(outbox.c.uid == uid, is_one_of(outbox.c.state, "sending"))
        .values(
            state=state,
            error=why[:500],
            due=due,
            tries=outbox.c.tries + (1 if count else 0),
            lease_owner=None,
            lease_until=None,
        )
    )


def hold_all(connection: Connection, conversation_id: int, why: str) -> None:
    """The person cannot be reached: everything open waits until they write."""
    connection.execute(
        update(outbox)
        .where(
            outbox.c.conversation_id == conversation_id,
            is_open(outbox.c),
        )
        .values(state="held", error=why[:500], lease_owner=None, lease_until=None)
    )


def release_held(connection: Connection, conversation_id: int, now: datetime) -> None:
    """The person writes again: what was held goes first."""
    connection.execute(
        update(outbox)
        .where(outbox.c.conversation_id == conversation_id, is_one_of(outbox.c.state, "held"))
        .values(state="waiting", due=now)
    )
