"""One form for what people type: half width, Simplified, lower case; numerals as numbers."""

import re
import unicodedata
from functools import lru_cache

import opencc

_PUNCTUATION = re.compile(r"[^\w\s]|_", re.UNICODE)
_SPACES = re.compile(r"\s+")
_BETWEEN_HAN = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
# Controls, zero-width characters, marks of direction, lone halves of emoji: nobody sees them.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff"
    r"\u20e3\ud800-\udfff]"
)
_NUMBER = re.compile(
    r"(?:请|我|我就|就)?(?:要|想要|选|选择|拣|揀|答|按|系|是|number|no\.?(?=\s*\d)|option|choice|the)?"
    r"\s*第?\s*"
    r"(?:(?P<digits>\d{1,3})|(?P<han>[零〇一二两三四五六七八九十廿幺]{1,3})|(?P<word>[a-z]+))\s*"
    r"(?:个|号|项|条|样|嘅|的|one|吧|啦|喇|谢谢|唔该|please|[.、。])*"
)
_DIGITS = {"零": 0, "〇": 0, "一": 1, "幺": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6,
           "七": 7, "八": 8, "九": 9}  # fmt: skip
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾", "一二三四五六七八九十")
_WORDS = {
    word: number
    for words in (
        "zero one two three four five six seven eight nine ten",
        "zeroth first second third fourth fifth sixth seventh eighth ninth tenth",
    )
    for number, word in enumerate(words.split())
}


@lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=512)  # one turn asks for its own words, and for our labels, many times
def normalise(text: str) -> str:
    """Half width, Simplified, lower case, single spaces; punctuation kept. Takes any text."""
    narrow = _UNSEEN.sub("", unicodedata.normalize("NFKC", text).lower())
    simple = str(_converter().convert(narrow))
    return _SPACES.sub(" ", simple).strip()


@lru_cache(maxsize=512)
def bare(text: str) -> str:
    """`normalise` without punctuation, emoji, and spaces between Han characters."""
    words = _SPACES.sub(" ", _PUNCTUATION.sub(" ", normalise(text))).strip()
    return _BETWEEN_HAN.sub("", words)


def number_in(text: str) -> int | None:
    """The number that is the whole message: '2', '２', '二', '选第二个', '2️⃣', 'two', '一三'."""
    said = normalise(text).translate(_FORMAL).strip(" .。、,!！()[]【】#:\"'")
    found = _NUMBER.fullmatch(said)
    if not found:
        return None
    if found["digits"]:
        return int(found["digits"])
    if found["word"]:
        return _WORDS.get(found["word"])
    return _han_number(found["han"])


def _han_number(said: str) -> int | None:
    """'十二', '二十', '廿一'; and digit by digit as on the telephone: '一二', '幺零'."""
    said = said.replace("廿", "二十")
    tens, ten, ones = said.partition("十")
    if not ten:
        return int("".join(str(_DIGITS[digit]) for digit in said))
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return None
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)


def language_of(text: str) -> str:
    """'zh_Hans', 'zh_Hant' or 'en' where the letters say so plainly, else ''."""
    text = _UNSEEN.sub("", text)
    han = sum("\u4e00" <= character <= "\u9fff" for character in text)
    latin = sum(character.isascii() and character.isalpha() for character in text)
    if not han:
        return "en" if latin >= 4 and not text.startswith("/") else ""  # noqa: PLR2004
    if han < 2:  # noqa: PLR2004 - one character says little
        return ""
    simple = _converter().convert(text)
    changed = sum(a != b for a, b in zip(text, simple, strict=False))
    cantonese = len(re.findall(r"[係喺嘅唔咗嚟攞冇嗰啲]", text))
    if changed or cantonese:
        return "zh_Hant" if changed else ""
    return "zh_Hans" if _has_simplified(text) else ""


def _has_simplified(text: str) -> bool:
    """Characters that exist only in Simplified writing."""
    return any(
        character in "们么办预约证残说话电点时间帮会还没对过应该妈医听视转请谢"
        for character in text
    )
