"""What every part of the tickets' use cases stands on: finding, saving, saying, noting."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.deadlines import OfficeHours
from bot.domain.regions import Regions
from bot.domain.tickets import AlreadyTaken, NotFound, Ticket
from bot.messages import Attachment, Reply
from bot.storage import files, ticket_letters, ticket_words
from bot.storage import tickets as stored
from bot.storage.withheld import FOR_GOOD

if TYPE_CHECKING:
    from bot.domain.staff import Member
    from bot.services import Services

Change = Callable[[int], Ticket]


class TicketsBase:
    """The transaction, and what its parts share."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._connection = services.connection
        self._now = services.now
        self._hours = OfficeHours(services.known.calendar)

    def _chat(self) -> int | None:
        found: int | None = getattr(self._services, "conversation_id", None)
        return found

    def _bare(self, words: str) -> str:
        return self._services.known.library.bare(words).replace(" ", "")

    def _say(
        self, ticket: Ticket, words: str, file: Attachment | None, who: str = "person"
    ) -> None:
        reference = self._kept(file) if file else None
        ticket_letters.say(self._connection, ticket.id, who, words, self._now, file=reference)
        ticket_words.add(self._connection, ticket.id, self._bare(words))

    def _note_event(self, ticket: Ticket, event: str, by: int | None, words: str = "") -> None:
        """What happened to an item stands between its letters; `words` are of whoever did it."""
        ticket_letters.happened(self._connection, ticket.id, event, words, self._now, by)

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
            self._chat(),
        )
        return reference

    def _tell(
        self,
        ticket: Ticket,
        reply: Reply,
        *,
        who: str = "bot",
        subject: str | None = None,
        due: datetime | None = None,
    ) -> str:
        """The person, in the item's chat. Of an anonymous one staff do not see it there."""
        assert ticket.conversation_id is not None  # noqa: S101 - the callers looked
        return self._services.notices.tell(
            ticket.conversation_id,
            reply,
            who=who,
            subject=subject,
            due=due,
            withheld=FOR_GOOD if ticket.anonymous else "",
        )

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

    def _changed(self, event: str, change: Change, member: "Member", detail: str = "") -> Ticket:
        ticket = self._saved(change(member.id))
        self._services.audit.record(member.id, event, ticket.number, detail=detail)
        return ticket

    def _touches(self, ticket: Ticket) -> None:
        """This turn's lines belong to that letter, and are as anonymous as it is."""
        letters: set[bool] | None = getattr(self._services, "letters", None)
        if letters is not None:
            letters.add(ticket.anonymous)

    def _saved(self, ticket: Ticket) -> Ticket:
        self._touches(ticket)
        if not stored.save(self._connection, ticket):
            raise AlreadyTaken
        return ticket
