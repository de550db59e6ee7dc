"""Counted by the database, a row a county, month and kind; medians are taken from histograms."""

from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy import Connection, Date, Integer, Select, cast, extract, func, select

from bot.domain.bookings import BookingState, VisitOutcome
from bot.domain.visit_figures import Figures
from bot.domain.visits import VisitKind
from bot.storage.tables import bookings, outcomes, places, visits

_KEY = (
    visits.c.region,
    extract("year", visits.c.day).label("year"),
    extract("month", visits.c.day).label("month"),
    visits.c.kind,
)
_AT_VISIT = (BookingState.BOOKED.value, BookingState.DONE.value)
_MOVED_ON = (VisitOutcome.NOT_AT_HOME.value, VisitOutcome.TO_REPEAT.value)
"""After these a booking has its place no longer; the outcome remembers it."""


def by_month(connection: Connection, region: str, first: date, last: date) -> list[Figures]:
    """Of all counties in a region, from day to day, in their order."""
    found: dict[Any, dict[str, Any]] = defaultdict(lambda: defaultdict(int))
    under = (visits.c.region.startswith(region, autoescape=True), visits.c.day.between(first, last))

    def take(what: str, wanted: Select[Any]) -> None:
        for row in connection.execute(wanted.where(*under).group_by(*_KEY)):
            found[_key(row)][what] += row.count_of

    number = func.count().label("count_of")
    take("offered", select(*_KEY, number).join_from(visits, places))
    at_visit = select(*_KEY, number).join_from(bookings, visits, bookings.c.visit_id == visits.c.id)
    take("booked", at_visit.where(bookings.c.state.in_(_AT_VISIT)))
    held = select(*_KEY, number).join_from(outcomes, visits, outcomes.c.visit_id == visits.c.id)
    take("booked", held.where(outcomes.c.outcome.in_(_MOVED_ON)))
    for outcome in VisitOutcome:
        take(outcome.value, held.where(outcomes.c.outcome == outcome.value))
    waits = _waits(connection, under)
    return [
        Figures(key[0], date(key[1], key[2], 1), VisitKind(key[3]), **counts, waits=waits[key])
        for key, counts in sorted(found.items())
    ]


def _waits(connection: Connection, under: Any) -> dict[Any, dict[int, int]]:
    """Days from request to visit, and how many: of every visit that was held."""
    if connection.dialect.name == "sqlite":
        asked: Any = func.date(bookings.c.created_at, "+8 hours")
        days: Any = func.julianday(visits.c.day) - func.julianday(asked)
    else:
        asked = cast(func.timezone("Asia/Shanghai", bookings.c.created_at), Date)
        days = visits.c.day - asked
    passed = cast(days, Integer).label("days")
    rows = connection.execute(
        select(*_KEY, passed, func.count().label("count_of"))
        .join_from(outcomes, visits, outcomes.c.visit_id == visits.c.id)
        .join(bookings, bookings.c.id == outcomes.c.booking_id)
        .where(*under)
        .group_by(*_KEY, passed)
    )
    found: dict[Any, dict[int, int]] = defaultdict(dict)
    for row in rows:
        found[_key(row)][row.days] = row.count_of
    return found


def _key(row: Any) -> tuple[str, int, int, str]:
    return row.region, int(row.year), int(row.month), row.kind
