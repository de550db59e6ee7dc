"""Numbers that are read aloud, mistyped and guessed."""

import secrets

import pytest

from bot.domain.references import (
    ALPHABET,
    APPLICATION,
    APPLICATION_GROUPS,
    BOOKING,
    check_character,
    in_groups,
    new_reference,
    read_reference,
)
from handlers.status import EXAMPLE


def test_shape() -> None:
    for _at in range(2000):
        number = new_reference(BOOKING)
        assert len(number) == 9
        assert number[0] == BOOKING
        assert number[4] == "-"
        assert not set(number) & set("01OIL")
        assert any(character.isdecimal() for character in number)


def test_application_numbers_hold_80_random_bits_and_fit_their_column() -> None:
    number = new_reference(APPLICATION, APPLICATION_GROUPS)
    assert len(number) == 24
    assert len(ALPHABET) ** (APPLICATION_GROUPS * 4 - 2) > 2**80


def test_read_as_people_type_it() -> None:
    number = new_reference(BOOKING)
    bare = number.replace("-", "")
    wide = "".join(chr(ord(one) + 0xFEE0) if one != "-" else "－" for one in number)
    ways = (
        number,
        number.lower(),
        bare,
        f" {bare[:4]} {bare[4:]} ",
        " ".join(bare),
        wide,
        f"编号{number}",
        f"我的编号是：{number}。",
        f"预约编号 {bare.lower()}，谢谢",
        f"number {number}",
        number.replace("-", "–"),
    )
    for way in ways:
        assert read_reference(way) == number, way
        assert read_reference(way, BOOKING) == number, way
        assert read_reference(way, APPLICATION) is None


def test_every_single_slip_and_every_swap_is_found() -> None:
    for groups in (2, 5):
        body = new_reference(BOOKING, groups).replace("-", "")
        for at in range(len(body)):
            for other in ALPHABET:
                if other != body[at]:
                    wrong = body[:at] + other + body[at + 1 :]
                    assert read_reference(wrong, groups=groups) is None
        for one in range(len(body)):
            for two in range(one + 1, len(body)):
                if body[one] != body[two]:
                    swapped = list(body)
                    swapped[one], swapped[two] = body[two], body[one]
                    assert read_reference("".join(swapped), groups=groups) is None


def test_part_of_a_longer_number_is_none_of_its_own() -> None:
    for _at in range(300):
        number = new_reference(APPLICATION, APPLICATION_GROUPS)
        cut = number[:-1]
        assert read_reference(cut, APPLICATION) is None
        assert read_reference(cut.replace("-", " "), APPLICATION, APPLICATION_GROUPS) is None


def test_words_are_no_numbers() -> None:
    for text in ("", "你好", "what papers do I need", "13800138000", "取消", "BOOKED THE VISIT"):
        assert read_reference(text) is None


def test_two_different_numbers_are_ambiguous() -> None:
    assert read_reference(f"{new_reference('B')} {new_reference('C')}") is None


def test_check_character_of_any_body() -> None:
    for size in range(2, 20):
        body = "2" + "".join(secrets.choice(ALPHABET) for _at in range(size))
        if (len(body) + 1) % 4 == 0 and len(body) > 6:
            assert read_reference(body + check_character(body)) == in_groups(
                body + check_character(body)
            )


@pytest.mark.parametrize(("prefix", "groups"), [("", 2), ("O", 2), ("b", 2), ("B", 6), ("B7K", 1)])
def test_impossible_ones_are_refused(prefix: str, groups: int) -> None:
    with pytest.raises(ValueError, match=r"prefix|groups"):
        new_reference(prefix, groups)


def test_the_example_that_residents_see_is_nobodys() -> None:
    assert read_reference(EXAMPLE) is None
    assert len(EXAMPLE) == 24
