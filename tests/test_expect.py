"""Kinds of answers: what people type, what is kept, what they are told when it does not fit."""

import json
import unicodedata
from datetime import date
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

import pytest

from bot.dialog import Answers, Asked, Expect, Heard, Narrowed, Refused, Unclear, Understood
from bot.dialog.days import day_in
from bot.dialog.expect import (
    Choice,
    IdNumber,
    LastFour,
    PersonName,
    Phone,
    Reference,
    Words,
    YesNo,
)
from bot.dialog.personal import EXAMPLE_ID
from bot.dialog.place import Place, Street
from bot.domain.people import KIND_NAMES, DisabilityKind, mask_address, mask_name, mask_phone
from bot.domain.references import new_reference
from bot.domain.regions import Regions
from bot.i18n import _
from bot.messages import Kind
from bot.understanding.controls import yes_no
from handlers.story import MOST_MESSAGES, Part, Telling

REGIONS = Regions.load()


def asked(partial: Any = None) -> Asked:
    return Asked(Answers({}), SimpleNamespace(regions=REGIONS), partial)


def heard(text: str, kind: Kind = Kind.TEXT) -> Heard:
    plain = unicodedata.normalize("NFKC", text).lower()
    return Heard(text, plain, kind, agrees=yes_no(text))


def read(expect: Expect[Any], text: str, partial: Any = None) -> Any:
    return expect.read(heard(text), asked(partial))


def refused(reading: Any) -> str:
    """Why; and rule C15: an example, and no word of blame."""
    assert isinstance(reading, Refused), reading
    said = reading.why.msgid + " ".join(str(value) for _name, value in reading.why.values)
    assert any(word in said for word in ("example", "陈小明")), said
    assert not any(word in said.lower() for word in ("invalid", "illegal", "error", "wrong"))
    return said


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def test_choice_keeps_the_enum_through_json() -> None:
    choice = Choice({Colour.RED: _("Red"), Colour.BLUE: _("Blue")})
    assert [option.value for option in choice.options(asked())] == ["red", "blue"]
    assert choice.pick("red", asked()) == Understood(Colour.RED)
    assert choice.pick("green", asked()) == Unclear()
    assert choice.load(json.loads(json.dumps(choice.dump(Colour.BLUE)))) is Colour.BLUE
    assert choice.show(Colour.RED) == _("Red")
    assert hash(choice) == hash(Choice({Colour.RED: _("Red")}))
    with pytest.raises(LookupError):
        choice.load("green")


def test_all_kinds_of_disability_are_offered_with_their_codes() -> None:
    assert [kind.code for kind in KIND_NAMES] == [1, 2, 3, 4, 5, 6, 7]
    assert DisabilityKind.PHYSICAL.code == 4


@pytest.mark.parametrize("text", ["是", "好的", "可以", "yes", "OK", "ｏｋ", "系"])
def test_yes(text: str) -> None:
    assert read(YesNo(), text) == Understood(value=True)


@pytest.mark.parametrize("text", ["否", "不要", "不用", "No"])
def test_no(text: str) -> None:
    assert read(YesNo(), text) == Understood(value=False)


def test_neither() -> None:
    assert read(YesNo(), "要带什么") == Unclear()
    assert read(YesNo(), "嗯") == Unclear(), "'I am listening' is no agreement"


def test_words() -> None:
    words = Words(shortest=2, longest=10, mask=mask_address, example=_("Duobao Road 12"))
    assert read(words, " 多宝路12号 ") == Understood("多宝路12号")
    refused(read(words, "家"))
    refused(read(words, "路" * 11))
    assert words.show("多宝路12号3楼").msgid == "多宝路****"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("陈小明", "陈小明"),
        ("我叫陈小明", "陈小明"),
        ("姓名：欧阳修", "欧阳修"),
        ("阿卜杜拉·买买提", "阿卜杜拉·买买提"),
        ("𠮷田𣇉", "𠮷田𣇉"),
        ("Anna  O'Neill-Smith", "Anna O'Neill-Smith"),
        ("my name is Jane Doe", "Jane Doe"),
        ("我妈叫陈秀英。", "陈秀英"),
        ("我儿子李强", "李强"),
        ("我姓陈，叫陈大文", "陈大文"),
        ("佢叫陈大文", "陈大文"),
        ("老人家叫何美 女士", "何美"),
        ("女英杰", "女英杰"),
        ("叶是之", "叶是之"),
        ("She is called Mary Wong", "Mary Wong"),
    ],
)
def test_names(text: str, name: str) -> None:
    assert read(PersonName(), text) == Understood(name)


@pytest.mark.parametrize(
    "text", ["陈小明1", "13800138000", "陈", "陈" * 41, "陈*明", "我姓陈", "陈先生"]
)
def test_no_names(text: str) -> None:
    refused(read(PersonName(), text))


@pytest.mark.parametrize("text", ["要带什么？", "不知道", "为什么要名字", "？"])
def test_a_question_is_no_name(text: str) -> None:
    assert read(PersonName(), text) == Unclear()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13800138000", "+8613800138000"),
        ("１３８ ００１３ ８０００", "+8613800138000"),
        ("138-0013-8000", "+8613800138000"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("我的电话是13800138000", "+8613800138000"),
        ("020-83188888", "+862083188888"),
        ("0757 8888 1234", "+8675788881234"),
        ("+852 2345 6789", "+85223456789"),
        ("一三八零零一三八零零零", "+8613800138000"),
        ("电话是幺三八 零零幺三 八零零零", "+8613800138000"),
    ],
)
def test_phones(text: str, number: str) -> None:
    assert read(Phone(), text) == Understood(number)


@pytest.mark.parametrize("text", ["1380013800", "138001380000", "11000000000", "83188888", "2"])
def test_no_phones(text: str) -> None:
    refused(read(Phone(), text))


def test_the_missing_digit_is_counted() -> None:
    reading = read(Phone(), "1380013800")
    assert dict(reading.why.values)["count"] == 10


def test_phone_from_the_address_book() -> None:
    assert Kind.CONTACT in Phone().takes
    for text, number in (("8613800138000", "+8613800138000"), ("85223456789", "+85223456789")):
        assert Phone().read(heard(text, Kind.CONTACT), asked()) == Understood(number)
    refused(Phone().read(heard("", Kind.CONTACT), asked()))


def test_masks() -> None:
    assert mask_name("张三丰") == "张**"
    assert mask_phone("+8613800138000") == "138****8000"
    assert mask_phone("+862083188888") == "020****8888"
    assert mask_phone("+85223456789") == "+852****6789"
    assert Phone().show("+8613800138000").msgid == "138****8000"
    assert IdNumber().show("440103199001011234").msgid == "4401**********1234"
    assert "12" not in LastFour().show("1234").msgid


@pytest.mark.parametrize(
    "text",
    [
        EXAMPLE_ID,
        EXAMPLE_ID.lower(),
        "110105 19491231 002x",
        "身份证：１１０１０５１９４９１２３１００２Ｘ",
    ],
)
def test_identity_numbers(text: str) -> None:
    assert read(IdNumber(), text) == Understood(EXAMPLE_ID)


@pytest.mark.parametrize(
    "text", ["11010519491231002", "110105194912310021", "110105194913310028", "110105491231002"]
)
def test_no_identity_numbers(text: str) -> None:
    refused(read(IdNumber(), text))


def test_words_are_no_identity_number() -> None:
    assert read(IdNumber(), "为什么要身份证") == Unclear()


@pytest.mark.parametrize(
    ("text", "kept"), [("1234", "1234"), ("００２ｘ", "002X"), (EXAMPLE_ID, "002X")]
)
def test_last_four(text: str, kept: str) -> None:
    assert read(LastFour(), text) == Understood(kept)


@pytest.mark.parametrize("text", ["123", "12345", "12X4"])
def test_no_last_four(text: str) -> None:
    refused(read(LastFour(), text))


def test_reference() -> None:
    number = new_reference("A", 5)
    expect = Reference("A", "A7K2-9QXM", groups=5)
    assert read(expect, f"编号 {number.lower().replace('-', ' ')}") == Understood(number)
    refused(read(expect, number[:-1]))
    refused(read(expect, new_reference("B")))
    assert read(expect, "我没有编号") == Unclear()


# --- places


@pytest.mark.parametrize("text", ["荔湾多宝", "广州市荔湾区多宝街道", "荔湾区 多宝街道"])
def test_a_street_typed_at_once(text: str) -> None:
    street = Street("440103004", "广州市荔湾区多宝街道")
    assert read(Place(), text) == Understood(street)
    assert Place().load(json.loads(json.dumps(Place().dump(street)))) == street
    assert Place().show(street).msgid == "广州市荔湾区多宝街道"


def test_city_county_street_by_taps() -> None:
    partial: Any = None
    for wanted in ("深圳市", "南山区", "粤海街道"):
        for _page in range(9):
            options = Place().options(asked(partial))
            assert 1 <= len(options) <= 6
            named = [option for option in options if option.label.msgid == wanted]
            reading = Place().pick((named or options[-1:])[0].value, asked(partial))
            if isinstance(reading, Narrowed):
                partial = json.loads(json.dumps(reading.partial))
                assert Place().prompt(asked(partial)) is not None
            if named:
                break
    assert reading == Understood(Street("440305007", "深圳市南山区粤海街道"))


def test_every_street_can_be_reached_and_every_page_has_unique_labels() -> None:
    for region in REGIONS.by_code.values():
        if region.code == "44" or len(region.code) == 9:
            continue
        page = 0
        seen: list[str] = []
        while True:
            options = Place().options(asked([region.code, page]))
            seen += [option.value for option in options if not option.value.startswith("more:")]
            assert len({option.label.msgid for option in options}) == len(options)
            if not options or not options[-1].value.startswith("more:"):
                break
            page += 1
        assert len(seen) == len(set(seen)) >= 1, region


def test_a_city_without_counties_asks_for_the_town_at_once() -> None:
    reading = read(Place(), "东莞")
    assert reading == Narrowed(["4419", 0])
    assert all(len(option.value) == 9 for option in Place().options(asked(["4419", 0]))[:5])


def test_a_county_typed_narrows() -> None:
    assert read(Place(), "荔湾区") == Narrowed(["440103", 0])


def test_a_name_that_several_places_have_is_asked_about() -> None:
    reading = read(Place(), "城南街道") if REGIONS.find("城南街道") else read(Place(), "太平镇")
    assert isinstance(reading, Narrowed)
    options = Place().options(asked(reading.partial))
    assert len(options) >= 2
    assert all("市" in option.label.msgid for option in options[:2])
    assert isinstance(Place().pick(options[0].value, asked(reading.partial)), Understood)


def test_what_was_chosen_already_decides_between_two_of_one_name() -> None:
    several = read(Place(), "太平镇")
    codes = several.partial[0]
    inside = read(Place(), "太平镇", [codes[0][:6], 0])
    assert isinstance(inside, Understood)
    assert inside.value.code == codes[0]


@pytest.mark.parametrize("text", ["北京", "湖南省长沙市", "香港", "广西壮族自治区", "我在上海"])
def test_outside_the_province(text: str) -> None:
    refused(read(Place(), text))


def test_a_street_of_ours_named_like_a_city_elsewhere() -> None:
    assert isinstance(read(Place(), "越秀区北京街道"), Understood)


def test_unknown_place() -> None:
    reading = read(Place(), "某某街道")
    assert isinstance(reading, Refused)
    assert read(Place(), "要等多久") == Unclear()


def test_a_place_of_another_release_begins_anew() -> None:
    assert Place().options(asked(["999999", 3]))[0].label.msgid == "广州市"


def test_a_leap_day_is_found_a_year_ahead() -> None:
    assert day_in("2月29日", date(2027, 12, 1)) == date(2028, 2, 29)
    assert day_in("2月29日", date(2026, 3, 2)) is None


def test_of_a_long_story_nothing_is_left_out() -> None:
    """The message after the last that fits ends it, and is kept."""
    parts = Telling().dump(tuple(Part(f"{at}") for at in range(MOST_MESSAGES)))
    reading = Telling().read(heard("最后一句"), asked(parts))
    assert isinstance(reading, Understood)
    assert [part.words for part in reading.value][-2:] == [str(MOST_MESSAGES - 1), "最后一句"]
