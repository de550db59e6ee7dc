"""The questions that finding is measured with, in files beside this one."""

import csv
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
PEOPLE = FOLDER / "questions.tsv"
"""People's own, as they were given to this project."""
UNSEEN = FOLDER / "unseen.tsv"
"""Written from the inventory of answers alone, by somebody who had not seen the content."""
CALIBRATION = FOLDER / "calibration.tsv"
"""The other half of those: the weights of the confidence are fitted with them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question; no ids: nothing of ours answers it."""

    words: str
    ids: frozenset[str]
    language: str


def questions(file: Path) -> list[Asked]:
    """'question<TAB>ids (any of), with | between<TAB>language<TAB>from', below a heading."""
    with file.open(encoding="utf-8") as opened:
        rows = [row for row in csv.reader(opened, delimiter="\t") if row][1:]
    return [
        Asked(words, frozenset(filter(None, ids.split("|"))), language)
        for words, ids, language, _origin in rows
    ]
