"""'You said, we did': one step of a suggestion's way, told to everybody in three languages."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.i18n import LANGUAGES, Text, _

LONGEST = 200
"""Characters of each text."""
_PERSONAL = (
    re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"),
    re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"),
    re.compile(r"(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)"),
    re.compile(r"[\w.+-]+@[\w-]+\.\w+"),
    re.compile(r"\d+\s*[号號](?:院|楼|樓)?\s*\d*\s*(?:栋|棟|座|楼|樓|室|房)"),
)
"""Identity and telephone numbers, mail addresses, somebody's door."""


class NoteState(StrEnum):
    DRAFT = "draft"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


class NotForEverybody(Exception):
    """It cannot be released as it stands; `faults` says why."""

    def __init__(self, faults: list[Text]) -> None:
        super().__init__(len(faults))
        self.faults = faults


class OwnNote(Exception):
    """Whoever wrote it does not release it."""


@dataclass(frozen=True, slots=True)
class PublicNote:
    """`said` and `done` by language."""

    id: int
    ticket_id: int
    number: str
    region: str
    state: NoteState
    said: Mapping[str, str]
    done: Mapping[str, str]
    author_id: int
    created_at: datetime
    released_at: datetime | None


def faults(said: Mapping[str, str], done: Mapping[str, str], names: Iterable[str]) -> list[Text]:
    """Why this may not be shown to everybody; `names` are those of the people behind it."""
    found: list[Text] = []
    texts = [words.get(language, "").strip() for words in (said, done) for language in LANGUAGES]
    if not all(texts):
        found.append(_("Something is missing: both texts are needed in all three languages."))
    if any(len(words) > LONGEST for words in texts):
        found.append(
            _("A text is too long. Please keep each under {count} characters.").fill(count=LONGEST)
        )
    if any(pattern.search(words) for pattern in _PERSONAL for words in texts):
        found.append(_("There is a number, an address or a door in it that may lead to somebody."))
    if any(name and name in words for name in names for words in texts):
        found.append(_("The name of a person stands in it."))
    return found
