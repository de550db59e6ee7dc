"""'You said, we did': drafted by staff, released by a supervisor, told to those who follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.public_notes import NoteState, NotForEverybody, OwnNote, PublicNote, faults
from bot.domain.regions import Regions
from bot.domain.tickets import PUBLIC_KINDS, AlreadyTaken, NotFound, NotPossible, Ticket
from bot.i18n import LANGUAGES, _, verbatim
from bot.messages import Link, Reply
from bot.services.ticket_time import by_day
from bot.storage import bookings, conversations, ticket_words, tickets
from bot.storage import public_notes as stored

if TYPE_CHECKING:
    from bot.domain.staff import Member
    from bot.services import Services

PAGE = "/said-and-done"
Words = dict[str, str]
"""By language."""


@dataclass(frozen=True, slots=True)
class Story:
    """One suggestion as the public page shows it, the newest step first."""

    steps: Sequence[PublicNote]
    place: str
    voices: int


class PublicNotes:
    """No personal data ever: checked when it is drafted and again when it is released."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._connection = services.connection
        self._now = services.now

    # --- for everybody

    def stories(self) -> list[Story]:
        """All that was released, the newest first."""
        by_ticket: dict[int, list[PublicNote]] = {}
        for note in stored.in_state(self._connection, NoteState.RELEASED):
            by_ticket.setdefault(note.ticket_id, []).append(note)
        voices = stored.voices(self._connection, list(by_ticket))
        names = self._services.offices
        return [
            Story(steps, names.name(steps[0].region[:6]), voices[ticket_id])
            for ticket_id, steps in by_ticket.items()
        ]

    def newest(self, region: str) -> dict[int, PublicNote]:
        """The newest released step of every suggestion of that region, by item."""
        notes: dict[int, PublicNote] = {}
        for note in stored.in_state(self._connection, NoteState.RELEASED, region):
            notes.setdefault(note.ticket_id, note)
        return notes

    def is_public(self, ticket_id: int) -> bool:
        found = stored.of_ticket(self._connection, ticket_id)
        return any(note.state is NoteState.RELEASED for note in found)

    # --- for staff

    def drafts(self, member: "Member") -> list[PublicNote]:
        return stored.in_state(self._connection, NoteState.DRAFT, member.region)

    def released(self, member: "Member") -> list[PublicNote]:
        return stored.in_state(self._connection, NoteState.RELEASED, member.region)

    def of(self, ticket: Ticket) -> list[PublicNote]:
        return stored.of_ticket(self._connection, ticket.id)

    def note(self, note_id: int, member: "Member") -> PublicNote:
        """Raises NotFound."""
        found = stored.get(self._connection, note_id)
        if found is None or not Regions.contains(member.region, found.region):
            raise NotFound
        return found

    def draft(self, number: str, member: "Member", said: Words, done: Words) -> int:
        """The new note's id. Raises NotFound, NotPossible, NotForEverybody."""
        ticket = tickets.by_number(self._connection, number)
        if ticket is None or not Regions.contains(member.region, ticket.region):
            raise NotFound
        if ticket.kind not in PUBLIC_KINDS or ticket.merged_into is not None:
            raise NotPossible
        self._check(ticket, said, done)
        note_id = stored.add(
            self._connection,
            {
                "ticket_id": ticket.id,
                "state": NoteState.DRAFT,
                "said": said,
                "done": done,
                "author_id": member.id,
                "created_at": self._now,
            },
        )
        self._services.audit.record(member.id, "public.drafted", f"note:{note_id}")
        return note_id

    def release(self, note_id: int, member: "Member") -> PublicNote:
        """By a supervisor other than its author; then who follows is told.

        Raises NotFound, OwnNote, NotForEverybody, AlreadyTaken.
        """
        note = self.note(note_id, member)
        if note.author_id == member.id:
            raise OwnNote
        ticket = tickets.by_id(self._connection, note.ticket_id)
        if ticket is None:
            raise NotFound
        self._check(ticket, note.said, note.done)
        self._move(note, NoteState.RELEASED, member)
        bare = self._services.known.library.bare
        for language in LANGUAGES:
            words = bare(note.said[language]).replace(" ", "")
            ticket_words.add(self._connection, ticket.id, words)
        for chat in {*stored.followers(self._connection, ticket.id), ticket.conversation_id}:
            if chat is not None:
                self._tell(chat, note)
        self._services.audit.record(member.id, "public.released", f"note:{note_id}")
        return note

    def withdraw(self, note_id: int, member: "Member") -> None:
        """From the page, or out of the drafts. Raises NotFound, AlreadyTaken."""
        note = self.note(note_id, member)
        self._move(note, NoteState.WITHDRAWN, member)
        self._services.audit.record(member.id, "public.withdrawn", f"note:{note_id}")

    # --- parts

    def _check(self, ticket: Ticket, said: Mapping[str, str], done: Mapping[str, str]) -> None:
        found = faults(said, done, self._names(ticket))
        if found:
            raise NotForEverybody(found)

    def _names(self, ticket: Ticket) -> list[str]:
        """Of the people whom this chat has told us of."""
        if ticket.conversation_id is None:
            return []
        booked = bookings.live_of_conversation(self._connection, ticket.conversation_id)
        return [name for one in booked for name in (one.request.name, one.request.carer) if name]

    def _move(self, note: PublicNote, state: NoteState, member: "Member") -> None:
        if not stored.move(self._connection, note, state, member.id, self._now):
            raise AlreadyTaken

    def _tell(self, chat: int, note: PublicNote) -> None:
        """Each in the language of their chat, by day."""
        language = conversations.language_of(self._connection, chat)
        reply = Reply(
            heading=_("News of what you asked for"),
            paragraphs=(
                _("You said: {words}").fill(words=verbatim(note.said[language])),
                _("We did: {words}").fill(words=verbatim(note.done[language])),
            ),
            link=self._link(),
        )
        self._services.notices.tell(chat, reply, subject=f"public:{note.id}", due=by_day(self._now))

    def _link(self) -> Link | None:
        address = self._services.known.public_url
        if not address:
            return None
        return Link(address + PAGE, _("Everything that was said and done:"))
