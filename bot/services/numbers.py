"""The dashboard of the queue: what waits, how soon people were answered, the months so far.

The numbers of visits: visit_figures.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import TYPE_CHECKING

from bot.domain.months import between, later
from bot.i18n import GUANGDONG
from bot.storage import numbers as stored
from bot.storage.numbers import Count, FirstAnswer

if TYPE_CHECKING:
    from bot.domain.staff import Member
    from bot.services import Services

LATELY = timedelta(days=30)
"""The time that medians and shares are taken over."""
LATE_AFTER = timedelta(days=3)
"""An item without a deadline of its own is overdue then."""
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One office, one kind, or everything ('')."""

    of: str
    waiting: int
    overdue: int
    received: int
    """In LATELY; so are the next three."""
    median_minutes: int | None
    """From an item's arrival to its first answer; None: none was answered."""
    settled: int
    asked: int

    @property
    def settled_percent(self) -> int | None:
        return round(100 * self.settled / self.asked) if self.asked else None


@dataclass(frozen=True, slots=True)
class Month:
    """Counts of opinions."""

    first: date
    received: int
    answered: int
    """Of those received in this month, by now."""


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Inside one region."""

    everything: Line
    offices: Sequence[Line]
    kinds: Sequence[Line]
    months: Sequence[Month]
    """The oldest first."""


class Numbers:
    """Inside a member's region."""

    def __init__(self, services: "Services") -> None:
        self._connection = services.connection
        self._now = services.now

    def dashboard(self, member: "Member") -> Dashboard:
        region, since = member.region, self._now - LATELY
        counts = [
            *stored.open_items(self._connection, region, self._now, self._now - LATE_AFTER),
            *stored.received(self._connection, region, since),
        ]
        answers = stored.first_answers(self._connection, region, since)
        offices = sorted({one.office for one in counts})
        kinds = sorted({one.kind for one in counts})
        return Dashboard(
            _line("", counts, answers),
            [
                _line(
                    office,
                    [one for one in counts if one.office == office],
                    [one for one in answers if one.office == office],
                )
                for office in offices
            ],
            [
                _line(
                    kind,
                    [one for one in counts if one.kind == kind],
                    [one for one in answers if one.kind == kind],
                )
                for kind in kinds
            ],
            self._months(region),
        )

    def _months(self, region: str) -> list[Month]:
        today = self._now.astimezone(GUANGDONG).date()
        return [
            Month(
                first,
                *stored.opinions(
                    self._connection, region, _morning(first), _morning(later(first, 1))
                ),
            )
            for first in between(later(today, 1 - MONTHS), today)
        ]


def _line(of: str, counts: Iterable[Count], answers: Iterable[FirstAnswer]) -> Line:
    counted = list(counts)
    waited = [one.seconds for one in answers]
    return Line(
        of,
        sum(one.waiting for one in counted),
        sum(one.overdue for one in counted),
        sum(one.received for one in counted),
        round(median(waited) / 60) if waited else None,
        sum(one.settled for one in counted),
        sum(one.asked for one in counted),
    )


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(), GUANGDONG)
