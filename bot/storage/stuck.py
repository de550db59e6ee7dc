"""What could not be read or delivered: listed for staff, and tried again when they say so."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.storage.tables import conversations, inbox, outbox
from bot.storage.tables.base import is_one_of

SHOWN = 100
UNDELIVERED = is_one_of(outbox.c.state, "held", "parked") & (
    is_one_of(outbox.c.state, "parked") | (outbox.c.parts == 0)
)
"""What has begun to arrive and is held waits for 'more' only: that is no trouble."""


@dataclass(frozen=True, slots=True)
class StuckRow:
    """`kind` is 'heard' or 'said'."""

    kind: str
    id: int
    channel: str
    why: str
    at: datetime
    state: str


def rows(connection: Connection) -> list[StuckRow]:
    heard = connection.execute(
        select(inbox.c.id, inbox.c.channel, inbox.c.error, inbox.c.received_at, inbox.c.state)
        .where(is_one_of(inbox.c.state, "parked"))
        .order_by(inbox.c.id.desc())
        .limit(SHOWN)
    )
    said = connection.execute(
        select(
            outbox.c.id, conversations.c.channel, outbox.c.error, outbox.c.created_at,
            outbox.c.state,
        )
        .join_from(outbox, conversations, conversations.c.id == outbox.c.conversation_id)
        .where(UNDELIVERED)
        .order_by(outbox.c.id.desc())
        .limit(SHOWN)
    )  # fmt: skip
    return [
        *(StuckRow("heard", row[0], row[1], row[2] or "", row[3], row[4]) for row in heard),
        *(StuckRow("said", row[0], row[1], row[2] or "", row[3], row[4]) for row in said),
    ]


def retry(connection: Connection, kind: str, row_id: int, now: datetime) -> bool:
    """One more try. False: it is no longer stuck, or nobody could ever read it."""
    if kind == "heard":
        again = connection.execute(
            update(inbox)
            .where(
                inbox.c.id == row_id,
                is_one_of(inbox.c.state, "parked"),
                inbox.c.conversation_id.is_not(None),
            )
            .values(state="waiting")
        )
    else:
        again = connection.execute(
            update(outbox)
            .where(outbox.c.id == row_id, is_one_of(outbox.c.state, "held", "parked"))
            .values(state="waiting", tries=0, due=now)
        )
    return again.rowcount == 1
