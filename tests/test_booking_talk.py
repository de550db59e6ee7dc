"""What a booking says to what people really send: days in words, two carers, a lost race."""

from datetime import date, timedelta

import icalendar
import pytest

from bot.dialog.days import day_in
from bot.dialog.expect import Choice as Labels
from bot.dialog.question import (
    Answers,
    Asked,
    Heard,
    Narrowed,
    Understood,
)
from bot.dialog.several import Chosen, Several
from bot.domain.people import KIND_NAMES, DisabilityKind
from bot.storage.db import Database
from bot.storage.tables import bookings, consents
from bot.visit_upkeep import VisitUpkeep
from tests.stage import KNOWN
from tests.talks import Talks, words_of
from tests.test_engine import TO_THE_NAME, TO_THE_PLACE, TO_THE_REVIEW, TO_WHOM
from tests.visit_factories import a_request

MONDAY = date(2026, 3, 2)


@pytest.fixture
def talks(sqlite: Database) -> Talks:
    return Talks(sqlite)


def rows(talks: Talks, table):
    return talks.database.write_now(lambda one: list(one.execute(table.select())))


# --- days in words


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("3月15日", date(2026, 3, 15)),
        ("三月十五号", date(2026, 3, 15)),
        ("15号", date(2026, 3, 15)),
        ("1号可以吗", date(2026, 4, 1)),
        ("2026-03-09", date(2026, 3, 9)),
        ("2026年3月9日", date(2026, 3, 9)),
        ("3/9", date(2026, 3, 9)),
        ("后天", date(2026, 3, 4)),
        ("大后天上午", date(2026, 3, 5)),
        ("下周三", date(2026, 3, 11)),
        ("星期五", date(2026, 3, 6)),
        ("礼拜日", date(2026, 3, 8)),
        ("15 march", date(2026, 3, 15)),
        ("march 15th", date(2026, 3, 15)),
        ("next wednesday", date(2026, 3, 11)),
        ("friday please", date(2026, 3, 6)),
        ("2月27日", date(2026, 2, 27)),  # a moment ago: past, and said so
        ("11月3日", date(2026, 11, 3)),
        ("2月30日", None),
        ("都可以", None),
        ("", None),
    ],
)
def test_a_day_as_people_write_it(words: str, day: date | None) -> None:
    assert day_in(words, MONDAY) == day


@pytest.mark.parametrize("words", ["2月27日", "明天", "5月1日", "2027年12月1日", "3月8日"])
async def test_a_day_that_cannot_be_is_told_kindly(talks: Talks, words: str) -> None:
    """Past, too near, a holiday, too far, a Sunday: nothing is lost, and dates are offered."""
    await talks.all("anna", *TO_THE_REVIEW[:-1])
    before = talks.state("anna").frames[0].answers
    (asked,) = await talks.hears("anna", words)
    assert asked.choices
    assert talks.state("anna").frames[0].answers == before
    assert "请核对" not in words_of([asked])


# --- several of a few


def test_several_are_named_at_once_or_one_by_one() -> None:
    kinds = Several({one: KIND_NAMES[one] for one in DisabilityKind})
    asked = Asked(Answers({}), None)
    both = (DisabilityKind.PHYSICAL, DisabilityKind.SPEECH)
    for said in ("肢体、言语", "肢体和言语", "肢体残疾 言语残疾", "肢体言语"):
        assert kinds.read(Heard(said, said), asked) == Understood(Chosen(both))
    one = kinds.read(Heard("肢体", "肢体"), asked)
    assert isinstance(one, Narrowed)
    more = kinds.pick("_done", Asked(Answers({}), None, one.partial))
    assert more == Understood(Chosen(both[:1]))
    assert not isinstance(kinds.read(Heard("我不知道", "我不知道"), asked), Understood)
    assert kinds.load(kinds.dump(Chosen(both, "轮椅"))) == Chosen(both, "轮椅")
    assert isinstance(Labels(KIND_NAMES).options(asked), tuple)


# --- people


async def test_two_carers_book_the_same_person(talks: Talks) -> None:
    """The second makes no second booking, and learns nothing of the first but how to join."""
    await talks.all("anna", *TO_THE_REVIEW, "1")
    said = words_of(await talks.all("berta", *TO_THE_REVIEW, "1"))
    (booked,) = rows(talks, bookings)
    assert "在别的对话里约的" in said
    assert booked.number not in said
    assert "我有加入码" in said


async def test_a_joined_chat_sees_and_is_told(talks: Talks) -> None:
    await talks.all("anna", *TO_THE_REVIEW, "1")
    (booked,) = rows(talks, bookings)
    said = words_of(await talks.all("anna", "我的预约", "让家人也能看"))
    code = next(word for word in said.split("：") if word.startswith("J"))[:14]
    said = words_of(await talks.all("berta", "我有加入码", code))
    assert booked.number in said
    assert "您现在能看到" in said
    await talks.all("berta", "我的预约", "取消预约", "1")
    assert rows(talks, bookings)[0].state == "cancelled"
    from bot.storage.tables import conversations, outbox

    told = {row.id: row.user_id for row in rows(talks, conversations)}
    waiting = [told[row.conversation_id] for row in rows(talks, outbox) if row.state == "waiting"]
    assert waiting == ["anna"], "whoever booked hears of it"


async def test_a_lost_race_keeps_every_answer(talks: Talks) -> None:
    """Chosen, reviewed, taken by others: the next are offered, and the rest stands."""
    (review,) = await talks.all("anna", *TO_THE_REVIEW)

    def others(services) -> None:
        wish = a_request(1).wish
        visit = services.visits.bookable(wish)[0].visit
        for person in range(200, 220):
            request = a_request(person, visit)
            if services.visits.bookable(wish)[0].visit.id != visit.id:
                break
            services.bookings.book(request, f"other {person}")

    talks.services(others)
    before = dict(talks.state("anna").frames[0].answers)
    (asked,) = await talks.hears("anna", tap=review.choices[0].token)
    assert "这个名额刚刚被约走了。您填的其他内容都还在。" in words_of([asked])
    after = dict(talks.state("anna").frames[0].answers)
    assert {key: before[key] for key in after} == after
    assert len(before) - len(after) == 1
    said = words_of(await talks.all("anna", "1", "1"))
    assert "约好了" in said


# --- consent (promise 21)


async def test_a_childs_guardian_agrees_before_anything_of_the_child_is_kept(talks: Talks) -> None:
    await talks.all("anna", *TO_WHOM, "未满14岁的孩子")
    assert rows(talks, consents) == []
    await talks.hears("anna", "我是监护人")
    assert [row.scope for row in rows(talks, consents)] == ["guardian under 14"]


async def test_a_number_of_a_child_is_not_kept_without_the_guardian(talks: Talks) -> None:
    child = "440103201501010010"
    await talks.all("anna", *TO_THE_PLACE, "荔湾多宝", "同意", "跳过", child)
    assert child not in repr(talks.state("anna").frames)
    assert "guardian under 14" not in [row.scope for row in rows(talks, consents)]
    await talks.all("anna", "我是监护人，同意", child)
    assert child in repr(talks.state("anna").frames)
    assert "guardian under 14" in [row.scope for row in rows(talks, consents)]


async def test_who_does_not_agree_is_asked_nothing(talks: Talks) -> None:
    said = words_of(await talks.all("anna", *TO_WHOM, "父母或祖父母", "不同意"))
    assert "什么都不问" in said
    assert talks.state("anna").frames == ()


# --- what upkeep says


async def test_a_reminder_is_answered_by_number_but_never_hijacks_a_question(
    talks: Talks,
) -> None:
    await talks.all("anna", *TO_THE_REVIEW, "1")
    await talks.all("berta", *TO_THE_NAME)
    upkeep = VisitUpkeep(talks.database, KNOWN, lambda: talks.clock)
    talks.clock += timedelta(days=1)
    await upkeep.round()
    said = words_of(await talks.hears("anna", "1"))
    assert "谢谢，记下了" in said
    assert rows(talks, bookings)[0].fine_at is not None


async def test_during_a_flow_a_notice_has_no_numbers(talks: Talks) -> None:
    await talks.all("anna", *TO_THE_REVIEW, "1")
    await talks.all("anna", "/feedback")
    talks.clock += timedelta(days=1)
    await VisitUpkeep(talks.database, KNOWN, lambda: talks.clock).round()
    offered = talks.state("anna").offers[-1]
    assert offered.flow == "feedback"


# --- the calendar file


async def test_the_calendar_file_is_one_and_only_for_its_address(talks: Talks) -> None:
    await talks.all("anna", *TO_THE_REVIEW, "1")
    (row,) = rows(talks, bookings)

    def looked(services) -> tuple[bytes, object, str]:
        booking = services.bookings.find(row.number)
        path = services.calendar_files.path(booking, "zh_Hans")
        token = path.split("/")[3].partition(".")[0]
        files = services.calendar_files
        return (
            files.file(row.number, token, "zh_Hans"),
            files.file(row.number, "x" * 32, "en"),
            path,
        )

    content, wrong, path = talks.services(looked)
    assert wrong is None
    assert path.startswith(f"/visit/{row.number}/")
    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert str(event["summary"]) == "上门评残"
    assert event["dtstart"].dt.isoformat() == "2026-03-04T01:00:00+00:00", "nine in Guangdong"
    assert "陈小明" not in content.decode()
    assert "多宝路" not in content.decode()
