"""The personal list: something for everybody that fits a message, and each fault has its line."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot import checklist_file
from bot.content import ContentError
from bot.dialog import Answers
from bot.domain.checklists import CHOICES, Checklist, ChecklistLine
from bot.i18n import LANGUAGES, translator
from bot.known import CONTENT
from bot.messages import Choice
from bot.services import Turn
from handlers.checklist import QUESTIONS, finish
from tests import lint

TODAY = date(2026, 11, 23)
EVERYBODY = [dict(zip(CHOICES, given, strict=True)) for given in product(*CHOICES.values())]


@pytest.fixture(scope="module")
def released() -> Checklist:
    return checklist_file.load(CONTENT)


def line(words: str, wanted: Mapping[str, list[str]] | None = None, **other: str) -> ChecklistLine:
    """The same words in every language but `other`."""
    said = dict.fromkeys(LANGUAGES, words) | other
    named = dict.fromkeys(LANGUAGES, "办法第9条")
    return ChecklistLine(said, named, named, wanted or {})


def test_this_release_has_no_faults(released: Checklist) -> None:
    assert checklist_file.faults(released, TODAY) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"checked": date(2025, 11, 22)}, "checklist: was checked more than a year ago"),
        ({"checked": date(2026, 11, 24)}, "checklist: was checked in the future (2026-11-24)"),
        (
            {"papers": [line("3张照片", en="four photos")]},
            "checklist: 3 is not in both of '3张照片'",
        ),
        ({"papers": [line("身份证", {"what": ["lost"]})]}, "checklist: has no papers for first, "),
        ({"steps": [line("先问"), line("先问", {"age": ["child"]})]}, "checklist: says twice to "),
        ({"steps": [line("问" * 500)]}, "characters for somebody, at most 420 fit a message"),
    ],
)
def test_a_reviewer_is_told(change: dict[str, Any], said: str) -> None:
    good = Checklist([line("身份证")], [line("先问残联")], TODAY)
    assert checklist_file.faults(good, TODAY) == []
    found = checklist_file.faults(replace(good, **change), TODAY)
    assert [one for one in found if said in one], found


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("", "it needs all of sources, rests, papers, steps"),
        ("papers: [a]", "it needs all of sources, rests, papers, steps"),
        ("{sources: {a: {}}, rests: {a: {}}, papers: [{en: a}], steps: [{en: a}]}", "no words in"),
        ("{", "while parsing"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, file: str, said: str) -> None:
    (tmp_path / "checklist.yaml").write_text(file, encoding="utf-8")
    with pytest.raises(ContentError, match=r"content/checklist\.yaml") as raised:
        checklist_file.load(tmp_path)
    assert said in str(raised.value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everybody_gets_a_message_that_can_be_read(released: Checklist, language: str) -> None:
    spoken = translator(language)
    known = SimpleNamespace(checklist=released)
    turn = SimpleNamespace(known=known, address_of=lambda path: f"https://doorstep.example{path}")
    for given in EVERYBODY:
        stored = {question.key: given[question.key] for question in QUESTIONS}
        done = finish(Answers(stored, language=language), cast("Turn", turn))
        assert done.reply
        choices = tuple(Choice("", option.label) for option in done.options)
        found = lint.faults(replace(done.reply, choices=choices), spoken)
        assert found == [], given
