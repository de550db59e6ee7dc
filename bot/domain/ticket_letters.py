"""What was said in an item of the queue, and what others said the same about."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TicketMessage:
    """One thing that was said in an item."""

    id: int
    who: str
    """'person', 'staff', 'bot', 'note' (among staff) or 'event'."""
    staff_name: str
    words: str
    file: str
    at: datetime
    delivery: str = ""
    """Of a staff answer: the state of its outbox row, or 'seen'."""
    seen_at: datetime | None = None
    why: str = ""
    """Why it was not delivered."""
    event: str = ""
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Voice:
    """Something that others asked for too, in words that a supervisor released."""

    ticket_id: int
    number: str
    said: str
    voices: int
