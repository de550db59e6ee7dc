"""Finding an answer: words and pairs of characters of the ways people ask, the rare ones first."""

import math
import re
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest

from bot.content import ContentPack
from bot.i18n import LANGUAGES
from bot.understanding.normalise import bare
from bot.understanding.spelling import Spelling, stem
from bot.understanding.synonyms import named, not_ours, one_word

QUERY_CHARACTERS = 120
"""Longer messages are searched by their beginning: the question stands there."""
BEST_WAY = 0.3
"""Weight of the most similar way to ask; the rest is for all words of the answer's ways."""
TOLD = 0.3
"""Weight of the words of the answer itself, beside those of the ways to ask."""
OFTEN = 1.0
"""A word in one way to ask counts 1 / (1 + OFTEN); in many ways, almost 1."""
PLAIN_WAY = 9
"""So many grams has a short question."""
OFTEN_TOLD = 1.2
"""The same, for a word in the answer itself."""
UNKNOWN = 0.45
"""Weight of a word that no answer knows, beside the rarest known one."""
COMMON = 0.5
"""A word told in more than this share of the answers tells nothing."""
CANDIDATES = 12
"""Answers whose ways to ask are looked at one by one."""
SHORT = 1.5
"""Added to what a question weighs: one word proves little."""
A_NUMBER = 4
"""Digits of a telephone number or a year; fewer are an age or a level, which tell little."""
ELSEWHERE = 0.5
"""What is left of a likeness when the question is about other offices' matters."""

_WORDS = re.compile(r"[a-z0-9]+|[^a-z0-9\s]+")
_FILLER = re.compile(
    # Nor does a person's age tell anything, nor which city it is: the rules are Guangdong's.
    "[二三四五六七八九]?十[一二三四五六七八九]?(?=多?岁)|(?:广州|深圳|珠海|汕头|佛山|韶关|湛江|肇庆|"
    "江门|茂名|惠州|梅州|汕尾|河源|阳江|清远|东莞|中山|潮州|揭阳|云浮|广东)[市省]?|"
    "请问|你好|您好|想问|请教|咨询|一下|我们|你们|他们|呢个|[吗呢呀啊吧啦喇㗎的嘅了我你您佢他她就都也那这个想]"
)
_STOP = frozenset(
    "the a an is are am be do does did i my me we you your he his she her it its they their to of "
    "for in on at and or with this that there here can could will would please what how when "
    "which who where why if by from as so was were have has had get".split()
)
_Weighed = Iterable[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Match:
    """An answer and how alike the question is, from 0 to 1."""

    id: str
    score: float


class Postings:
    """Gram → the answers that have it and its weight there, as two columns."""

    def __init__(self) -> None:
        self._columns: dict[str, tuple[array[int], array[float]]] = {}

    def add(self, answer: int, weighed: _Weighed) -> None:
        for gram, weight in weighed:
            column = self._columns.get(gram)
            if column is None:
                column = self._columns[gram] = (array("I"), array("f"))
            column[0].append(answer)
            column[1].append(weight)

    def scores(self, grams: Iterable[str], answers: int) -> list[float]:
        """Of each answer, the weights of those grams that it has."""
        scores = [0.0] * answers
        for gram in grams:
            if column := self._columns.get(gram):
                for answer, weight in zip(*column, strict=True):
                    scores[answer] += weight
        return scores


class Index:
    """Over (id, ways to ask), and what the answers tell: built once, asked often."""

    def __init__(
        self, asked: Mapping[str, Sequence[str]], told: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self._ids = tuple(asked)
        self._not_ours = [named(one_word(bare(" ".join(ways)))) for ways in asked.values()]
        ways_of = [[frozenset(grams(way)) for way in ways] for ways in asked.values()]
        words_of = [_counted(ways) for ways in ways_of]
        self._weight = _rarity(words_of)
        self._unknown = UNKNOWN * math.log(1 + len(self._ids))
        self._spelling = Spelling(self._weight)
        self._postings = Postings()
        for answer, words in enumerate(words_of):
            self._postings.add(answer, self._asked(words))
        for answer, weighed in enumerate(_told([(told or {}).get(one, ()) for one in self._ids])):
            self._postings.add(answer, weighed)
        self._ways: dict[str, array[int]] = defaultdict(lambda: array("I"))
        self._norms = array("d")
        self._first_way = array("I", [0])
        for ways in ways_of:
            for way in ways:
                self._add_way(way)
            self._first_way.append(len(self._norms))

    def _asked(self, words: Mapping[str, float]) -> _Weighed:
        for gram, count in words.items():
            yield gram, (1 - BEST_WAY) * self._weight[gram] * count / (count + OFTEN)

    def _add_way(self, way: frozenset[str]) -> None:
        for gram in way:
            self._ways[gram].append(len(self._norms))
        self._norms.append(sum(self._weight[gram] for gram in way))

    def search(self, text: str, limit: int = 5) -> list[Match]:
        """Best first; words that no answer knows count against all of them."""
        plain = one_word(self._spelling.mended(one_word(bare(text[:QUERY_CHARACTERS]))))
        wanted = set(_grams(plain))
        whole = SHORT + sum(self._weight.get(gram, self._unknown) for gram in wanted)
        known = {gram: self._weight[gram] for gram in wanted if gram in self._weight}
        scores = self._postings.scores(wanted, len(self._ids))
        elsewhere = not_ours(plain)
        matches: list[Match] = []
        for answer in nlargest(CANDIDATES, range(len(scores)), key=scores.__getitem__):
            if not scores[answer]:
                continue
            score = scores[answer] / whole
            score += BEST_WAY * self._best_way(answer, known, whole)
            if not elsewhere <= self._not_ours[answer]:
                score *= ELSEWHERE
            matches.append(Match(self._ids[answer], min(score, 1.0)))
        return sorted(matches, key=lambda match: -match.score)[:limit]

    def _best_way(self, answer: int, known: Mapping[str, float], whole: float) -> float:
        """How much its most similar way to ask shares with the question (Dice, weighted)."""
        first, end = self._first_way[answer], self._first_way[answer + 1]
        shared = [0.0] * (end - first)
        for gram, weight in known.items():
            ways = self._ways[gram]
            at = bisect_left(ways, first)
            while at < len(ways) and ways[at] < end:
                shared[ways[at] - first] += weight
                at += 1
        norms = self._norms[first:end]
        likeness = (2 * one / (whole + norm) for one, norm in zip(shared, norms, strict=True))
        return max(likeness, default=0.0)


def _counted(ways: Iterable[frozenset[str]]) -> dict[str, float]:
    """Gram → in how many ways to ask it stands; a long story's words count for less."""
    counted: dict[str, float] = defaultdict(float)
    for way in ways:
        share = min(1.0, PLAIN_WAY / max(1, len(way)))
        for gram in way:
            counted[gram] += share
    return counted


def _rarity(words_of: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Of each gram: the more answers have it, the less it tells."""
    found = Counter(gram for words in words_of for gram in words)
    return {gram: math.log(1 + len(words_of) / count) for gram, count in found.items()}


def _told(told: Sequence[Sequence[str]]) -> Iterable[_Weighed]:
    """For each answer its grams: rare words of short answers weigh most (BM25)."""
    words_of = [Counter(gram for line in lines for gram in grams(line)) for lines in told]
    found = Counter(gram for words in words_of for gram in words)
    mean = sum(words.total() for words in words_of) / max(1, len(words_of)) or 1.0
    rarity = _rarity(words_of)
    for words in words_of:
        long = OFTEN_TOLD * (0.25 + 0.75 * words.total() / mean)
        yield [
            (gram, TOLD * rarity[gram] * count / (count + long))
            for gram, count in words.items()
            if found[gram] <= len(told) * COMMON
        ]


def ways_to_ask(pack: ContentPack) -> dict[str, list[str]]:
    """Titles, questions and keywords, of all languages together: people mix them."""
    asked: dict[str, list[str]] = {}
    for language in LANGUAGES:
        for article in pack.articles(language):
            ways = (article.title, *article.questions, *article.keywords)
            asked.setdefault(article.id, []).extend(ways)
    return asked


def told_in(pack: ContentPack) -> dict[str, list[str]]:
    """The words of the answers themselves, each a text; Traditional ones are the same words."""
    told: dict[str, list[str]] = {}
    for language in ("zh_Hans", "en"):
        for article in pack.articles(language):
            lines = [line for part in article.sections for line in (part.heading, *part.lines)]
            text = "\n".join((article.answer, *article.plain, *lines))
            told.setdefault(article.id, []).append(text)
    return told


def grams(text: str) -> Iterable[str]:
    """Han characters singly and in pairs, without filler; English words without their endings."""
    return _grams(one_word(bare(text)))


def _grams(plain: str) -> Iterable[str]:
    for run in _WORDS.findall(plain):
        if run.isascii():
            if run not in _STOP and not (run.isdigit() and len(run) < A_NUMBER):
                yield stem(run)
            continue
        for part in _FILLER.split(run):
            yield from part
            yield from (part[at : at + 2] for at in range(len(part) - 1))
