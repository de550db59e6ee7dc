"""Letters of an item: what people and staff wrote in it, and what happened between the letters."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from bot.domain.ticket_letters import TicketMessage
from bot.domain.tickets import Ticket
from bot.storage.tables import files, outbox, staff, ticket_messages, tickets
from bot.storage.tickets import ticket_of
from bot.storage.vault import vault_of


def say(
    connection: Connection,
    ticket_id: int,
    who: str,
    words: str,
    at: datetime,
    *,
    staff_id: int | None = None,
    file: str | None = None,
    outbox_uid: str | None = None,
) -> None:
    _add_message(
        connection,
        words,
        {
            "ticket_id": ticket_id,
            "who": who,
            "at": at,
            "staff_id": staff_id,
            "file": file,
            "outbox_uid": outbox_uid,
        },
    )


def happened(
    connection: Connection,
    ticket_id: int,
    event: str,
    words: str,
    at: datetime,
    staff_id: int | None,
) -> None:
    """Between the letters: handed over, merged, reopened, and why."""
    told = {"ticket_id": ticket_id, "who": "event", "at": at, "staff_id": staff_id, "event": event}
    _add_message(connection, words, told)


def _add_message(connection: Connection, words: str, values: dict[str, Any]) -> None:
    uid = secrets.token_hex(12)
    sealed = vault_of(connection).seal(words.encode(), f"ticket_messages.sealed:{uid}")
    connection.execute(insert(ticket_messages).values(uid=uid, sealed=sealed, **values))


def messages(connection: Connection, ticket_id: int) -> list[TicketMessage]:
    """Also of what the same person's chat had said in items that were merged into it."""
    rows = connection.execute(
        select(
            ticket_messages,
            staff.c.display_name,
            outbox.c.state.label("delivery"),
            outbox.c.error,
            outbox.c.seen_at,
            files.c.media_type,
        )
        .join_from(ticket_messages, staff, staff.c.id == ticket_messages.c.staff_id, isouter=True)
        .join(outbox, outbox.c.uid == ticket_messages.c.outbox_uid, isouter=True)
        .join(files, files.c.reference == ticket_messages.c.file, isouter=True)
        .where(ticket_messages.c.ticket_id.in_(_with_merged(connection, ticket_id)))
        .order_by(ticket_messages.c.id)
    )
    return [
        TicketMessage(
            id=row.id,
            who=row.who,
            staff_name=row.display_name or "",
            words=words_of(connection, row),
            file=row.file or "",
            at=row.at,
            delivery="seen" if row.seen_at else row.delivery or "",
            seen_at=row.seen_at,
            why=row.error or "",
            event=row.event,
            media_type=row.media_type or "",
        )
        for row in rows
    ]


def move_messages(connection: Connection, ids: list[int], to_ticket: int) -> int:
    """What one item was split into two for."""
    moved = connection.execute(
        update(ticket_messages)
        .where(ticket_messages.c.id.in_(ids), ticket_messages.c.who == "person")
        .values(ticket_id=to_ticket)
    )
    return moved.rowcount


def newest_message(connection: Connection) -> int:
    """Its id; 0 for none. One look into an index, however many there are."""
    return int(connection.execute(select(func.max(ticket_messages.c.id))).scalar() or 0)


def arrived(connection: Connection, region: str, after: int) -> int:
    """How many messages of people came to a region after the one with that id."""
    found = connection.execute(
        select(func.count())
        .select_from(ticket_messages.join(tickets, tickets.c.id == ticket_messages.c.ticket_id))
        .where(
            ticket_messages.c.id > after,
            ticket_messages.c.who == "person",
            tickets.c.region.startswith(region, autoescape=True),
        )
    ).scalar()
    return int(found or 0)


def last_answer(connection: Connection, ticket_id: int) -> datetime | None:
    """When staff last wrote in it."""
    found: datetime | None = connection.execute(
        select(ticket_messages.c.at)
        .where(ticket_messages.c.ticket_id == ticket_id, ticket_messages.c.who == "staff")
        .order_by(ticket_messages.c.id.desc())
        .limit(1)
    ).scalar()
    return found


def has_file(connection: Connection, ticket_id: int, reference: str) -> bool:
    found = connection.execute(
        select(ticket_messages.c.id).where(
            ticket_messages.c.ticket_id.in_(_with_merged(connection, ticket_id)),
            ticket_messages.c.file == reference,
        )
    ).first()
    return found is not None


def of_file(connection: Connection, reference: str) -> Ticket | None:
    """The item that a file came with."""
    row = connection.execute(
        select(tickets)
        .join(ticket_messages, ticket_messages.c.ticket_id == tickets.c.id)
        .where(ticket_messages.c.file == reference)
        .limit(1)
    ).first()
    return ticket_of(row) if row else None


def words_of(connection: Connection, row: Any) -> str:
    if row.sealed is None:
        return ""
    where = f"ticket_messages.sealed:{row.uid}"
    return vault_of(connection).open(row.sealed, where).decode()


def _with_merged(connection: Connection, ticket_id: int) -> list[int]:
    """Its id, and those of the same chat's items that went into it."""
    main = tickets.alias("main")
    found = connection.execute(
        select(tickets.c.id)
        .join(main, main.c.id == tickets.c.merged_into)
        .where(
            tickets.c.merged_into == ticket_id,
            tickets.c.conversation_id == main.c.conversation_id,
            tickets.c.anonymous == main.c.anonymous,
        )
    )
    return [ticket_id, *found.scalars()]
