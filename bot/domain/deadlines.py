"""By when an item of the queue is answered: hours in which offices work, by kind.

The hours are this service's own promise. They lie within the fifteen days in which a petition
must be acknowledged (信访工作条例 2022, Art. 22), and follow the rhythm of the 12345 hotline.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from bot.domain.calendar import ONE_DAY, WorkCalendar
from bot.domain.tickets import TicketKind
from bot.i18n import GUANGDONG

OPEN_FROM_TO = ((time(8, 30), time(12, 0)), (time(14, 0), time(17, 30)))
"""Seven hours a day, local time."""
DAY = timedelta(hours=7)

HOURS: dict[TicketKind, timedelta] = {
    TicketKind.EMERGENCY: timedelta(hours=1),
    TicketKind.HUMAN: timedelta(hours=4),
    TicketKind.FAILURE: timedelta(hours=4),
    TicketKind.VISIT_NOTE: timedelta(hours=1),
    TicketKind.VISIT_REQUEST: DAY,
    TicketKind.PAPERS: 2 * DAY,
    TicketKind.APPLICATION: 2 * DAY,
    TicketKind.VISIT: 2 * DAY,
    TicketKind.QUESTION: 2 * DAY,
    TicketKind.COMPLAINT: 5 * DAY,
    TicketKind.PLACE: 5 * DAY,
    TicketKind.PRAISE: 5 * DAY,
    TicketKind.SUGGESTION: 10 * DAY,
}
AFTER_NOT_SETTLED = DAY
"""A supervisor looks at it within a working day."""
WARNED_AT = 0.25
"""The warning comes when a quarter of the time is left, but never less than an hour before."""
SHORTEST_WARNING = timedelta(hours=1)


class OfficeHours:
    """Moments counted in working hours."""

    def __init__(self, calendar: WorkCalendar) -> None:
        self._calendar = calendar

    def add(self, start: datetime, hours: timedelta) -> datetime:
        """The moment at which so many working hours have passed."""
        left = hours
        for begins, ends in self._spans(start):
            if ends - begins >= left:
                return begins + left
            left -= ends - begins
        raise AssertionError("there is always another working day")

    def due(self, kind: TicketKind, start: datetime) -> datetime:
        return self.add(start, HOURS[kind])

    def warn_before(self, kind: TicketKind) -> timedelta:
        """So many working hours before it is due, staff are warned."""
        return max(HOURS[kind] * WARNED_AT, SHORTEST_WARNING)

    def is_open(self, now: datetime) -> bool:
        begins, _ends = next(self._spans(now))
        return begins == now

    def _spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The spans in which offices work, from then on; the first may have begun."""
        local = start.astimezone(GUANGDONG)
        day = local.date()
        while True:
            if self._calendar.is_workday(day):
                for opens, closes in OPEN_FROM_TO:
                    begins = datetime.combine(day, opens, GUANGDONG)
                    ends = datetime.combine(day, closes, GUANGDONG)
                    if ends > local:
                        yield max(begins, local), ends
            day += ONE_DAY
