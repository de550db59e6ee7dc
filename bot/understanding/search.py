"""From a question to an answer, a guess, or an honest 'I do not know'."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.understanding.index import Index, Match, grams
from bot.understanding.normalise import bare, language_of
from bot.understanding.synonyms import not_ours, one_word

SURE = 0.40
"""Likeness above which the first answer is given."""
CLEAR = 0.05
"""And so much above the second."""
SAME = 0.70
"""What it takes where the question is a mere place, or about other offices' matters."""
FEWEST_WORDS = 2
"""'Renew', 'free': one English word alone may ask for several things."""
GUESS = 0.22
"""Below this there is no answer at all."""
SHOWN = 3
_PLACE = re.compile(r"我?(?:住?在)?(?:\w{1,8}?(?:省|市|区|县|镇|乡|街道|街|路|村|社区))+")
"""A place alone may ask for several things."""


@dataclass(frozen=True, slots=True)
class Found:
    """`sure`: the first id answers it; else they are guesses; none: no answer."""

    ids: tuple[str, ...]
    sure: bool
    confidence: float


class Finder:
    """Asks, in each language, the index of all languages: people mix them."""

    def __init__(
        self, asked: Mapping[str, Sequence[str]], told: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """Answer id → all the ways to ask for it, and what it says, in every language."""
        self._index = Index(asked, told)

    def find(self, text: str) -> Found:
        matches = self._index.search(text, SHOWN)
        if not matches or matches[0].score < GUESS:
            return Found((), sure=False, confidence=matches[0].score if matches else 0.0)
        return Found(
            tuple(match.id for match in matches if match.score >= GUESS),
            sure=_sure(matches, bare(text)),
            confidence=matches[0].score,
        )

    def ask(self, question: str, language: str = "") -> dict[str, object]:
        """The object of `doorstep ask --json`."""
        found = self.find(question)
        return {
            "question": question,
            "answer_id": found.ids[0] if found.sure else None,
            "confidence": round(min(found.confidence, 1.0), 3),
            "alternatives": list(found.ids[1:] if found.sure else found.ids),
            "language": language or language_of(question) or "zh_Hans",
        }


def _sure(matches: Sequence[Match], plain: str) -> bool:
    if len(set(grams(plain))) < FEWEST_WORDS:
        return False
    first = matches[0].score
    second = matches[1].score if len(matches) > 1 else 0.0
    if first - second < CLEAR:
        return False
    elsewhere = _PLACE.fullmatch(plain) or not_ours(one_word(plain))
    return first >= (SAME if elsewhere else SURE)
