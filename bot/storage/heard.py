"""What was heard: inbox rows, stored before they are acknowledged, handled once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, or_, select, update

from bot.messages import IncomingMessage
from bot.storage import files
from bot.storage.db import insert_unless_there
from bot.storage.messages import in_turn, is_open
from bot.storage.tables import inbox, outbox
from bot.storage.tables.base import is_one_of
from bot.storage.vault import vault_of


@dataclass(frozen=True, slots=True)
class HeardRow:
    """One inbox row of a conversation."""

    id: int
    channel: str
    event_id: str
    sealed: bytes
    tries: int
    must_queue: bool
    """Older replies of this chat still wait to go out, so new ones may not go first."""
    more: bool
    """Another message of this chat waits behind it."""


def store(
    connection: Connection, message: IncomingMessage, conversation_id: int, now: datetime
) -> bool:
    """An inbox row for the event; False where it stands already."""
    sealed = vault_of(connection).seal_json(
        message.dump(), f"inbox.sealed:{message.sender.channel}:{message.event_id}"
    )
    made = connection.execute(
        insert_unless_there(connection, inbox, inbox.c.id),
        {
            "channel": message.sender.channel,
            "event_id": message.event_id,
            "conversation_id": conversation_id,
            "sealed": sealed,
            "state": "waiting",
            "received_at": now,
        },
    )
    new = made.scalar() is not None  # PostgreSQL's driver counts no inserted rows
    if new and message.attachment:
        files.belongs_to(connection, message.attachment.reference, conversation_id)
    return new


def park_raw(
    connection: Connection, channel: str, event_id: str, raw: str, why: str, now: datetime
) -> bool:
    """Keep what nobody could parse; False where it stands already."""
    sealed = vault_of(connection).seal(raw.encode(), f"inbox.sealed:{channel}:{event_id}")
    made = connection.execute(
        insert_unless_there(connection, inbox, inbox.c.id),
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
    return made.scalar() is not None  # PostgreSQL's driver counts no inserted rows


# Read after the conversation is locked, in a statement of its own: PostgreSQL reads the tables of
# a statement that waited for a lock as they were before it waited.
_OLDER_WAITS = exists().where(
    outbox.c.conversation_id == inbox.c.conversation_id,
    is_open(outbox.c),
    in_turn(outbox.c, bindparam("now")),
    or_(
        ~is_one_of(outbox.c.state, "sending"),
        outbox.c.lease_owner != bindparam("me"),
        outbox.c.lease_until <= bindparam("now"),
    ),
)
_NEXT_HEARD = (
    select(
        inbox.c.id,
        inbox.c.channel,
        inbox.c.event_id,
        inbox.c.sealed,
        inbox.c.tries,
        _OLDER_WAITS.label("must_queue"),
    )
    .where(inbox.c.conversation_id == bindparam("of"), is_one_of(inbox.c.state, "waiting"))
    .order_by(inbox.c.id)
    .limit(2)
)


def next_heard(
    connection: Connection, conversation_id: int, me: str, now: datetime
) -> HeardRow | None:
    """The oldest message that nobody has answered, of a conversation that the caller locked."""
    rows = connection.execute(_NEXT_HEARD, {"of": conversation_id, "me": me, "now": now}).all()
    if not rows:
        return None
    first = rows[0]
    return HeardRow(
        first.id,
        first.channel,
        first.event_id,
        first.sealed,
        first.tries,
        first.must_queue,
        more=len(rows) > 1,
    )


def opened(connection: Connection, row: HeardRow) -> IncomingMessage:
    """What was said. It may be what breaks a turn, so it is opened late."""
    where = f"inbox.sealed:{row.channel}:{row.event_id}"
    return IncomingMessage.load(vault_of(connection).open_json(row.sealed, where))


_HANDLED = (
    update(inbox)
    .where(inbox.c.id == bindparam("row"))
    .values(state="handled", withheld=bindparam("hidden"), personal=bindparam("sensitive"))
)


def mark_handled(
    connection: Connection, heard_id: int, withheld: str = "", *, personal: bool = False
) -> None:
    """Answered; what staff may read of it: see storage/withheld.py."""
    connection.execute(_HANDLED, {"row": heard_id, "hidden": withheld, "sensitive": personal})


def withhold(connection: Connection, heard_id: int, withheld: str) -> None:
    """Staff will not read it in the chat."""
    connection.execute(update(inbox).where(inbox.c.id == heard_id).values(withheld=withheld))


def mark_failed(connection: Connection, heard_id: int, error: str, *, park: bool) -> None:
    """A turn broke on this message: count it, and after the last try park it for staff."""
    connection.execute(
        update(inbox)
        .where(inbox.c.id == heard_id, is_one_of(inbox.c.state, "waiting"))
        .values(tries=inbox.c.tries + 1, error=error[:500], state="parked" if park else "waiting")
    )


def conversations_waiting(connection: Connection, before: datetime, limit: int) -> list[int]:
    """Conversations with a message older than that which nobody has answered."""
    rows = connection.execute(
        select(inbox.c.conversation_id)
        .where(
            is_one_of(inbox.c.state, "waiting"),
            inbox.c.received_at < before,
            inbox.c.conversation_id.is_not(None),
        )
        .group_by(inbox.c.conversation_id)
        .limit(limit)
    )
    return [row[0] for row in rows]
