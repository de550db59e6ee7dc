"""content/canned.yaml: replies that staff need often. Read at the start, or the start fails."""

import re
from pathlib import Path
from typing import Any

from bot import yaml_text
from bot.content import ContentError
from bot.domain.canned import FIELDS, Canned
from bot.i18n import LANGUAGES

FILE = "canned.yaml"
_FIELD = re.compile(r"\{(\w+)\}")
_UNREADABLE = (OSError, ValueError, yaml_text.YAMLError, AttributeError, LookupError, TypeError)


def load(folder: Path) -> tuple[Canned, ...]:
    """Raises ContentError, naming what is wrong."""
    try:
        told: Any = yaml_text.loaded((folder / FILE).read_text(encoding="utf-8"))
        return tuple(_canned(key, one) for key, one in told.items())
    except _UNREADABLE as error:
        raise ContentError(f"{FILE}: {yaml_text.in_one_line(error)}") from error


def _canned(key: str, told: Any) -> Canned:
    found = Canned(key, dict(told["title"]), dict(told["words"]))
    for texts in (found.title, found.words):
        if set(texts) != set(LANGUAGES):
            raise ContentError(f"{FILE}: {key} is not there in all three languages")
    used = {language: sorted(_FIELD.findall(found.words[language])) for language in LANGUAGES}
    if len({tuple(names) for names in used.values()}) != 1:
        raise ContentError(f"{FILE}: {key} has other fields in another language")
    unknown = set(used[LANGUAGES[0]]) - set(FIELDS)
    if unknown:
        raise ContentError(f"{FILE}: {key} has an unknown field {min(unknown)}")
    return found
