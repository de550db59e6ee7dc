"""The assessor's day sheet: those who are booked, in visiting order."""

from bot.domain.bookings import Booking, VisitOutcome
from bot.domain.rounds import By, Stop, plan
from bot.domain.staff import Member
from bot.domain.visit_sheets import DaySheet, SheetLine
from bot.domain.visits import VisitKind
from bot.services import Services
from bot.storage import visit_weeks

TOLD = ("note", "late")
"""Of a booking's notes what a team must know."""


class DaySheets:
    """Every method is one use case in the transaction of its services."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._connection = services.connection

    def of(self, visit_id: int, member: Member) -> DaySheet:
        """Raises NotFound. The look is written to the audit log, with every number on it."""
        weeks = self._services.visit_weeks
        found, team = weeks.half_day(visit_id, member)
        visit = found.visit
        booked = {one.number: (one, came) for one, came in weeks.booked(visit)}
        stops = [Stop(number, one.request.street) for number, (one, _came) in booked.items()]
        if visit.kind is VisitKind.GROUP:
            order, by, metres = sorted(booked), By.CODES, None
        else:
            points, neighbours = visit_weeks.streets_near(
                self._connection, {stop.street[:6] for stop in stops}
            )
            planned = plan(stops, team.starts_at, neighbours, points)
            order, by, metres = [stop.key for stop in planned.stops], planned.by, planned.metres
        for number in order:
            self._services.audit.record(member.id, "sheet.read", number)
        lines = [self._line(*booked[number]) for number in order]
        return DaySheet(visit, team, lines, by, metres)

    def _line(self, booking: Booking, outcome: VisitOutcome | None) -> SheetLine:
        notes = [note for note in self._services.bookings.notes(booking) if note.what in TOLD]
        return SheetLine(booking, notes, outcome)
