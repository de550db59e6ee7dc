"""Reading content/: what is read, and that every fault is named at once."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import content
from bot.content import ContentError, ContentPack
from bot.domain.articles import Confidence, Section, Source

QUESTIONS = ("证丢了怎么补", "残疾证不见了", "证掉了去哪里补", "补办要什么", "丢证了", "怎么补证")


def a_file(article_id: str = "manage.lost", body: str = "到县残联补办。", **facts: str) -> str:
    front = {
        "id": article_id,
        "title": "证丢了怎么补",
        "questions": f"[{', '.join(QUESTIONS)}]",
        "keywords": "[遗失, 补办]",
        "audience": "持证人",
        "region": "广东省",
        "checked": "2026-03-01",
        "confidence": "confirmed",
        "sources": "[{title: 管理办法, number: 残联发〔2017〕34号, article: 第十八条}]",
        "related": "[]",
        "next": "[]",
    } | facts
    lines = "\n".join(f"{key}: {value}" for key, value in front.items() if value)
    return f"---\n{lines}\n---\n{body}\n"


def write(folder: Path, text: str, name: str = "zh_Hans/manage.lost") -> None:
    path = folder / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def a_pack(folder: Path, text: str) -> ContentPack:
    write(folder, text)
    return content.load(folder)


def test_an_article_is_read_whole(tmp_path: Path) -> None:
    body = (
        "先去县残联，\n带身份证。\n\n不用登报。\n\n"
        "## 要带什么\n- 身份证\n- 一张\n  照片\n\n## 去哪里\n- 县残联"
    )
    pack = a_pack(tmp_path, a_file(body=body, effective="2017-05-24", next="[book, human]"))
    article = pack.article("manage.lost", "zh_Hans")
    assert article
    assert article.answer == "先去县残联，带身份证。\n不用登报。"
    assert article.sections == (
        Section("要带什么", ("身份证", "一张照片")),
        Section("去哪里", ("县残联",)),
    )
    assert article.sources == (Source("管理办法", "残联发〔2017〕34号", "第十八条"),)
    assert (article.effective, article.checked) == (date(2017, 5, 24), date(2026, 3, 1))
    assert article.confidence is Confidence.CONFIRMED
    assert article.next_steps == ("book", "human")
    assert article.questions == QUESTIONS


def test_english_lines_are_joined_with_a_space(tmp_path: Path) -> None:
    write(tmp_path, a_file())
    write(
        tmp_path, a_file(body="Go to\nthe office.\n## Bring\n- a card\n  or two"), "en/manage.lost"
    )
    article = content.load(tmp_path).article("manage.lost", "en")
    assert article
    assert (article.answer, article.sections[0].lines) == ("Go to the office.", ("a card or two",))


def test_a_missing_language_falls_back_and_says_so(tmp_path: Path) -> None:
    pack = a_pack(tmp_path, a_file())
    article = pack.article("manage.lost", "en")
    assert article
    assert article.language == "zh_Hans"
    assert pack.articles("en") == ()
    assert pack.ids == ("manage.lost",)
    assert pack.article("no.such", "en") is None


def test_all_faults_of_all_files_are_told_together(tmp_path: Path) -> None:
    write(tmp_path, a_file("manage.gone", confidence="sure", checked="yesterday", title=""))
    write(tmp_path, "no front matter", "en/manage.other")
    with pytest.raises(ContentError) as raised:
        content.load(tmp_path)
    lines = str(raised.value).splitlines()
    assert len(lines) == 5
    assert sum(line.startswith("content/zh_Hans/manage.lost.md: ") for line in lines) == 4
    assert (
        lines[-1] == "content/en/manage.other.md: it has no front matter between two lines of ---"
    )


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"questions": "one"}, "'questions' is not a list"),
        ({"questions": "[{a: b}]"}, "put it between quotation marks"),
        ({"sources": "[{number: 1}]"}, "a source has no title"),
        ({"effective": "2017"}, "'effective' is not a date"),
        ({"next": ""}, "has no 'next'"),
        ({"keywords": "[a"}, "is not YAML"),
    ],
)
def test_a_fault_names_the_file_and_what_to_mend(
    tmp_path: Path, facts: dict[str, str], said: str
) -> None:
    with pytest.raises(ContentError, match=r"^content/zh_Hans/manage\.lost\.md: ") as raised:
        a_pack(tmp_path, a_file(**facts))
    assert said in str(raised.value)


def test_strangers_are_three_columns() -> None:
    assert content.read_strangers("下雨吗\tzh_Hans\tweather\n") == ["下雨吗"]
    with pytest.raises(ValueError, match="line 2 is not"):
        content.read_strangers("下雨吗\tzh_Hans\tweather\n下雨吗\n")


def test_an_empty_folder_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="there are no answers"):
        content.load(tmp_path)


@given(st.text())
def test_no_file_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("content")
    for words in (text, f"---\n{text}\n---\n", a_file(body=text)):
        (folder / "zh_Hans").mkdir(exist_ok=True)
        (folder / "zh_Hans" / "manage.lost.md").write_bytes(words.encode("utf-8", "surrogatepass"))
        try:
            content.load(folder)
        except ContentError as error:
            assert "content/zh_Hans/manage.lost.md" in str(error)
