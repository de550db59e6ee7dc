"""What can be done: one method is one use case, inside the transaction it is given.

Services is all of them over one transaction; Turn is the same for one message of one chat.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from bot.messages import Address

if TYPE_CHECKING:
    from bot.domain.calendar import WorkCalendar
    from bot.domain.canned import Canned
    from bot.domain.checklists import Checklist
    from bot.domain.regions import Regions
    from bot.services.applications import Applications
    from bot.services.articles import Articles, Library
    from bot.services.audit import Audit
    from bot.services.editions import Editions
    from bot.services.notices import Notices
    from bot.services.numbers import Numbers
    from bot.services.offices import Offices
    from bot.services.people import People
    from bot.services.privacy import Privacy
    from bot.services.public_notes import PublicNotes
    from bot.services.questions import Questions
    from bot.services.second_step import SecondStep
    from bot.services.sign_ins import SignIns
    from bot.services.staff import Staff
    from bot.services.stuck import Stuck
    from bot.services.tickets import Tickets
    from bot.services.visits import Visits
    from bot.storage.db import Connection


@dataclass(frozen=True, slots=True)
class Known:
    """What every transaction reads and none changes."""

    regions: "Regions"
    library: "Library"
    calendar: "WorkCalendar"
    checklist: "Checklist"
    public_url: str = ""
    canned: "tuple[Canned, ...]" = ()
    """Replies that staff need often."""


class Services:
    """All use cases over one transaction: it commits together, or not at all."""

    def __init__(self, connection: "Connection", now: datetime, known: Known) -> None:
        self.connection = connection
        self.now = now
        self.known = known

    @property
    def regions(self) -> "Regions":
        return self.known.regions

    @cached_property
    def visits(self) -> "Visits":
        from bot.services.visits import Visits

        return Visits(self)

    @cached_property
    def applications(self) -> "Applications":
        from bot.services.applications import Applications

        return Applications(self)

    @cached_property
    def articles(self) -> "Articles":
        from bot.services.articles import Articles

        return Articles(self)

    @cached_property
    def questions(self) -> "Questions":
        from bot.services.questions import Questions

        return Questions(self)

    @cached_property
    def editions(self) -> "Editions":
        from bot.services.editions import Editions

        return Editions(self)

    @cached_property
    def tickets(self) -> "Tickets":
        from bot.services.tickets import Tickets

        return Tickets(self)

    @cached_property
    def public_notes(self) -> "PublicNotes":
        from bot.services.public_notes import PublicNotes

        return PublicNotes(self)

    @cached_property
    def offices(self) -> "Offices":
        from bot.services.offices import Offices

        return Offices(self)

    @cached_property
    def notices(self) -> "Notices":
        from bot.services.notices import Notices

        return Notices(self)

    @cached_property
    def staff(self) -> "Staff":
        from bot.services.staff import Staff

        return Staff(self)

    @cached_property
    def sign_ins(self) -> "SignIns":
        from bot.services.sign_ins import SignIns

        return SignIns(self)

    @cached_property
    def second_step(self) -> "SecondStep":
        from bot.services.second_step import SecondStep

        return SecondStep(self)

    @cached_property
    def people(self) -> "People":
        from bot.services.people import People

        return People(self)

    @cached_property
    def numbers(self) -> "Numbers":
        from bot.services.numbers import Numbers

        return Numbers(self)

    @cached_property
    def audit(self) -> "Audit":
        from bot.services.audit import Audit

        return Audit(self)

    @cached_property
    def stuck(self) -> "Stuck":
        from bot.services.stuck import Stuck

        return Stuck(self)

    @cached_property
    def privacy(self) -> "Privacy":
        from bot.services.privacy import Privacy

        return Privacy(self)


class Turn(Services):
    """What a handler can reach while it answers one message."""

    def __init__(
        self,
        connection: "Connection",
        now: datetime,
        known: Known,
        who: Address,
        conversation_id: int,
        event_id: str,
    ) -> None:
        super().__init__(connection, now, known)
        self.who = who
        self.conversation_id = conversation_id
        self.event_id = event_id
        """Of the message being answered: the key that makes a repeated turn do one thing."""

    def address_of(self, path: str) -> str:
        """Of a page of ours, as this chat can open it; '' where it cannot."""
        if self.known.public_url or self.who.channel == "web":
            return self.known.public_url + path
        return ""
