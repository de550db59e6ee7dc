"""Reading what offices write into spreadsheets of teams, half-days and streets."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain.people import KIND_NAMES, DisabilityKind
from bot.domain.visits import Half, VisitKind
from bot.i18n import LANGUAGES, Text, translator

MOST_LINES = 5_000
"""Of one import: a county's year, or the province's week."""


class What(StrEnum):
    """What a file holds."""

    TEAMS = "teams"
    VISITS = "visits"
    STREETS = "streets"


COLUMNS: dict[What, dict[str, Sequence[str]]] = {
    What.TEAMS: {
        "team": ("队伍", "隊伍", "team"),
        "region": ("地区", "地區", "区县", "region"),
        "kinds": ("评定类别", "評定類別", "类别", "kinds"),
        "places": ("每半天人数", "每半天人數", "名额", "名額", "places"),
        "half_days": ("出诊半天", "出診半天", "half days", "half_days"),
        "latitude": ("纬度", "緯度", "latitude"),
        "longitude": ("经度", "經度", "longitude"),
        "members": ("评定人员账号", "評定人員帳號", "members"),
    },
    What.VISITS: {
        "team": ("队伍", "隊伍", "team"),
        "day": ("日期", "day", "date"),
        "half": ("半天", "上午下午", "half"),
        "places": ("人数", "人數", "名额", "名額", "places"),
        "kind": ("方式", "kind"),
        "venue": ("地点", "地點", "venue"),
        "transport": ("交通", "transport"),
        "starts": ("开始时间", "開始時間", "starts"),
    },
    What.STREETS: {
        "street": ("街道", "street"),
        "latitude": ("纬度", "緯度", "latitude"),
        "longitude": ("经度", "經度", "longitude"),
        "neighbours": ("相邻街道", "相鄰街道", "neighbours"),
    },
}
"""For each column the headings that it may have; the first is the one we give out."""
OPTIONAL: dict[What, frozenset[str]] = {
    What.TEAMS: frozenset({"places", "half_days", "latitude", "longitude", "members"}),
    What.VISITS: frozenset({"places", "kind", "venue", "transport", "starts"}),
    What.STREETS: frozenset({"latitude", "longitude", "neighbours"}),
}
EXAMPLES: dict[What, Sequence[Sequence[str]]] = {
    What.TEAMS: (
        ("一队", "荔湾区", "肢体、视力", "6", "周一上午、周三下午", "23.1240", "113.2440", ""),
    ),
    What.VISITS: (
        ("一队", "2026-03-05", "上午", "6", "上门", "", "", ""),
        ("一队", "2026-03-06", "上午", "40", "集中", "荔湾区残联二楼", "有电梯和轮椅坡道", "09:30"),
    ),
    What.STREETS: (("荔湾区多宝街道", "23.1190", "113.2380", "荔湾区昌华街道、荔湾区逢源街道"),),
}
"""What a template shows; the coordinates are near enough for nobody's door."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one line, and how to mend it."""

    line: int
    text: Text


_SPLIT = re.compile(r"[、,，;；/\s]+")
_DAY = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?: 00:00)?$")
_CLOCK = re.compile(r"^([01]?\d|2[0-3])[:：](\d{2})(?::00)?$")
_WEEKDAYS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7}
_ENGLISH_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HALF_DAY = re.compile(r"^(?:周|星期|礼拜|禮拜|週)([一二三四五六日天])\s*(\S+)$")
_HALF_DAY_ENGLISH = re.compile(r"^([a-z]{3})[a-z]*[ -]*(\S+)$")
_HALVES = {
    Half.MORNING: ("上午", "早上", "am", "morning"),
    Half.AFTERNOON: ("下午", "pm", "afternoon"),
}
_KINDS = {
    VisitKind.HOME: ("", "上门", "上門", "上门评残", "home"),
    VisitKind.GROUP: ("集中", "集中评残", "集中評殘", "group"),
}
_ALL = ("全部", "所有", "all")
_SHORT = {
    "视力": DisabilityKind.VISION,
    "听力": DisabilityKind.HEARING,
    "言语": DisabilityKind.SPEECH,
    "肢体": DisabilityKind.PHYSICAL,
    "智力": DisabilityKind.INTELLECTUAL,
    "精神": DisabilityKind.MENTAL,
    "視力": DisabilityKind.VISION,
    "聽力": DisabilityKind.HEARING,
    "言語": DisabilityKind.SPEECH,
    "肢體": DisabilityKind.PHYSICAL,
}


def split(words: str) -> list[str]:
    return [one for one in _SPLIT.split(words) if one]


def day(words: str) -> date | None:
    found = _DAY.match(words)
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def half(words: str) -> Half | None:
    wanted = words.strip().casefold()
    return next((one for one, names in _HALVES.items() if wanted in names), None)


def visit_kind(words: str) -> VisitKind | None:
    wanted = words.strip().casefold()
    return next((one for one, names in _KINDS.items() if wanted in names), None)


def clock(words: str) -> str | None:
    """'9:30' is '09:30'; '' stays; None: no time of the day."""
    if not words:
        return ""
    found = _CLOCK.match(words)
    return f"{int(found[1]):02}:{found[2]}" if found and int(found[2]) < 60 else None  # noqa: PLR2004


def kinds(words: str) -> frozenset[DisabilityKind] | None:
    """Of names in any of our languages; None: one of them is none."""
    found: set[DisabilityKind] = set()
    for word in split(words):
        name = word.casefold().removesuffix("残疾").removesuffix("殘疾")
        if name in _ALL:
            return frozenset(DisabilityKind) - {DisabilityKind.MULTIPLE}
        kind = _kinds_by_name().get(name)
        if kind is None:
            return None
        found.add(kind)
    return frozenset(found) or None


def _kinds_by_name() -> dict[str, DisabilityKind]:
    spoken = {
        text.to(translator(language)).casefold(): kind
        for kind, text in KIND_NAMES.items()
        for language in LANGUAGES
    }
    return spoken | {kind.value: kind for kind in DisabilityKind} | _SHORT


def half_days(words: str) -> frozenset[tuple[int, Half]] | None:
    """'周一上午、周三下午', 'Mon am, Wed pm', '每天上午'; None where one of them is none."""
    found: set[tuple[int, Half]] = set()
    for word in re.split(r"[、,，;；/]+\s*|\s{2,}", words.strip()):
        if not word:
            continue
        one = _half_day(word.strip().casefold())
        if one is None:
            return None
        found |= one
    return frozenset(found)


def _half_day(word: str) -> set[tuple[int, Half]] | None:
    if word.startswith(("每天", "每日", "工作日")):
        every = half(re.sub(r"^(每天|每日|工作日)", "", word))
        return {(at, every) for at in range(1, 6)} if every else None
    if found := _HALF_DAY.match(word):
        weekday, rest = _WEEKDAYS[found[1]], found[2]
    elif (found := _HALF_DAY_ENGLISH.match(word)) and found[1] in _ENGLISH_DAYS:
        weekday, rest = _ENGLISH_DAYS.index(found[1]) + 1, found[2]
    else:
        return None
    if rest in ("全天", "all"):
        return {(weekday, one) for one in Half}
    which = half(rest)
    return {(weekday, which)} if which else None


def degrees(words: str, most: float) -> float | None:
    """A coordinate; None: none, or not on earth."""
    try:
        value = float(words)
    except ValueError:
        return None
    return value if -most <= value <= most else None
