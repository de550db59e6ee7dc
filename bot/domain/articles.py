"""An answer about the certificate, with what it rests on."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

CHECKED_WITHIN = timedelta(days=365)
"""What was last compared with its sources before that is to be compared again."""


class Confidence(StrEnum):
    CONFIRMED = "confirmed"
    """Every claim stands in a law or in two sources that agree."""
    TO_CONFIRM = "to_confirm"
    """Part of it differs by place or is not confirmed: said with a caution and the hotline."""


@dataclass(frozen=True, slots=True)
class Source:
    """A law, a notice, an official page."""

    title: str
    number: str = ""
    article: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Details, told on request."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """One answer in one language; its file is content/<language>/<id>.md."""

    id: str
    language: str
    title: str
    questions: tuple[str, ...]
    keywords: tuple[str, ...]
    audience: str
    region: str
    effective: date | None
    checked: date
    confidence: Confidence
    sources: tuple[Source, ...]
    related: tuple[str, ...]
    next_steps: tuple[str, ...]
    """'book', 'status', 'feedback', 'human' or 'answer:<id>'."""
    answer: str
    sections: tuple[Section, ...]
    plain: tuple[str, ...] = ()
    """The answer again in plain words (易读), a sentence each; for who asked for plain messages."""
