"""Reading content/checklist.yaml, and what a reviewer must mend in it."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

from bot import yaml_text
from bot.content import ContentError
from bot.domain.articles import CHECKED_WITHIN
from bot.domain.checklists import CHOICES, Checklist, ChecklistLine
from bot.domain.figures import unlike
from bot.i18n import LANGUAGES

LONGEST_LIST = 420
"""Han characters with sources; headings, caution and choices make it 500 (rule C1)."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_PARTS = ("sources", "rests", "papers", "steps")


def load(folder: Path) -> Checklist:
    """Raises ContentError with all its faults."""
    try:
        facts = yaml_text.loaded((folder / "checklist.yaml").read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml_text.YAMLError) as error:
        raise ContentError(f"content/checklist.yaml: {yaml_text.in_one_line(error)}") from error
    if not isinstance(facts, dict) or not all(facts.get(part) for part in _PARTS):
        raise ContentError(f"content/checklist.yaml: it needs all of {', '.join(_PARTS)}")
    faults: list[str] = []
    parts: dict[str, list[ChecklistLine]] = {"papers": [], "steps": []}
    for part, lines in parts.items():
        for at, one in enumerate(facts[part], 1):
            lines.append(_line(one, facts, f"{part}, line {at}", faults))
    if not isinstance(facts.get("checked"), date):
        faults.append("'checked' is not a date like 2026-03-01")
    if faults:
        raise ContentError("\n".join(f"content/checklist.yaml: {fault}" for fault in faults))
    return Checklist(parts["papers"], parts["steps"], facts["checked"])


def faults(checklist: Checklist, today: date) -> list[str]:
    """A line each, as those of bot.content_lint; none for a good list."""
    return [f"checklist: {fault}" for check in CHECKS for fault in check(checklist, today)]


def _dates(checklist: Checklist, today: date) -> Iterable[str]:
    if today - checklist.checked > CHECKED_WITHIN:
        yield f"was checked more than a year ago ({checklist.checked})"
    if checklist.checked > today:
        yield f"was checked in the future ({checklist.checked})"


def _numbers(checklist: Checklist, today: date) -> Iterable[str]:
    """A translation says the same."""
    for line in (*checklist.papers, *checklist.steps):
        for said in (line.words, line.source, line.rests):
            first = said[LANGUAGES[0]]
            for language in LANGUAGES[1:]:
                lost, added = unlike(first, said[language])
                for one in (*lost, *added):
                    yield f"{one} is not in both of {first!r} and {said[language]!r}"


def _everybody(checklist: Checklist, today: date) -> Iterable[str]:
    """Whatever somebody answers, there is something to bring and to do, and it fits."""
    longest = 0
    for answers in product(*CHOICES.values()):
        given = dict(zip(CHOICES, answers, strict=True))
        its = checklist.of(given)
        for part, lines in (("papers", its.papers), ("steps", its.steps)):
            if not lines:
                yield f"has no {part} for {', '.join(answers)}"
            said = [line.words[LANGUAGES[0]] for line in lines]
            yield from (f"says twice to {', '.join(answers)}: {one}" for one in _twice(said))
        longest = max(longest, _han(its))
    if longest > LONGEST_LIST:
        yield f"has {longest} characters for somebody, at most {LONGEST_LIST} fit a message"


def _twice(said: list[str]) -> list[str]:
    return sorted({one for one in said if said.count(one) > 1})


def _han(checklist: Checklist) -> int:
    lines = (*checklist.papers, *checklist.steps)
    said = [words[LANGUAGES[0]] for line in lines for words in (line.words, line.source)]
    return len(_HAN.findall("".join((*said, *checklist.rests(LANGUAGES[0])))))


CHECKS = (_dates, _numbers, _everybody)


def _line(
    one: Mapping[str, Any], facts: Mapping[str, Any], where: str, faults: list[str]
) -> ChecklistLine:
    wanted = one.get("for") or {}
    source = facts["sources"].get(one.get("source")) or {}
    rests = facts["rests"].get(source.get("rests")) or {}
    words = {language: str(one.get(language) or "") for language in LANGUAGES}
    for what, said in (("words", words), ("source", source.get("short") or {}), ("rests", rests)):
        faults += [f"{where} has no {what} in {one}" for one in LANGUAGES if not said.get(one)]
    for question, those in wanted.items():
        faults += [
            f"{where} is for {question} = {one!r}, which nobody can answer"
            for one in those
            if one not in CHOICES.get(question, ())
        ]
    return ChecklistLine(words, source.get("short") or {}, rests, wanted)
