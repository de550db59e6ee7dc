"""Which chats see and change a booking, and the codes by which another one joins."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from bot.storage.db import insert_unless_there
from bot.storage.tables import booking_members, bookings, join_codes


def add(connection: Connection, booking_id: int, conversation_id: int, now: datetime) -> bool:
    """False: it is a member already."""
    made = connection.execute(
        insert_unless_there(connection, booking_members, booking_members.c.booking_id),
        {"booking_id": booking_id, "conversation_id": conversation_id, "joined_at": now},
    )
    return made.scalar() is not None


def of(connection: Connection, booking_id: int) -> list[int]:
    """The conversations, oldest first."""
    rows = connection.execute(
        select(booking_members.c.conversation_id)
        .where(booking_members.c.booking_id == booking_id)
        .order_by(booking_members.c.joined_at, booking_members.c.conversation_id)
    )
    return [row[0] for row in rows]


def with_chat(connection: Connection, booking_ids: Sequence[int]) -> set[int]:
    """Those of these bookings that any chat sees."""
    rows = connection.execute(
        select(booking_members.c.booking_id)
        .where(booking_members.c.booking_id.in_(booking_ids))
        .distinct()
    )
    return {row[0] for row in rows}


def reminded(connection: Connection, booking_id: int) -> list[int]:
    """Those that want to be reminded."""
    rows = connection.execute(
        select(booking_members.c.conversation_id)
        .where(booking_members.c.booking_id == booking_id, booking_members.c.reminders)
        .order_by(booking_members.c.conversation_id)
    )
    return [row[0] for row in rows]


def remind(connection: Connection, conversation_id: int, *, wanted: bool) -> None:
    """For everything that this chat has booked."""
    connection.execute(
        update(booking_members)
        .where(booking_members.c.conversation_id == conversation_id)
        .values(reminders=wanted)
    )


def leave(connection: Connection, booking_id: int, conversation_id: int) -> None:
    connection.execute(
        delete(booking_members).where(
            booking_members.c.booking_id == booking_id,
            booking_members.c.conversation_id == conversation_id,
        )
    )


def add_code(connection: Connection, code_hash: str, booking_id: int, expires_at: datetime) -> None:
    connection.execute(
        insert(join_codes).values(code_hash=code_hash, booking_id=booking_id, expires_at=expires_at)
    )


def use_code(connection: Connection, code_hash: str, now: datetime) -> str | None:
    """The number of the booking that it opens, once; None: unknown, used or too old."""
    used = connection.execute(
        update(join_codes)
        .where(
            join_codes.c.code_hash == code_hash,
            join_codes.c.used_at.is_(None),
            join_codes.c.expires_at > now,
        )
        .values(used_at=now)
        .returning(join_codes.c.booking_id)
    ).scalar()
    if used is None:
        return None
    found: str | None = connection.execute(
        select(bookings.c.number).where(bookings.c.id == used)
    ).scalar()
    return found
