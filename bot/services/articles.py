"""Find the answer and its source; 'not sure' and 'I do not know' are answers too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.content import ContentPack
from bot.domain.articles import Article

if TYPE_CHECKING:
    from bot.services import Services

TOPICS = (
    "cert",
    "apply",
    "assess",
    "home",
    "manage",
    "cross",
    "benefit",
    "special",
    "rights",
    "service",
)
"""The groups of the inventory of answers; an id begins with one of them."""


class Search(Protocol):
    """What bot.understanding provides: ids of answers, best first."""

    def __call__(self, text: str, language: str) -> "Finding": ...


@dataclass(frozen=True, slots=True)
class Finding:
    """`sure`: the first id answers the question. Else the ids are guesses; none: no answer."""

    ids: Sequence[str]
    sure: bool


@dataclass(slots=True)
class Library:
    """What people can read now, and the ways to find it; exchanged when staff publish."""

    released: ContentPack
    """The files of this release, without what staff published since."""
    pack: ContentPack
    search: Search
    alike: Callable[[Sequence[str]], list[list[int]]]
    """Groups texts that are nearly the same, by their places."""
    bare: Callable[[str], str]
    """A text without punctuation, half width, Simplified."""


class Articles:
    """Answers about the certificate."""

    def __init__(self, services: "Services") -> None:
        self._library = services.known.library

    def find(self, text: str, language: str) -> Finding:
        return self._library.search(text, language)

    def article(self, article_id: str, language: str) -> Article | None:
        """In that language, else in Simplified Chinese, which every answer has."""
        return self._library.pack.article(article_id, language)

    def topic(self, topic: str, language: str) -> list[Article]:
        """The answers of one group, in the order of the inventory."""
        ids = [one for one in self._library.pack.ids if one.partition(".")[0] == topic]
        found = (self.article(one, language) for one in ids)
        return [article for article in found if article]

    def topics(self) -> list[str]:
        """The groups that have answers."""
        there = {one.partition(".")[0] for one in self._library.pack.ids}
        return [topic for topic in TOPICS if topic in there]
