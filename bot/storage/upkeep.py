"""Counting what waits: small, because every look uses a partial index."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, literal_column, select

from bot.storage.messages import is_open
from bot.storage.stuck import UNDELIVERED
from bot.storage.tables import inbox, outbox, ticket_messages, tickets
from bot.storage.tables.base import is_one_of
from bot.storage.tables.tickets import OPEN


def count(connection: Connection, now: datetime) -> dict[str, Any]:
    """The fields of bot.upkeep.Figures."""

    def number(table: Any, *where: Any) -> int:
        found = connection.execute(select(func.count()).select_from(table).where(*where)).scalar()
        return int(found or 0)

    waiting = (is_one_of(inbox.c.state, "waiting"), inbox.c.conversation_id.is_not(None))
    unsent = (is_open(outbox.c), outbox.c.due <= now)
    oldest = [
        connection.execute(select(func.min(inbox.c.received_at)).where(*waiting)).scalar(),
        connection.execute(select(func.min(outbox.c.due)).where(*unsent)).scalar(),
    ]
    ages = [(now - moment).total_seconds() for moment in oldest if moment]
    newest = connection.execute(
        select(func.max(ticket_messages.c.id), func.sum(tickets.c.version))
        .select_from(
            tickets.outerjoin(ticket_messages, ticket_messages.c.ticket_id == tickets.c.id)
        )
        .where(literal_column(f"({OPEN})"), tickets.c.state.in_(("waiting", "taken")))
    ).one()
    figures = {
        "inbox_waiting": number(inbox, *waiting),
        "inbox_parked": number(inbox, is_one_of(inbox.c.state, "parked")),
        "outbox_waiting": number(outbox, *unsent),
        "outbox_stuck": number(outbox, UNDELIVERED),
        "tickets_waiting": number(
            tickets, literal_column(f"({OPEN})"), tickets.c.state == "waiting"
        ),
        "oldest_seconds": max(ages, default=0.0),
    }
    stamp = (figures["inbox_parked"], figures["outbox_stuck"], figures["tickets_waiting"], *newest)
    return {**figures, "stamp": repr(stamp)}
