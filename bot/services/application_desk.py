"""What staff do with applications: find, move, correct, give out codes; inside their region only.

Every look and every change is in the audit log.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from bot.domain.application_reading import plain_phone, read_row
from bot.domain.application_rows import Action, BadRow, Planned, Row, StoredRow
from bot.domain.applications import CODE_LASTS, Application, Reached
from bot.domain.references import APPLICATION, APPLICATION_GROUPS, read_reference
from bot.domain.regions import Regions
from bot.domain.stages import Stage
from bot.domain.tickets import AlreadyTaken, NotFound
from bot.i18n import GUANGDONG, Text, _
from bot.services.application_records import By, code_of, name_key, phone_key
from bot.services.applications import new_code
from bot.storage import application_alerts, application_links, application_search
from bot.storage import applications as stored
from bot.storage.application_alerts import Alert
from bot.storage.application_sources import PullState
from bot.storage.vault import vault_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain.staff import Member
    from bot.services import Services

CONSOLE = "console"
ALREADY = _("There is an application with this number already.")
FEWEST_DIGITS = 6
"""Of a phone number that is looked for."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history as staff see it."""

    stage: Stage
    at: datetime
    source: str
    staff_name: str
    mistaken: bool


@dataclass(frozen=True, slots=True)
class Dossier:
    """One application with all that staff see of it."""

    application: Application
    history: Sequence[Entry]
    stages: Sequence[Stage]
    """To which it may be moved."""
    followers: int
    told: int
    tickets: Sequence[tuple[str, str, str, int | None]]
    overdue: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A list of applications, and what staff should know above it."""

    rows: Sequence[StoredRow]
    alerts: Sequence[Alert]
    pull: PullState | None
    stale: bool
    today: date


class ApplicationDesk:
    """Raises NotFound for what lies outside the member's region, AlreadyTaken for what moved."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._connection = services.connection
        self._now = services.now
        self._book = services.known.stages

    @property
    def today(self) -> date:
        return self._now.astimezone(GUANGDONG).date()

    def find(
        self, member: "Member", *, words: str = "", stage: str = "", overdue: bool = False
    ) -> Found:
        """By our number, their own number, a name, a phone; all of it without words."""
        vault = vault_of(self._connection)
        words = words.strip()
        number = read_reference(words, APPLICATION, APPLICATION_GROUPS) or ""
        looks_like_phone = len(plain_phone(words)) >= FEWEST_DIGITS and not number
        rows = application_search.search(
            self._connection,
            member.region,
            {
                "number": number,
                "outside": words if not number else "",
                "name_key": (name_key(vault, words) or "") if not number else "",
                "phone_key": (phone_key(vault, words) or "") if looks_like_phone else "",
            },
            stage=stage,
            overdue=self.today if overdue else None,
        )
        if words:
            self._services.audit.record(
                member.id, "applications.searched", number or "words", detail=str(len(rows))
            )
        sources = self._services.application_sources
        return Found(
            rows,
            application_alerts.open_in(self._connection, member.region),
            sources.pull_state(),
            sources.pull_is_stale(),
            self.today,
        )

    def show(self, number: str, member: "Member") -> Dossier:
        application = self._mine(number, member)
        self._services.audit.record(member.id, "application.read", application.number)
        followers, told = application_links.followers(self._connection, application.id)
        return Dossier(
            application,
            [self._entry(one) for one in application.reached],
            [
                one
                for one in self._book.way(application.procedure, application.way).stages
                if one is not application.stage
            ],
            followers,
            told,
            application_search.tickets_of(self._connection, application.id),
            application.is_overdue(self.today),
        )

    def _entry(self, one: Reached) -> Entry:
        name = self._services.staff.name_of(one.staff_id) if one.staff_id else ""
        return Entry(one.stage, one.at, one.source, name, one.mistaken)

    # --- changes

    def move(
        self, known: Sequence[tuple[str, int]], stage: Stage, missing: str, member: "Member"
    ) -> int:
        """All of these (number, version) to that stage, or none. How many that were.

        Raises NotFound, AlreadyTaken, and Impossible where one cannot stand there.
        """
        numbers = [number for number, _version in known]
        standing = self._locked(numbers, member)
        rows = []
        for at, (number, version) in enumerate(known, 1):
            one = standing[number]
            if one.version != version:
                raise AlreadyTaken
            rows.append(Row(at, number, "", None, None, "", stage, missing=missing))
        planned = self._services.application_records.plan(rows, member.region)
        faults = {each.row.number: each.faults[0] for each in planned if each.faults}
        if faults:
            raise Impossible(faults)
        moving = [each for each in planned if each.action is not Action.SAME]
        self._services.application_records.apply(moving, By(CONSOLE, member.id))
        for each in moving:
            self._audit(member, "application.moved", each.row.number, stage.value)
        return len(moving)

    def correct(
        self, number: str, version: int, right: Stage, member: "Member", missing: str = ""
    ) -> None:
        """What stands is a mistake: the history keeps it, the person is told that it was one.

        Raises NotFound, AlreadyTaken.
        """
        standing = self._locked([number], member)[number]
        if standing.version != version:
            raise AlreadyTaken
        allowed = self._book.way(standing.procedure, standing.way).stages
        if right is standing.stage or right not in allowed:
            raise NotFound
        application = self._mine(number, member)
        self._services.application_records.correct(
            standing, right, application.reached, By(CONSOLE, member.id), missing
        )
        detail = f"{standing.stage.value} to {right.value}"
        self._audit(member, "application.corrected", number, detail)

    def new_code(self, number: str, member: "Member") -> str:
        """For a person who has not the last four at hand; seen this once."""
        application = self._mine(number, member)
        code = new_code()
        hashed = code_of(vault_of(self._connection), number, code)
        stored.set_code(self._connection, application.id, hashed, self._now + CODE_LASTS)
        self._audit(member, "application.code", number)
        return code

    def add(self, values: "Mapping[str, str]", member: "Member") -> str:
        """One new application; its number. Raises BadRow."""
        row = read_row(
            values,
            1,
            self._book,
            self._services.regions,
            self._now,
            may_be_unnumbered=True,
        )
        (planned,) = self._services.application_records.plan([row], member.region)
        if planned.before is not None:
            planned = Planned(row, Action.MAKE, None, planned.faults or (ALREADY,))
        if planned.faults:
            raise BadRow({str(at): one for at, one in enumerate(planned.faults)})
        (number,) = self._services.application_records.apply([planned], By(CONSOLE, member.id))
        self._audit(member, "application.added", number)
        return number

    def see_alert(self, alert_id: int, member: "Member") -> None:
        if not application_alerts.see(
            self._connection, alert_id, member.region, member.id, self._now
        ):
            raise NotFound
        self._services.audit.record(member.id, "alert.seen", str(alert_id))

    # --- parts

    def _mine(self, number: str, member: "Member") -> Application:
        application = stored.by_number(self._connection, number)
        if application is None or not Regions.contains(member.region, application.region):
            raise NotFound
        return application

    def _locked(self, numbers: Sequence[str], member: "Member") -> dict[str, StoredRow]:
        found = {
            one.number: one
            for one in stored.stored(self._connection, numbers, lock=True)
            if Regions.contains(member.region, one.region)
        }
        if set(numbers) - found.keys():
            raise NotFound
        return found

    def _audit(self, member: "Member", event: str, number: str, detail: str = "") -> None:
        self._services.audit.record(member.id, event, number, detail=detail)


class Impossible(Exception):
    """`faults`: number → why it cannot stand there."""

    def __init__(self, faults: "Mapping[str, Text]") -> None:
        super().__init__(", ".join(faults))
        self.faults = faults
