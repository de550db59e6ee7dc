"""Working days, announced and not."""

from datetime import date

from bot.domain.calendar import WorkCalendar


def test_working_days() -> None:
    calendar = WorkCalendar()
    assert calendar.is_workday(date(2026, 3, 2))
    assert not calendar.is_workday(date(2026, 2, 17))
    assert calendar.is_workday(date(2026, 2, 28)), "a Saturday worked for the Spring Festival"
    assert calendar.next_workdays(date(2026, 9, 30), 2) == [date(2026, 10, 8), date(2026, 10, 9)]
    assert calendar.add_workdays(date(2026, 3, 2), 5) == date(2026, 3, 9)


def test_a_year_that_is_not_announced_counts_no_likely_holiday() -> None:
    calendar = WorkCalendar()
    year = calendar.last_announced + 1
    assert calendar.is_announced(date(year - 1, 12, 31))
    assert not calendar.is_announced(date(year, 1, 1))
    off = [(1, 1), (5, 1), (5, 3), (10, 1), (10, 7)]
    assert not any(calendar.is_workday(date(year, month, day)) for month, day in off)
    assert not calendar.is_workday(date(2027, 2, 8)), "Spring Festival"
    assert not calendar.is_workday(date(2040, 2, 10)), "no date known: none of it counts"
    assert calendar.is_workday(date(2027, 3, 8))
