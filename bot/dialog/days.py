"""A day as people write it: '3月15日', '15号', '下周三', '后天', '2026-03-15', '15 March'."""

import re
from datetime import date, timedelta

RECENT = timedelta(days=60)
"""A day without a year that is no longer ago is meant as it is: past, and refused kindly."""

_NEAR = {
    "今天": 0,
    "今日": 0,
    "today": 0,
    "明天": 1,
    "听日": 1,
    "聽日": 1,
    "tomorrow": 1,
    "后天": 2,
    "后日": 2,
    "大后天": 3,
}
_DIGITS = "一二三四五六日天"
_WEEKDAY = re.compile(
    r"(上|这|本|下下|下)?(?:个|個)?(?:周|星期|礼拜|礼拝)([一二三四五六日天1-7])(?:上午|下午|早上)?"
)
_ENGLISH_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_ENGLISH_WEEKDAY = re.compile(rf"(next )?({'|'.join(_ENGLISH_DAYS)})")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAY_MONTH = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({'|'.join(_MONTHS)})[a-z]*")
_MONTH_DAY = re.compile(rf"({'|'.join(_MONTHS)})[a-z]* (\d{{1,2}})(?:st|nd|rd|th)?(?!\d)")
_FULL = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_MONTH = re.compile(r"(\d{1,2})\s*(?:月|/|\.)\s*(\d{1,2})\s*[日号]?")
_DAY_ONLY = re.compile(r"(\d{1,2})\s*[日号]")
_CHINESE_NUMBER = re.compile(r"[一二三四五六七八九十]+(?=[月日号])")


def day_in(plain: str, today: date) -> date | None:
    """The one day that is named; None: none is. `plain` is Heard.plain."""
    text = _CHINESE_NUMBER.sub(lambda found: str(_number(found.group())), plain)
    for word, after in sorted(_NEAR.items(), key=lambda one: -len(one[0])):
        if word in text:
            return today + timedelta(days=after)
    return _dated(text, today) or _weekday(text, today)


def _dated(text: str, today: date) -> date | None:
    full = _FULL.search(text)
    if full:
        return _made(int(full[1]), int(full[2]), int(full[3]))
    month = _MONTH.search(text)
    if month:
        return _without_year(int(month[1]), int(month[2]), today)
    english = _DAY_MONTH.search(text)
    if english:
        return _without_year(_MONTHS.index(english[2]) + 1, int(english[1]), today)
    english = _MONTH_DAY.search(text)
    if english:
        return _without_year(_MONTHS.index(english[1]) + 1, int(english[2]), today)
    alone = _DAY_ONLY.search(text)
    if alone:
        this = _made(today.year, today.month, int(alone[1]))
        if this and this >= today:
            return this
        first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
        return _made(first.year, first.month, int(alone[1]))
    return None


def _weekday(text: str, today: date) -> date | None:
    monday = today - timedelta(days=today.weekday())
    found = _WEEKDAY.search(text)
    if found:
        at = int(found[2]) - 1 if found[2].isdecimal() else min(_DIGITS.index(found[2]), 6)
        weeks = {"上": -1, "下": 1, "下下": 2}.get(found[1] or "", 0)
        day = monday + timedelta(days=7 * weeks + at)
        return day if found[1] or day >= today else day + timedelta(days=7)
    english = _ENGLISH_WEEKDAY.search(text)
    if english:
        day = monday + timedelta(days=_ENGLISH_DAYS.index(english[2]))
        if english[1]:
            return day + timedelta(days=7)
        return day if day >= today else day + timedelta(days=7)
    return None


def _without_year(month: int, day: int, today: date) -> date | None:
    this = _made(today.year, month, day)
    if this and this >= today - RECENT:
        return this
    return _made(today.year + 1, month, day)  # '2月29日', said in the year before


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _number(chinese: str) -> int:
    """'十五' is 15, '二十' is 20."""
    if "十" not in chinese:
        return _DIGITS_OF.get(chinese[-1], 0)
    tens, _ten, ones = chinese.partition("十")
    return _DIGITS_OF.get(tens, 1) * 10 + _DIGITS_OF.get(ones, 0)


_DIGITS_OF = {character: at for at, character in enumerate("一二三四五六七八九", 1)}
