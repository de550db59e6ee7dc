"""Months, each named by its first day."""

from datetime import date


def later(month: date, count: int) -> date:
    """The first day of the month so many months after (before, where negative) that day's."""
    at = month.year * 12 + month.month - 1 + count
    return date(at // 12, at % 12 + 1, 1)


def between(first: date, last: date) -> list[date]:
    """From the month of the one day to that of the other, both included."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [later(first, at) for at in range(count)]
