"""The order of a round, and its sheet on paper."""

from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.rounds import EXACT, By, Point, Stop, metres, plan
from bot.web.day_sheet_pdf import UNKNOWN, Sheet, SheetStop, pdf
from tests.pdf_text import pages_of, words_of

BASE = (23.12, 113.24)
POINTS = st.tuples(st.floats(22.9, 23.4), st.floats(113.0, 113.6))


def length(start: Point | None, points: list[Point]) -> float:
    way = [start, *points] if start else points
    return sum(metres(one, other) for one, other in pairwise(way))


def test_a_kilometre_is_a_kilometre() -> None:
    """Guangzhou's and Shenzhen's railway stations: 103 km as the crow flies."""
    assert 100_000 < metres((23.149, 113.257), (22.532, 114.117)) < 115_000
    assert metres(BASE, BASE) == 0


@settings(deadline=None)
@given(st.lists(POINTS, min_size=1, max_size=6))
def test_no_other_order_is_shorter(points: list[Point]) -> None:
    stops = [Stop(str(at), "440103004", point) for at, point in enumerate(points)]
    for start in (BASE, None):
        made = plan(stops, start)
        assert made.by is By.COORDINATES
        best = min(length(start, list(order)) for order in permutations(points))
        assert length(start, [stop.at for stop in made.stops if stop.at]) == pytest.approx(best)
        assert made.metres == pytest.approx(best, abs=1)


@settings(deadline=None)
@given(st.lists(POINTS, min_size=EXACT + 1, max_size=30), st.randoms())
def test_many_stops_in_the_same_order_however_they_came(points: list[Point], random) -> None:
    stops = [Stop(f"{at:02}", "440103004", point) for at, point in enumerate(points)]
    mixed = stops[:]
    random.shuffle(mixed)
    made = plan(stops, BASE)
    assert plan(mixed, BASE) == made
    assert sorted(stop.key for stop in made.stops) == [stop.key for stop in stops]
    by_name = length(BASE, points)
    assert length(BASE, [stop.at for stop in made.stops if stop.at]) <= by_name + 1


def streets(stops: tuple[Stop, ...]) -> list[str]:
    """Each street once: a street that is left is not come back to."""
    ways = pairwise([*stops, Stop("", "")])
    return [one.street for one, other in ways if one.street != other.street]


def test_without_coordinates_a_street_is_done_before_the_next() -> None:
    codes = ["440103004", "440103001", "440103004", "440103002", "440103001", "440103004"]
    made = plan([Stop(str(at), code) for at, code in enumerate(codes)])
    assert made.by is By.CODES
    assert made.metres is None
    assert streets(made.stops) in (
        ["440103001", "440103002", "440103004"],
        ["440103004", "440103002", "440103001"],
    )


def test_streets_that_touch_go_before_codes_that_follow() -> None:
    touching = {"440103001": ["440103019"], "440103019": ["440103002"]}
    stops = [Stop(code, code) for code in ("440103001", "440103002", "440103003", "440103019")]
    made = plan(stops, neighbours=touching)
    assert made.by is By.NEIGHBOURS
    order = streets(made.stops)
    assert abs(order.index("440103001") - order.index("440103019")) == 1
    assert abs(order.index("440103019") - order.index("440103002")) == 1


def test_a_county_is_done_before_the_next_and_cities_without_counties_too() -> None:
    codes = ["440103004", "440104003", "440103005", "440104009", "441900003", "441900104"]
    made = plan([Stop(code, code) for code in codes])
    counties = [code[:6] for code in streets(made.stops)]
    assert sum(one != other for one, other in pairwise([*counties, ""])) == 3


def test_a_door_without_coordinates_uses_its_streets_middle() -> None:
    stops = [Stop("a", "440103004", (23.12, 113.25)), Stop("b", "440103005")]
    assert plan(stops).by is By.CODES
    middles = {"440103005": (23.13, 113.26)}
    assert plan(stops, points=middles).by is By.COORDINATES
    assert plan([]).stops == ()


def a_sheet(*stops: SheetStop) -> Sheet:
    return Sheet(
        "zh-Hans", "上门评定：演示队", ["2026年3月5日上午"], stops, ["已评定", "不在家"], "备注",
        "没有人预约", "用完碎掉",
    )  # fmt: skip


def test_the_paper_says_all_of_it_and_only_that() -> None:
    one = SheetStop(
        "1. 陈大文", [("电话", "138 0013 8000"), ("地址", "多宝路12号")], ["使用呼吸机"]
    )
    words = words_of(pdf(a_sheet(one)))
    for told in (
        "上门评定：演示队",
        "1. 陈大文",
        "138 0013 8000",
        "多宝路12号",
        "使用呼吸机",
        "已评定",
    ):
        assert told in words
    assert "没有人预约" not in words
    assert "没有人预约" in words_of(pdf(a_sheet()))
    many = [SheetStop(f"{at}. 演示", one.facts) for at in range(1, 13)]
    made = pdf(a_sheet(*many))
    assert 2 <= pages_of(made) <= 4
    assert all(f"{at}. 演示" in words_of(made) for at in range(1, 13))


@settings(deadline=None)
@given(st.text(max_size=60))
def test_words_are_only_words(words: str) -> None:
    made = words_of(pdf(a_sheet(SheetStop(words, [(words, words)], [words]))))
    assert "上门评定" in made


def test_a_rare_character_and_a_story_without_end() -> None:
    stop = SheetStop("1. 𬶍", [("地址", "很长" * 5_000)], ["<b>&amp;</b>"])
    words = words_of(pdf(a_sheet(stop)))
    assert UNKNOWN in words
    assert "<b>&amp;</b>" in words
    assert "……" in words
