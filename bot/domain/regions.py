"""Guangdong's divisions: province, city, county, street; codes are a prefix tree.

Data: guangdong_divisions.csv beside this file. 东莞市 and 中山市 have no counties: their streets
hang under a county-level code of the same name.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

PROVINCE = "44"
SHORTEST = 2
"""One character names no place."""
_SUFFIXES = ("街道", "镇", "乡", "区", "县", "市", "办事处")
_UNSAID = re.compile(r"广东省?|[\W_]+")
_LATIN_UNSAID = frozenset(
    "street road town township district county city province guangdong china the in of at "
    "jiedao zhen xiang qu xian shi sub subdistrict".split()
)
# Converting Traditional to Simplified writes these names otherwise: 乾务镇 becomes 干务镇.
_ONE_WAY = str.maketrans("干澂𬶍𬒈鲘𬕂𪨶径", "乾澄鮀礐鮜篢輋迳")


class Level(StrEnum):
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    STREET = "street"


@dataclass(frozen=True, slots=True)
class Region:
    """One division; `code` has 2, 4, 6 or 9 digits."""

    code: str
    name: str
    level: Level

    @property
    def parent(self) -> str:
        """The code of the division around it; '' for the province."""
        return {9: self.code[:6], 6: self.code[:4], 4: self.code[:2]}.get(len(self.code), "")


class Regions:
    """All divisions, in the order of their codes."""

    def __init__(self, regions: Iterable[Region]) -> None:
        self.by_code = {region.code: region for region in regions}
        self._under: dict[str, list[Region]] = {}
        for region in self.by_code.values():
            self._under.setdefault(region.parent, []).append(region)

    @classmethod
    def load(cls) -> "Regions":
        """From the file beside this one."""
        regions = {PROVINCE: Region(PROVINCE, "广东省", Level.PROVINCE)}
        with (Path(__file__).parent / "guangdong_divisions.csv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                code = row["code"]
                regions.setdefault(code[:4], Region(code[:4], row["city"], Level.CITY))
                regions.setdefault(code[:6], Region(code[:6], row["county"], Level.COUNTY))
                regions[code] = Region(code, row["street"], Level.STREET)
        return cls(regions.values())

    def cities(self) -> Sequence[Region]:
        return self._under[PROVINCE]

    def counties(self, city: str) -> Sequence[Region]:
        return self._under.get(city, [])

    def streets(self, county: str) -> Sequence[Region]:
        return self._under.get(county, [])

    def full_name(self, code: str) -> str:
        """'广州市荔湾区多宝街道', without the province and without a name that repeats."""
        names: list[str] = []
        while code and code != PROVINCE:
            region = self.by_code[code]
            if not names or names[0] != region.name:
                names.insert(0, region.name)
            code = region.parent
        return "".join(names)

    @staticmethod
    def contains(outer: str, inner: str) -> bool:
        """Does `inner` lie in `outer`, or is it the same?"""
        return inner.startswith(outer)

    def find(self, text: str) -> list[Region]:
        """Divisions named in `text`, the narrowest that fit all its parts; [] for none.

        `text` is normalised (Simplified): '荔湾多宝', '多宝街道', '深圳', or a whole address.
        """
        wanted = _plain(text)
        if len(wanted) < SHORTEST:
            return []
        if wanted.isascii():
            return self._in_pinyin(text)
        best: list[Region] = []
        longest = 0
        for code in self._named_in(wanted):
            region = self.by_code[code]
            covered = self._covered(wanted, region)
            if covered > longest:
                best, longest = [region], covered
            elif covered == longest and covered:
                best.append(region)
        # '北京朝阳' names no place of ours, although a street is called 北京.
        if longest * 2 > len(wanted):
            return best
        return [region for region in best if self._begins_an_address(wanted, region)]

    def _in_pinyin(self, text: str) -> list[Region]:
        """'Liwan, Duobao street': the narrowest that is named, with most of what lies around it."""
        words = [word for word in re.findall("[a-z]+", text.lower()) if word not in _LATIN_UNSAID]
        said = {
            "".join(words[start:end])
            for start in range(len(words))
            for end in range(start + 1, min(start + 5, len(words) + 1))
        }
        named = {code for name in said for code in self._by_pinyin.get(name, ())}
        # Two levels of one name ('南山区南山街道') are one word, not two.
        scored = {
            code: (
                len(
                    {
                        self._names[one][-1]
                        for one in (code, *self._around(self.by_code[code]))
                        if one in named
                    }
                ),
                len(code),
            )
            for code in named
        }
        best = max(scored.values(), default=None)
        return [self.by_code[code] for code in sorted(scored) if scored[code] == best]

    @cached_property
    def _by_pinyin(self) -> dict[str, list[str]]:
        """Without its suffix, and with it: 'duobao', 'duobaojiedao'."""
        from pypinyin import lazy_pinyin  # noqa: PLC0415 - only who writes in letters pays for it

        codes: dict[str, list[str]] = {}
        for code, names in self._names.items():
            for name in names:
                codes.setdefault("".join(lazy_pinyin(name)).lower(), []).append(code)
        return codes

    @cached_property
    def _names(self) -> dict[str, tuple[str, ...]]:
        return {region.code: _names(region) for region in self.by_code.values()}

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        codes: dict[str, list[str]] = {}
        for code, names in self._names.items():
            for name in filter(None, names):
                codes.setdefault(name, []).append(code)
        return codes

    def _named_in(self, wanted: str) -> list[str]:
        """The codes of all places whose name stands in it, in their order."""
        return sorted(
            {code for name in self._by_name if name in wanted for code in self._by_name[name]}
        )

    def _covered(self, wanted: str, region: Region) -> int:
        """How many characters of `wanted` name this region and what lies around it; 0: not it."""
        own = _named(wanted, self._names[region.code])
        if not own:
            return 0
        rest = wanted.replace(own, "", 1)
        if self._begins_elsewhere(rest, region):
            return 0
        covered = len(own)
        for around in self._around(region):
            said = _named(rest, self._names[around])
            rest = rest.replace(said, "", 1)
            covered += len(said)
        return covered

    def _around(self, region: Region) -> list[str]:
        """The codes of its county and its city."""
        return [region.code[:length] for length in (6, 4) if length < len(region.code)]

    def _begins_elsewhere(self, rest: str, region: Region) -> bool:
        """'湛江开发区' is not the 开发区 of 潮州."""
        return any(
            city.code != region.code[:4] and rest.startswith(self._names[city.code])
            for city in self.cities()
        )

    def _begins_an_address(self, wanted: str, region: Region) -> bool:
        """Its full name stands first, or two levels are named: a road and a door follow."""
        if wanted.startswith(self._names[region.code][0]):
            return True
        rest = wanted.replace(_named(wanted, self._names[region.code]), "", 1)
        return any(_named(rest, self._names[around]) for around in self._around(region))


def _plain(text: str) -> str:
    """Without the province, spaces and punctuation; '（南雄）' and '南雄' are the same."""
    return _UNSAID.sub("", text).translate(_ONE_WAY)


def _names(region: Region) -> tuple[str, ...]:
    """In full, and without its suffix where two characters are left: '东' names nothing."""
    full = _plain(region.name)
    shorter = (full.removesuffix(suffix) for suffix in _SUFFIXES if full.endswith(suffix))
    return (full, *(short for short in shorter if len(short) >= SHORTEST))


def _named(text: str, names: tuple[str, ...]) -> str:
    """How `text` names it; '' if it does not."""
    return next((name for name in names if name in text), "")
