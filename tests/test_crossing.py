"""Going on at another channel: a number, typed elsewhere, confirmed here; and who must not."""

import re
from datetime import timedelta
from pathlib import Path

from bot.domain.bookings import BookingState
from bot.domain.people import DisabilityKind
from bot.services import Turn
from bot.storage import conversations as stored
from bot.storage.db import Database
from bot.storage.tables import (
    booking_members,
    bookings,
    conversations,
    crossings,
    inbox,
    tickets,
)
from tests.stage import KNOWN
from tests.talks import Talks, words_of
from tests.test_wechat_service import running
from tests.visit_factories import a_request, a_team

_NUMBER = re.compile(r"您的数字：(\d{4} \d{4})")


async def number_of(talks: Talks, user: str) -> str:
    found = _NUMBER.search(words_of(await talks.hears(user, "换个地方接着办")))
    assert found
    return found[1]


def with_a_booking(talks: Talks, user: str) -> None:
    """A half-day, and this chat's place in it with its reminder."""

    def work(services: object) -> None:
        connection = services.connection  # type: ignore[attr-defined]
        team = a_team(services, *DisabilityKind)  # type: ignore[arg-type]
        day = (talks.clock + timedelta(days=20)).date()
        while not KNOWN.calendar.is_workday(day):
            day += timedelta(days=1)
        from bot.domain.visits import Half

        visit = services.visits.open_visit(team, day, Half.MORNING, 3)  # type: ignore[attr-defined]
        who = talks.message(user).sender
        chat = stored.ensure(connection, who, "zh_Hans", talks.clock)
        turn = Turn(connection, talks.clock, KNOWN, who, chat, "booked")
        turn.bookings.book(a_request(1, visit), "key")

    talks.services(work)


def of(talks: Talks, table: object) -> list[object]:
    return talks.database.write_now(
        lambda connection: list(connection.execute(table.select()))  # type: ignore[attr-defined]
    )


def chat_of(talks: Talks, user: str) -> int:
    return next(row.id for row in of(talks, conversations) if row.user_id == user)


async def test_everything_goes_over(database: Database) -> None:
    """Booking with its reminder, letter, what was said, and the question that was open."""
    talks = Talks(database)
    with_a_booking(talks, "old")
    await talks.all("old", "/feedback", "电梯坏了", "说完了", "投诉", "跳过", "让他们看到", "提交")
    await talks.all("old", "/book", "1")
    number = await number_of(talks, "old")
    await talks.all("new", "我有数字")
    assert "数字对了" in words_of(await talks.hears("new", number.replace(" ", "-")))
    asked = words_of(await talks.hears("old", "确认转移"))
    assert "是您本人" in asked
    assert "网页" in asked
    assert of(talks, bookings)[0].conversation_id == chat_of(talks, "old"), (
        "not before it is confirmed"
    )
    assert "已经移过去了" in words_of(await talks.hears("old", "1"))
    new = chat_of(talks, "new")
    assert [row.conversation_id for row in of(talks, bookings)] == [new]
    assert [row.conversation_id for row in of(talks, tickets)] == [new]
    assert [row.conversation_id for row in of(talks, booking_members)] == [new], "is reminded"
    assert of(talks, crossings) == []
    heard = [row for row in of(talks, inbox) if row.conversation_id == new]
    assert len(heard) > 8, "the staff read the conversation at the new place"
    assert "没有" in words_of(await talks.hears("old", "我的预约"))
    assert of(talks, bookings)[0].state == BookingState.BOOKED
    went_on = words_of(await talks.hears("new", "继续"))
    assert "第2题" in went_on, "the open question"
    await talks.hears("new", "取消")
    assert "演" in words_of(await talks.hears("new", "我的预约"))


async def test_a_number_works_once_and_for_ten_minutes(database: Database) -> None:
    talks = Talks(database)
    await talks.hears("old", "你好")
    first = await number_of(talks, "old")
    number = await number_of(talks, "old")
    await talks.all("new", "我有数字")
    assert "对不上" in words_of(await talks.hears("new", first)), "an older one is void"
    assert "数字对了" in words_of(await talks.hears("new", number))
    await talks.hears("third", "我有数字")
    assert "对不上" in words_of(await talks.hears("third", number)), "used"
    late = await number_of(talks, "old")
    talks.clock += timedelta(minutes=11)
    await talks.hears("late", "我有数字")
    assert "对不上" in words_of(await talks.hears("late", late))
    assert "还没有人输入" in words_of(await talks.hears("old", "确认转移"))
    mine = await number_of(talks, "old")
    await talks.hears("old", "我有数字")
    assert "对不上" in words_of(await talks.hears("old", mine)), "not in its own chat"


async def test_somebody_else_gets_nothing(database: Database) -> None:
    """Who overheard a number can type it, but the owner is asked, and says no."""
    talks = Talks(database)
    with_a_booking(talks, "owner")
    number = await number_of(talks, "owner")
    await talks.all("thief", "我有数字", number)
    assert "没有" in words_of(await talks.hears("thief", "我的预约"))
    told = [words_of([reply]) for _language, reply in talks.told]
    del told
    await talks.hears("owner", "确认转移")
    assert "什么都没有移走" in words_of(await talks.hears("owner", "2"))
    assert "没有" in words_of(await talks.hears("thief", "我的预约"))
    assert of(talks, bookings)[0].conversation_id == chat_of(talks, "owner")
    assert "还没有人输入" in words_of(await talks.hears("owner", "确认转移"))


async def test_guessing_is_paused_also_for_right_numbers(database: Database) -> None:
    talks = Talks(database)
    number = await number_of(talks, "owner")
    await talks.hears("thief", "我有数字")
    for at in range(5):
        assert "对不上" in words_of(await talks.hears("thief", f"0000 00{at:02}"))
    assert "次数太多" in words_of(await talks.hears("thief", number))
    await talks.hears("thief", "我有数字")
    assert "次数太多" in words_of(await talks.hears("thief", number))
    talks.clock += timedelta(minutes=11)
    await talks.hears("thief", "我有数字")
    assert "对不上" in words_of(await talks.hears("thief", number)), "by then it is void"


async def test_digits_are_read_kindly(database: Database) -> None:
    talks = Talks(database)
    await talks.hears("new", "我有数字")
    assert "您发的是 4 位" in words_of(await talks.hears("new", "1234"))
    number = await number_of(talks, "old")
    wide = number.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert "数字对了" in words_of(await talks.hears("new", f"是 {wide}。"))


async def test_from_wechat_to_the_web(tmp_path: Path) -> None:
    """By numbers only, over the platform; the picture leads to the web chat."""
    from tests.web_resident import Resident

    async with running(tmp_path, DOORSTEP_PUBLIC_URL="http://doorstep.example") as service:
        person = service.platform.person()
        await person.does_all(
            ["/feedback", "电梯坏了", "说完了", "投诉", "跳过", "让他们看到", "提交"]
        )
        said = await person.says("换个地方接着办") or ""
        found = _NUMBER.search(said)
        assert found
        heard = await person.hears(9)
        assert "picture" in [one.how for one in heard]
        async with Resident(service.platform.service) as web:
            await web.says("我有数字")
            await web.hears(1)
            await web.says(found[1])
            assert "数字对了" in await web.hears(2)
            await service.sent()
            assert "有人输入了您的数字" in person.texts()[-1]
            assert "是在网页聊天输入的" in person.texts()[-1]
            said = await person.says("1") or ""
            assert "是您本人" in said
            assert "已经移过去了" in (await person.says("1") or "")
            await service.sent()
            page = await web.hears(3)
            assert "留言 1 件" in page
            assert "电梯坏了" in page, "the conversation came along"
