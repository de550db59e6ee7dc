"""Charts of bars by month. The words of a chart say all that its bars show (rule S18)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.i18n import Text

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 310, 8, 92, 26
JANUARY = 1


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle, in the chart's own units."""

    series: str
    x: float
    y: float
    width: float
    height: float
    value: int


@dataclass(frozen=True, slots=True)
class Chart:
    """templates/chart.html draws it; a table beside it has every number."""

    key: str
    """Its name in the page."""
    title: str
    description: str
    """Every figure, for those who do not see the bars."""
    series: Sequence[tuple[str, Text]]
    """The bars' class in console.css, and what they count."""
    bars: Sequence[Bar]
    labels: Sequence[tuple[float, str, str]]
    """Where a month stands, its number, and its year where that begins."""
    size: tuple[int, int] = (WIDTH, HEIGHT)


def by_month(
    key: str,
    title: str,
    description: str,
    series: Sequence[tuple[str, Text]],
    figures: Sequence[tuple[date, Sequence[int]]],
) -> Chart:
    """One bar a series in each month; the highest figure fills the height."""
    most = max((value for _month, values in figures for value in values), default=0) or 1
    group = (WIDTH - 2 * LEFT) / len(figures)
    width = group / (len(series) + 1)
    high = HEIGHT - BOTTOM - TOP
    bars = [
        _bar(name, LEFT + at * group + (place + 0.5) * width, width, high * value / most, value)
        for at, (_month, values) in enumerate(figures)
        for place, ((name, _words), value) in enumerate(zip(series, values, strict=True))
    ]
    labels = [
        (
            round(LEFT + (at + 0.5) * group, 1),
            f"{month:%m}",
            f"{month:%Y}" if at == 0 or month.month == JANUARY else "",
        )
        for at, (month, _values) in enumerate(figures)
    ]
    return Chart(key, title, description, series, bars, labels)


def _bar(series: str, x: float, width: float, tall: float, value: int) -> Bar:
    top = HEIGHT - BOTTOM - tall
    return Bar(series, round(x, 1), round(top, 1), round(width * 0.9, 1), round(tall, 1), value)
