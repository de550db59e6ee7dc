"""Questions that stand in the content: who asks in just these words gets that answer."""

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence

from bot.understanding.normalise import bare


class WordForWord:
    """Hashes in a sorted column: thousands of questions in a few kilobytes."""

    def __init__(self, asked: Mapping[str, Sequence[str]]) -> None:
        """Answer id → its questions. One that stands in two answers leads to neither."""
        answer_of: dict[int, int] = {}
        for answer, questions in enumerate(asked.values()):
            for key in {_key(question) for question in questions}:
                answer_of[key] = -1 if key in answer_of else answer
        self._ids = tuple(asked)
        self._keys = array("q", sorted(answer_of))
        self._answers = array("i", (answer_of[key] for key in self._keys))

    def id_of(self, text: str) -> str | None:
        key = _key(text)
        at = bisect_left(self._keys, key)
        if at == len(self._keys) or self._keys[at] != key or self._answers[at] < 0:
            return None
        return self._ids[self._answers[at]]


def _key(text: str) -> int:
    return hash(bare(text).replace(" ", ""))
