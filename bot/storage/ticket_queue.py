"""Lists of items: the queue, the next one, what is late, whose owner is away."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal_column, or_, select

from bot.domain.queue import A_PAGE, QueueFilter, QueueLine, View
from bot.domain.regions import PROVINCE
from bot.domain.tickets import Level, Ticket, TicketKind, TicketState
from bot.storage.tables import staff, ticket_labels, ticket_messages, tickets
from bot.storage.tables.tickets import DONE, OPEN
from bot.storage.ticket_letters import words_of
from bot.storage.tickets import ticket_of

RAISED_AFTER = timedelta(hours=7)
"""A working day has passed at the earliest then; whether it has is counted by the caller."""
_IS_OPEN: ColumnElement[bool] = literal_column(f"({OPEN})")
"""In the very words of the partial index, so that both databases use it."""


_IS_DONE: ColumnElement[bool] = literal_column(f"({DONE})")
_OWED: ColumnElement[bool] = or_(
    tickets.c.state.in_((TicketState.WAITING, TicketState.TAKEN)),
    and_(tickets.c.state == TicketState.WITH_OFFICE, tickets.c.answered_at.is_(None)),
)
"""Ticket.owed."""


def within(region: str) -> ColumnElement[bool]:
    """Under that division: a range, where LIKE would use no index on SQLite."""
    after = f"{region[:-1]}{int(region[-1]) + 1}" if region[-1] != "9" else f"{region[:-1]}9999999"
    return and_(tickets.c.region >= region, tickets.c.region < after)


def lines(
    connection: Connection,
    region: str,
    wanted: QueueFilter,
    member_id: int,
    now: datetime,
    among: Sequence[int] | None = None,
) -> list[QueueLine]:
    """One page and, to know of the next, one more; `among`: only of these."""
    query = _narrowed(select(tickets), region, wanted, member_id, now)
    if among is not None:
        query = query.where(tickets.c.id.in_(among))
    query = query.limit(A_PAGE + 1).offset((wanted.page - 1) * A_PAGE)
    found = [ticket_of(row) for row in connection.execute(query)]
    return _as_lines(connection, found)


def next_free(connection: Connection, region: str, level: Level) -> Ticket | None:
    """The most urgent that nobody has, locked: nobody else is given it meanwhile."""
    row = connection.execute(
        select(tickets)
        .where(
            _IS_OPEN,
            tickets.c.state == TicketState.WAITING,
            tickets.c.level <= level,
            within(region),
        )
        .order_by(tickets.c.priority, tickets.c.due_at, tickets.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    return ticket_of(row) if row else None


def waiting(connection: Connection, region: str) -> int:
    """How many items wait for an answer of ours."""
    found = connection.execute(
        select(func.count())
        .select_from(tickets)
        .where(
            _IS_OPEN,
            tickets.c.state.in_((TicketState.WAITING, TicketState.TAKEN)),
            within(region),
        )
    ).scalar()
    return int(found or 0)


def late(
    connection: Connection, kind: TicketKind, now: datetime, soon: datetime, limit: int = 100
) -> list[Ticket]:
    """Waiting for us and due before `soon`: not warned of, not escalated, or escalated in vain."""
    due = tickets.c.due_at
    rows = connection.execute(
        select(tickets)
        .where(
            _IS_OPEN,
            _OWED,
            tickets.c.kind == kind,
            or_(
                and_(due < soon, due >= now, tickets.c.warned_at.is_(None)),
                and_(due < now, tickets.c.escalated_at.is_(None)),
                and_(tickets.c.escalated_at < now - RAISED_AFTER, tickets.c.region != PROVINCE),
            ),
        )
        .order_by(due)
        .limit(limit)
    )
    return [ticket_of(row) for row in rows]


def answered_before(connection: Connection, moment: datetime, limit: int = 200) -> list[Ticket]:
    """Answered or asked something, and nothing was heard since."""
    found: list[Ticket] = []
    for which, state in ((_IS_DONE, TicketState.ANSWERED), (_IS_OPEN, TicketState.WITH_PERSON)):
        rows = connection.execute(
            select(tickets)
            .where(which, tickets.c.state == state, tickets.c.asked_at < moment)
            .limit(limit)
        )
        found += [ticket_of(row) for row in rows]
    return found


def held_by(connection: Connection, staff_ids: Sequence[int]) -> list[Ticket]:
    """What these have taken and not finished."""
    rows = connection.execute(
        select(tickets).where(
            _IS_OPEN,
            tickets.c.taken_by.in_(staff_ids),
            tickets.c.state.in_(
                (TicketState.TAKEN, TicketState.WITH_PERSON, TicketState.WITH_OFFICE)
            ),
        )
    )
    return [ticket_of(row) for row in rows]


def owners_inactive(connection: Connection, today: date) -> list[int]:
    """Accounts that are switched off or on leave and still have open items."""
    found = connection.execute(
        select(tickets.c.taken_by)
        .join(staff, staff.c.id == tickets.c.taken_by)
        .where(
            tickets.c.state.in_(
                (TicketState.TAKEN, TicketState.WITH_PERSON, TicketState.WITH_OFFICE)
            ),
            _IS_OPEN,
            or_(
                ~staff.c.active,
                and_(
                    staff.c.away_until >= today,
                    or_(staff.c.away_from.is_(None), staff.c.away_from <= today),
                ),
            ),
        )
        .distinct()
    )
    return list(found.scalars())


def _narrowed(
    query: Select[Any], region: str, wanted: QueueFilter, member_id: int, now: datetime
) -> Select[Any]:
    query = query.where(within(wanted.office or region), *_in_view(wanted.view, member_id, now))
    if wanted.kind:
        query = query.where(tickets.c.kind == wanted.kind)
    if wanted.label:
        query = query.where(
            tickets.c.id.in_(
                select(ticket_labels.c.ticket_id).where(ticket_labels.c.label == wanted.label)
            )
        )
    if wanted.view in (View.ANSWERED, View.CLOSED):
        return query.order_by(tickets.c.waiting_since.desc())
    return query.order_by(tickets.c.priority, tickets.c.due_at, tickets.c.id)


def _in_view(view: View, member_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    state = tickets.c.state
    ours = state.in_((TicketState.WAITING, TicketState.TAKEN))
    return {
        View.OPEN: (_IS_OPEN,),
        View.FREE: (_IS_OPEN, state == TicketState.WAITING),
        View.MINE: (_IS_OPEN, tickets.c.taken_by == member_id),
        View.OUTSIDE: (_IS_OPEN, ~ours),
        View.OVERDUE: (_IS_OPEN, _OWED, tickets.c.due_at < now),
        View.SUPERVISOR: (_IS_OPEN, tickets.c.level == Level.SUPERVISOR),
        View.ANSWERED: (_IS_DONE, state == TicketState.ANSWERED),
        View.CLOSED: (_IS_DONE, state == TicketState.CLOSED),
    }[view]


def _as_lines(connection: Connection, found: Sequence[Ticket]) -> list[QueueLine]:
    """With owner, labels and first words: three more looks, whatever the length of the list."""
    ids = [ticket.id for ticket in found]
    if not ids:
        return []
    owners = {
        row.id: row.display_name
        for row in connection.execute(
            select(staff.c.id, staff.c.display_name).where(
                staff.c.id.in_({one.taken_by for one in found if one.taken_by})
            )
        )
    }
    first = (
        select(func.min(ticket_messages.c.id))
        .where(ticket_messages.c.ticket_id.in_(ids))
        .group_by(ticket_messages.c.ticket_id)
    )
    words = {
        row.ticket_id: words_of(connection, row)
        for row in connection.execute(
            select(ticket_messages).where(ticket_messages.c.id.in_(first))
        )
    }
    marked: dict[int, list[str]] = {}
    for row in connection.execute(
        select(ticket_labels).where(ticket_labels.c.ticket_id.in_(ids)).order_by("label")
    ):
        marked.setdefault(row.ticket_id, []).append(row.label)
    return [
        QueueLine(
            ticket,
            owners.get(ticket.taken_by or 0, ""),
            words.get(ticket.id, ""),
            tuple(marked.get(ticket.id, ())),
        )
        for ticket in found
    ]
