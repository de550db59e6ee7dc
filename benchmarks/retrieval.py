"""Finding the answer, beside standard ways: `doorstep bench retrieval`.

The questions are people's own (benchmarks/questions.tsv): which answers are right, in which
language, and some that no answer of ours answers. Peers see the same ways to ask.
"""

import csv
import math
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import rjieba
from rank_bm25 import BM25Okapi

from benchmarks.measure import Bar, percentile, resident
from bot import content
from bot.app import CONTENT
from bot.i18n import LANGUAGES
from bot.understanding.index import Index, told_in, ways_to_ask
from bot.understanding.normalise import bare
from bot.understanding.search import Finder

QUESTIONS = Path(__file__).parent / "questions.tsv"
PRECISION = 0.95
FOLDS = 5
SIZES = (300, 3_000, 30_000)
Search = Callable[[str], list[tuple[str, float]]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question; no ids: nothing of ours answers it."""

    words: str
    ids: frozenset[str]
    language: str


def questions() -> list[Asked]:
    with QUESTIONS.open(encoding="utf-8") as file:
        rows = [row for row in csv.reader(file, delimiter="\t") if row][1:]
    return [
        Asked(words, frozenset(filter(None, ids.split("|"))), language)
        for words, ids, language, _origin in rows
    ]


# --- peers, in their textbook form


class Bm25:
    """Okapi BM25 of the library rank-bm25 over whole answers; `cut` makes the terms."""

    def __init__(self, ways: dict[str, list[str]], cut: Callable[[str], Iterable[str]]) -> None:
        self._cut = cut
        self._ids = list(ways)
        self._scores = BM25Okapi([[term for way in ways[one] for term in cut(way)] for one in ways])

    def __call__(self, text: str) -> list[tuple[str, float]]:
        scores = self._scores.get_scores(list(self._cut(text)))
        return _best((one, float(score)) for one, score in zip(self._ids, scores, strict=True))


class TfIdf:
    """Cosine of TF-IDF vectors of characters and pairs, against each single way to ask."""

    def __init__(self, ways: dict[str, list[str]]) -> None:
        each = [(one, Counter(_pairs(way))) for one, several in ways.items() for way in several]
        found = Counter(term for _one, words in each for term in words)
        self._rare = {term: math.log(len(each) / count) for term, count in found.items()}
        self._ids = [one for one, _words in each]
        self._terms: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for at, (_one, words) in enumerate(each):
            norm = math.sqrt(sum((n * self._rare[term]) ** 2 for term, n in words.items())) or 1.0
            for term, count in words.items():
                self._terms[term].append((at, count * self._rare[term] / norm))

    def __call__(self, text: str) -> list[tuple[str, float]]:
        wanted = {term: self._rare.get(term, 0.0) for term in _pairs(text)}
        norm = math.sqrt(sum(weight**2 for weight in wanted.values())) or 1.0
        scores: dict[int, float] = defaultdict(float)
        for term, weight in wanted.items():
            for at, share in self._terms.get(term, ()):
                scores[at] += weight * share / norm
        best: dict[str, float] = {}
        for at, score in scores.items():
            best[self._ids[at]] = max(best.get(self._ids[at], 0.0), score)
        return _best(best.items())


def _words(text: str) -> list[str]:
    return [word for word in rjieba.cut_for_search(bare(text)) if word.strip()]


def _pairs(text: str) -> list[str]:
    plain = bare(text).replace(" ", "")
    return [*plain, *(plain[at : at + 2] for at in range(len(plain) - 1))]


def _best(scores: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    return sorted(scores, key=lambda one: -one[1])[:3]


# --- figures


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares from 0 to 1."""

    top1: float
    top3: float
    answered: float
    """Of the questions that have an answer, at 95 % precision (threshold by cross-validation)."""
    refused: float
    """Of those that have none, at the same threshold."""


def judge(search: Search, asked: Sequence[Asked]) -> Figures:
    found = [(one, search(one.words)) for one in asked]
    ours = [(one, got) for one, got in found if one.ids]
    strangers = [got for one, got in found if not one.ids]
    top1 = sum(bool(got) and got[0][0] in one.ids for one, got in ours)
    top3 = sum(any(which in one.ids for which, _score in got) for one, got in ours)
    answered, refused = _at_precision(found)
    return Figures(
        top1 / max(1, len(ours)),
        top3 / max(1, len(ours)),
        answered / max(1, len(ours)),
        refused / max(1, len(strangers)),
    )


def _at_precision(found: Sequence[tuple[Asked, list[tuple[str, float]]]]) -> tuple[int, int]:
    """How many are answered and refused when each fold is judged by the others' threshold."""
    answered = refused = 0
    for fold in range(FOLDS):
        others = [one for at, one in enumerate(found) if at % FOLDS != fold]
        limit = _threshold(others)
        for asked, got in found[fold::FOLDS]:
            sure = bool(got) and got[0][1] >= limit
            answered += bool(asked.ids) and sure
            refused += not asked.ids and not sure
    return answered, refused


def _threshold(found: Sequence[tuple[Asked, list[tuple[str, float]]]]) -> float:
    """The lowest score above which 95 of 100 first answers are right."""
    firsts = [(got[0], asked) for asked, got in found if got]
    scored = sorted(((score, one in asked.ids) for (one, score), asked in firsts), reverse=True)
    right, lowest = 0, math.inf
    for count, (score, is_right) in enumerate(scored, 1):
        right += is_right
        if right / count >= PRECISION:
            lowest = score
    return lowest


def _row(name: str, figures: Figures) -> str:
    shares = (figures.top1, figures.top3, figures.answered, figures.refused)
    return f"  {name:38}" + "".join(f"{share:9.3f}" for share in shares)


def measure() -> list[Bar]:
    pack = content.load(CONTENT)
    ways, told = ways_to_ask(pack), told_in(pack)
    asked = questions()
    index = Index(ways, told)
    ours: Search = lambda text: [(one.id, one.score) for one in index.search(text, 3)]  # noqa: E731
    peers: dict[str, Search] = {
        "Doorstep": ours,
        "Doorstep without the answers' words": _search_of(Index(ways)),
        "BM25 over words (rjieba)": Bm25(ways, _words),
        "BM25 over character pairs": Bm25(ways, _pairs),
        "TF-IDF over character pairs, each way": TfIdf(ways),
    }
    print(f"{sum(bool(one.ids) for one in asked)} questions with an answer, ", end="")
    print(f"{sum(not one.ids for one in asked)} without; {len(pack.ids)} answers")
    print(f"  {'':38}{'top-1':>9}{'top-3':>9}{'answered':>9}{'refused':>9}")
    figures = {name: judge(search, asked) for name, search in peers.items()}
    for name, one in figures.items():
        print(_row(name, one))
    for language in LANGUAGES:
        own = [one for one in asked if one.language == language]
        if own:
            print(_row(f"Doorstep, {language} ({len(own)})", judge(ours, own)))
    return [*_as_served(Finder(ways, told), asked, figures["Doorstep"]), *_speed(ways, told, asked)]


def _search_of(index: Index) -> Search:
    return lambda text: [(one.id, one.score) for one in index.search(text, 3)]


def _as_served(finder: Finder, asked: Sequence[Asked], figures: Figures) -> list[Bar]:
    """With the service's own limits: what is answered at once, offered, refused."""
    found = [(one, finder.find(one.words)) for one in asked]
    ours = [(one, got) for one, got in found if one.ids]
    strangers = [got for one, got in found if not one.ids]
    sure = [(one, got) for one, got in ours if got.sure]
    right = sum(got.ids[0] in one.ids for one, got in sure)
    shown = sum(any(which in one.ids for which in got.ids) for one, got in ours) / len(ours)
    refused = sum(not got.sure for got in strangers) / len(strangers)
    print(f"  As served: answered at once {len(sure) / len(ours):.3f}, of these right ", end="")
    print(f"{right / len(sure):.3f}; the right one shown {shown:.3f}; ", end="")
    print(f"strangers not answered {refused:.3f}")
    return [
        Bar("top-1", f"{figures.top1:.3f}", "0.92", figures.top1 >= 0.92),
        Bar("top-3", f"{figures.top3:.3f}", "0.98", figures.top3 >= 0.98),
        Bar("questions without an answer refused", f"{refused:.2f}", "0.90", refused >= 0.9),
        Bar("the right answer is shown", f"{shown:.2f}", "0.90", shown >= 0.9),
    ]


def _speed(
    ways: dict[str, list[str]], told: dict[str, list[str]], asked: Sequence[Asked]
) -> list[Bar]:
    """With more answers than there are: copies whose words are not quite the same."""
    p99s = []
    for size in SIZES:
        more, saying = _multiplied(ways, size), _multiplied(told, size)
        before, started = resident(os.getpid()), time.perf_counter()
        finder = Finder(more, saying)
        built = time.perf_counter() - started
        memory = resident(os.getpid()) - before
        taken = []
        for one in [*asked, *asked]:
            started = time.perf_counter()
            finder.find(one.words)
            taken.append((time.perf_counter() - started) * 1000)
        p99s.append(percentile(taken, 0.99))
        print(
            f"  {size:6,} answers: p50 {percentile(taken, 0.5):.2f} ms, p99 {p99s[-1]:.2f} ms; "
            f"built in {built:.1f} s, {memory:.0f} MB"
        )
    growth = p99s[-1] / p99s[0]
    return [
        Bar("p99 with 300 answers", f"{p99s[0]:.2f} ms", "2 ms", p99s[0] < 2),
        Bar("growth from 300 to 30,000", f"{growth:.0f} times", "100", growth <= 100),
    ]


def _multiplied(texts: dict[str, list[str]], size: int) -> dict[str, list[str]]:
    ids = list(texts)
    several = {}
    for at in range(size):
        one, copy = ids[at % len(ids)], at // len(ids)
        several[f"{one}.{at}"] = [f"{text}{copy or ''}" for text in texts[one]]
    return several


if __name__ == "__main__":
    sys.exit(any(not bar.kept for bar in measure()))
