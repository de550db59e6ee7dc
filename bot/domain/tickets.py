"""An item of the staff's queue: something a person wrote that a person must answer."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class TicketKind(StrEnum):
    QUESTION = "question"
    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    HUMAN = "human"
    """Somebody asked for a person; the conversation so far is shown with it."""
    VISIT_REQUEST = "visit_request"
    """A home visit where no dates are open: staff propose one."""
    VISIT_NOTE = "visit_note"
    """About a visit that is booked: we are late, another date is wanted, a note."""
    FAILURE = "failure"
    """A message that we could not answer, after three tries."""
    EMERGENCY = "emergency"
    APPLICATION = "application"
    """Why is my application late?"""
    PAPERS = "papers"
    """Papers that an application lacked."""


class TicketState(StrEnum):
    WAITING = "waiting"
    """Nobody has it. The clock of the promise runs."""
    TAKEN = "taken"
    """One member of staff has it."""
    ANSWERED = "answered"
    """The person was answered; a new message from them reopens it."""
    CLOSED = "closed"
    """Nothing more to say; a new message opens it again."""


class AlreadyTaken(Exception):
    """A colleague has it, or it changed since it was looked at."""


class NotFound(Exception):
    """There is no such item in one's region."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One item; `version` grows with every change, so that nobody overwrites a colleague."""

    id: int
    number: str
    kind: TicketKind
    region: str
    conversation_id: int | None
    state: TicketState
    urgent: bool
    taken_by: int | None
    waiting_since: datetime
    created_at: datetime
    version: int

    def take(self, by: int) -> "Ticket":
        """Raises AlreadyTaken where a colleague has it."""
        if self.taken_by not in (None, by):
            raise AlreadyTaken
        return self._next(state=TicketState.TAKEN, taken_by=by)

    def give_back(self, by: int) -> "Ticket":
        """Raises AlreadyTaken where it is not one's own."""
        if self.taken_by != by:
            raise AlreadyTaken
        return self._next(state=TicketState.WAITING, taken_by=None)

    def answer(self, by: int) -> "Ticket":
        """Raises AlreadyTaken where a colleague has it."""
        if self.taken_by not in (None, by):
            raise AlreadyTaken
        return self._next(state=TicketState.ANSWERED, taken_by=by)

    def close(self, by: int) -> "Ticket":
        """Raises AlreadyTaken where a colleague has it."""
        if self.taken_by not in (None, by):
            raise AlreadyTaken
        return self._next(state=TicketState.CLOSED, taken_by=by)

    def heard_more(self, now: datetime) -> "Ticket":
        """The person wrote again: it waits again, with whoever has it."""
        if self.state in (TicketState.WAITING, TicketState.TAKEN):
            return self._next()
        state = TicketState.TAKEN if self.taken_by else TicketState.WAITING
        return self._next(state=state, waiting_since=now)

    def _next(self, **changed: object) -> "Ticket":
        return replace(self, version=self.version + 1, **changed)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class TicketMessage:
    """One thing that was said in an item."""

    who: str
    """'person', 'staff' or 'bot'."""
    staff_name: str
    words: str
    file: str
    at: datetime
    delivery: str = ""
    """Of a staff answer: the state of its outbox row."""
