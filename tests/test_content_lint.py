"""`doorstep content check`: each fault has its line, and this release's content has none."""

from datetime import date
from pathlib import Path

import pytest

from bot import content, content_lint
from bot.domain.figures import unlike
from bot.i18n import LANGUAGES
from bot.known import CONTENT
from tests.test_content import QUESTIONS, a_file, write

TODAY = date(2026, 11, 23)
DETAILS = "先去县残联。\n## 带什么\n- 身份证"
SOURCES = "[{{title: 条例, number: 1, link: '{}'}}]"
SAME = "[{{title: Measures, number: 残联发〔2017〕{}号, article: Art. {}, link: '{}'}}]"
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
        ({"plain": f"[{LONG[:27]}]"}, "has a plain sentence of 27 characters"),
        ({"plain": "[先问；再去。]"}, "joins two ideas in a plain sentence by a semicolon"),
        ({"plain": "[等10天。]"}, "its plain version says 10, which the answer does not"),
        ({"sources": SOURCES.format("https://blog.example.org/a")}, "whose site is none of gov.cn"),
        ({"sources": SOURCES.format("https://gov.cn.example.org/a")}, "whose site is none of"),
        ({"effective": "2026-03-02"}, "takes effect (2026-03-02) after it was checked"),
        ({"region": "火星"}, "its region is '火星', none of 全国, 广东省"),
        ({"audience": "''"}, "its 'audience' is empty"),
        ({"title": "''"}, "its 'title' is empty"),
        ({"keywords": "[]"}, "its 'keywords' is empty"),
    ],
)
def test_a_reviewer_is_told(tmp_path: Path, facts: dict[str, str], said: str) -> None:
    found = [one for one in faults(tmp_path, **facts) if one.startswith("zh_Hans/manage.lost: ")]
    assert any(said in one for one in found), found


def test_english_is_for_english_readers(tmp_path: Path) -> None:
    found = faults(tmp_path, language="en", audience="所有人")
    assert "en/manage.lost: its audience '所有人' is in Chinese" in found


@pytest.mark.parametrize(
    "link", ["https://www.gov.cn/a", "https://thepaper.cn/newsDetail_forward_1", "http://gov.cn"]
)
def test_official_sites_and_read_newspapers_are_known(tmp_path: Path, link: str) -> None:
    found = faults(tmp_path, sources=SOURCES.format(link))
    assert not [one for one in found if "whose site" in one]


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
        ({"region": "全国"}, "en/manage.lost: its region differs"),
        ({"effective": "2018-01-01"}, "en/manage.lost: its effective differs"),
        ({"sources": SAME.format(34, 18, "https://www.gov.cn/")}, "differs from zh_Hans's"),
        ({"sources": SAME.format(34, 19, "")}, "its source 'Measures' differs from"),
        ({"sources": SAME.format(43, 18, "")}, "its source 'Measures' differs from"),
        ({"sources": "[{title: A, number: 1}, {title: B, number: 2}]"}, "has 2 sources"),
        ({"body": "Go within 10 days."}, "its answer says 10, which zh_Hans does not"),
    ],
)
def test_a_translation_says_the_same(tmp_path: Path, facts: dict[str, str], said: str) -> None:
    found = faults(tmp_path, language="en", **facts)
    assert [one for one in found if said in one], found


def test_a_number_that_a_translation_lost_is_told(tmp_path: Path) -> None:
    for language, body in (
        ("zh_Hans", "10个工作日内，交3张照片。"),
        ("zh_Hant", "10個工作天內，交三張相片。"),
        ("en", "Within 15 working days, with three photos."),
    ):
        write(tmp_path, a_file(body=body), f"{language}/manage.lost")
    assert content_lint.faults(content.load(tmp_path), TODAY) == [
        "en/manage.lost: its answer lacks 10, which stands in zh_Hans",
        "en/manage.lost: its answer says 15, which zh_Hans does not",
    ]


def test_a_number_that_the_plain_version_lost_in_translation_is_told(tmp_path: Path) -> None:
    for language, plain in (
        ("zh_Hans", "[等10天。]"),
        ("zh_Hant", "[等10天。]"),
        ("en", "[Wait.]"),
    ):
        file = a_file(body="10", plain=plain)
        write(tmp_path, file, f"{language}/manage.lost")
    found = content_lint.faults(content.load(tmp_path), TODAY)
    assert found == ["en/manage.lost: its plain version lacks 10, which stands in zh_Hans"]


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("2021年6月28日起", "from 28 June 2021"),
        ("适配了23966人", "23,966 people were fitted"),
        ("两寸照片3张", "three 2-inch photos"),
        ("前18位", "the first eighteen"),
        ("十八位", "18 digits"),
        ("一到十级，三四级", "levels 1 to 10, 3 and 4"),
        ("不少于1.5%", "at least 1.5%"),
        ("二十一个市", "21 cities"),
    ],
)
def test_a_number_may_be_a_word(chinese: str, english: str) -> None:
    assert unlike(chinese, english) == ([], [])


@pytest.mark.parametrize(
    ("chinese", "english", "lost"),
    [
        ("5个工作日", "15 working days", (["5"], ["15"])),
        ("不足0.3", "below 0.03", (["0.3"], ["0.03"])),
        ("2021年6月28日", "28 July 2021", (["6"], [])),
    ],
)
def test_another_number_is_seen(chinese: str, english: str, lost: tuple[list, list]) -> None:
    assert unlike(chinese, english) == lost


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
