"""Answers that staff write in the console: drafts, their review, what was published."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EditionState(StrEnum):
    DRAFT = "draft"
    """Waits for a second person."""
    PUBLISHED = "published"
    """The newest published one of an answer and language is what people read."""
    WITHDRAWN = "withdrawn"
    """Taken back, or sent back to its author."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of an answer in one language; `file` is written as in content/."""

    id: int
    article_id: str
    language: str
    file: str
    state: EditionState
    author_id: int
    reviewer_id: int | None
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class AddedWay:
    """A way to ask that staff added to an answer."""

    id: int
    article_id: str
    language: str
    words: str


class QuestionState(StrEnum):
    OPEN = "open"
    DONE = "done"
    """Linked to an answer, or set aside; asked again without success it is open again."""
    SET_ASIDE = "set_aside"
    """Not a question for us: stays away."""


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """Words without an answer, or whose answer was 'not quite'; nobody's name with them."""

    id: int
    language: str
    words: str
    shown: str
    """The answer that was not quite it, or ''."""
    times: int
    last_at: datetime


class OwnDraft(Exception):
    """A draft is published by somebody else than its author."""


class Faulty(Exception):
    """The draft cannot be published: one sentence each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults
