"""What the engine does in every flow, met by a person: choosing, going back, changing, cancelling.

The flows are the real ones, on a real database; tests/transcripts shows whole conversations.
"""

from datetime import timedelta

import pytest

from bot.messages import Choice, Kind, Reply
from bot.storage import ticket_letters
from bot.storage.db import Database
from bot.storage.tables import bookings, tickets
from tests.talks import Talks, words_of

TO_WHOM = ("/book", "不能，去不了", "第一次办证", "就在居住的地方")
TO_THE_NAME = (*TO_WHOM, "我自己")
TO_THE_PHONE = (*TO_THE_NAME, "陈小明")
TO_THE_PLACE = (*TO_THE_PHONE, "13800138000", "随时可以打电话")
TO_THE_KIND = (*TO_THE_PLACE, "荔湾多宝", "同意")
TO_THE_DOOR = (*TO_THE_KIND, "跳过", "跳过")
TO_THE_VISIT = (*TO_THE_DOOR, "多宝路12号3楼302房", "跳过", "跳过")
TO_THE_REVIEW = (*TO_THE_VISIT, "1")


@pytest.fixture
def talks(sqlite: Database) -> Talks:
    return Talks(sqlite)


def choice(reply: Reply, label: str) -> Choice:
    return next(one for one in reply.choices if label in words_of([Reply(choices=(one,))]))


def count(talks: Talks, table) -> int:
    return len(talks.database.write_now(lambda one: list(one.execute(table.select()))))


# --- choosing


@pytest.mark.parametrize(
    "answer", ["3", "３", "三", "③", "3.", "第三个", "选3", "丈夫或妻子", "妻子",
               "Husband or wife"],
)  # fmt: skip
async def test_a_choice_by_number_label_or_part(talks: Talks, answer: str) -> None:
    said = words_of(await talks.all("anna", *TO_WHOM, answer))
    assert "本人同意您把情况告诉我吗" in said


async def test_a_choice_by_its_button_is_repeated(talks: Talks) -> None:
    (asked,) = await talks.all("anna", *TO_WHOM)
    said = words_of(await talks.hears("anna", tap=asked.choices[2].token))
    assert "您选择了：丈夫或妻子。" in said
    assert "本人同意您把情况告诉我吗" in said


async def test_a_number_that_is_none_of_them(talks: Talks) -> None:
    said = words_of(await talks.all("anna", "/book", "7"))
    assert "请选 1 到 3 的数字" in said
    assert "能去评残吗" in said


async def test_an_unclear_part_chooses_nothing(talks: Talks) -> None:
    """'改' is part of many labels at the review: nothing is guessed."""
    (review,) = await talks.all("anna", *TO_THE_REVIEW)
    (again,) = await talks.hears("anna", "改")
    assert [one.label for one in again.choices] == [one.label for one in review.choices]


# --- old buttons


async def test_an_old_button_does_nothing_and_says_so(talks: Talks) -> None:
    (asked,) = await talks.all("anna", "/book")
    await talks.all("anna", "取消")
    said = words_of(await talks.hears("anna", tap=asked.choices[0].token))
    assert "那个按钮是以前的" in said
    assert talks.state("anna").frames == ()


async def test_a_button_that_nobody_drew(talks: Talks) -> None:
    for token in ("999.0", "x", "", "1.999"):
        said = words_of(await talks.hears("anna", tap=token, kind=Kind.TAP))
        assert "那个按钮是以前的" in said


async def test_an_earlier_question_of_this_flow_is_corrected(talks: Talks) -> None:
    """Scrolling up and pressing the other answer changes that answer, and goes on."""
    (asked,) = await talks.all("anna", *TO_WHOM)
    await talks.all("anna", "我自己", "陈小明")
    said = words_of(await talks.hears("anna", tap=asked.choices[1].token))
    assert "本人同意您把情况告诉我吗" in said
    assert dict(talks.state("anna").frames[0].answers)["name"] == "陈小明"


async def test_confirm_is_bound_to_what_it_showed(talks: Talks) -> None:
    """The button of an older review never sends the newer answers."""
    (first,) = await talks.all("anna", *TO_THE_REVIEW)
    await talks.all("anna", "改姓名", "陈大文")
    before = count(talks, bookings)
    said = words_of(await talks.hears("anna", tap=first.choices[0].token))
    assert "那个按钮是以前的" in said
    assert count(talks, bookings) == before
    assert "陈大文" in said


async def test_a_tap_repeated_says_that_it_is_chosen_already(talks: Talks) -> None:
    (asked,) = await talks.all("anna", "/book")
    await talks.hears("anna", tap=asked.choices[0].token)
    said = words_of(await talks.hears("anna", tap=asked.choices[0].token))
    assert "这个您已经选过了" in said


# --- back, change, cancel


async def test_back_takes_the_last_answer_only(talks: Talks) -> None:
    said = words_of(await talks.all("anna", *TO_THE_PLACE, "返回"))
    assert "怎么联系您" in said
    answered = [key for key, _ in talks.state("anna").frames[0].answers]
    assert answered[-3:] == ["for_whom", "name", "phone"]


async def test_back_at_the_first_question(talks: Talks) -> None:
    said = words_of(await talks.all("anna", "/book", "返回"))
    assert "这是第一个问题" in said
    assert "能去评残吗" in said


async def test_back_within_a_narrowed_answer(talks: Talks) -> None:
    """From the districts of a city back to the cities, not to the telephone."""
    said = words_of(await talks.all("anna", *TO_THE_PLACE, "广州市", "返回"))
    assert "广州市" in said
    assert "深圳市" in said


async def test_a_change_at_the_review_comes_back_to_it(talks: Talks) -> None:
    asked = words_of(await talks.all("anna", *TO_THE_REVIEW, "改电话"))
    assert "哪个电话" in asked
    said = words_of(await talks.hears("anna", "13900139000"))
    assert "请核对您说的" in said
    assert "139****9000" in said
    assert "陈小明" in said


async def test_a_change_voids_what_depends_on_it(talks: Talks) -> None:
    """Another place has other visits: the time is asked again, all else stays."""
    await talks.all("anna", *TO_THE_REVIEW, "改街道")
    said = words_of(await talks.hears("anna", "越秀区北京街道"))
    assert "哪个半天合适" in said
    said = words_of(await talks.hears("anna", "1"))
    assert "请核对您说的" in said


async def test_a_change_by_words_in_the_middle(talks: Talks) -> None:
    said = words_of(await talks.all("anna", *TO_THE_PLACE, "改姓名"))
    assert "叫什么名字" in said
    said = words_of(await talks.hears("anna", "陈大文"))
    assert "住在哪里" in said


async def test_back_from_a_change_keeps_the_old_answer(talks: Talks) -> None:
    said = words_of(await talks.all("anna", *TO_THE_REVIEW, "改姓名", "返回"))
    assert "请核对您说的" in said
    assert "陈小明" in said


async def test_cancel_sends_nothing_and_deletes_the_answers(talks: Talks) -> None:
    before = count(talks, bookings)
    said = words_of(await talks.all("anna", *TO_THE_REVIEW, "取消"))
    assert "什么都没有提交" in said
    assert count(talks, bookings) == before
    assert talks.state("anna").frames == ()


async def test_cancel_with_nothing_open(talks: Talks) -> None:
    said = words_of(await talks.all("anna", "取消"))
    assert "没有正在办的事" in said
    assert "想办什么事" in said


async def test_nothing_is_sent_without_the_review(talks: Talks) -> None:
    """Rule C18: whatever is typed before, only the review's own choice sends."""
    before = count(talks, bookings), count(talks, tickets)
    await talks.all("anna", *TO_THE_VISIT, "确认预约", "确认", "同意")
    assert (count(talks, bookings), count(talks, tickets)) == before


# --- known already


async def test_what_is_known_is_offered_and_not_asked_again(talks: Talks) -> None:
    """Rule C24."""
    await talks.all("anna", *TO_THE_REVIEW, "1")
    (asked,) = await talks.all("anna", *TO_WHOM)
    assert "陈*明（我自己）" in words_of([Reply(choices=asked.choices[:1])])
    said = words_of(await talks.hears("anna", "1"))
    assert "哪个半天合适" in said, "all that was said of this person stands already"
    said = words_of(await talks.hears("anna", "1"))
    assert "138****8000" in said
    assert "多宝路****" in said


async def test_another_chat_is_offered_nothing(talks: Talks) -> None:
    await talks.all("anna", *TO_THE_REVIEW, "1")
    said = words_of(await talks.all("berta", "/book", "我自己"))
    assert "陈小明" not in said


# --- consent


async def test_without_consent_nothing_sensitive_is_asked_and_a_person_helps(talks: Talks) -> None:
    said = words_of(await talks.all("anna", *TO_THE_PLACE, "荔湾多宝", "不同意，我要找人"))
    assert "已经告诉工作人员" in said
    assert "身份证" not in said
    assert talks.state("anna").consented is False


async def test_consent_is_asked_once(talks: Talks) -> None:
    await talks.all("anna", *TO_THE_REVIEW, "1")
    await talks.all("anna", *TO_WHOM, "父母或祖父母", "本人同意", "李小红", "陈阿婆", "13900139000")
    await talks.all("anna", "随时可以打电话")
    said = words_of(await talks.hears("anna", "荔湾多宝"))
    assert "哪一类残疾" in said


# --- time


async def test_after_a_silence_the_answers_so_far_come_first(talks: Talks) -> None:
    await talks.all("anna", *TO_THE_PLACE)
    talks.clock += timedelta(days=6, hours=23)
    said = words_of(await talks.hears("anna", "荔湾多宝"))
    assert "欢迎回来" in said
    assert "陈小明" in said
    assert "138****8000" in said


async def test_after_seven_days_the_answers_are_gone(talks: Talks) -> None:
    await talks.all("anna", *TO_THE_PLACE)
    talks.clock += timedelta(days=7, minutes=1)
    said = words_of(await talks.hears("anna", "你好"))
    assert "我已经删掉那些内容" in said
    assert talks.state("anna").frames == ()


# --- every kind of message


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in (Kind.TEXT, Kind.LEFT)])
@pytest.mark.parametrize("words", [(), TO_THE_NAME, TO_THE_REVIEW])
async def test_every_odd_message_has_a_kind_answer(
    talks: Talks, kind: Kind, words: tuple[str, ...]
) -> None:
    await talks.all("anna", *words)
    before = talks.state("anna").frames[0].answers if words else ()
    replies = await talks.hears("anna", kind=kind)
    assert replies
    frames = talks.state("anna").frames
    assert not words or frames[0].answers == before, "rule C16: nothing entered is lost"


async def test_whoever_left_gets_no_answer(talks: Talks) -> None:
    await talks.all("anna", "你好")
    assert await talks.hears("anna", kind=Kind.LEFT) == []


@pytest.mark.parametrize("text", ["", " ", "😀😀", "\u200b", "，。！", "x" * 10_000])
async def test_empty_emoji_and_endless_words(talks: Talks, text: str) -> None:
    await talks.all("anna", *TO_THE_PHONE)
    before = talks.state("anna").frames[0].answers
    said = words_of(await talks.hears("anna", text))
    assert "哪个电话" in said
    assert talks.state("anna").frames[0].answers == before


async def test_an_endless_plea_is_not_lost(talks: Talks) -> None:
    """Ten thousand characters out of the blue go into the queue, whole."""
    plea = "我妈妈卧床三年了。" * 1000
    said = words_of(await talks.hears("anna", plea))
    assert "我记下了" in said
    await talks.all("anna", "说完了", "投诉", "跳过", "匿名", "1")
    (opened,) = talks.database.write_now(lambda one: list(one.execute(tickets.select())))
    said = talks.database.write_now(lambda one: ticket_letters.messages(one, opened.id))
    assert plea in "\n".join(part.words for part in said)
