"""Finding an answer: how much more often those who ask for it say a word than all who ask."""

import math
import re
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest

from bot.content import ContentPack
from bot.i18n import LANGUAGES
from bot.understanding.confidence import Evidence
from bot.understanding.normalise import bare
from bot.understanding.spelling import Spelling, stem
from bot.understanding.synonyms import one_word

QUERY_CHARACTERS = 160
"""Of a longer message its beginning and its end are searched: the question stands there."""
PLAIN_WAY = 9
"""So many grams has a short question; a long story's words count for less each."""
SEEN = 1.0
"""Added to how often a word was said: what was said once may be chance."""
RARELY = 0.0002
"""Added to the share of questions that have a word, here and elsewhere alike."""
A_NUMBER = 4
"""Digits of a telephone number or a year; fewer are an age or a level, which tell little."""

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


@dataclass(frozen=True, slots=True)
class Match:
    """An answer, and how much better the question's words fit it than questions in general."""

    id: str
    score: float


class Rows:
    """Of each gram the answers that have it and its weight there, in flat columns."""

    def __init__(self, grams: int, rows: Callable[[], Iterable[tuple[int, int, float]]]) -> None:
        """`rows` gives (gram, answer, weight), and is asked twice."""
        starts = array("I", bytes(4 * (grams + 1)))
        for gram, _answer, _weight in rows():
            starts[gram + 1] += 1
        for gram in range(grams):
            starts[gram + 1] += starts[gram]
        self._starts = starts
        self._answers = array("I", bytes(4 * starts[grams]))
        self._weights = array("f", bytes(4 * starts[grams]))
        free = array("I", starts)
        for gram, answer, weight in rows():
            at = free[gram]
            self._answers[at], self._weights[at] = answer, weight
            free[gram] = at + 1

    def add_to(self, scores: list[float], gram: int) -> None:
        first, end = self._starts[gram], self._starts[gram + 1]
        for answer, weight in zip(self._answers[first:end], self._weights[first:end], strict=True):
            scores[answer] += weight


class Index:
    """Over (id, ways to ask), and questions that are not ours: built once, asked often."""

    def __init__(self, asked: Mapping[str, Sequence[str]], strangers: Sequence[str] = ()) -> None:
        self._ids = tuple(asked)
        self._gram_ids: dict[str, int] = {}
        said = [_counted(ways) for ways in asked.values()]
        ours: dict[str, float] = {}
        for counts in said:
            for gram, count in counts.items():
                self._gram_ids.setdefault(gram, len(self._gram_ids))
                ours[gram] = ours.get(gram, 0.0) + count
        ways = [max(1, len(several)) for several in asked.values()]
        total = sum(ways)
        self._rows = Rows(
            len(ours),
            lambda: (
                (
                    self._gram_ids[gram],
                    answer,
                    math.log1p(count / ways[answer] * total / (SEEN + ours[gram])),
                )
                for answer, counts in enumerate(said)
                for gram, count in counts.items()
            ),
        )
        usual_first = sorted(ours, key=ours.__getitem__, reverse=True)
        self._spelling = Spelling(usual_first, self._gram_ids)
        self._ours = _likelier_here(ours, total, strangers)

    def search(self, text: str, limit: int = 5) -> list[Match]:
        """Best first."""
        return self.look(text, limit)[0]

    def look(self, text: str, limit: int = 5) -> tuple[list[Match], Evidence]:
        """The best first, and what speaks for the first one."""
        wanted = set(_grams(self._plain(text)))
        scores = [0.0] * len(self._ids)
        for gram in wanted & self._gram_ids.keys():
            self._rows.add_to(scores, self._gram_ids[gram])
        best = nlargest(max(2, limit), range(len(scores)), key=scores.__getitem__)
        matches = [Match(self._ids[one], scores[one]) for one in best if scores[one]]
        first, second = (*(match.score for match in matches[:2]), 0.0, 0.0)[:2]
        length = math.sqrt(max(1, len(wanted)))
        evidence = Evidence(
            fit=first / length,
            lead=(first - second) / length,
            length=math.log1p(len(wanted)),
            ours=sum(self._ours.get(gram, 0.0) for gram in wanted) / length,
        )
        return matches[:limit], evidence

    def _plain(self, text: str) -> str:
        if len(text) > QUERY_CHARACTERS:
            half = QUERY_CHARACTERS // 2
            text = f"{text[:half]} {text[-half:]}"
        return one_word(self._spelling.mended(one_word(bare(text))))


def _counted(ways: Iterable[str]) -> dict[str, float]:
    """Gram → in how many of the questions it stands."""
    counted: dict[str, float] = {}
    for way in ways:
        own = frozenset(grams(way))
        share = min(1.0, PLAIN_WAY / max(1, len(own)))
        for gram in own:
            counted[gram] = counted.get(gram, 0.0) + share
    return counted


def _likelier_here(
    ours: Mapping[str, float], ways: int, strangers: Sequence[str]
) -> dict[str, float]:
    """Of each gram, the logarithm of how much likelier it is in a question that is ours."""
    theirs = _counted(strangers)
    return {
        gram: math.log(
            (ours.get(gram, 0.0) / max(1, ways) + RARELY)
            / (theirs.get(gram, 0.0) / max(1, len(strangers)) + RARELY)
        )
        for gram in {**ours, **theirs}
    }


def questions_of(pack: ContentPack) -> dict[str, list[str]]:
    """Titles and questions, of all languages together: people mix them."""
    asked: dict[str, list[str]] = {}
    for language in LANGUAGES:
        for article in pack.articles(language):
            asked.setdefault(article.id, []).extend((article.title, *article.questions))
    return asked


def ways_to_ask(pack: ContentPack) -> dict[str, list[str]]:
    """Titles, questions and keywords."""
    asked = questions_of(pack)
    for language in LANGUAGES:
        for article in pack.articles(language):
            asked[article.id].extend(article.keywords)
    return asked


def grams(text: str) -> Iterable[str]:
    """Characters and words that tell something, singly and in pairs."""
    return _grams(one_word(bare(text)))


def _grams(plain: str) -> Iterable[str]:
    """Han characters without filler; English words without endings, pairs as 'lost card'."""
    before = ""
    for run in _WORDS.findall(plain):
        if run.isascii():
            if run not in _STOP and not (run.isdigit() and len(run) < A_NUMBER):
                word = stem(run)
                yield word
                if before:
                    yield f"{before} {word}"
                before = word
            continue
        before = ""
        for part in _FILLER.split(run):
            yield from part
            yield from (part[at : at + 2] for at in range(len(part) - 1))
