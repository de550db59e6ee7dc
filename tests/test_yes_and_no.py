"""Yes, no and parts of a label: what people type where a choice was shown.

docs/decisions/0013-what-counts-as-consent.md says which words agree to sensitive data.
"""

import pytest

from bot.messages import Reply
from bot.storage.db import Database
from bot.storage.tables import bookings, consents, tickets
from tests.talks import Talks, words_of
from tests.test_engine import TO_THE_PLACE, TO_THE_REVIEW

TO_CONSENT = (*TO_THE_PLACE, "荔湾多宝")
TO_A_LETTER = ("/feedback", "门口没有坡道", "说完了", "投诉", "荔湾多宝", "匿名")


@pytest.fixture
def talks(sqlite: Database) -> Talks:
    return Talks(sqlite)


def rows(talks: Talks, table) -> list:
    return talks.database.write_now(lambda one: list(one.execute(table.select())))


def labels(reply: Reply) -> str:
    return words_of([Reply(choices=reply.choices)])


# --- parts of a label


@pytest.mark.parametrize("words", ["it", "ok", "an", "to", "is", "Al", "oo", "vis", "isit"])
async def test_letters_inside_a_latin_word_choose_nothing(talks: Talks, words: str) -> None:
    await talks.all("anna", "菜单", words)
    assert talks.state("anna").frames == ()


@pytest.mark.parametrize(
    "words", ["visit", "home vis", "home visit", "Book a home visit", "上门", "上門"]
)
async def test_whole_words_of_a_label_choose_it(talks: Talks, words: str) -> None:
    await talks.all("anna", "菜单", words)
    assert talks.state("anna").frames[-1].flow == "booking"


async def test_a_short_name_after_three_misses_is_a_name(talks: Talks) -> None:
    """'Al' stands in 'Talk to a person', which is offered by then."""
    asked = await talks.all("anna", "/feedback", "x", "?!", "。")
    assert asked
    await talks.all("bob", *TO_THE_PLACE[:5], "1", "2", "3", "Al")
    assert [frame.flow for frame in talks.state("bob").frames] == ["booking"]


@pytest.mark.parametrize("word", ["ok", "好的", "对", "yes", "👍"])
async def test_ok_to_is_this_what_you_asked_means_yes(talks: Talks, word: str) -> None:
    said = words_of(await talks.all("anna", "残疾人证有什么用？", word))
    assert talks.state("anna").frames == (), "nothing was opened"
    assert "那就好" in said or "好的" in said
    assert "没听懂" not in said


@pytest.mark.parametrize("word", ["不对", "不是", "no"])
async def test_no_to_is_this_what_you_asked(talks: Talks, word: str) -> None:
    said = words_of(await talks.all("anna", "残疾人证有什么用？", word))
    assert "记下" in said


@pytest.mark.parametrize("word", ["ok", "好的", "是", "不", "yes", "no"])
async def test_a_menu_is_no_question_for_yes_or_no(talks: Talks, word: str) -> None:
    await talks.all("anna", "菜单", word)
    assert talks.state("anna").frames == ()
    assert rows(talks, tickets) == []


# --- consent

AGREES = "同意 我同意 好的 好 可以 是 是的 行 没问题 冇問題 係 得 yes Yes. ok agree 👍 ✅".split()


@pytest.mark.parametrize("word", [*AGREES, "I agree"])
async def test_words_that_agree(talks: Talks, word: str) -> None:
    said = words_of(await talks.all("anna", *TO_CONSENT, word))
    assert "是哪一类残疾" in said
    assert [(one.scope, bool(one.given)) for one in rows(talks, consents)] == [("sensitive", True)]


@pytest.mark.parametrize("word", ["不", "不同意", "唔同意", "不要", "不行", "no", "👎"])
async def test_words_that_do_not_agree(talks: Talks, word: str) -> None:
    said = words_of(await talks.all("anna", *TO_CONSENT, word))
    assert "是哪一类残疾" not in said
    assert talks.state("anna").frames == ()
    assert "工作人员" in said
    assert rows(talks, consents) == []


@pytest.mark.parametrize("word", ["嗯", "嗯嗯", "哦", "收到", "知道了", "👍👎", "随便", "谢谢"])
async def test_words_that_only_show_listening_are_no_consent(talks: Talks, word: str) -> None:
    said = words_of(await talks.all("anna", *TO_CONSENT, word))
    assert "您同意吗" in said
    assert not talks.state("anna").consented
    assert rows(talks, consents) == []


async def test_who_only_hums_is_told_what_to_say(talks: Talks) -> None:
    assert "请说“同意”或“不同意”" in words_of(await talks.all("anna", *TO_CONSENT, "嗯"))


# --- the review


@pytest.mark.parametrize("word", "好的 是的 对 都对 提交 没问题 yes OK 👍".split())
async def test_yes_at_the_review_sends(talks: Talks, word: str) -> None:
    before = len(rows(talks, bookings))
    await talks.all("anna", *TO_THE_REVIEW, word)
    assert len(rows(talks, bookings)) == before + 1
    assert talks.state("anna").frames == ()


@pytest.mark.parametrize("word", ["不", "不对", "不是", "有错", "no", "👎"])
async def test_no_at_the_review_leads_to_the_change(talks: Talks, word: str) -> None:
    before = len(rows(talks, bookings))
    (asked,) = await talks.all("anna", *TO_THE_REVIEW, word)
    assert "要改哪一项" in words_of([asked])
    assert "改姓名" in labels(asked)
    assert "提交" not in labels(asked)
    assert len(rows(talks, bookings)) == before
    assert talks.state("anna").frames[-1].flow == "booking"
    said = words_of(await talks.hears("anna", "改姓名"))
    assert "叫什么名字" in said
    said = words_of(await talks.hears("anna", "陈大文"))
    assert "这些都对吗" in said


@pytest.mark.parametrize("word", ["好的", "yes"])
async def test_yes_is_no_answer_to_what_is_to_be_changed(talks: Talks, word: str) -> None:
    """Nothing is sent by a word that answers another question."""
    before = len(rows(talks, bookings))
    said = words_of(await talks.all("anna", *TO_THE_REVIEW, "不对", word))
    assert len(rows(talks, bookings)) == before
    assert "这些都对吗" in said


async def test_nothing_to_change_after_all_comes_back_to_the_review(talks: Talks) -> None:
    said = words_of(await talks.all("anna", *TO_THE_REVIEW, "不对", "没有"))
    assert "这些都对吗" in said


async def test_yes_at_a_letters_review_sends_it(talks: Talks) -> None:
    await talks.all("anna", *TO_A_LETTER, "好的")
    assert len(rows(talks, tickets)) == 1


# --- other questions of yes and no


@pytest.mark.parametrize(
    ("word", "answered"),
    [("没错", "从我们的系统里删除"), ("👍", "从我们的系统里删除"), ("不用了", "没有删除")],
)
async def test_shall_i_delete_everything(talks: Talks, word: str, answered: str) -> None:
    assert answered in words_of(await talks.all("anna", "/erase", word))


async def test_a_hum_deletes_nothing(talks: Talks) -> None:
    await talks.all("anna", "/erase", "嗯")
    assert talks.state("anna").frames[-1].flow == "erase"
