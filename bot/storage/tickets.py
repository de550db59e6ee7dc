"""Items of the queue: rows to values and back. Lists: ticket_queue. Letters: ticket_letters."""

from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.domain.tickets import (
    OPEN_STATES,
    Level,
    Priority,
    Ticket,
    TicketKind,
    TicketState,
)
from bot.storage.db import insert_unless_there
from bot.storage.tables import (
    conversations,
    ticket_labels,
    tickets,
)

_CHANGES = (
    "state", "taken_by", "waiting_since", "version", "region", "priority", "level", "due_at",
    "warned_at", "escalated_at", "answered_at", "closed_at", "settled", "asked_at", "merged_into",
)  # fmt: skip


def add(connection: Connection, values: dict[str, Any]) -> Ticket:
    """`values` are the row's columns, without id and version."""
    made = connection.execute(insert(tickets).values(**values).returning(tickets))
    return ticket_of(made.one())


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
