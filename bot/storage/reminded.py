"""Which chats were reminded on which day: one row each, so that nobody hears of it twice."""

from datetime import date, datetime

from sqlalchemy import Connection

from bot.storage.db import insert_unless_there
from bot.storage.tables import reminded


def add(connection: Connection, conversation_id: int, day: date, now: datetime) -> bool:
    """False: this chat was reminded on that day already."""
    made = connection.execute(
        insert_unless_there(connection, reminded, reminded.c.day),
        {"conversation_id": conversation_id, "day": day, "at": now},
    )
    return made.scalar() is not None
