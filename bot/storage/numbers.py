"""Counting for the dashboard: items by office and kind, opinions by month.

An office is the division just below the region of whoever looks: a city for the province, a county
for a city.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, exists, func, select

from bot.storage.tables import ticket_messages, tickets

OPEN = ("waiting", "taken", "with_person", "with_office")
NO_OPINIONS = ("failure", "visit_request")
"""Kinds of items in which nobody told us anything."""


@dataclass(frozen=True, slots=True)
class Count:
    """Items of one office and kind."""

    office: str
    kind: str
    waiting: int = 0
    overdue: int = 0
    received: int = 0
    settled: int = 0
    """Said that their matter was settled ..."""
    asked: int = 0
    """... of so many who answered that question."""


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """How long one item waited for its first answer."""

    office: str
    kind: str
    seconds: float


def open_items(connection: Connection, region: str, now: datetime, before: datetime) -> list[Count]:
    """What waits; without a deadline of its own, what waits since `before` is overdue."""
    due = tickets.c.due_at
    late = case((due.is_not(None), due < now), else_=tickets.c.waiting_since < before)
    office = _office(region)
    rows = connection.execute(
        select(office, tickets.c.kind, func.count(), func.sum(case((late, 1), else_=0)))
        .where(tickets.c.state.in_(OPEN), _inside(region))
        .group_by(office, tickets.c.kind)
    )
    return [Count(row[0], row[1], waiting=row[2], overdue=int(row[3] or 0)) for row in rows]


def received(connection: Connection, region: str, since: datetime) -> list[Count]:
    """What arrived since then, and who of them said that it was settled."""
    yes = case((tickets.c.settled == "yes", 1), else_=0)
    told = case((tickets.c.settled.in_(("yes", "no")), 1), else_=0)
    office = _office(region)
    rows = connection.execute(
        select(office, tickets.c.kind, func.count(), func.sum(yes), func.sum(told))
        .where(tickets.c.created_at >= since, _inside(region))
        .group_by(office, tickets.c.kind)
    )
    return [
        Count(row[0], row[1], received=row[2], settled=int(row[3] or 0), asked=int(row[4] or 0))
        for row in rows
    ]


def first_answers(connection: Connection, region: str, since: datetime) -> list[FirstAnswer]:
    """Of the items that arrived since then."""
    office = _office(region)
    rows = connection.execute(
        select(office, tickets.c.kind, tickets.c.created_at, func.min(ticket_messages.c.at))
        .join_from(tickets, ticket_messages, ticket_messages.c.ticket_id == tickets.c.id)
        .where(tickets.c.created_at >= since, _inside(region), ticket_messages.c.who == "staff")
        .group_by(tickets.c.id, office, tickets.c.kind, tickets.c.created_at)
    )
    return [FirstAnswer(row[0], row[1], (row[3] - row[2]).total_seconds()) for row in rows]


def opinions(
    connection: Connection, region: str, since: datetime, until: datetime
) -> tuple[int, int]:
    """How many arrived in that time, and how many of these have an answer by now."""
    answered = exists().where(
        ticket_messages.c.ticket_id == tickets.c.id, ticket_messages.c.who == "staff"
    )
    row = connection.execute(
        select(func.count(), func.sum(case((answered, 1), else_=0)))
        .select_from(tickets)
        .where(
            tickets.c.created_at >= since,
            tickets.c.created_at < until,
            tickets.c.kind.not_in(NO_OPINIONS),
            _inside(region),
        )
    ).one()
    return int(row[0]), int(row[1] or 0)


def _inside(region: str) -> Any:
    return tickets.c.region.startswith(region, autoescape=True)


def _office(region: str) -> Any:
    below = {2: 4, 4: 6}.get(len(region), 9)
    return func.substr(tickets.c.region, 1, below)
