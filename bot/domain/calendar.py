"""Working days of mainland China: public holidays, and the weekends worked in their place.

The State Council arranges each year only in the autumn before it. chinesecalendar holds what is
announced; for a later year we say so (`is_announced`) and count no day that may become a holiday.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

import chinese_calendar
from chinese_calendar.constants import holidays

from bot.i18n import Text, _

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


class DayKind(StrEnum):
    """What a day is to an office."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    """Also a weekday that is off for it."""
    MAKE_UP = "make_up"
    """A weekend day that is worked for a holiday."""
    UNKNOWN = "unknown"
    """May become a holiday: its year is not announced."""


HOLIDAYS: dict[str, Text] = {
    "New Year's Day": _("New Year's Day"),
    "Spring Festival": _("Spring Festival"),
    "Tomb-sweeping Day": _("Tomb-sweeping Day"),
    "Labour Day": _("Labour Day"),
    "Dragon Boat Festival": _("Dragon Boat Festival"),
    "National Day": _("National Day"),
    "Mid-autumn Festival": _("Mid-Autumn Festival"),
}
"""By the library's names."""


class WorkCalendar:
    """Which days offices work."""

    def kind(self, day: date) -> tuple[DayKind, Text | None]:
        """What the day is, and the holiday's name where one makes it so."""
        if not self.is_announced(day):
            if day.weekday() >= SATURDAY:
                return DayKind.WEEKEND, None
            return (DayKind.WORKDAY if self.is_workday(day) else DayKind.UNKNOWN), None
        _off, name = chinese_calendar.get_holiday_detail(day)
        holiday = HOLIDAYS.get(name or "")
        if self.is_workday(day):
            is_made_up = day.weekday() >= SATURDAY
            return (DayKind.MAKE_UP, holiday) if is_made_up else (DayKind.WORKDAY, None)
        return (DayKind.HOLIDAY, holiday) if holiday else (DayKind.WEEKEND, None)

    @cached_property
    def last_announced(self) -> int:
        """The last year whose holidays are known."""
        return int(max(holidays).year)

    @cached_property
    def first_announced(self) -> int:
        return int(min(holidays).year)

    def is_announced(self, day: date) -> bool:
        return self.first_announced <= day.year <= self.last_announced

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
