"""Working days of mainland China: public holidays, and the weekends worked in their place.

The State Council arranges each year only in the autumn before it. chinesecalendar holds what is
announced; for a later year we say so (`is_announced`) and count no day that may become a holiday.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property

import chinese_calendar
from chinese_calendar.constants import holidays

SATURDAY = 5
ONE_DAY = timedelta(days=1)

_LIKELY_OFF: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = (
    ((1, 1), (1, 3)),
    ((4, 3), (4, 6)),
    ((5, 1), (5, 5)),
    ((10, 1), (10, 8)),
)
"""From and to, month and day: the widest that the arrangements since 2020 took."""
_LUNAR: dict[int, tuple[tuple[date, date], ...]] = {
    2027: (
        (date(2027, 2, 4), date(2027, 2, 13)),
        (date(2027, 6, 7), date(2027, 6, 11)),
        (date(2027, 9, 13), date(2027, 9, 17)),
    ),
    2028: (
        (date(2028, 1, 24), date(2028, 2, 2)),
        (date(2028, 5, 26), date(2028, 5, 30)),
        (date(2028, 10, 1), date(2028, 10, 8)),
    ),
}
"""Around Spring Festival, Dragon Boat and Mid-Autumn, for years that are not announced yet."""
_SPRING_FESTIVAL = ((1, 20), (2, 28))
"""Where not even its date is in the table above, all days on which it can fall."""


class WorkCalendar:
    """Which days offices work."""

    @cached_property
    def last_announced(self) -> int:
        """The last year whose holidays are known."""
        return int(max(holidays).year)

    def is_announced(self, day: date) -> bool:
        return day.year <= self.last_announced

    def is_workday(self, day: date) -> bool:
        """For a year not yet announced: Monday to Friday, far from any holiday."""
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            return day.weekday() < SATURDAY and not _may_be_off(day)

    def next_workdays(self, after: date, count: int) -> list[date]:
        """The first `count` working days after that day."""
        days = self._workdays(after)
        return [next(days) for _at in range(count)]

    def add_workdays(self, day: date, count: int) -> date:
        """The last day of a time limit of so many working days, the first day not counted."""
        return self.next_workdays(day, count)[-1] if count else day

    def _workdays(self, after: date) -> Iterator[date]:
        day = after
        while True:
            day += ONE_DAY
            if self.is_workday(day):
                yield day


def _may_be_off(day: date) -> bool:
    at = (day.month, day.day)
    if any(first <= at <= last for first, last in _LIKELY_OFF):
        return True
    if day.year not in _LUNAR:
        return _SPRING_FESTIVAL[0] <= at <= _SPRING_FESTIVAL[1]
    return any(first <= day <= last for first, last in _LUNAR[day.year])
