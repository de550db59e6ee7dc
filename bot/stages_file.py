"""Reading content/stages/: the words of every stage, and the ways of every procedure."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot import yaml_text
from bot.content import ContentError
from bot.domain.stages import (
    ENDS,
    SIDE_WAYS,
    ByLanguage,
    Limit,
    Procedure,
    Stage,
    StageBook,
    StageWords,
    Way,
    WayFacts,
)
from bot.i18n import LANGUAGES

FOLDER = Path(__file__).parent.parent / "content" / "stages"
WORDS = ("name", "says", "means", "can", "plain")
LONGEST_NAME = {"zh_Hans": 12, "zh_Hant": 12, "en": 40}
"""It stands on buttons (accessibility rule C7)."""


@lru_cache(maxsize=1)
def released() -> StageBook:
    """As this release has them. Raises ContentError."""
    return load(FOLDER)


def load(folder: Path) -> StageBook:
    """Raises ContentError with all faults together."""
    faults: list[str] = []
    stages = _read(folder / "stages.yaml", faults)
    facts = _read(folder / "procedures.yaml", faults)
    if not faults:
        faults += [f"content/stages/stages.yaml: {one}" for one in _stage_faults(stages)]
        faults += [f"content/stages/procedures.yaml: {one}" for one in _faults(facts)]
    if faults:
        raise ContentError("\n".join(faults))
    sources = facts["sources"]
    return StageBook(
        words={Stage(name): _words(one) for name, one in stages.items()},
        procedures={Procedure(name): _said(one) for name, one in facts["procedures"].items()},
        ways={
            (Procedure(name), way): _way(one[way.value], facts)
            for name, one in facts["procedures"].items()
            for way in Way
        },
        dispute=_said(sources[facts["dispute"]]),
        checked=facts["checked"],
    )


def _read(path: Path, faults: list[str]) -> Any:
    try:
        found = yaml_text.loaded(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml_text.YAMLError) as error:
        faults.append(f"content/stages/{path.name}: {yaml_text.in_one_line(error)}")
        return {}
    if not isinstance(found, dict):
        faults.append(f"content/stages/{path.name}: is not 'key: value' lines")
    return found


def _stage_faults(stages: Mapping[str, Any]) -> list[str]:
    faults = [f"the stage {one} is missing" for one in Stage if one not in stages]
    faults += [f"{one} is no stage of ours" for one in stages if one not in list(Stage)]
    for name, one in stages.items():
        if bool(one.get("end")) != (name in list(ENDS)):
            faults.append(f"{name}: 'end' does not fit bot/domain/stages.py")
        if bool(one.get("side")) != (name in list(SIDE_WAYS)):
            faults.append(f"{name}: 'side' does not fit bot/domain/stages.py")
        for language in LANGUAGES:
            faults += [f"{name}, {language}: {fault}" for fault in _word_faults(one, language)]
    return faults


def _word_faults(stage: Mapping[str, Any], language: str) -> list[str]:
    said = stage.get(language)
    if not isinstance(said, dict):
        return ["is missing"]
    faults = [f"has no {what!r}" for what in WORDS if not isinstance(said.get(what), str)]
    faults += [
        f"has {what!r}, which is not known" for what in said if what not in (*WORDS, "until")
    ]
    if not faults:
        faults += ["'says' has no {who}"] if "{who}" not in said["says"] else []
        if "until" in said and not all(part in said["until"] for part in ("{who}", "{until}")):
            faults.append("'until' needs {who} and {until}")
        if len(said["name"]) > LONGEST_NAME[language]:
            faults.append(f"its name is longer than {LONGEST_NAME[language]} characters")
    return faults


def _faults(facts: Mapping[str, Any]) -> list[str]:
    faults = []
    if not isinstance(facts.get("checked"), date):
        faults.append("'checked' is not a date like 2026-03-01")
    for part in ("sources", "notes", "procedures"):
        for name, one in (facts.get(part) or {}).items():
            faults += [f"{part}, {name} has no {lang}" for lang in LANGUAGES if not one.get(lang)]
    procedures = facts.get("procedures") or {}
    faults += [f"the procedure {one} is missing" for one in Procedure if one not in procedures]
    faults += [f"{one} is no procedure" for one in procedures if one not in list(Procedure)]
    if facts.get("dispute") not in (facts.get("sources") or {}):
        faults.append("'dispute' names no source")
    for name, one in procedures.items():
        for way in Way:
            said = one.get(way.value)
            found = _way_faults(said, facts) if said else ["is missing"]
            faults += [f"{name}, {way}: {fault}" for fault in found]
    return faults


def _way_faults(said: Mapping[str, Any], facts: Mapping[str, Any]) -> list[str]:
    path = said.get("path") or []
    faults = [f"{one!r} is no stage" for one in path if one not in list(Stage)]
    faults += [f"{one} is a side way" for one in path if one in list(SIDE_WAYS)]
    if not path or path[-1] not in list(ENDS):
        faults.append("its path does not end at an end")
    if len(set(path)) != len(path):
        faults.append("a stage stands twice in its path")
    if not said.get("sources"):
        faults.append("has no source")
    limits = said.get("limits") or {}
    named = [*(said.get("sources") or []), *(limit.get("source") for limit in limits.values())]
    faults += [f"{one!r} is no source" for one in named if one not in facts["sources"]]
    for stage, limit in limits.items():
        if stage not in path or not isinstance(limit.get("workdays"), int):
            faults.append(f"the limit of {stage} needs 'workdays', and the stage in the path")
    confidence = said.get("confidence")
    if confidence not in ("confirmed", "to_confirm"):
        faults.append(f"'confidence' is {confidence!r}, not confirmed or to_confirm")
    if confidence == "to_confirm" and said.get("note") not in facts["notes"]:
        faults.append("is to be confirmed, but has no note that says so")
    if confidence == "to_confirm" and limits:
        faults.append("is to be confirmed, so it cannot have limits")
    return faults


def _said(one: Mapping[str, Any]) -> ByLanguage:
    return {language: str(one[language]) for language in LANGUAGES}


def _words(one: Mapping[str, Any]) -> StageWords:
    by = {
        what: {language: str(one[language].get(what) or "") for language in LANGUAGES}
        for what in (*WORDS, "until")
    }
    return StageWords(**by)


def _way(said: Mapping[str, Any], facts: Mapping[str, Any]) -> WayFacts:
    sources = facts["sources"]
    return WayFacts(
        path=tuple(Stage(one) for one in said["path"]),
        limits={
            Stage(stage): Limit(limit["workdays"], _said(sources[limit["source"]]))
            for stage, limit in (said.get("limits") or {}).items()
        },
        sources=[_said(sources[one]) for one in said["sources"]],
        confirmed=said["confidence"] == "confirmed",
        note=_said(facts["notes"][said["note"]]) if said.get("note") else None,
    )
