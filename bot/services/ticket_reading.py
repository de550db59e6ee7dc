"""What staff see: the queue, a search in it, one item with all that belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.allowance import Allowance
from bot.domain.applications import Application
from bot.domain.articles import Article
from bot.domain.bookings import Booking
from bot.domain.preferences import UNSAID, Preferences
from bot.domain.queue import (
    A_PAGE,
    SHORTEST_SEARCH,
    Desk,
    Queue,
    QueueFilter,
    QueueLine,
    SavedView,
)
from bot.domain.references import read_reference
from bot.domain.regions import Regions
from bot.domain.staff import Member
from bot.domain.ticket_letters import TicketMessage
from bot.domain.tickets import NotFound, Ticket
from bot.domain.visit_needs import Call
from bot.messages import Line
from bot.services.ticket_base import TicketsBase
from bot.storage import (
    bookings,
    files,
    ticket_desks,
    ticket_letters,
    ticket_person,
    ticket_queue,
    ticket_words,
    transcript,
)
from bot.storage import tickets as stored

CONVERSATION_SHOWN = 30
SUGGESTED = 3
"""Answers of the policy pack that may be the one."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who is behind an item, as far as this role may see; all empty where anonymous."""

    channel: str = ""
    language: str = ""
    prefers: Preferences = UNSAID
    reachable: bool = True
    conversation: Sequence[Line] = ()
    bookings: Sequence[Booking] = ()
    applications: Sequence[Application] = ()
    allowance: Allowance | None = None
    """What may still be sent to this person; None: as much as you like."""

    @property
    def no_calls(self) -> bool:
        """Said in the settings, or for a visit."""
        visits = (booking.request.call for booking in self.bookings)
        return self.prefers.text_only or Call.TEXT in visits


@dataclass(frozen=True, slots=True)
class Item:
    """All that a member of staff sees of one item."""

    ticket: Ticket
    owner: str
    messages: Sequence[TicketMessage]
    person: Person
    labels: tuple[str, ...]
    office: str
    others: Sequence[Desk]
    """Colleagues who have it before them now."""
    draft: str
    suggested: Sequence[Article]
    booking: Booking | None
    merged_into: str
    """The number of the item that it was merged into."""

    @property
    def conversation(self) -> Sequence[Line]:
        return self.person.conversation

    @property
    def channel(self) -> str:
        return self.person.channel


class TicketReading(TicketsBase):
    """Inside a member's region only; every look at an item is in the audit log."""

    def page(self, member: Member, wanted: QueueFilter) -> Queue:
        """One page of the queue. A full-text search where words are given."""
        if wanted.office and not Regions.contains(member.region, wanted.office):
            raise NotFound
        among = self._found(member, wanted) if wanted.words else None
        lines = (
            ticket_queue.lines(self._connection, member.region, wanted, member.id, self._now, among)
            if among is None or among
            else []
        )
        waiting = ticket_queue.waiting(self._connection, member.region)
        return Queue(lines[:A_PAGE], waiting, len(lines) > A_PAGE)

    def queue(self, member: Member) -> list[QueueLine]:
        """The first page of what is open."""
        return self.page(member, QueueFilter()).lines

    def waiting(self, member: Member) -> int:
        return ticket_queue.waiting(self._connection, member.region)

    def news(self, regions: Sequence[str], after: int) -> tuple[int, dict[str, tuple[int, int]]]:
        """The newest message now; for each region how many items wait, and what arrived.

        `arrived`: messages of people after the one with the id `after`.
        """
        newest = ticket_letters.newest_message(self._connection)
        told = {
            region: (
                ticket_queue.waiting(self._connection, region),
                ticket_letters.arrived(self._connection, region, after) if newest > after else 0,
            )
            for region in regions
        }
        return newest, told

    def views(self, member: Member) -> list[SavedView]:
        return ticket_desks.views(self._connection, member.id)

    def item(self, number: str, member: Member) -> Item:
        """Raises NotFound. The look is written to the audit log, and colleagues see it."""
        ticket = self._mine(number, member)
        self._services.audit.record(member.id, "ticket.read", ticket.number)
        ticket_desks.look(self._connection, ticket.id, member.id, self._now)
        others = ticket_desks.others(self._connection, ticket.id, member.id)
        said = ticket_letters.messages(self._connection, ticket.id)
        person = self._person(ticket, member)
        return Item(
            ticket=ticket,
            owner=self._services.staff.name_of(ticket.taken_by) if ticket.taken_by else "",
            messages=said,
            person=person,
            labels=stored.labels(self._connection, ticket.id),
            office=self._services.offices.name(ticket.region),
            others=[one for one in others if one.is_there(self._now) or one.has_lock(self._now)],
            draft=ticket_desks.draft(self._connection, ticket.id, member.id),
            suggested=self._suggested(said, person.language or "zh_Hans"),
            booking=self._booking(ticket, member),
            merged_into=self._number_of(ticket.merged_into),
        )

    def file(self, number: str, reference: str, member: Member) -> files.StoredFile:
        """A file of an item. Raises NotFound. The look is written to the audit log."""
        ticket = self._mine(number, member)
        found = None
        if ticket_letters.has_file(self._connection, ticket.id, reference):
            found = files.find(self._connection, reference)
        if found is None:
            raise NotFound
        self._services.audit.record(member.id, "file.read", ticket.number)
        return found

    # --- parts

    def _found(self, member: Member, wanted: QueueFilter) -> list[int]:
        """By its number, or by words that were said in it."""
        number = read_reference(wanted.words)
        ticket = stored.by_number(self._connection, number) if number else None
        if ticket:
            return [ticket.id]
        terms = [self._bare(term) for term in wanted.words.split()]
        long_enough = [term for term in terms if len(term) >= SHORTEST_SEARCH]
        region = wanted.office or member.region
        self._services.audit.record(member.id, "ticket.searched", region)
        return ticket_words.find(self._connection, region, long_enough, self._bare)

    def _person(self, ticket: Ticket, member: Member) -> Person:
        chat = ticket.conversation_id
        if chat is None:
            return Person()
        language = ticket_person.language_of(self._connection, chat)
        reachable = ticket_person.reachable(self._connection, chat)
        if ticket.anonymous:
            return Person(language=language, reachable=reachable)
        address = self._services.notices.address(chat)
        booked = bookings.live_of_conversation(self._connection, chat)
        return Person(
            channel=address.channel if address else "",
            language=language,
            prefers=ticket_person.preferences_of(self._connection, chat),
            reachable=reachable,
            conversation=transcript.for_staff(
                self._connection, chat, limit=CONVERSATION_SHOWN, now=self._now
            ),
            bookings=[one for one in booked if Regions.contains(member.region, one.region)],
            applications=ticket_person.applications_of(self._connection, chat, member.region),
            allowance=self._services.notices.allowance(chat),
        )

    def _booking(self, ticket: Ticket, member: Member) -> Booking | None:
        """The visit that it is about."""
        if ticket.booking_id is None or ticket.anonymous:
            return None
        found = bookings.by_id(self._connection, ticket.booking_id)
        return found if found and Regions.contains(member.region, found.region) else None

    def _suggested(self, said: Sequence[TicketMessage], language: str) -> list[Article]:
        """Answers that may be the one, by what the person wrote last."""
        words = next((one.words for one in reversed(said) if one.who == "person"), "")
        if not words.strip():
            return []
        found = self._services.articles.find(words[:200], language).ids[:SUGGESTED]
        articles = (self._services.articles.article(one, language) for one in found)
        return [article for article in articles if article]

    def _number_of(self, ticket_id: int | None) -> str:
        ticket = stored.by_id(self._connection, ticket_id) if ticket_id else None
        return ticket.number if ticket else ""
