"""A personal list of papers and steps: lines, for whom each is, and what it rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

CHOICES: Mapping[str, Sequence[str]] = {
    "what": ("first", "renew", "lost", "change"),
    "age": ("adult", "child"),
    "kind": ("body", "sight", "hearing", "mind", "unsure"),
    "household": ("here", "province", "away"),
    "travel": ("yes", "no"),
    "who": ("self", "other"),
}
"""The questions and what can be answered; content/checklist.yaml speaks of these."""


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """`words` and `source` by language; `wanted`: question → the answers that it is for."""

    words: Mapping[str, str]
    source: Mapping[str, str]
    rests: Mapping[str, str]
    wanted: Mapping[str, Sequence[str]]

    def is_for(self, answers: Mapping[str, str]) -> bool:
        return all(answers.get(question) in those for question, those in self.wanted.items())


@dataclass(frozen=True, slots=True)
class Checklist:
    """All lines, or those for one person."""

    papers: Sequence[ChecklistLine]
    steps: Sequence[ChecklistLine]
    checked: date

    def of(self, answers: Mapping[str, str]) -> "Checklist":
        """Exactly what this person needs."""
        return Checklist(
            [line for line in self.papers if line.is_for(answers)],
            [line for line in self.steps if line.is_for(answers)],
            self.checked,
        )

    def rests(self, language: str) -> list[str]:
        """Its sources in full, each once."""
        lines = (*self.papers, *self.steps)
        return list(dict.fromkeys(line.rests[language] for line in lines))


def complete(answers: Mapping[str, str]) -> bool:
    """Is every question answered with something that can be answered?"""
    return all(answers.get(question) in those for question, those in CHOICES.items())
