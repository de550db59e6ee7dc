"""Replies that are often needed, in three languages, with fields."""

from collections.abc import Mapping
from dataclasses import dataclass

FIELDS = ("number", "clerk", "office")
"""What we fill in; 【…】 is left for the clerk, and nothing is sent before it is filled."""


@dataclass(frozen=True, slots=True)
class Canned:
    """`title` and `words` by language."""

    key: str
    title: Mapping[str, str]
    words: Mapping[str, str]

    def filled(self, language: str, fields: Mapping[str, str]) -> str:
        words = self.words[language]
        for name in FIELDS:
            words = words.replace(f"{{{name}}}", fields.get(name, ""))
        return words
