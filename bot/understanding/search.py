"""From a question to an answer, a guess, or an honest 'I do not know'."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.understanding.confidence import IS_OURS, IS_RIGHT, chance
from bot.understanding.index import Index, grams
from bot.understanding.normalise import bare
from bot.understanding.word_for_word import WordForWord

SURE = 0.8
"""Chance of being right above which the first answer is given at once."""
OURS = 0.6
"""Chance of being ours below which there is no answer at all."""
SURE_OF_A_WORD = 0.9
"""The same where one word is all that was said: '随便', 'free' may mean several things."""
WRITTEN = 0.95
"""The least chance of a question that stands in the content word for word."""
ONE_WORD = 3
"""Grams of two Han characters; an English word has one."""
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Found:
    """`sure`: the first id answers it; else they are guesses; none: no answer."""

    ids: tuple[str, ...]
    sure: bool
    confidence: float
    """The chance that the first id is right."""


class Finder:
    """Asks, in each language, the index of all languages: people mix them."""

    def __init__(
        self,
        asked: Mapping[str, Sequence[str]],
        strangers: Sequence[str] = (),
        written: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Answer id → all the ways to ask for it; and questions that nothing of ours answers.

        `written`: those of the ways that are whole questions, answered when asked word for word.
        """
        self._index = Index(asked, strangers)
        self._written = WordForWord(written or {})

    def find(self, text: str) -> Found:
        matches, evidence = self._index.look(text, SHOWN)
        right = chance(evidence, IS_RIGHT) if matches else 0.0
        written = self._written.id_of(text)
        if written is not None:
            others = [match.id for match in matches if match.id != written]
            return Found((written, *others)[:SHOWN], sure=True, confidence=max(right, WRITTEN))
        if not matches or chance(evidence, IS_OURS) < OURS:
            return Found((), sure=False, confidence=min(right, 1 - OURS))
        a_word = len(set(grams(bare(text)))) <= ONE_WORD
        return Found(
            tuple(match.id for match in matches),
            sure=right >= (SURE_OF_A_WORD if a_word else SURE),
            confidence=right,
        )
