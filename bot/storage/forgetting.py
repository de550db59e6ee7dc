"""What is kept for a time only: drafts, the lines of chats. Each look uses an index, in batches."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Table, delete, exists, literal_column, select, update

from bot.domain.tickets import OPEN_STATES
from bot.storage.tables import conversations, inbox, outbox, tickets


def chats_with_drafts(connection: Connection, before: datetime, limit: int) -> Sequence[int]:
    """Chats in which something was left open, and which nobody has written in until then."""
    found = connection.execute(
        select(conversations.c.id)
        .where(conversations.c.draft_until.is_not(None), conversations.c.draft_until < before)
        .order_by(conversations.c.draft_until)
        .limit(limit)
    )
    return found.scalars().all()


def look_again(connection: Connection, conversation_id: int, at: datetime | None) -> None:
    """When this chat's draft is looked at next; None: it has none."""
    connection.execute(
        update(conversations).where(conversations.c.id == conversation_id).values(draft_until=at)
    )


def personal_lines(connection: Connection, before: datetime, limit: int) -> int:
    """Answers to questions about sensitive data; how many went."""
    return _delete(connection, inbox, "personal", before, limit)


def heard_lines(connection: Connection, before: datetime, limit: int) -> int:
    """Messages that were answered; not of a chat with an open letter, which staff read with it."""
    return _delete(connection, inbox, "state = 'handled'", before, limit)


def said_lines(connection: Connection, before: datetime, limit: int) -> int:
    """The same of what went out."""
    return _delete(connection, outbox, "state in ('sent', 'dropped')", before, limit)


def _delete(connection: Connection, table: Table, which: str, before: datetime, limit: int) -> int:
    """`which` says the same as a partial index by time, word for word."""
    at = table.c.received_at if table is inbox else table.c.created_at
    wanted = select(table.c.id).where(literal_column(f"({which})"), at < before)
    if table is inbox and which == "personal":
        wanted = wanted.where(inbox.c.state == "handled")
    else:
        wanted = wanted.where(
            ~exists().where(
                tickets.c.conversation_id == table.c.conversation_id,
                tickets.c.state.in_(OPEN_STATES),
            )
        )
    gone = connection.execute(
        delete(table).where(table.c.id.in_(wanted.order_by(at).limit(limit).scalar_subquery()))
    )
    return gone.rowcount
