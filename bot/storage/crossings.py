"""Codes with which a chat goes on at another channel, and moving what belongs to it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from bot.messages import Address
from bot.storage import application_links
from bot.storage.tables import (
    booking_members,
    bookings,
    conversations,
    crossings,
    files,
    inbox,
    outbox,
    ticket_followers,
    tickets,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody typed a chat's code in another chat."""

    chat: int
    """Where it was typed."""
    who: Address
    at: datetime


def add(connection: Connection, code: str, conversation_id: int, expires_at: datetime) -> None:
    """A new code; an older one of this chat, and a claim of it, are void."""
    connection.execute(delete(crossings).where(crossings.c.conversation_id == conversation_id))
    connection.execute(
        insert(crossings).values(code=code, conversation_id=conversation_id, expires_at=expires_at)
    )


def claim(
    connection: Connection, code: str, chat: int, now: datetime, expires_at: datetime
) -> int | None:
    """The chat that the code is of, for the first one who types it elsewhere."""
    claimed = connection.execute(
        update(crossings)
        .where(
            crossings.c.code == code,
            crossings.c.claimed_by.is_(None),
            crossings.c.expires_at > now,
            crossings.c.conversation_id != chat,
        )
        .values(claimed_by=chat, claimed_at=now, expires_at=expires_at)
        .returning(crossings.c.conversation_id)
    )
    found: int | None = claimed.scalar()
    return found


def claimed(connection: Connection, conversation_id: int, now: datetime) -> Claim | None:
    row = connection.execute(
        select(
            crossings.c.claimed_by,
            crossings.c.claimed_at,
            conversations.c.channel,
            conversations.c.user_id,
        )
        .join(conversations, conversations.c.id == crossings.c.claimed_by)
        .where(crossings.c.conversation_id == conversation_id, crossings.c.expires_at > now)
    ).first()
    return row and Claim(row.claimed_by, Address(row.channel, row.user_id), row.claimed_at)


def end(connection: Connection, conversation_id: int) -> None:
    """Its code and its claim are good for nothing any more."""
    connection.execute(delete(crossings).where(crossings.c.conversation_id == conversation_id))


def move(connection: Connection, here: int, there: int) -> tuple[int, int]:
    """Bookings, letters, followed applications and all that was said; how many of the first two.

    What is being sent or answered at this moment stays where it is.
    """
    moved = [
        connection.execute(
            update(table).where(table.c.conversation_id == here).values(conversation_id=there)
        ).rowcount
        for table in (bookings, tickets)
    ]
    _share(connection, here, there)
    connection.execute(
        update(outbox)
        .where(outbox.c.conversation_id == here, outbox.c.state != "sending")
        .values(conversation_id=there)
    )
    connection.execute(
        update(inbox)
        .where(inbox.c.conversation_id == here, inbox.c.state != "waiting")
        .values(conversation_id=there)
    )
    connection.execute(
        update(files).where(files.c.conversation_id == here).values(conversation_id=there)
    )
    expected = select(conversations.c.ticket_id).where(conversations.c.id == here)
    awaited = connection.execute(expected).scalar()
    if awaited is not None:
        connection.execute(
            update(conversations).where(conversations.c.id == there).values(ticket_id=awaited)
        )
        connection.execute(
            update(conversations).where(conversations.c.id == here).values(ticket_id=None)
        )
    return moved[0], moved[1]


_SHARED = (
    (booking_members, booking_members.c.booking_id),
    (ticket_followers, ticket_followers.c.ticket_id),
)
"""What several chats may have, and the thing that they have."""


def _share(connection: Connection, here: int, there: int) -> None:
    """Of a thing that both chats have, one row stays."""
    for table, thing in _SHARED:
        both = select(thing).where(table.c.conversation_id == there)
        connection.execute(
            delete(table).where(table.c.conversation_id == here, thing.in_(both.scalar_subquery()))
        )
        connection.execute(
            update(table).where(table.c.conversation_id == here).values(conversation_id=there)
        )
    application_links.move(connection, here, there)
