"""Guangdong's divisions: the data, and what people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.regions import PROVINCE, Level, Regions
from bot.understanding.normalise import bare

REGIONS = Regions.load()


def found(text: str) -> list[str]:
    return [REGIONS.full_name(region.code) for region in REGIONS.find(bare(text))]


def test_the_divisions_are_all_there() -> None:
    assert len(REGIONS.cities()) == 21
    assert sum(one.level is Level.STREET for one in REGIONS.by_code.values()) == 1757
    assert all(one.parent in REGIONS.by_code for one in REGIONS.by_code.values() if one.parent)
    assert [one.name for one in REGIONS.counties("4401")][:2] == ["荔湾区", "越秀区"]
    assert REGIONS.streets("440103")[3].name == "多宝街道"
    assert REGIONS.counties("99") == []


def test_dongguan_and_zhongshan_have_no_counties_of_their_own() -> None:
    for city in ("4419", "4420"):
        (only,) = REGIONS.counties(city)
        assert only.name == REGIONS.by_code[city].name
        assert REGIONS.streets(only.code)
    assert REGIONS.full_name("441900121") == "东莞市虎门镇"


def test_codes_are_a_tree() -> None:
    assert Regions.contains("44", "440103004")
    assert Regions.contains("4401", "440103")
    assert Regions.contains("440103", "440103")
    assert not Regions.contains("440104", "440103004")
    assert REGIONS.by_code[PROVINCE].parent == ""
    assert REGIONS.by_code["440103004"].parent == "440103"


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("荔湾多宝", "广州市荔湾区多宝街道"),
        ("Liwan, Duobao street", "广州市荔湾区多宝街道"),
        ("Shenzhen Nanshan Yuehai", "深圳市南山区粤海街道"),
        ("荔灣區多寶街道", "广州市荔湾区多宝街道"),
        ("广东省广州市荔湾区多宝街道逢源路12号3楼", "广州市荔湾区多宝街道"),
        ("多宝街道", "广州市荔湾区多宝街道"),
        ("東莞虎門", "东莞市虎门镇"),
        ("深圳", "深圳市"),
        ("罗定连州", "云浮市罗定市连州镇"),
        ("乾务镇", "珠海市斗门区乾务镇"),
        ("南雄 东莞大岭山（南雄）产业转移工业园", "韶关市南雄市东莞大岭山（南雄）产业转移工业园"),
    ],
)
def test_one_place_is_found(typed: str, place: str) -> None:
    assert found(typed) == [place]


def test_a_name_that_is_there_twice_gives_both() -> None:
    assert set(found("新安")) == {"深圳市宝安区新安街道", "茂名市化州市新安镇"}


@pytest.mark.parametrize(
    "typed", ["", "区", "街道", "北京朝阳", "湖南长沙天心区", "福建省厦门市", "湛江开发区"]
)
def test_what_is_no_place_of_ours_is_not_found(typed: str) -> None:
    assert found(typed) == []


def test_every_place_is_found_by_its_name_and_by_its_full_name() -> None:
    """Also where the conversion to Simplified writes the name otherwise (乾务镇, 礐石街道)."""
    lost = [
        typed
        for region in REGIONS.by_code.values()
        for typed in (region.name, REGIONS.full_name(region.code))
        if region.parent and region not in REGIONS.find(bare(typed))
    ]
    assert lost == []


@given(st.text())
def test_any_text_can_be_looked_for(text: str) -> None:
    assert all(region.code in REGIONS.by_code for region in REGIONS.find(text))
