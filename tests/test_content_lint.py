"""`doorstep content check`: each fault has its line, and this release's content has none."""

from datetime import date
from pathlib import Path

import pytest

from bot import content, content_lint
from bot.app import CONTENT
from bot.i18n import LANGUAGES
from tests.test_content import QUESTIONS, a_file, write

TODAY = date(2026, 11, 23)
DETAILS = "先去县残联。\n## 带什么\n- 身份证"
LONG = "这句话没有停顿也没有说完" * 4


def faults(folder: Path, language: str = "zh_Hans", body: str = "", **facts: str) -> list[str]:
    """Of one answer in three languages that are all in order but for these facts."""
    for one in LANGUAGES:
        own = {**facts, "body": body or "先去县残联。"} if one == language else {}
        write(folder, a_file(**own), f"{one}/manage.lost")
    return content_lint.faults(content.load(folder), TODAY)


def test_a_good_answer_has_no_fault(tmp_path: Path) -> None:
    assert faults(tmp_path) == []


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"sources": "[]"}, "has no source"),
        ({"sources": "[{title: 听说的}]"}, "marked confirmed, but no source has"),
        ({"sources": "[{title: 条例, number: 1, link: www}]"}, "'www', which is not a web address"),
        ({"checked": "2025-11-22"}, "more than a year ago"),
        ({"checked": "2026-11-24"}, "in the future"),
        ({"questions": "[one, two]"}, "has 2 questions, at least 6"),
        ({"related": "[no.such]"}, "leads to no.such, which does not exist"),
        ({"next": "['answer:no.such']"}, "leads to no.such, which does not exist"),
        ({"next": "[dance]"}, "has the next step 'dance'"),
        ({"related": "[manage.lost]"}, "leads to itself"),
        ({"body": "## 只有标题\n- 一行"}, "has no answer before its first heading"),
        ({"body": "答案。\n## 空的"}, "has no lines"),
        ({"body": DETAILS}, "no plain version"),
        ({"title": "这个标题比一个按钮能写下的字多"}, "at most 14 fit a button"),
        ({"body": "先去。" * 50}, "its answer has 150 characters, at most 120"),
        ({"body": f"{LONG}。"}, "has a sentence of 48 characters"),
        ({"body": f"{LONG[:30]}。{LONG[:30]}。"}, "its sentences have 30 characters on average"),
        ({"plain": f"[{LONG}]"}, "its plain clauses have 48 characters"),
    ],
)
def test_a_reviewer_is_told(tmp_path: Path, facts: dict[str, str], said: str) -> None:
    found = [one for one in faults(tmp_path, **facts) if one.startswith("zh_Hans/manage.lost: ")]
    assert any(said in one for one in found), found


def test_a_year_to_the_day_is_not_too_old(tmp_path: Path) -> None:
    found = faults(tmp_path, checked="2025-11-23")
    assert not [one for one in found if "a year ago" in one]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"confidence": "to_confirm"}, "en/manage.lost: its confidence differs"),
        ({"next": "[book]"}, "en/manage.lost: its next_steps differs"),
        ({"checked": "2026-03-02"}, "en/manage.lost: its checked differs"),
        ({"body": "Ask.\n## Bring\n- a card", "plain": "[Ask.]"}, "has 1 sections, zh_Hans has 0"),
        ({"sources": "[{title: a, number: 1, link: 'https://a.b/'}]"}, "its sources differ"),
    ],
)
def test_a_translation_says_the_same(tmp_path: Path, facts: dict[str, str], said: str) -> None:
    (fault,) = faults(tmp_path, language="en", **facts)
    assert said in fault


def test_one_question_cannot_have_two_answers(tmp_path: Path) -> None:
    faults(tmp_path)
    others = f"[甲, 乙, 丙, 丁, 戊, {QUESTIONS[0]}？]"
    for language in LANGUAGES:
        other = a_file("manage.damaged", questions=others, title="证坏了")
        write(tmp_path, other, f"{language}/manage.damaged")
    found = content_lint.faults(content.load(tmp_path), TODAY)
    assert "is also one of" in found[0]


def test_one_title_cannot_have_two_answers(tmp_path: Path) -> None:
    faults(tmp_path)
    write(
        tmp_path, a_file("manage.gone", questions="[一, 二, 三, 四, 五, 六]"), "zh_Hans/manage.gone"
    )
    found = content_lint.faults(content.load(tmp_path), TODAY)
    assert "zh_Hans/manage.lost: its title is also that of manage.gone" in found


def test_a_stranger_has_no_answer(tmp_path: Path) -> None:
    faults(tmp_path)
    strangers = f"今天下雨吗\tzh_Hans\tweather\n{QUESTIONS[0]}？\tzh_Hans\tlost\n"
    (tmp_path / "strangers.tsv").write_text(strangers, encoding="utf-8")
    found = content_lint.faults(content.load(tmp_path), TODAY)
    assert f"strangers.tsv: '{QUESTIONS[0]}？' is also one of manage.lost" in found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_language_is_told(tmp_path: Path, language: str) -> None:
    faults(tmp_path)
    (tmp_path / language / "manage.lost.md").unlink()
    found = content_lint.faults(content.load(tmp_path), TODAY)
    assert f"{language}/manage.lost: is missing" in found


def test_this_release_has_no_faults() -> None:
    assert content_lint.faults(content.load(CONTENT), TODAY) == []
