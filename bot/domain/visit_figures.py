"""What came of the visits, by county and month: for the office, its superiors and the public."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.domain.visits import VisitKind


@dataclass(frozen=True, slots=True)
class Figures:
    """One county, or all of them, in one month, at home or in groups. Counts of people."""

    region: str
    month: date
    """Its first day."""
    kind: VisitKind
    offered: int = 0
    """Places in half-days and sessions, those that were closed too."""
    booked: int = 0
    """People who had a place on the day, or have one."""
    assessed: int = 0
    not_at_home: int = 0
    refused: int = 0
    to_repeat: int = 0
    waits: Mapping[int, int] = field(default_factory=dict)
    """Days from the request to the visit, and how many people: of visits that were held."""

    @property
    def median_days(self) -> float | None:
        return median(self.waits)


def median(histogram: Mapping[int, int]) -> float | None:
    """Of values and how often each came; None of nothing."""
    count = sum(histogram.values())
    if not count:
        return None
    lower, upper = (count - 1) // 2, count // 2
    found: list[int] = []
    passed = 0
    for value in sorted(histogram):
        passed += histogram[value]
        while len(found) < 2 and passed > (lower, upper)[len(found)]:  # noqa: PLR2004 - two middles
            found.append(value)
    return sum(found) / 2


def together(rows: Sequence[Figures], region: str) -> list[Figures]:
    """All counties as one, a month and kind each."""
    keys = sorted({(row.month, row.kind) for row in rows})
    return [
        _sum([row for row in rows if (row.month, row.kind) == key], region, *key) for key in keys
    ]


def _sum(rows: Sequence[Figures], region: str, month: date, kind: VisitKind) -> Figures:
    waits: dict[int, int] = {}
    for row in rows:
        for days, count in row.waits.items():
            waits[days] = waits.get(days, 0) + count
    return Figures(
        region,
        month,
        kind,
        sum(row.offered for row in rows),
        sum(row.booked for row in rows),
        sum(row.assessed for row in rows),
        sum(row.not_at_home for row in rows),
        sum(row.refused for row in rows),
        sum(row.to_repeat for row in rows),
        waits,
    )
