"""The staff's queue: open, take, answer, close; the answer leaves in the same transaction."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.allowance import Allowance
from bot.domain.references import new_reference, read_reference
from bot.domain.regions import PROVINCE, Regions
from bot.domain.tickets import (
    AlreadyTaken,
    NotFound,
    Ticket,
    TicketKind,
    TicketMessage,
    TicketState,
)
from bot.i18n import _, verbatim
from bot.messages import Attachment, Line, Reply
from bot.storage import files, transcript
from bot.storage import tickets as stored
from bot.storage.tickets import QueueLine

if TYPE_CHECKING:
    from bot.domain.staff import Member
    from bot.services import Services

FEEDBACK = "F"
LISTENED_FOR = timedelta(days=7)
"""So long after a staff answer the person's next words belong to it."""
CONVERSATION_SHOWN = 30
LISTED = (TicketState.WAITING, TicketState.TAKEN, TicketState.ANSWERED)


@dataclass(frozen=True, slots=True)
class Item:
    """All that a member of staff sees of one item."""

    ticket: Ticket
    owner: str
    messages: Sequence[TicketMessage]
    conversation: Sequence[Line]
    channel: str
    allowance: Allowance | None = None
    """What may still be sent to this person; None: as much as you like."""


class Tickets:
    """For handlers (no staff) and for the console (inside a member's region only)."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._connection = services.connection
        self._now = services.now

    # --- what a person does

    def open(
        self,
        kind: TicketKind,
        words: str,
        *,
        region: str = PROVINCE,
        file: Attachment | None = None,
        urgent: bool = False,
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
                "urgent": urgent,
                "waiting_since": self._now,
                "created_at": self._now,
            },
        )
        self._say(ticket, words, file)
        return ticket

    def open_human(self, words: str) -> tuple[Ticket, bool]:
        """The chat's open wish for a person, or a new one; True: it is new."""
        chat = self._chat()
        found = chat and stored.open_of(self._connection, chat, TicketKind.HUMAN)
        if found:
            return found, False
        return self.open(TicketKind.HUMAN, words), True

    def open_failure(self, heard_id: int) -> str:
        """A message on which the turn broke; staff read it in the conversation."""
        return self.open(TicketKind.FAILURE, f"inbox {heard_id}").number

    def add(self, ticket: Ticket, words: str, file: Attachment | None = None) -> Ticket:
        """The person's further words: an answered item waits again."""
        self._say(ticket, words, file)
        return self._saved(ticket.heard_more(self._now))

    def own(self, number: str) -> Ticket | None:
        """An item of this very chat; None also for somebody else's."""
        ticket = stored.by_number(self._connection, read_reference(number) or number)
        return ticket if ticket and ticket.conversation_id == self._chat() else None

    def awaiting_answer(self) -> Ticket | None:
        """The item in which staff wrote last to this chat, if that was not long ago."""
        chat = self._chat()
        ticket_id = stored.expected(self._connection, chat) if chat else None
        ticket = stored.by_id(self._connection, ticket_id) if ticket_id else None
        written = stored.last_answer(self._connection, ticket.id) if ticket else None
        if ticket is None or written is None or self._now - written > LISTENED_FOR:
            return None
        return ticket

    def stop_listening(self) -> None:
        """The person's next words are for the assistant again."""
        chat = self._chat()
        if chat:
            stored.expect_answer(self._connection, chat, None)

    # --- what staff do

    def queue(self, member: "Member") -> list[QueueLine]:
        return stored.queue(self._connection, member.region, LISTED)

    def waiting(self, member: "Member") -> int:
        return stored.waiting(self._connection, member.region)

    def item(self, number: str, member: "Member") -> Item:
        """Raises NotFound. The look is written to the audit log."""
        ticket = self._mine(number, member)
        self._services.audit.record(member.id, "ticket.read", ticket.number)
        chat = ticket.conversation_id
        lines: Sequence[Line] = ()
        channel = ""
        if chat:
            lines = transcript.lines(
                self._connection, chat, limit=CONVERSATION_SHOWN, now=self._now
            )
            address = self._services.notices.address(chat)
            channel = address.channel if address else ""
        owner = self._services.staff.name_of(ticket.taken_by) if ticket.taken_by else ""
        said = stored.messages(self._connection, ticket.id)
        allowance = self._services.notices.allowance(chat) if chat else None
        return Item(ticket, owner, said, lines, channel, allowance)

    def take(self, number: str, version: int, member: "Member") -> Ticket:
        """Raises NotFound and AlreadyTaken."""
        return self._changed("ticket.taken", self._current(number, version, member).take, member)

    def give_back(self, number: str, version: int, member: "Member") -> Ticket:
        """Raises NotFound and AlreadyTaken."""
        ticket = self._current(number, version, member)
        return self._changed("ticket.given_back", ticket.give_back, member)

    def close(self, number: str, version: int, member: "Member") -> Ticket:
        """Raises NotFound and AlreadyTaken."""
        ticket = self._current(number, version, member)
        if ticket.conversation_id:
            stored.expect_answer(self._connection, ticket.conversation_id, None)
        return self._changed("ticket.closed", ticket.close, member)

    def answer(self, number: str, version: int, member: "Member", words: str) -> Ticket:
        """The answer goes to the chat it came from. Raises NotFound and AlreadyTaken."""
        ticket = self._current(number, version, member)
        answered = self._changed("ticket.answered", ticket.answer, member)
        uid = None
        if ticket.conversation_id:
            reply = Reply(
                heading=_("A reply from the staff, number {number}").fill(number=ticket.number),
                paragraphs=(verbatim(words),),
                question=_("To answer, just write here."),
            )
            uid = self._services.notices.tell(ticket.conversation_id, reply, who="staff")
            stored.expect_answer(self._connection, ticket.conversation_id, ticket.id)
        stored.say(
            self._connection,
            ticket.id,
            "staff",
            words,
            self._now,
            staff_id=member.id,
            outbox_uid=uid,
        )
        return answered

    def file(self, number: str, reference: str, member: "Member") -> files.StoredFile:
        """A photo of an item. Raises NotFound. The look is written to the audit log."""
        ticket = self._mine(number, member)
        found = None
        if stored.has_file(self._connection, ticket.id, reference):
            found = files.find(self._connection, reference)
        if found is None:
            raise NotFound
        self._services.audit.record(member.id, "file.read", ticket.number)
        return found

    # --- below

    def _chat(self) -> int | None:
        found: int | None = getattr(self._services, "conversation_id", None)
        return found

    def _say(self, ticket: Ticket, words: str, file: Attachment | None) -> None:
        reference = self._kept(file) if file else None
        stored.say(self._connection, ticket.id, "person", words, self._now, file=reference)

    def _kept(self, file: Attachment) -> str:
        """The file's place in our store; what a channel still holds is fetched soon."""
        if files.find(self._connection, file.reference):
            return file.reference
        who = getattr(self._services, "who", None)
        channel = who.channel if who else ""
        reference = hashlib.sha256(f"{channel}:{file.reference}".encode()).hexdigest()[:40]
        files.expect(
            self._connection,
            reference,
            file.media_type,
            channel,
            file.reference,
            file.size,
            self._now,
        )
        return reference

    def _mine(self, number: str, member: "Member") -> Ticket:
        ticket = stored.by_number(self._connection, number)
        if ticket is None or not Regions.contains(member.region, ticket.region):
            raise NotFound
        return ticket

    def _current(self, number: str, version: int, member: "Member") -> Ticket:
        ticket = self._mine(number, member)
        if ticket.version != version:
            raise AlreadyTaken
        return ticket

    def _changed(self, event: str, change: "_Change", member: "Member") -> Ticket:
        ticket = self._saved(change(member.id))
        self._services.audit.record(member.id, event, ticket.number)
        return ticket

    def _saved(self, ticket: Ticket) -> Ticket:
        if not stored.save(self._connection, ticket, self._now):
            raise AlreadyTaken
        return ticket


if TYPE_CHECKING:
    from collections.abc import Callable

    _Change = Callable[[int], Ticket]
