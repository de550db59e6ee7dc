"""The staff's queue. Here: what a person does; beside it what staff see and do, and what time does.

ticket_reading.py: the queue and one item. ticket_work.py: take, answer, hand over, merge, split.
ticket_time.py: warnings, escalation, leave. An answer leaves in the transaction that records it.
"""

from datetime import timedelta

from bot.domain.deadlines import AFTER_NOT_SETTLED
from bot.domain.references import FEEDBACK, new_reference, read_reference
from bot.domain.regions import PROVINCE
from bot.domain.ticket_letters import Voice
from bot.domain.tickets import (
    PUBLIC_KINDS,
    Priority,
    Ticket,
    TicketKind,
    TicketState,
)
from bot.messages import Attachment
from bot.services.ticket_reading import Item, TicketReading
from bot.services.ticket_time import TicketTime
from bot.services.ticket_work import TicketWork
from bot.storage import public_notes, ticket_letters, ticket_words, transcript
from bot.storage import tickets as stored

__all__ = ["FEEDBACK", "Item", "Tickets"]

LISTENED_FOR = timedelta(days=7)
"""So long after a staff answer the person's next words belong to it."""
ALIKE = 0.4
"""Of the pairs of characters: from here on two suggestions are worth showing together."""
MOST_ALIKE = 3


class Tickets(TicketReading, TicketWork, TicketTime):
    """For handlers (no staff) and for the console (inside a member's region only)."""

    def open(
        self,
        kind: TicketKind,
        words: str,
        *,
        region: str = PROVINCE,
        file: Attachment | None = None,
        urgent: bool = False,
        anonymous: bool = False,
        booking_id: int | None = None,
    ) -> Ticket:
        """A new item with a receipt number, of this turn's chat if there is one."""
        ticket = stored.add(
            self._connection,
            {
                "number": new_reference(FEEDBACK),
                "kind": kind,
                "region": region,
                "conversation_id": self._chat(),
                "state": TicketState.WAITING,
                "priority": Priority.EMERGENCY if urgent else Priority.USUAL,
                "waiting_since": self._now,
                "created_at": self._now,
                "due_at": self._hours.due(kind, self._now),
                "anonymous": anonymous,
                "booking_id": booking_id,
            },
        )
        self._touches(ticket)
        self._say(ticket, words, file)
        return ticket

    def open_human(self, words: str) -> tuple[Ticket, bool]:
        """The chat's open wish for a person, or a new one; True: it is new."""
        chat = self._chat()
        found = chat and stored.open_of(self._connection, chat, TicketKind.HUMAN)
        if found:
            return found, False
        return self.open(TicketKind.HUMAN, words), True

    def open_failure(self, heard_id: int, words: str = "", *, anonymous: bool = False) -> str:
        """A message on which the turn broke. Staff read it in the conversation.

        `anonymous`: they may not see that, so the item itself holds the words.
        """
        said = words if anonymous and words else f"inbox {heard_id}"
        return self.open(TicketKind.FAILURE, said, anonymous=anonymous).number

    def listens_anonymously(self) -> bool:
        """Staff wrote to this chat last in an anonymous letter: its next words may belong there."""
        ticket = self._answered_within(None)
        return ticket is not None and ticket.anonymous

    def add(self, ticket: Ticket, words: str, file: Attachment | None = None) -> Ticket:
        """The person's further words: an item waits again, or a new one begins where it is too old.

        One that was merged into another of the same chat is continued there.
        """
        main = stored.by_id(self._connection, ticket.merged_into) if ticket.merged_into else None
        if main and main.same_writer(ticket):
            ticket = main
        if ticket.merged_into is not None or not ticket.reopens(self._now):
            new = self.open(
                ticket.kind, words, region=ticket.region, file=file, anonymous=ticket.anonymous
            )
            self._note_event(new, "follows", None, ticket.number)
            return new
        if not ticket.open:
            self._note_event(ticket, "reopened", None)
        self._say(ticket, words, file)
        due = self._hours.due(ticket.kind, self._now)
        return self._saved(ticket.heard_more(self._now, due))

    def own(self, number: str) -> Ticket | None:
        """An item of this very chat; None also for somebody else's."""
        ticket = stored.by_number(self._connection, read_reference(number) or number)
        return ticket if ticket and ticket.conversation_id == self._chat() else None

    def awaiting_answer(self) -> Ticket | None:
        """The item in which staff wrote last to this chat, if that was not long ago."""
        return self._answered_within(LISTENED_FOR)

    def answered_lately(self) -> Ticket | None:
        """The same, for as long as a new message opens it again."""
        ticket = self._answered_within(None)
        return ticket if ticket and ticket.reopens(self._now) else None

    def _answered_within(self, longest: timedelta | None) -> Ticket | None:
        chat = self._chat()
        ticket_id = stored.expected(self._connection, chat) if chat else None
        ticket = stored.by_id(self._connection, ticket_id) if ticket_id else None
        written = ticket_letters.last_answer(self._connection, ticket.id) if ticket else None
        if ticket is None or written is None:
            return None
        return ticket if longest is None or self._now - written <= longest else None

    def stop_listening(self) -> None:
        """The person's next words are for the assistant again."""
        chat = self._chat()
        if chat:
            stored.expect_answer(self._connection, chat, None)

    # --- afterwards

    def asked_if_settled(self, *, just_now: bool) -> Ticket | None:
        """The item about which this chat was last asked 'is it settled?'.

        `just_now`: and has said nothing since, nor was shown other choices.
        """
        chat = self._chat()
        ticket = stored.asked_of(self._connection, chat, just_now=just_now) if chat else None
        if ticket is None or chat is None or not just_now:
            return ticket
        shown = transcript.newest_choices(self._connection, chat, self._now)
        ours = f"!settled:{ticket.number}:"
        return ticket if any(choice.token.startswith(ours) for choice in shown) else None

    def settle(self, number: str, *, settled: bool) -> Ticket | None:
        """The person's own word. None: no item of this chat, or too long ago."""
        ticket = self.own(number)
        if ticket is None or ticket.merged_into is not None or not ticket.reopens(self._now):
            return None
        if settled:
            self._note_event(ticket, "settled", None)
            if ticket.state is TicketState.CLOSED and ticket.settled == "yes":
                return ticket
            return self._saved(ticket.is_settled(self._now))
        if ticket.settled == "no" and ticket.open:
            return ticket  # pressed twice
        self._note_event(ticket, "not_settled", None)
        due = self._hours.add(self._now, AFTER_NOT_SETTLED)
        return self._saved(ticket.is_not_settled(self._now, due))

    # --- several with the same wish

    def alike(self, kind: TicketKind, words: str, region: str, language: str) -> list[Voice]:
        """What others asked for nearby, in words that a supervisor released; the likest first."""
        if kind not in PUBLIC_KINDS:
            return []
        notes = self._services.public_notes.newest(region[:4])
        shares = ticket_words.alike(self._connection, self._bare(words), notes)
        likest = sorted(
            (one for one in shares if shares[one] >= ALIKE), key=lambda one: -shares[one]
        )[:MOST_ALIKE]
        voices = public_notes.voices(self._connection, likest)
        return [
            Voice(one, notes[one].number, notes[one].said[language], voices[one]) for one in likest
        ]

    def join(self, number: str, own_number: str) -> Ticket | None:
        """'Add my voice': this chat follows that suggestion, and its own item goes into it.

        None: it is not public, so nobody may join it.
        """
        chat = self._chat()
        wanted = stored.by_number(self._connection, read_reference(number) or number)
        if chat is None or wanted is None or not self._services.public_notes.is_public(wanted.id):
            return None
        public_notes.follow(self._connection, wanted.id, chat, self._now)
        own = self.own(own_number) if own_number else None
        if own and own.id != wanted.id and own.open and own.taken_by is None:
            self._note_event(own, "joined", None, wanted.number)
            self._saved(own.joined(wanted, self._now))
        return wanted
