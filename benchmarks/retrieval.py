"""Finding the answer, beside standard ways: `doorstep bench retrieval`.

Two sets of questions, kept apart from the content (see questions.py). Peers see the same ways to
ask. Where a threshold is chosen, each fold of the questions is judged by that of the others.
"""

import gc
import math
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import rjieba
from rank_bm25 import BM25Okapi

from benchmarks.measure import Bar, percentile, resident
from benchmarks.questions import PEOPLE, UNSEEN, Asked, questions
from bot.hearing import finder_of
from bot.i18n import LANGUAGES
from bot.known import load_pack
from bot.understanding.confidence import IS_RIGHT, chance
from bot.understanding.index import Index, ways_to_ask
from bot.understanding.normalise import bare
from bot.understanding.search import Finder

PRECISION = 0.95
FOLDS = 5
SIZES = (300, 3_000, 30_000)
WAYS = 12
"""To ask for each answer where their number grows."""
Search = Callable[[str], list[tuple[str, float]]]


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
        _share(top1, ours), _share(top3, ours), _share(answered, ours), _share(refused, strangers)
    )


def _share(count: int, of: Sequence[object]) -> float:
    return count / len(of) if of else math.nan


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
    shown = ("–" if math.isnan(share) else f"{share:.3f}" for share in shares)
    return f"  {name:38}" + "".join(f"{share:>9}" for share in shown)


def measure() -> list[Bar]:
    pack = load_pack()
    ways = ways_to_ask(pack)
    finder, index = finder_of(pack), Index(ways, pack.strangers)
    searches: dict[str, Search] = {
        "Doorstep": lambda text: _with_chance(index, text),
        "BM25 over words (rjieba)": Bm25(ways, _words),
        "BM25 over character pairs": Bm25(ways, _pairs),
        "TF-IDF over character pairs, each way": TfIdf(ways),
    }
    bars = []
    for name, file in (("people's own", PEOPLE), ("unseen", UNSEEN)):
        asked = questions(file)
        print(f"{name}: {sum(bool(one.ids) for one in asked)} questions with an answer, ", end="")
        print(f"{sum(not one.ids for one in asked)} without; {len(pack.ids)} answers")
        print(
            f"  {'':38}{'top-1':>9}{'top-3':>9}{'answered':>9}{'refused':>9}  (at 95 % precision)"
        )
        for peer, search in searches.items():
            print(_row(peer, judge(search, asked)))
        for language in LANGUAGES:
            own = [one for one in asked if one.language == language]
            if own:
                print(_row(f"Doorstep, {language} ({len(own)})", judge(searches["Doorstep"], own)))
        bars += _as_served(name, finder, asked, judge(searches["Doorstep"], asked))
    return [*bars, *_speed(ways, pack.strangers, questions(UNSEEN))]


def _with_chance(index: Index, text: str) -> list[tuple[str, float]]:
    """The first with the chance that it is right; the others in their order behind it."""
    matches, evidence = index.look(text, 3)
    right = chance(evidence, IS_RIGHT)
    return [(match.id, right / (1 + at)) for at, match in enumerate(matches)]


def _as_served(name: str, finder: Finder, asked: Sequence[Asked], figures: Figures) -> list[Bar]:
    """With the service's own limits: what is answered at once, offered, refused."""
    found = [(one, finder.find(one.words)) for one in asked]
    ours = [(one, got) for one, got in found if one.ids]
    strangers = [got for one, got in found if not one.ids]
    sure = [(one, got) for one, got in ours if got.sure]
    right = sum(got.ids[0] in one.ids for one, got in sure)
    answered = sum(bool(got.ids) for _one, got in ours) / len(ours)
    refused = sum(not got.ids for got in strangers) / len(strangers)
    at_once = sum(got.sure for got in strangers) / len(strangers)
    print(
        f"  As served: ours answered or offered {answered:.3f}, at once {len(sure) / len(ours):.3f}"
    )
    print(f"  (of these right {right / len(sure):.3f}); strangers refused {refused:.3f}, ", end="")
    print(f"answered at once {at_once:.3f}")
    return [
        Bar(f"{name}: top-1", f"{figures.top1:.3f}", "0.92", figures.top1 >= 0.92),
        Bar(f"{name}: top-3", f"{figures.top3:.3f}", "0.98", figures.top3 >= 0.98),
        Bar(f"{name}: ours answered", f"{answered:.3f}", "0.90", answered >= 0.9),
        Bar(f"{name}: strangers refused", f"{refused:.3f}", "0.90", refused >= 0.9),
    ]


def _speed(
    ways: dict[str, list[str]], strangers: Sequence[str], asked: Sequence[Asked]
) -> list[Bar]:
    """With more answers than there are: copies whose words are not quite the same."""
    whole = _p99(_multiplied(ways, SIZES[0]), strangers, asked, "with all their ways to ask")
    few = {one: several[:: max(1, len(several) // WAYS)] for one, several in ways.items()}
    grown = [
        _p99(_multiplied(few, size), strangers, asked, f"with about {WAYS} ways each")
        for size in SIZES
    ]
    growth = grown[-1] / grown[0]
    return [
        Bar("p99 with 300 answers", f"{whole:.2f} ms", "2 ms", whole < 2),
        Bar("growth from 300 to 30,000", f"{growth:.0f} times", "100", growth <= 100),
    ]


def _p99(
    ways: dict[str, list[str]], strangers: Sequence[str], asked: Sequence[Asked], said: str
) -> float:
    """Milliseconds a question, after a garbage collection as the service does it."""
    before, started = resident(os.getpid()), time.perf_counter()
    finder = Finder(ways, strangers)
    built = time.perf_counter() - started
    memory = resident(os.getpid()) - before
    gc.collect()
    gc.freeze()
    taken = []
    for one in [*asked, *asked]:
        started = time.perf_counter()
        finder.find(one.words)
        taken.append((time.perf_counter() - started) * 1000)
    p99 = percentile(taken, 0.99)
    print(
        f"  {len(ways):6,} answers {said}: p50 {percentile(taken, 0.5):.2f} ms, p99 {p99:.2f} ms; "
        f"built in {built:.1f} s, {memory:.0f} MB"
    )
    return p99


def _multiplied(texts: dict[str, list[str]], size: int) -> dict[str, list[str]]:
    ids = list(texts)
    several = {}
    for at in range(size):
        one, copy = ids[at % len(ids)], at // len(ids)
        several[f"{one}.{at}"] = [f"{text}{copy or ''}" for text in texts[one]]
    return several


if __name__ == "__main__":
    sys.exit(any(not bar.kept for bar in measure()))
