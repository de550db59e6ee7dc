"""What is looked for in the queue, and who else looks at an item."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.tickets import Ticket, TicketKind

PRESENT = timedelta(minutes=2)
"""So long after the last look a colleague counts as being there."""
LOCKED = timedelta(minutes=5)
"""So long after the last written character a draft keeps others from answering."""
A_PAGE = 50
MOST_LABELS = 8
LONGEST_LABEL = 20
SHORTEST_SEARCH = 2
"""Characters: the index knows pairs."""


class View(StrEnum):
    """Which part of the queue."""

    OPEN = "open"
    FREE = "free"
    """Nobody has it."""
    MINE = "mine"
    OUTSIDE = "outside"
    """Waiting for the person, or for another office."""
    OVERDUE = "overdue"
    SUPERVISOR = "supervisor"
    """The person said: not settled."""
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Empty fields filter nothing; `words` are looked for in what was said."""

    view: View = View.OPEN
    kind: TicketKind | None = None
    office: str = ""
    """A region inside the member's own."""
    label: str = ""
    words: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One row of the queue as it is listed."""

    ticket: Ticket
    owner: str
    beginning: str
    """Of what the person wrote first."""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of it."""

    lines: list[QueueLine]
    waiting: int
    """In the member's whole region, whatever the filter."""
    more: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """One member of staff at one item."""

    staff_id: int
    name: str
    seen_at: datetime
    writing_at: datetime | None

    def is_there(self, now: datetime) -> bool:
        return now - self.seen_at <= PRESENT

    def has_lock(self, now: datetime) -> bool:
        return self.writing_at is not None and now - self.writing_at <= LOCKED


class BeingAnswered(Exception):
    """A colleague is writing an answer to it at this moment."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class SavedView:
    id: int
    name: str
    query: str
    """As in the address of the queue's page."""
