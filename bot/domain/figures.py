"""The numbers in a text of any of our languages: do two say the same?

What is written in Arabic digits in one language may be a word in the other ('2 inch', '两寸';
'28 June 2021', '2021年6月28日'), so digits are looked for among digits and words alike.
"""

import re

_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")
_CHINESE = re.compile(r"[零一二两兩三四五六七八九十]+")
_NUMERALS = {"零": 0, "一": 1, "二": 2, "两": 2, "兩": 2, "三": 3, "四": 4, "五": 5, "六": 6,
             "七": 7, "八": 8, "九": 9}  # fmt: skip
_WORDS = re.compile(r"[a-z]+", re.IGNORECASE)
_ENGLISH = {
    name: number
    for number, names in enumerate((
        "zero none", "one first once", "two second twice both", "three third", "four fourth",
        "five fifth", "six sixth", "seven seventh", "eight eighth", "nine ninth",
        "ten tenth", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
        "seventeen", "eighteen eighteenth", "nineteen nineteenth", "twenty twentieth",
    ))
    for name in names.split()
} | {
    name: number
    for number, name in enumerate((
        "january", "february", "march", "april", "may", "june", "july", "august", "september",
        "october", "november", "december",
    ), 1)
}  # fmt: skip


def digits(text: str) -> set[str]:
    """'每月209元，十年' → {'209'}; '4,000' is '4000' and '0.10' stays '0.10'."""
    return {found.replace(",", "") for found in _DIGITS.findall(text)}


def numbers(text: str) -> set[str]:
    """Digits, and numbers in words: '十八岁，2张' → {'18', '2'}; '28 June' → {'28', '6'}."""
    said = [value for found in _CHINESE.findall(text) for value in _values(found)]
    said += [_ENGLISH[word] for word in map(str.lower, _WORDS.findall(text)) if word in _ENGLISH]
    return digits(text) | set(map(str, said))


def unlike(one: str, other: str) -> tuple[list[str], list[str]]:
    """Digits of `one` that `other` does not have, and the other way round."""
    return (
        sorted(digits(one) - numbers(other), key=float),
        sorted(digits(other) - numbers(one), key=float),
    )


def _values(numerals: str) -> list[int]:
    """'十八' → 18; '三四' are two levels, 3 and 4."""
    tens, ten, ones = numerals.partition("十")
    if ten and "十" not in ones and len(tens) < 2 and len(ones) < 2:  # noqa: PLR2004 - 21 to 99
        return [_NUMERALS.get(tens, 1) * 10 + _NUMERALS.get(ones, 0)]
    return [_NUMERALS.get(numeral, 10) for numeral in numerals]
