"""What can be done: one method is one use case, inside the transaction it is given.

Services is all of them over one transaction; Turn is the same for one message of one chat.
"""

from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Generic, TypeVar

from bot.messages import Address
from bot.stages_file import released

if TYPE_CHECKING:
    from bot.domain.calendar import WorkCalendar
    from bot.domain.canned import Canned
    from bot.domain.checklists import Checklist
    from bot.domain.regions import Regions
    from bot.domain.stages import StageBook
    from bot.services.application_desk import ApplicationDesk
    from bot.services.application_import_work import ImportWork
    from bot.services.application_imports import ApplicationImports
    from bot.services.application_news import News
    from bot.services.application_records import Records
    from bot.services.application_sources import ApplicationSources
    from bot.services.applications import Applications
    from bot.services.articles import Articles, Library
    from bot.services.audit import Audit
    from bot.services.bookings import Bookings
    from bot.services.calendar_files import CalendarFiles
    from bot.services.crossings import Crossings
    from bot.services.day_sheets import DaySheets
    from bot.services.desk import Desk
    from bot.services.editions import Editions
    from bot.services.joining import Joining
    from bot.services.notices import Notices
    from bot.services.numbers import Numbers
    from bot.services.offices import Offices
    from bot.services.people import People
    from bot.services.privacy import Privacy
    from bot.services.public_notes import PublicNotes
    from bot.services.questions import Questions
    from bot.services.reminders import Reminders
    from bot.services.second_step import SecondStep
    from bot.services.sign_ins import SignIns
    from bot.services.staff import Staff
    from bot.services.stuck import Stuck
    from bot.services.tickets import Tickets
    from bot.services.visit_figures import VisitFigures
    from bot.services.visit_import import VisitImport
    from bot.services.visit_teams import VisitTeams
    from bot.services.visit_weeks import VisitWeeks
    from bot.services.visits import Visits
    from bot.services.waiting import Waiting
    from bot.storage.db import Connection

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known:
    """What every transaction reads and none changes."""

    regions: "Regions"
    library: "Library"
    calendar: "WorkCalendar"
    checklist: "Checklist"
    public_url: str = ""
    stages: "StageBook" = field(default_factory=released)
    canned: "tuple[Canned, ...]" = ()
    """Replies that staff need often."""


class UseCase(Generic[T]):
    """An attribute of Services: imported and made when first asked for, as they know each other."""

    def __init__(self, where: str) -> None:
        """`where`: 'bookings.Bookings', a module of this package and the class in it."""
        self._module, _dot, self._class = where.partition(".")

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, services: "Services", owner: type) -> T:
        made: T = getattr(import_module(f"{__name__}.{self._module}"), self._class)(services)
        services.__dict__[self._name] = made  # found there from now on
        return made


class Services:
    """All use cases over one transaction: it commits together, or not at all."""

    def __init__(self, connection: "Connection", now: datetime, known: Known) -> None:
        self.connection = connection
        self.now = now
        self.known = known

    @property
    def regions(self) -> "Regions":
        return self.known.regions

    visits: "UseCase[Visits]" = UseCase("visits.Visits")
    bookings: "UseCase[Bookings]" = UseCase("bookings.Bookings")
    calendar_files: "UseCase[CalendarFiles]" = UseCase("calendar_files.CalendarFiles")
    waiting: "UseCase[Waiting]" = UseCase("waiting.Waiting")
    reminders: "UseCase[Reminders]" = UseCase("reminders.Reminders")
    visit_teams: "UseCase[VisitTeams]" = UseCase("visit_teams.VisitTeams")
    visit_weeks: "UseCase[VisitWeeks]" = UseCase("visit_weeks.VisitWeeks")
    visit_import: "UseCase[VisitImport]" = UseCase("visit_import.VisitImport")
    visit_figures: "UseCase[VisitFigures]" = UseCase("visit_figures.VisitFigures")
    desk: "UseCase[Desk]" = UseCase("desk.Desk")
    day_sheets: "UseCase[DaySheets]" = UseCase("day_sheets.DaySheets")
    applications: "UseCase[Applications]" = UseCase("applications.Applications")
    application_records: "UseCase[Records]" = UseCase("application_records.Records")
    application_news: "UseCase[News]" = UseCase("application_news.News")
    application_desk: "UseCase[ApplicationDesk]" = UseCase("application_desk.ApplicationDesk")
    application_imports: "UseCase[ApplicationImports]" = UseCase(
        "application_imports.ApplicationImports"
    )
    application_import_work: "UseCase[ImportWork]" = UseCase("application_import_work.ImportWork")
    application_sources: "UseCase[ApplicationSources]" = UseCase(
        "application_sources.ApplicationSources"
    )
    articles: "UseCase[Articles]" = UseCase("articles.Articles")
    questions: "UseCase[Questions]" = UseCase("questions.Questions")
    editions: "UseCase[Editions]" = UseCase("editions.Editions")
    tickets: "UseCase[Tickets]" = UseCase("tickets.Tickets")
    public_notes: "UseCase[PublicNotes]" = UseCase("public_notes.PublicNotes")
    offices: "UseCase[Offices]" = UseCase("offices.Offices")
    notices: "UseCase[Notices]" = UseCase("notices.Notices")
    crossings: "UseCase[Crossings]" = UseCase("crossings.Crossings")
    staff: "UseCase[Staff]" = UseCase("staff.Staff")
    sign_ins: "UseCase[SignIns]" = UseCase("sign_ins.SignIns")
    second_step: "UseCase[SecondStep]" = UseCase("second_step.SecondStep")
    people: "UseCase[People]" = UseCase("people.People")
    numbers: "UseCase[Numbers]" = UseCase("numbers.Numbers")
    audit: "UseCase[Audit]" = UseCase("audit.Audit")
    stuck: "UseCase[Stuck]" = UseCase("stuck.Stuck")
    privacy: "UseCase[Privacy]" = UseCase("privacy.Privacy")


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
        self.letters: set[bool] = set()
        """Of every letter that this turn touched: is it anonymous?"""

    joining: "UseCase[Joining]" = UseCase("joining.Joining")

    def address_of(self, path: str) -> str:
        """Of a page of ours, as this chat can open it; '' where it cannot."""
        if self.known.public_url or self.who.channel == "web":
            return self.known.public_url + path
        return ""
