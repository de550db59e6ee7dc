"""Items of the queue: rows to values and back."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, func, insert, select, update

from bot.domain.tickets import Ticket, TicketKind, TicketMessage, TicketState
from bot.storage.tables import conversations, outbox, staff, ticket_messages, tickets
from bot.storage.vault import vault_of

OPEN = (TicketState.WAITING, TicketState.TAKEN)
SHOWN = 200


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One row of the queue as it is listed."""

    ticket: Ticket
    owner: str
    beginning: str
    """Of what the person wrote first."""


def add(connection: Connection, values: dict[str, Any]) -> Ticket:
    """`values` are the row's columns, without id and version."""
    made = connection.execute(insert(tickets).values(**values).returning(tickets))
    return _ticket(made.one())


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
    uid = secrets.token_hex(12)
    connection.execute(
        insert(ticket_messages).values(
            uid=uid,
            ticket_id=ticket_id,
            who=who,
            staff_id=staff_id,
            sealed=vault_of(connection).seal(words.encode(), f"ticket_messages.sealed:{uid}"),
            file=file,
            outbox_uid=outbox_uid,
            at=at,
        )
    )


def save(connection: Connection, ticket: Ticket, now: datetime) -> bool:
    """False: a colleague changed it since it was read."""
    saved = connection.execute(
        update(tickets)
        .where(tickets.c.id == ticket.id, tickets.c.version == ticket.version - 1)
        .values(
            state=ticket.state,
            taken_by=ticket.taken_by,
            waiting_since=ticket.waiting_since,
            version=ticket.version,
            closed_at=now if ticket.state is TicketState.CLOSED else None,
        )
    )
    return saved.rowcount == 1


def give_back_all(connection: Connection, staff_id: int) -> int:
    """What this member had taken waits for anybody again; how many items."""
    given = connection.execute(
        update(tickets)
        .where(tickets.c.taken_by == staff_id, tickets.c.state == TicketState.TAKEN)
        .values(state=TicketState.WAITING, taken_by=None, version=tickets.c.version + 1)
    )
    return given.rowcount


def by_number(connection: Connection, number: str) -> Ticket | None:
    row = connection.execute(select(tickets).where(tickets.c.number == number)).first()
    return _ticket(row) if row else None


def by_id(connection: Connection, ticket_id: int) -> Ticket | None:
    row = connection.execute(select(tickets).where(tickets.c.id == ticket_id)).first()
    return _ticket(row) if row else None


def open_of(connection: Connection, conversation_id: int, kind: TicketKind) -> Ticket | None:
    """The newest open item of that kind in a chat."""
    row = connection.execute(
        select(tickets)
        .where(
            tickets.c.conversation_id == conversation_id,
            tickets.c.kind == kind,
            tickets.c.state.in_(OPEN),
        )
        .order_by(tickets.c.id.desc())
        .limit(1)
    ).first()
    return _ticket(row) if row else None


def queue(connection: Connection, region: str, states: Sequence[TicketState]) -> list[QueueLine]:
    """Urgent ones first, then who waits longest; inside one region."""
    first = (
        select(func.min(ticket_messages.c.id))
        .where(ticket_messages.c.ticket_id == tickets.c.id)
        .correlate(tickets)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(tickets, staff.c.display_name, ticket_messages.c.sealed, ticket_messages.c.uid)
        .join_from(tickets, staff, staff.c.id == tickets.c.taken_by, isouter=True)
        .join(ticket_messages, ticket_messages.c.id == first, isouter=True)
        .where(tickets.c.state.in_(states), tickets.c.region.startswith(region, autoescape=True))
        .order_by(
            case((tickets.c.state == TicketState.ANSWERED, 1), else_=0),
            tickets.c.urgent.desc(),
            tickets.c.waiting_since,
        )
        .limit(SHOWN)
    )
    return [
        QueueLine(_ticket(row), row.display_name or "", _words(connection, row)) for row in rows
    ]


def waiting(connection: Connection, region: str) -> int:
    """How many items wait for an answer."""
    found = connection.execute(
        select(func.count())
        .select_from(tickets)
        .where(tickets.c.state.in_(OPEN), tickets.c.region.startswith(region, autoescape=True))
    ).scalar()
    return int(found or 0)


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
    rows = connection.execute(
        select(ticket_messages, staff.c.display_name, outbox.c.state.label("delivery"))
        .join_from(ticket_messages, staff, staff.c.id == ticket_messages.c.staff_id, isouter=True)
        .join(outbox, outbox.c.uid == ticket_messages.c.outbox_uid, isouter=True)
        .where(ticket_messages.c.ticket_id == ticket_id)
        .order_by(ticket_messages.c.id)
    )
    return [
        TicketMessage(
            who=row.who,
            staff_name=row.display_name or "",
            words=_words(connection, row),
            file=row.file or "",
            at=row.at,
            delivery=row.delivery or "",
        )
        for row in rows
    ]


def has_file(connection: Connection, ticket_id: int, reference: str) -> bool:
    found = connection.execute(
        select(ticket_messages.c.id).where(
            ticket_messages.c.ticket_id == ticket_id, ticket_messages.c.file == reference
        )
    ).first()
    return found is not None


def expect_answer(connection: Connection, conversation_id: int, ticket_id: int | None) -> None:
    """The chat's next free words belong to this item; None: to nobody."""
    connection.execute(
        update(conversations)
        .where(conversations.c.id == conversation_id)
        .values(ticket_id=ticket_id)
    )


def expected(connection: Connection, conversation_id: int) -> int | None:
    """The item that a member of staff wrote in last, if the chat's words answer it."""
    found: int | None = connection.execute(
        select(conversations.c.ticket_id).where(conversations.c.id == conversation_id)
    ).scalar()
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


def _words(connection: Connection, row: Any) -> str:
    if row.sealed is None:
        return ""
    where = f"ticket_messages.sealed:{row.uid}"
    return vault_of(connection).open(row.sealed, where).decode()


def _ticket(row: Any) -> Ticket:
    return Ticket(
        id=row.id,
        number=row.number,
        kind=TicketKind(row.kind),
        region=row.region,
        conversation_id=row.conversation_id,
        state=TicketState(row.state),
        urgent=row.urgent,
        taken_by=row.taken_by,
        waiting_since=row.waiting_since,
        created_at=row.created_at,
        version=row.version,
    )
