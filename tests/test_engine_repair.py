"""When talk goes astray: words that always work, misses, digressions, another release's state."""

import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialog import Conversation, Frame, Option
from bot.domain.preferences import Preferences
from bot.i18n import GUANGDONG, verbatim
from bot.messages import Kind, Reply
from bot.storage.db import Database
from bot.storage.tables import bookings, tickets
from tests.talks import Talks, words_of
from tests.test_engine import (
    TO_THE_KIND,
    TO_THE_NAME,
    TO_THE_PHONE,
    TO_THE_PLACE,
    TO_THE_REVIEW,
    count,
)

STATES = {
    "nothing open": (),
    "after an answer": ("残疾证丢了怎么办",),
    "the first question": ("/book",),
    "words wanted": TO_THE_NAME,
    "a number wanted": TO_THE_PHONE,
    "a place wanted": (*TO_THE_PLACE, "广州市"),
    "consent wanted": (*TO_THE_PLACE, "荔湾多宝"),
    "sensitive": TO_THE_KIND,
    "the review": TO_THE_REVIEW,
    "a story": ("/feedback", "楼下没有坡道"),
    "a digression": (*TO_THE_PHONE, "我要投诉"),
    "a staff request": ("/human",),
    "a list": ("/mine",),
}
WORDS = {
    "zh_Hans": ("菜单", "返回", "取消", "人工", "帮助", "重复", "0", "０", "为什么"),
    "zh_Hant": ("菜單", "返回", "取消", "人工", "幫助", "重複", "0", "點解"),
    "en": ("menu", "Back", "cancel", "human", "HELP", "repeat", "0", "why?"),
}


@pytest.fixture
def talks(sqlite: Database) -> Talks:
    return Talks(sqlite)


# --- the words that always work


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("state", STATES)
async def test_the_words_work_in_every_state_and_language(
    talks: Talks, state: str, language: str
) -> None:
    """Rule C5: every word, in every state, does its own thing and no question swallows it."""
    signs = {
        "zh_Hans": ("想办什么事", "随时能用", "找工作人员"),
        "zh_Hant": ("想辦甚麼事", "隨時能用", "工作人員"),
        "en": ("What would you like to do", "Words that always work", "person"),
    }[language]
    for number, word in enumerate(WORDS[language]):
        who = f"{state}-{number}"
        await talks.all(who, "/language zh_Hans", *STATES[state], f"/language {language}")
        before = talks.state(who)
        said = words_of(await talks.hears(who, word), language)
        after = talks.state(who)
        assert said
        if word in ("0", "０", WORDS[language][0]):
            assert signs[0] in said
            assert after.frames == before.frames
        elif word == WORDS[language][2] and before.frames:
            assert len(after.frames) == len(before.frames) - 1
        elif word == WORDS[language][3] and len(before.frames) < 2:
            human = [frame.flow for frame in after.frames]
            assert "human" in human or count(talks, tickets)
        elif word == WORDS[language][4]:
            assert signs[1] in said
        if word not in WORDS[language][1:3] and before.frames:
            assert after.frames[0].answers == before.frames[0].answers, "rule C16"


async def test_why_says_the_reason_and_asks_again(talks: Talks) -> None:
    said = words_of(await talks.all("anna", *TO_THE_PHONE, "为什么"))
    assert said.index("有变化") < said.index("哪个电话")


async def test_repeat_gives_the_last_prompt_unchanged(talks: Talks) -> None:
    """Rule C26."""
    for words in (("/book",), TO_THE_PHONE, TO_THE_REVIEW, ("残疾证丢了怎么办",), ("你好",)):
        who = words[-1]
        first = await talks.all(who, *words)
        again = await talks.hears(who, "重复")
        assert labels(again) == labels(first)
        assert [reply.question for reply in again] == [reply.question for reply in first]
        assert [reply.heading for reply in again] == [reply.heading for reply in first]


def labels(replies: list[Reply]) -> list[str]:
    return [words_of([Reply(choices=(one,))]) for reply in replies for one in reply.choices]


async def test_menu_leads_back_into_the_flow(talks: Talks) -> None:
    said = words_of(await talks.all("anna", *TO_THE_PHONE, "菜单"))
    assert "1 继续预约上门评残" in said
    said = words_of(await talks.hears("anna", "1"))
    assert "哪个电话" in said
    assert "陈小明" in json.dumps(talks.state("anna").dump(), ensure_ascii=False)


async def test_a_flow_opened_in_a_flow_goes_back_to_it(talks: Talks) -> None:
    await talks.all("anna", *TO_THE_PHONE, "我要投诉")
    assert [frame.flow for frame in talks.state("anna").frames] == ["booking", "feedback"]
    said = words_of(await talks.all("anna", "电梯坏了", "说完了", "投诉", "跳过", "匿名", "1"))
    assert "回到：预约上门评残" in said
    assert "哪个电话" in said
    assert count(talks, tickets) == 1


async def test_two_flows_deep_and_no_deeper(talks: Talks) -> None:
    said = words_of(await talks.all("anna", *TO_THE_PHONE, "我要投诉", "/status"))
    assert "先把这件事办完" in said
    assert len(talks.state("anna").frames) == 2


async def test_the_same_flow_is_not_opened_twice(talks: Talks) -> None:
    said = words_of(await talks.all("anna", *TO_THE_PHONE, "/book"))
    assert "已经在办" in said
    assert len(talks.state("anna").frames) == 1


async def test_a_question_back_is_answered_and_the_flow_goes_on(talks: Talks) -> None:
    replies = await talks.all("anna", *TO_THE_PHONE, "残疾证丢了怎么补办？")
    said = words_of(replies)
    assert said.index("补") < said.index("哪个电话")
    assert not replies[0].choices, "only the open question's choices count"


# --- misses


async def test_three_misses_offer_a_person(talks: Talks) -> None:
    """Rule C17: after the second the words get simpler, after the third a person is offered."""
    await talks.all("anna", *TO_THE_PHONE)
    first = words_of(await talks.hears("anna", "嗯嗯"))
    second = words_of(await talks.hears("anna", "嗯嗯嗯"))
    third = words_of(await talks.hears("anna", "那个"))
    assert "不怪您" not in first + second
    assert "不怪您" in third
    assert "人工" in third or "工作人员" in third
    assert "例如" in second or "138" in second


async def test_misses_of_one_question_do_not_count_at_the_next(talks: Talks) -> None:
    await talks.all("anna", *TO_THE_PHONE, "嗯嗯", "嗯嗯嗯", "13800138000")
    said = words_of(await talks.hears("anna", "嗯嗯"))
    assert "不怪您" not in said


# --- language and plain words in the middle


@pytest.mark.parametrize("said", ["/language en", "/language zh_Hant", "简易", "/preferences"])
async def test_switching_loses_nothing(talks: Talks, said: str) -> None:
    """Rule C29."""
    await talks.all("anna", *TO_THE_REVIEW)
    before = talks.state("anna").frames
    await talks.hears("anna", said)
    assert talks.state("anna").frames == before


@pytest.mark.parametrize("said", ["/language", "/preferences", "换语言"])
async def test_a_choice_of_settings_in_the_middle(talks: Talks, said: str) -> None:
    """Only asking is asking: its choices stand, and one leads back."""
    replies = await talks.all("anna", *TO_THE_PHONE, said)
    assert "1 继续预约上门评残" in words_of(replies)
    chosen = words_of(await talks.hears("anna", labels(replies)[1].split(" ", 1)[1]))
    assert "哪个电话" in chosen or "phone" in chosen


async def test_plain_words_are_asked_for_in_plain_words(talks: Talks) -> None:
    said = words_of(await talks.all("anna", *TO_THE_PHONE, "简单点说"))
    assert "哪个电话" in said
    assert talks.state("anna").prefers.plain


async def test_a_switch_speaks_the_new_language_at_once(talks: Talks) -> None:
    replies = await talks.all("anna", *TO_THE_PHONE, "/language en")
    assert "phone number" in words_of(replies, "en")
    assert talks.told[-1][0] == "en"


# --- emergencies


@pytest.mark.parametrize("state", STATES)
async def test_an_emergency_is_heard_in_every_state(talks: Talks, state: str) -> None:
    await talks.all("anna", *STATES[state])
    before = count(talks, tickets)
    said = words_of(await talks.hears("anna", "我不想活了"))
    assert "120" in said or "12356" in said
    assert count(talks, tickets) >= max(before, 1)


# --- a forwarded message


async def test_a_forwarded_message_is_read_like_any_other(talks: Talks) -> None:
    said = words_of(await talks.hears("anna", "残疾证丢了怎么办", forwarded=True))
    assert "补" in said


# --- another release's state


async def test_an_unknown_flow_is_closed_with_a_word(talks: Talks) -> None:
    await talks.all("anna", *TO_THE_PHONE)
    state = talks.state("anna").dump()
    state["frames"][0][0] = "a_flow_of_the_next_release"
    talks.put("anna", state)
    said = words_of(await talks.hears("anna", "你好"))
    assert "这一段请从头来" in said
    assert talks.state("anna").frames == ()


async def test_an_answer_that_cannot_be_read_is_asked_again(talks: Talks) -> None:
    await talks.all("anna", *TO_THE_PLACE)
    state = talks.state("anna").dump()
    pairs = state["frames"][0][2]
    state["frames"][0][2] = [
        [key, {"of": "another release"} if key == "name" else value] for key, value in pairs
    ]
    state["frames"][0][2].append(["a_question_we_do_not_have", 1])
    talks.put("anna", state)
    said = words_of(await talks.hears("anna", "继续"))
    assert "叫什么名字" in said
    kept = dict(talks.state("anna").frames[0].answers)
    assert kept["phone"] == "+8613800138000"
    assert "a_question_we_do_not_have" not in kept


async def test_garbage_begins_anew_and_answers(talks: Talks) -> None:
    await talks.all("anna", *TO_THE_PHONE)
    for garbage in ({}, {"frames": 7}, [], "x", None, {"language": "en"}):
        talks.put("anna", garbage)
        said = words_of(await talks.hears("anna", "你好"))
        assert "想办什么事" in said
    assert count(talks, bookings) == 0


# --- the state's own form

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
frames = st.builds(
    Frame,
    flow=st.text(),
    argument=st.text(),
    answers=st.lists(st.tuples(st.text(), json_values)).map(tuple),
    asking=st.text(),
    partial=json_values,
    misses=st.integers(0, 9),
)


@given(
    frames=st.lists(frames, max_size=2).map(tuple),
    heard=st.none() | st.datetimes(min_value=datetime(2020, 1, 1), timezones=st.just(GUANGDONG)),
    prefers=st.builds(Preferences, st.booleans(), st.booleans(), st.booleans()),
    known=st.lists(st.tuples(st.text(), st.lists(json_values).map(tuple))).map(tuple),
    label=st.text(min_size=1),
)
def test_a_state_comes_back_as_it_was_written(frames, heard, prefers, known, label) -> None:
    state = Conversation(
        "zh_Hans", frames=frames, last_heard=heard, prefers=prefers, known=known
    ).offer("booking", "name", (Option("a", verbatim(label)),))
    assert Conversation.load(json.loads(json.dumps(state.dump()))) == state


@pytest.mark.parametrize("text", ["/policy topic:cert:" + "9" * 5000, "/" + "x" * 3000])
async def test_a_command_of_any_length_breaks_nothing(talks: Talks, text: str) -> None:
    """Long words are a plea more often than a command: the letter that they open keeps them."""
    await talks.hears("anna", text)
    (frame,) = talks.state("anna").frames
    assert (frame.flow, text in str(frame.partial)) == ("feedback", True)
    assert count(talks, tickets) == 0, "no failed turn for staff"


@pytest.mark.parametrize("token", ["1." + "9" * 5000, "1.٣", "1.00", " 1.0", "1.0 "])
async def test_a_button_of_any_length_is_nobodys(talks: Talks, token: str) -> None:
    await talks.hears("anna", "菜单")
    said = words_of(await talks.hears("anna", tap=token, kind=Kind.TAP))
    assert "那个按钮是以前的" in said
    assert count(talks, tickets) == 0
