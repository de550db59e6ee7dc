"""What time does with items: a warning, an escalation, the office above; leave; an end.

Run every half minute by every replica; each change is one row's version, so none happens twice.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, time, timedelta

from bot.domain.deadlines import DAY, HOURS
from bot.domain.regions import PROVINCE
from bot.domain.tickets import REOPENS_WITHIN, AlreadyTaken, Priority, Ticket
from bot.i18n import GUANGDONG, Text, _
from bot.messages import Reply
from bot.services.ticket_base import TicketsBase
from bot.storage import files, ticket_letters, ticket_queue

QUIET_FROM, QUIET_TO = time(21), time(8)
"""No message that nobody waits for comes then (rule C23)."""


class TicketTime(TicketsBase):
    """For upkeep."""

    def look_after(self) -> int:
        """How many items changed."""
        return self._remind() + self.hand_back_absent() + self._end_old()

    def hand_back_absent(self) -> int:
        """What those have who are on leave today, or no longer here."""
        today = self._now.astimezone(GUANGDONG).date()
        return self.hand_back(ticket_queue.owners_inactive(self._connection, today))

    def hand_back(self, staff_ids: Iterable[int]) -> int:
        """On leave, or no longer here: what they had goes back to the queue, with its deadline."""
        ids = list(staff_ids)
        held = ticket_queue.held_by(self._connection, ids) if ids else []
        count = 0
        for ticket in held:
            with suppress(AlreadyTaken):
                self._saved(ticket.to_queue())
                self._note_event(ticket, "away", ticket.taken_by)
                self._services.audit.record(ticket.taken_by, "ticket.given_back", ticket.number)
                count += 1
        return count

    def not_taken(self, reference: str, why: Text) -> None:
        """A file that came with an item could not be kept: staff see it, its sender hears why."""
        ticket = ticket_letters.of_file(self._connection, reference)
        if ticket is None:
            return
        self._note_event(ticket, "not_taken", None)
        if ticket.conversation_id is not None:
            reply = Reply(
                paragraphs=(
                    _("About number {number}: {why}").fill(number=ticket.number, why=why),
                    _("Everything else that you sent has arrived."),
                )
            )
            self._tell(ticket, reply)

    def transcribed(self, reference: str, words: str, *, urgent: bool = False) -> None:
        """What a speech model heard in a voice message; '' where it heard no words."""
        files.heard(self._connection, reference, self._now)
        ticket = ticket_letters.of_file(self._connection, reference)
        if ticket is None or not words:
            return
        self._say(ticket, words, None, "bot")
        if urgent and not ticket.urgent:
            self._saved(ticket.prioritise(Priority.EMERGENCY))

    def _remind(self) -> int:
        count = 0
        for kind in HOURS:
            soon = self._hours.add(self._now, self._hours.warn_before(kind))
            for ticket in ticket_queue.late(self._connection, kind, self._now, soon):
                with suppress(AlreadyTaken):
                    self._one(ticket)
                    count += 1
        return count

    def _one(self, ticket: Ticket) -> None:
        if not ticket.overdue(self._now):
            self._saved(ticket.warned(self._now))
            self._note_event(ticket, "warned", None)
        elif ticket.escalated_at is None:
            self._saved(ticket.escalated(self._now))
            self._note_event(ticket, "escalated", None)
            self._apologise(ticket)
        elif ticket.region != PROVINCE and self._hours.add(ticket.escalated_at, DAY) < self._now:
            above = parent_of(ticket.region)
            self._saved(ticket.raised(above, self._hours.add(self._now, DAY)))
            self._note_event(ticket, "raised", None, self._services.offices.name(above))

    def _apologise(self, ticket: Ticket) -> None:
        """We said by when they would hear: so they hear that it takes longer."""
        if ticket.conversation_id is None:
            return
        reply = Reply(
            paragraphs=(
                _("I am sorry: number {number} has no answer yet.").fill(number=ticket.number),
                _("A supervisor sees it now, before everything else. The answer comes here."),
            )
        )
        self._tell(
            ticket,
            reply,
            subject=f"ticket:{ticket.id}",
            due=by_day(self._now),
        )

    def _end_old(self) -> int:
        """Answered, and nothing heard for as long as it could be opened again."""
        old = ticket_queue.answered_before(self._connection, self._now - REOPENS_WITHIN)
        count = 0
        for ticket in old:
            with suppress(AlreadyTaken):
                self._saved(ticket.ended(self._now))
                count += 1
        return count


def by_day(now: datetime) -> datetime:
    """Now, or the next morning."""
    local = now.astimezone(GUANGDONG)
    if QUIET_TO <= local.time() < QUIET_FROM:
        return now
    day = local.date() if local.time() < QUIET_TO else local.date() + timedelta(days=1)
    return datetime.combine(day, QUIET_TO, GUANGDONG)


def parent_of(region: str) -> str:
    """The office above: of a street, which belongs to its county's, and of a county the city's."""
    return region[:4] if len(region) > len(PROVINCE) + 2 else PROVINCE
