"""An item of the staff's queue: something a person wrote that a person must answer."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

REOPENS_WITHIN = timedelta(days=30)
"""So long after the last answer, or its closing, a new message opens an item again."""


class TicketKind(StrEnum):
    QUESTION = "question"
    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    PLACE = "place"
    """A place that cannot be reached or used: where it is, and photos."""
    VISIT = "visit"
    """About a home visit; linked to the booking."""
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


PUBLIC_KINDS = (TicketKind.SUGGESTION, TicketKind.PLACE, TicketKind.COMPLAINT)
"""What others may say the same about: what is done about it can become public."""


class TicketState(StrEnum):
    WAITING = "waiting"
    """New, or given back: nobody has it. The clock of the promise runs."""
    TAKEN = "taken"
    """One member of staff has it."""
    WITH_PERSON = "with_person"
    """We asked the person something; their next words bring it back."""
    WITH_OFFICE = "with_office"
    """Somebody outside must act first: a hospital, the metro company."""
    ANSWERED = "answered"
    """The person was answered; a new message from them reopens it."""
    CLOSED = "closed"
    """Nothing more to say; a new message within REOPENS_WITHIN opens it again."""


OPEN_STATES = (
    TicketState.WAITING,
    TicketState.TAKEN,
    TicketState.WITH_PERSON,
    TicketState.WITH_OFFICE,
)
"""In these something is still owed to the person."""


class Priority(IntEnum):
    """The smaller, the sooner."""

    EMERGENCY = 0
    HIGH = 1
    USUAL = 2
    LOW = 3


class Level(IntEnum):
    """Whom 'next' gives an item to."""

    CLERK = 0
    SUPERVISOR = 1
    """The person said that the matter is not settled."""


class AlreadyTaken(Exception):
    """A colleague has it, or it changed since it was looked at."""


class NotFound(Exception):
    """There is no such item in one's region."""


class NotPossible(Exception):
    """This change makes no sense as the item stands: merging it with itself, say."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One item; `version` grows with every change, so that nobody overwrites a colleague."""

    id: int
    number: str
    kind: TicketKind
    region: str
    """The office that has it: its division's federation."""
    conversation_id: int | None
    state: TicketState
    taken_by: int | None
    waiting_since: datetime
    created_at: datetime
    version: int
    priority: Priority = Priority.USUAL
    level: Level = Level.CLERK
    due_at: datetime | None = None
    warned_at: datetime | None = None
    escalated_at: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    anonymous: bool = False
    """Staff see no name, no chat and no bookings; the reply still arrives."""
    settled: str = ""
    """'asked', 'yes' or 'no': the person's own word on it."""
    asked_at: datetime | None = None
    """When staff wrote last, be it an answer or a question."""
    booking_id: int | None = None
    merged_into: int | None = None

    @property
    def urgent(self) -> bool:
        return self.priority is Priority.EMERGENCY

    @property
    def open(self) -> bool:
        return self.state in OPEN_STATES

    def same_writer(self, other: "Ticket") -> bool:
        """Of one chat, as far as staff may know: an anonymous letter is nobody's but its own."""
        return (
            self.conversation_id is not None
            and self.conversation_id == other.conversation_id
            and self.anonymous == other.anonymous
        )

    @property
    def owed(self) -> bool:
        """Is it on us? What waits for another office is, as long as the person heard nothing."""
        if self.state is TicketState.WITH_OFFICE:
            return self.answered_at is None
        return self.state in (TicketState.WAITING, TicketState.TAKEN)

    def overdue(self, now: datetime) -> bool:
        return self.owed and self.due_at is not None and self.due_at < now

    # --- what staff do with it

    def take(self, by: int) -> "Ticket":
        """Raises AlreadyTaken where a colleague has it."""
        return self._by(by, state=TicketState.TAKEN)

    def give_back(self, by: int) -> "Ticket":
        """Raises AlreadyTaken where it is not one's own."""
        if self.taken_by != by:
            raise AlreadyTaken
        return self.to_queue()

    def to_queue(self) -> "Ticket":
        """Nobody's, with its deadline as it was: its owner gave it back or is away."""
        return self._next(state=TicketState.WAITING, taken_by=None)

    def hand_to(self, region: str, by: int) -> "Ticket":
        """To another office, nobody's there yet. Raises AlreadyTaken, NotPossible."""
        if region == self.region:
            raise NotPossible
        return replace(self._by(by), region=region, state=TicketState.WAITING, taken_by=None)

    def wait_for_office(self, by: int) -> "Ticket":
        """Raises AlreadyTaken where a colleague has it."""
        return self._by(by, state=TicketState.WITH_OFFICE)

    def answer(self, by: int, now: datetime, *, asks: bool = False) -> "Ticket":
        """`asks`: the answer is a question, so it waits for the person.

        Raises AlreadyTaken where a colleague has it.
        """
        return self._by(
            by,
            state=TicketState.WITH_PERSON if asks else TicketState.ANSWERED,
            answered_at=self.answered_at or now,
            settled="" if asks else "asked",
            asked_at=now,
        )

    def close(self, by: int, now: datetime) -> "Ticket":
        """Raises AlreadyTaken where a colleague has it."""
        return self._by(by, state=TicketState.CLOSED, closed_at=now)

    def merge_into(self, other: "Ticket", by: int, now: datetime) -> "Ticket":
        """Raises NotPossible for itself and for one that was merged; AlreadyTaken."""
        if other.id == self.id or other.merged_into is not None:
            raise NotPossible
        return replace(self.close(by, now), merged_into=other.id)

    def joined(self, other: "Ticket", now: datetime) -> "Ticket":
        """The person added their voice to another item: this one goes into it."""
        return self._next(state=TicketState.CLOSED, closed_at=now, merged_into=other.id)

    def touched(self) -> "Ticket":
        """Something about it changed that stands elsewhere: its letters, say."""
        return self._next()

    def prioritise(self, priority: Priority) -> "Ticket":
        return self._next(priority=priority)

    # --- what the person does with it

    def heard_more(self, now: datetime, due: datetime) -> "Ticket":
        """The person wrote again: it waits again, with whoever has it."""
        if self.state in (TicketState.WAITING, TicketState.TAKEN):
            return self._next()
        state = TicketState.TAKEN if self.taken_by else TicketState.WAITING
        return self._next(
            state=state,
            waiting_since=now,
            due_at=due,
            warned_at=None,
            escalated_at=None,
            closed_at=None,
            settled="",
            asked_at=None,
        )

    def reopens(self, now: datetime) -> bool:
        """May a new message still open it again?"""
        if self.open:
            return True
        ended = self.closed_at or self.asked_at or self.answered_at or self.waiting_since
        return now - ended <= REOPENS_WITHIN

    def is_settled(self, now: datetime) -> "Ticket":
        return self._next(state=TicketState.CLOSED, settled="yes", closed_at=now)

    def is_not_settled(self, now: datetime, due: datetime) -> "Ticket":
        """To a supervisor, as nobody's, soon."""
        return replace(
            self.heard_more(now, due),
            state=TicketState.WAITING,
            taken_by=None,
            settled="no",
            level=Level.SUPERVISOR,
            priority=min(self.priority, Priority.HIGH),
        )

    # --- what time does with it

    def ended(self, now: datetime) -> "Ticket":
        """Answered, and nothing was heard since."""
        return self._next(state=TicketState.CLOSED, closed_at=now)

    def warned(self, now: datetime) -> "Ticket":
        return self._next(warned_at=now)

    def raised(self, region: str, due: datetime) -> "Ticket":
        """The office did not answer even then: to the supervisors of the one above."""
        return self._next(
            region=region,
            state=TicketState.WAITING,
            taken_by=None,
            level=Level.SUPERVISOR,
            due_at=due,
            warned_at=None,
            escalated_at=None,
        )

    def escalated(self, now: datetime) -> "Ticket":
        """Overdue: before everything that is not."""
        return self._next(escalated_at=now, priority=min(self.priority, Priority.HIGH))

    def _by(self, by: int, **changed: object) -> "Ticket":
        if self.taken_by not in (None, by):
            raise AlreadyTaken
        return self._next(taken_by=by, **changed)

    def _next(self, **changed: object) -> "Ticket":
        return replace(self, version=self.version + 1, **changed)  # type: ignore[arg-type]
