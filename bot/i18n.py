"""Sentences that are translated when they are sent: `_("...")` makes a Text, `Text.to` says it.

Message ids are English; people read the catalogues in locales/<language>/bot.po.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("zh_Hans", "zh_Hant", "en")
"""Every user-facing text exists in these, Chinese first."""

GUANGDONG = ZoneInfo("Asia/Shanghai")
LOCALES = Path(__file__).parent.parent / "locales"

# Accessibility rule C12: a date is written out with its weekday, a time with its half of the day.
_DATE = {"en": "EEEE, d MMMM y", "zh_Hans": "y年M月d日（EEEE）", "zh_Hant": "y年M月d日（EEEE）"}
_SHORT = {"en": "EEE d MMM", "zh_Hans": "M月d日 EEE", "zh_Hant": "M月d日 EEE"}
_TIME = {"en": "h:mm a", "zh_Hans": "ah点mm分", "zh_Hant": "ah點mm分"}

_LEVELS = re.compile(r"(.+?市)(.+?(?:自治县|县区|[市区县])(?!街道$))?(.+)?")
_LEVEL = re.compile(r"(?:街道|办事处|[市区县镇乡])$")
PLACE = 2
"""So many parts has a place as it is stored."""

Json = Any


class Translator:
    """One language: its sentences, its dates."""

    def __init__(self, language: str, catalogue: GNUTranslations) -> None:
        self.language = language
        self.locale = Locale.parse(language)
        self._catalogue = catalogue

    def sentence(self, msgid: str) -> str:
        return self._catalogue.gettext(msgid) if msgid else ""

    def counted(self, singular: str, plural: str, count: int) -> str:
        return self._catalogue.ngettext(singular, plural, count)

    def short_date(self, day: date) -> str:
        """For the head of a column that stands under its year."""
        return _written(day, _SHORT[self.language], self.locale)

    def date(self, day: date) -> str:
        return _written(day, _DATE[self.language], self.locale)

    def moment(self, moment: datetime) -> str:
        """Date and time in Guangdong's time zone; `moment` must be aware."""
        local = moment.astimezone(GUANGDONG).replace(tzinfo=None)
        pattern = f"{_DATE[self.language]}{' ' if self.language == 'en' else ''}"
        return format_datetime(local, pattern + _TIME[self.language], locale=self.locale)

    def place(self, name: str) -> str:
        """'广州市荔湾区' as it stands; in English 'Liwan, Guangzhou (广州市荔湾区)'."""
        return f"{_in_letters(name)} ({name})" if self.language == "en" else name


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence and the values in its {fields}; a value may be a Text too."""

    msgid: str
    values: tuple[tuple[str, Any], ...] = ()
    plural: str = ""
    verbatim: bool = False
    is_place: bool = False

    def fill(self, **values: Any) -> "Text":
        return replace(self, values=(*self.values, *values.items()))

    def to(self, translator: Translator) -> str:
        if self.verbatim:
            return self.msgid
        if self.is_place:
            return translator.place(self.msgid)
        values = {name: _said(value, translator) for name, value in self.values}
        if self.plural:
            count = dict(self.values)["count"]
            sentence = translator.counted(self.msgid, self.plural, count)
        else:
            sentence = translator.sentence(self.msgid)
        return sentence.format(**values) if values else sentence

    def dump(self) -> Json:
        """Plain JSON; `load` gives an equal Text back."""
        if self.verbatim:
            return [self.msgid]
        if self.is_place:
            return [self.msgid, "place"]
        return [self.msgid, [[n, _dump_value(v)] for n, v in self.values], self.plural]

    @classmethod
    def load(cls, stored: Json) -> "Text":
        if len(stored) == 1:
            return cls(stored[0], verbatim=True)
        if len(stored) == PLACE:
            return cls(stored[0], is_place=True)
        msgid, values, plural = stored
        return cls(msgid, tuple((n, _load_value(v)) for n, v in values), plural)


def _(msgid: str) -> Text:
    """Mark a sentence for translation."""
    return Text(msgid)


def ngettext(singular: str, plural: str, count: int) -> Text:
    """A sentence that depends on {count}."""
    return Text(singular, (("count", count),), plural)


def verbatim(words: str) -> Text:
    """Words that are nobody's to translate: a name, a number, a resident's own sentence."""
    return Text(words, verbatim=True)


def place(name: str) -> Text:
    """A division of the province by its Chinese name, which nobody translates, but reads out."""
    return Text(name, is_place=True)


COMMA = _("{some}, {more}")
SEMICOLON = _("{some}; {more}")


def enumerated(texts: Sequence[Text], between: Text = COMMA) -> Text:
    """'Vision, hearing' of one or more."""
    said = texts[0]
    for text in texts[1:]:
        said = between.fill(some=said, more=text)
    return said


@lru_cache(maxsize=len(LANGUAGES))
def translator(language: str) -> Translator:
    """The translator of one of LANGUAGES; anything else gets Simplified Chinese."""
    if language not in LANGUAGES:
        language = LANGUAGES[0]
    compiled = BytesIO()
    with (LOCALES / language / "bot.po").open("rb") as catalogue:
        write_mo(compiled, read_po(catalogue, locale=language))
    compiled.seek(0)
    return Translator(language, GNUTranslations(compiled))


@lru_cache(maxsize=512)  # what people may answer is compared with the same labels all day
def in_all_languages(text: Text) -> tuple[str, ...]:
    """In the order of LANGUAGES."""
    return tuple(text.to(translator(language)) for language in LANGUAGES)


def closest_language(tag: str) -> str:
    """The language of ours nearest to an IETF tag such as 'zh-HK'; '' where there is none."""
    tag = tag.replace("_", "-").lower()
    if tag.startswith("zh"):
        traditional = any(part in tag for part in ("hant", "-hk", "-mo", "-tw"))
        return "zh_Hant" if traditional else "zh_Hans"
    if tag.startswith("yue"):
        return "zh_Hant"
    return "en" if tag.startswith("en") else ""


def preferred_language(headers: Mapping[str, str]) -> str:
    """The first of ours in a browser's Accept-Language (RFC 9110 12.5.4), by its own order."""
    for entry in headers.get("Accept-Language", "").split(",")[:10]:
        if language := closest_language(entry.partition(";")[0].strip()):
            return language
    return LANGUAGES[0]


def _said(value: Any, translator: Translator) -> str:
    if isinstance(value, Text):
        return value.to(translator)
    if isinstance(value, datetime):
        return translator.moment(value)
    if isinstance(value, date):
        return translator.date(value)
    return str(value)


@lru_cache(maxsize=4096)
def _in_letters(name: str) -> str:
    """'Liwan, Guangzhou' for '广州市荔湾区': as Regions.find hears it."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - only who reads in English pays for it

    levels = _LEVELS.fullmatch(name)
    parts = [part for part in levels.groups() if part] if levels else [name]
    said = ["".join(lazy_pinyin(_LEVEL.sub("", part) or part)) for part in reversed(parts)]
    return ", ".join(part.capitalize() for part in said)


@lru_cache(maxsize=512)  # every answer names the day on which it was checked
def _written(day: date, pattern: str, locale: Locale) -> str:
    noon = datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001 - a date has no zone
    return format_datetime(noon, pattern, locale=locale)


def _dump_value(value: Any) -> Json:
    if isinstance(value, Text):
        return {"text": value.dump()}
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return value


def _load_value(stored: Json) -> Any:
    if not isinstance(stored, dict):
        return stored
    if "text" in stored:
        return Text.load(stored["text"])
    if "moment" in stored:
        return datetime.fromisoformat(stored["moment"])
    return date.fromisoformat(stored["date"])
