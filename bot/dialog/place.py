"""A place in Guangdong, down to the street or town: typed at once, or chosen step by step.

The divisions come from `context.regions` (bot.domain.regions.Regions).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.dialog.question import (
    Asked,
    Expect,
    Heard,
    Narrowed,
    Option,
    Reading,
    Refused,
    Unclear,
    Understood,
)
from bot.domain.regions import PROVINCE, Level, Region, Regions
from bot.i18n import Json, Text, _, place, verbatim

A_PAGE = 5
MOST_MEANT = 30
"""More places of one name are too many to choose from."""
LONGEST_PLACE = 60
_MORE = "more:"

_ELSEWHERE = [
    "北京",
    "天津",
    "上海",
    "重庆",
    "河北",
    "山西",
    "辽宁",
    "吉林",
    "黑龙江",
    "江苏",
    "浙江",
    "安徽",
    "福建",
    "江西",
    "山东",
    "河南",
    "湖北",
    "湖南",
    "海南",
    "四川",
    "贵州",
    "云南",
    "陕西",
    "甘肃",
    "青海",
    "台湾",
    "内蒙古",
    "广西",
    "西藏",
    "宁夏",
    "新疆",
    "香港",
    "澳门",
]
_SUFFIXES = ("", "市", "省", "自治区", "特别行政区")
_PLACE_LIKE = "省市区县镇乡街村路"

_EXAMPLE = _("For example: 荔湾区多宝街道.")


@dataclass(frozen=True, slots=True)
class Street:
    """A street or town: its code, and its name with the county and city before it."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Place(Expect[Street]):
    """The person may stop choosing and type at any moment, and the other way round."""

    takes_anything = True

    def options(self, asked: Asked) -> tuple[Option, ...]:
        """Five of those that are left, and 'more'; partial is [code around or codes, page]."""
        regions: Regions = asked.context.regions
        around, page = _where(asked)
        left = _left(regions, around)
        shown = left[page * A_PAGE : (page + 1) * A_PAGE]
        options = [Option(one.code, place(_label(regions, one, around))) for one in shown]
        if len(left) > (page + 1) * A_PAGE:
            options.append(Option(f"{_MORE}{page + 1}", _("More places")))
        return tuple(options)

    def prompt(self, asked: Asked) -> Text | None:
        if asked.partial is None:
            return None
        regions: Regions = asked.context.regions
        around, _page = _where(asked)
        if isinstance(around, list):
            return _("There is more than one place of that name. Which one is it?")
        if around == PROVINCE:
            return _("You can also write the street or town. Which city is it in?")
        name = place(regions.full_name(around))
        if regions.by_code[around].level is Level.CITY and not _only(regions, around):
            return _("Which county or district of {place} is it?").fill(place=name)
        return _("Which street or town of {place} is it?").fill(place=name)

    def pick(self, value: str, asked: Asked) -> Reading[Street]:
        regions: Regions = asked.context.regions
        if value.startswith(_MORE):
            return Narrowed([_where(asked)[0], int(value.removeprefix(_MORE))])
        region = regions.by_code.get(value)
        return _take(regions, region) if region else Unclear()

    def read(self, heard: Heard, asked: Asked) -> Reading[Street]:
        regions: Regions = asked.context.regions
        if len(heard.plain) > LONGEST_PLACE:
            return Refused(
                _("That is more than I need here: just the district and the street or town.")
            )
        found = _nearest(regions.find(heard.plain), asked.partial)
        elsewhere = _elsewhere(heard.plain, found=bool(found))
        if elsewhere:
            return Refused(
                _(
                    "We can only visit places in Guangdong, and {place} is outside. Please ask "
                    "the federation there, or call 12345. In Guangdong, write for example "
                    "荔湾区多宝街道."
                ).fill(place=verbatim(elsewhere))
            )
        if len(found) == 1:
            return _take(regions, found[0])
        if 1 < len(found) <= MOST_MEANT:
            return Narrowed([[region.code for region in found], 0])
        if found or any(character in heard.plain for character in _PLACE_LIKE):
            return Refused(
                _("I do not find that place. Please write district and street. {example}").fill(
                    example=_EXAMPLE
                )
            )
        return Unclear()

    def show(self, value: Street) -> Text:
        return place(value.name)

    def dump(self, value: Street) -> Json:
        return [value.code, value.name]

    def load(self, stored: Json) -> Street:
        code, name = stored
        return Street(code, name)


def _where(asked: Asked) -> tuple[str | list[str], int]:
    """What was chosen so far, and the page; from the beginning if those codes are gone."""
    around, page = asked.partial or [PROVINCE, 0]
    codes = around if isinstance(around, list) else [around]
    if all(code in asked.context.regions.by_code for code in codes):
        return around, page
    return PROVINCE, 0


def _take(regions: Regions, region: Region) -> Reading[Street]:
    if region.level is Level.STREET:
        return Understood(Street(region.code, regions.full_name(region.code)))
    return Narrowed([region.code, 0])


def _left(regions: Regions, around: str | list[str]) -> Sequence[Region]:
    """What can be chosen: the places of one name, or the next level inside."""
    if isinstance(around, list):
        return [regions.by_code[code] for code in around]
    only = _only(regions, around)
    return regions.streets(only.code) if only else regions.counties(around)


def _only(regions: Regions, around: str) -> Region | None:
    """东莞市 and 中山市 have one county-level code, of the same name: nobody is asked for it."""
    inside = regions.counties(around)
    alone = len(inside) == 1 and inside[0].level is Level.COUNTY
    return inside[0] if alone else None


def _label(regions: Regions, region: Region, around: str | list[str]) -> str:
    return regions.full_name(region.code) if isinstance(around, list) else region.name


def _nearest(found: list[Region], partial: Json) -> list[Region]:
    """Those inside what was chosen already, if any are; of two with one name the outer."""
    around = partial[0] if partial else PROVINCE
    if not isinstance(around, list):
        inside = [one for one in found if Regions.contains(around, one.code)]
        found = inside or found
    names = {one.code: one.name for one in found}
    return [one for one in found if names.get(one.parent) != one.name]


def _elsewhere(text: str, *, found: bool) -> str:
    """The province outside that is meant; '北京街道' is a street of ours, '北京' is not."""
    for province in _ELSEWHERE:
        if text in [f"{province}{suffix}" for suffix in _SUFFIXES]:
            return province
        if not found and province in text:
            return province
    return ""
