"""What was heard: inbox rows, stored before they are acknowledged, handled once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from bot.messages import IncomingMessage
from bot.storage.db import insert_unless_there
from bot.storage.tables import inbox
from bot.storage.vault import vault_of


@dataclass(frozen=True, slots=True)
class HeardRow:
    """One inbox row of a conversation."""

    id: int
    message: IncomingMessage
    tries: int


def store(
    connection: Connection, message: IncomingMessage, conversation_id: int, now: datetime
) -> bool:
    """An inbox row for the event; False where it stands already."""
    sealed = vault_of(connection).seal_json(
        message.dump(), f"inbox.sealed:{message.sender.channel}:{message.event_id}"
    )
    made = connection.execute(
        insert_unless_there(connection, inbox),
        {
            "channel": message.sender.channel,
            "event_id": message.event_id,
            "conversation_id": conversation_id,
            "sealed": sealed,
            "state": "waiting",
            "received_at": now,
        },
    )
    return made.rowcount > 0


def park_raw(
    connection: Connection, channel: str, event_id: str, raw: str, why: str, now: datetime
) -> bool:
    """Keep what nobody could parse; False where it stands already."""
    sealed = vault_of(connection).seal(raw.encode(), f"inbox.sealed:{channel}:{event_id}")
    made = connection.execute(
        insert_unless_there(connection, inbox),
        {
            "channel": channel,
            "event_id": event_id,
            "conversation_id": None,
            "sealed": sealed,
            "state": "parked",
            "error": why[:500],
            "received_at": now,
        },
    )
    return made.rowcount > 0


_NEXT_HEARD = (
    select(inbox.c.id, inbox.c.channel, inbox.c.event_id, inbox.c.sealed, inbox.c.tries)
    .where(inbox.c.conversation_id == bindparam("of"), inbox.c.state == "waiting")
    .order_by(inbox.c.id)
    .limit(1)
)


def next_heard(connection: Connection, conversation_id: int) -> HeardRow | None:
    """The oldest message of the conversation that nobody has answered."""
    row = connection.execute(_NEXT_HEARD, {"of": conversation_id}).first()
    if row is None:
        return None
    where = f"inbox.sealed:{row.channel}:{row.event_id}"
    message = IncomingMessage.load(vault_of(connection).open_json(row.sealed, where))
    return HeardRow(row.id, message, row.tries)


def next_state(connection: Connection, conversation_id: int) -> tuple[int, int] | None:
    """Id and tries of what `next_heard` would give, without opening it: that may be what broke."""
    row = connection.execute(_NEXT_HEARD, {"of": conversation_id}).first()
    return (row.id, row.tries) if row else None


_HANDLED = update(inbox).where(inbox.c.id == bindparam("row")).values(state="handled")


def mark_handled(connection: Connection, heard_id: int) -> None:
    connection.execute(_HANDLED, {"row": heard_id})


def mark_failed(connection: Connection, heard_id: int, error: str, *, park: bool) -> None:
    """A turn broke on this message: count it, and after the last try park it for staff."""
    connection.execute(
        update(inbox)
        .where(inbox.c.id == heard_id, inbox.c.state == "waiting")
        .values(tries=inbox.c.tries + 1, error=error[:500], state="parked" if park else "waiting")
    )


def conversations_waiting(connection: Connection, before: datetime, limit: int) -> list[int]:
    """Conversations with a message older than that which nobody has answered."""
    rows = connection.execute(
        select(inbox.c.conversation_id)
        .where(
            inbox.c.state == "waiting",
            inbox.c.received_at < before,
            inbox.c.conversation_id.is_not(None),
        )
        .group_by(inbox.c.conversation_id)
        .limit(limit)
    )
    return [row[0] for row in rows]
