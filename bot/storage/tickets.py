"""Items of the queue: rows to values and back. Lists of them: ticket_queue.py."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from bot.domain.tickets import (
    OPEN_STATES,
    Level,
    Priority,
    Ticket,
    TicketKind,
    TicketMessage,
    TicketState,
)
from bot.storage.db import insert_unless_there
from bot.storage.tables import (
    conversations,
    files,
    outbox,
    staff,
    ticket_labels,
    ticket_messages,
    tickets,
)
from bot.storage.vault import vault_of

_CHANGES = (
    "state", "taken_by", "waiting_since", "version", "region", "priority", "level", "due_at",
    "warned_at", "escalated_at", "answered_at", "closed_at", "settled", "asked_at", "merged_into",
)  # fmt: skip


def add(connection: Connection, values: dict[str, Any]) -> Ticket:
    """`values` are the row's columns, without id and version."""
    made = connection.execute(insert(tickets).values(**values).returning(tickets))
    return ticket_of(made.one())


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


def save(connection: Connection, ticket: Ticket) -> bool:
    """False: a colleague changed it since it was read."""
    saved = connection.execute(
        update(tickets)
        .where(tickets.c.id == ticket.id, tickets.c.version == ticket.version - 1)
        .values({name: getattr(ticket, name) for name in _CHANGES})
    )
    return saved.rowcount == 1


def by_number(connection: Connection, number: str) -> Ticket | None:
    row = connection.execute(select(tickets).where(tickets.c.number == number)).first()
    return ticket_of(row) if row else None


def by_id(connection: Connection, ticket_id: int) -> Ticket | None:
    row = connection.execute(select(tickets).where(tickets.c.id == ticket_id)).first()
    return ticket_of(row) if row else None


def open_of(connection: Connection, conversation_id: int, kind: TicketKind) -> Ticket | None:
    """The newest open item of that kind in a chat."""
    row = connection.execute(
        select(tickets)
        .where(
            tickets.c.conversation_id == conversation_id,
            tickets.c.kind == kind,
            tickets.c.state.in_(OPEN_STATES),
        )
        .order_by(tickets.c.id.desc())
        .limit(1)
    ).first()
    return ticket_of(row) if row else None


def asked_of(connection: Connection, conversation_id: int, *, just_now: bool) -> Ticket | None:
    """The item of which 'is it settled?' was asked last; `just_now`: nothing was said since."""
    chat, of = conversations.c, tickets.c
    asked = (
        select(tickets)
        .join(conversations, chat.id == of.conversation_id)
        .where(of.conversation_id == conversation_id, of.settled == "asked")
        .order_by(of.asked_at.desc(), of.id.desc())
        .limit(1)
    )
    silent = chat.last_heard.is_(None) | (of.asked_at >= chat.last_heard)
    row = connection.execute(asked.where(silent) if just_now else asked).first()
    return ticket_of(row) if row else None


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


def messages(connection: Connection, ticket_id: int) -> list[TicketMessage]:
    """Also of what the same person's chat had said in items that were merged into it."""
    rows = connection.execute(
        select(
            ticket_messages,
            staff.c.display_name,
            outbox.c.state.label("delivery"),
            outbox.c.error,
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
            delivery=row.delivery or "",
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


def expect_answer(connection: Connection, conversation_id: int, ticket_id: int | None) -> None:
    """The chat's next free words belong to this item; None: to nobody."""
    connection.execute(
        update(conversations)
        .where(conversations.c.id == conversation_id)
        .values(ticket_id=ticket_id)
    )


_EXPECTED = select(conversations.c.ticket_id).where(conversations.c.id == bindparam("of"))


def expected(connection: Connection, conversation_id: int) -> int | None:
    """The item that a member of staff wrote in last, if the chat's words answer it."""
    found: int | None = connection.execute(_EXPECTED, {"of": conversation_id}).scalar()
    return found


def last_answer(connection: Connection, ticket_id: int) -> datetime | None:
    """When staff last wrote in it."""
    found: datetime | None = connection.execute(
        select(ticket_messages.c.at)
        .where(ticket_messages.c.ticket_id == ticket_id, ticket_messages.c.who == "staff")
        .order_by(ticket_messages.c.id.desc())
        .limit(1)
    ).scalar()
    return found


def labels(connection: Connection, ticket_id: int) -> tuple[str, ...]:
    found = connection.execute(
        select(ticket_labels.c.label)
        .where(ticket_labels.c.ticket_id == ticket_id)
        .order_by(ticket_labels.c.label)
    )
    return tuple(found.scalars())


def set_labels(connection: Connection, ticket_id: int, wanted: tuple[str, ...]) -> None:
    connection.execute(delete(ticket_labels).where(ticket_labels.c.ticket_id == ticket_id))
    for label in wanted:
        connection.execute(
            insert_unless_there(connection, ticket_labels),
            {"ticket_id": ticket_id, "label": label},
        )


def _with_merged(connection: Connection, ticket_id: int) -> list[int]:
    """Its id, and those of the same chat's items that went into it."""
    main = tickets.alias("main")
    found = connection.execute(
        select(tickets.c.id)
        .join(main, main.c.id == tickets.c.merged_into)
        .where(
            tickets.c.merged_into == ticket_id,
            tickets.c.conversation_id == main.c.conversation_id,
        )
    )
    return [ticket_id, *found.scalars()]


def words_of(connection: Connection, row: Any) -> str:
    if row.sealed is None:
        return ""
    where = f"ticket_messages.sealed:{row.uid}"
    return vault_of(connection).open(row.sealed, where).decode()


def ticket_of(row: Any) -> Ticket:
    return Ticket(
        id=row.id,
        number=row.number,
        kind=TicketKind(row.kind),
        region=row.region,
        conversation_id=row.conversation_id,
        state=TicketState(row.state),
        taken_by=row.taken_by,
        waiting_since=row.waiting_since,
        created_at=row.created_at,
        version=row.version,
        priority=Priority(row.priority),
        level=Level(row.level),
        due_at=row.due_at,
        warned_at=row.warned_at,
        escalated_at=row.escalated_at,
        answered_at=row.answered_at,
        closed_at=row.closed_at,
        anonymous=row.anonymous,
        settled=row.settled,
        asked_at=row.asked_at,
        booking_id=row.booking_id,
        merged_into=row.merged_into,
    )
