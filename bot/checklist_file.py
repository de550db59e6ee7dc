"""Reading content/checklist.yaml."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.content import ContentError
from bot.domain.checklists import CHOICES, Checklist, ChecklistLine
from bot.i18n import LANGUAGES


def load(folder: Path) -> Checklist:
    """Raises ContentError with all its faults."""
    try:
        facts = yaml.safe_load((folder / "checklist.yaml").read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ContentError(f"content/checklist.yaml: {' '.join(str(error).split())}") from error
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
