"""What was meant by misspelt words: pinyin, the wrong one of two characters that sound alike."""

import os
import re
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache

# Single characters are enough for us, and a tenth of the memory.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")

from pypinyin import lazy_pinyin

SHORTEST_WORD = 5
"""English words with fewer letters have too many neighbours."""
SHORTEST_PINYIN = 2
"""So many syllables in a row are pinyin; one alone may be anything."""
LONGEST_SYLLABLE = 6
UNHEARD = ("wo", "ni", "ta", "de", "le", "ma", "ne", "ba", "a", "xian", "ye", "na", "zei")
"""Syllables of words that tell nothing; they belong to a sentence all the same."""

_LATIN = re.compile(r"[a-z]+(?: [a-z]+)*")
_HAN_RUN = re.compile(r"[\u4e00-\u9fff]{3,}")


class Spelling:
    """Made of the grams that the answers know."""

    def __init__(self, usual_first: Iterable[str], known: Container[str]) -> None:
        """`usual_first`: the grams, by how often they are said; `known`: the same, unordered."""
        self._known = known
        self._sounding: dict[str, list[str]] = {}
        self._without_a_letter: dict[str, str] = {}
        self._syllables = set(UNHEARD)
        for gram in usual_first:
            if gram.isascii():
                for shorter in _shorter(gram) if " " not in gram else ():
                    self._without_a_letter.setdefault(shorter, gram)
            elif len(gram) == 2:  # noqa: PLR2004 - a pair
                self._sounding.setdefault(_sound(gram), []).append(gram)
                self._syllables.update(map(_of, gram))

    def mended(self, text: str) -> str:
        """`text` (bare) with what nobody wrote here by what sounds or looks alike."""
        return _HAN_RUN.sub(self._mend_han, _LATIN.sub(self._mend_latin, text))

    def _mend_han(self, found: re.Match[str]) -> str:
        """A character that fits neither neighbour, by one that sounds alike and fits both."""
        run = found[0]
        for at in range(1, len(run) - 1):
            before, after = run[at - 1], run[at + 1]
            if run[at - 1 : at + 1] in self._known or run[at : at + 2] in self._known:
                continue
            for pair in self._sounding.get(_sound(before + run[at]), ()):
                if pair[0] == before and pair[1] + after in self._known:
                    run = run[:at] + pair[1] + run[at + 1 :]
                    break
        return run

    def _mend_latin(self, found: re.Match[str]) -> str:
        words = found[0].split()
        spelt = self._as_pinyin(words)
        return spelt or " ".join(map(self._mend_word, words))

    def _as_pinyin(self, words: list[str]) -> str:
        """'canjizheng zenme ban' → '残疾证怎么办'; '' where most of it is no pinyin."""
        if sum(stem(word) in self._known for word in words) * 2 > len(words):
            return ""
        heard: list[str] = []
        for word in words:
            syllables = self._cut(word)
            if not syllables:
                return ""
            heard += syllables
        if len(heard) < SHORTEST_PINYIN:
            return ""
        written = "".join(self._written(heard))
        return written if len(written) * 2 >= len(heard) else ""

    def _cut(self, word: str) -> list[str]:
        """Into syllables, long ones first; [] where it cannot be."""
        if not word:
            return []
        for length in range(min(len(word), LONGEST_SYLLABLE), 0, -1):
            syllable = _folded(word[:length])
            if syllable in self._syllables:
                rest = self._cut(word[length:])
                if rest or length == len(word):
                    return [syllable, *rest]
        return []

    def _written(self, heard: list[str]) -> Iterator[str]:
        """The most usual pairs that sound so, each going on from the one before if it can."""
        before = ""
        for at in range(len(heard) - 1):
            meant = self._sounding.get(f"{heard[at]} {heard[at + 1]}", ())
            going_on = next((pair for pair in meant if pair[0] == before), None)
            pair = going_on or (meant[0] if meant else "")
            if pair:
                yield pair[1] if going_on else pair
            before = pair[1:]

    def _mend_word(self, word: str) -> str:
        if stem(word) in self._known:
            return word
        meant = (self._without_a_letter.get(one) for one in _shorter(stem(word)))
        return next(filter(None, meant), word)


def _shorter(word: str) -> Iterable[str]:
    """The word itself, and without each of its letters: neighbours share one of these."""
    if len(word) < SHORTEST_WORD - 1:
        return
    yield word
    if len(word) < SHORTEST_WORD:
        return
    yield from (word[:at] + word[at + 1 :] for at in range(len(word)))


def stem(word: str) -> str:
    """An English word without its ending."""
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 2:  # noqa: PLR2004 - 'use', 'red'
            return word.removesuffix(ending)
    return word


@lru_cache(maxsize=20_000)
def _of(character: str) -> str:
    return _folded(str(lazy_pinyin(character)[0]))


def _folded(syllable: str) -> str:
    """As it is heard in the south: zh is z, ch is c, sh is s, ng at the end is n."""
    flat = syllable.removesuffix("g") if syllable.endswith("ng") else syllable
    return flat[0] + flat[2:] if flat[:2] in ("zh", "ch", "sh") else flat


def _sound(pair: str) -> str:
    return f"{_of(pair[0])} {_of(pair[1])}"
