"""Questions without an answer: kept without a name, grouped by likeness, for who writes answers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.editions import OpenQuestion, QuestionState
from bot.domain.tickets import NotFound
from bot.storage import questions as stored

if TYPE_CHECKING:
    from bot.domain.staff import Member
    from bot.services import Services

KEPT = timedelta(days=180)
"""Words that nobody asked again for so long are deleted."""
_NUMBERS = re.compile(r"\d[\d\- ]{5,}[\dXx]")
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that are nearly the same; the most asked first."""

    questions: Sequence[OpenQuestion]

    @property
    def times(self) -> int:
        return sum(question.times for question in self.questions)


class Questions:
    """For the conversation, which notes them, and for the console."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._connection = services.connection

    def note(self, words: str, language: str, *, shown: str = "") -> None:
        """`shown`: the answer that was not quite it. Telephone and identity numbers are hidden."""
        hidden = _NUMBERS.sub("***", words.strip())[:LONGEST]
        bare = self._services.known.library.bare(hidden)
        if bare:
            stored.note(self._connection, bare, hidden, language, shown, self._services.now)

    def forget_old(self) -> None:
        """What nobody asked for half a year."""
        stored.forget(self._connection, self._services.now - KEPT)

    def groups(self) -> list[Group]:
        """The most asked first."""
        waiting = stored.waiting(self._connection)
        alike = self._services.known.library.alike([question.words for question in waiting])
        groups = [Group([waiting[at] for at in places]) for places in alike]
        return sorted(groups, key=lambda group: -group.times)

    def group(self, question_id: int) -> Group:
        """The group of that question. Raises NotFound."""
        for group in self.groups():
            if any(question.id == question_id for question in group.questions):
                return group
        raise NotFound

    def set_aside(self, question_id: int, member: "Member") -> None:
        """Not for us: this one and those like it stay away."""
        ids = [question.id for question in self.group(question_id).questions]
        stored.settle(self._connection, ids, QuestionState.SET_ASIDE)
        self._services.audit.record(member.id, "question.set_aside", f"question:{question_id}")

    def done(self, question_id: int) -> None:
        """An answer has been found for this one and those like it."""
        ids = [question.id for question in self.group(question_id).questions]
        stored.settle(self._connection, ids, QuestionState.DONE)
