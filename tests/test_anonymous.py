"""An anonymous letter stays anonymous, whatever else its writer sends: the whole service, by HTTP.

Staff see a chat from each of its items that has a name. Nothing of the letter may stand there.
"""

import re
from datetime import timedelta

import pytest

from bot.inbox import Inbox
from tests.console_client import Browser
from tests.test_console_person import House, answered, house, tells
from tests.web_resident import Resident

__all__ = ["house"]

LETTER = "主任骂人很难听"
OPENLY = "电梯坏了三个月"
ANONYMOUSLY = ("/feedback", LETTER, "说完了", "投诉", "跳过", "匿名", "提交")


async def says(me: Resident, *words: str) -> None:
    for said in words:
        before = me.answers(await me.reads())
        await me.says(said)
        await me.hears(before + 1)


async def chat_of(clerk: Browser, number: str) -> str:
    """The chat as the page of one item shows it; '' where it shows none."""
    html = (await clerk.get(f"/staff/tickets/{number}")).html
    return html.partition('id="talk"')[2].partition("</section>")[0]


async def test_another_item_of_the_chat_tells_nothing_of_it(house: House) -> None:
    clerk = await house.staff("wang")
    async with Resident(house.url) as me:
        await says(me, *ANONYMOUSLY)
        secret = await house.item_of(LETTER)
        await says(me, "我想找人工", f"我的编号是 {secret.lower().replace('-', ' ')}")
        named = await house.item_of("人工")
        assert named != secret
        chat = await chat_of(clerk, named)
        assert "人工" in chat, "what has nothing to do with the letter is shown"
        for told in (LETTER, "匿名", secret, "看不到您是谁", secret.lower().replace("-", " ")):
            assert told not in chat, told
        assert await chat_of(clerk, secret) == ""
        page = await me.reads()
        assert LETTER in page, "the person sees their own words"
        assert secret in page


async def test_nor_does_what_follows_it(house: House) -> None:
    """The reply, the answer to it, 'settled', something added, its number in a list."""
    clerk = await house.staff("wang")
    async with Resident(house.url) as me:
        await says(me, *ANONYMOUSLY)
        secret = await house.item_of(LETTER)
        await answered(clerk, secret, "请问是哪一天？")
        await house.sends()
        await says(me, "是上个星期五")
        await answered(clerk, secret, "已经提醒他了。")
        await house.sends()
        await says(me, "没解决", "添加", "他今天又骂了", "说完了", "人工")
        named = await house.item_of("人工")
        assert named != secret
        chat = await chat_of(clerk, named)
        assert "人工" in chat
        for told in (secret, "哪一天", "星期五", "提醒他", "没解决", "又骂了"):
            assert told not in chat, told
        letters = (await clerk.get(f"/staff/tickets/{secret}")).html
        for told in ("哪一天", "星期五", "提醒他", "又骂了"):
            assert told in letters, told


async def test_a_draft_is_withheld_until_it_is_decided(house: House) -> None:
    """Staff who look in the middle see nothing of it; with a name they see all of it."""
    clerk = await house.staff("wang")
    async with Resident(house.url) as me:
        await says(me, "人工")
        human = await house.item_of("人工")
        await says(me, "/feedback", OPENLY, "说完了")
        assert OPENLY not in await chat_of(clerk, human)
        await says(me, "投诉", "跳过", "让他们看到", "提交")
        assert OPENLY in await chat_of(clerk, human)
        await says(me, "/feedback", LETTER, "说完了", "取消")
        assert LETTER not in await chat_of(clerk, human), "what was cancelled is nobody's"
        await tells(me, "还有一件公开的事")
        chat = await chat_of(clerk, human)
        assert "还有一件公开的事" in chat
        assert LETTER not in chat, "another letter does not show it"


async def test_a_draft_that_lapsed_is_not_shown_with_the_next_one(house: House) -> None:
    async with Resident(house.url) as me:
        await says(me, "/feedback", LETTER)
        house.now += timedelta(days=8)
        await tells(me, OPENLY)
        clerk = await house.staff("wang")
        chat = await chat_of(clerk, await house.item_of(OPENLY))
        assert OPENLY in chat
        assert LETTER not in chat


async def test_a_turn_that_breaks_does_not_tell(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person is told that somebody reads it: they do, but not whose it is."""
    clerk = await house.staff("wang")
    monkeypatch.setattr("bot.inbox.PAUSES", (0, 0))
    async with Resident(house.url) as me:
        await says(me, "人工")
        human = await house.item_of("人工")
        await says(me, "/feedback")

        def break_down(*_anything: object, **_more: object) -> None:
            raise RuntimeError("a bug")

        before = me.answers(await me.reads())
        inbox: Inbox = house.app.inbox
        engine = inbox._engine
        monkeypatch.setattr(engine, "take_turn", break_down)
        await me.says(LETTER)
        await me.hears(before + 1)
        monkeypatch.undo()
        failure = await house.item_of(LETTER)
        page = (await clerk.get(f"/staff/tickets/{failure}")).html
        assert LETTER in page
        assert 'id="talk"' not in page
        chat = await chat_of(clerk, human)
        assert LETTER not in chat
        assert failure not in chat


async def test_it_cannot_be_merged_with_what_has_a_name(house: House) -> None:
    """Merging says whether two items are of one person: of an anonymous one nobody learns it."""
    clerk = await house.staff("wang")
    async with Resident(house.url) as me, Resident(house.url) as stranger:
        await says(me, *ANONYMOUSLY)
        secret = await house.item_of(LETTER)
        await tells(me, OPENLY)
        mine = await house.item_of(OPENLY)
        await tells(stranger, "别人的事")
        theirs = await house.item_of("别人的事")
        said = []
        for into in (mine, theirs):
            page = await clerk.get(f"/staff/tickets/{secret}")
            answer = await clerk.post(f"/staff/tickets/{secret}/merge", page, into=into)
            assert "已合并到" not in answer.html
            assert into not in answer.html
            said.append(re.findall(r'class="good"[^>]*>(.*?)</p>', answer.html))
        assert said[0] == said[1] != [], "whose it is makes no difference"
        page = await clerk.get(f"/staff/tickets/{mine}")
        assert LETTER not in page.html


async def test_personal_answers_are_left_out_of_the_chat_that_staff_see(house: House) -> None:
    """Promise 15's canaries: identity number, door and kinds are the visit's, not the chat's."""
    clerk = await house.staff("wang")
    number, door = "11010519491231002X", "金雀花路77号6楼604房"
    async with Resident(house.url) as me:
        await says(
            me, "/book", "不能，去不了", "第一次办证", "就在居住的地方", "父母或祖父母",
            "本人同意", "云雀儿", "金丝雀", "13912345678", "随时可以打电话", "荔湾多宝", "同意",
            "精神", "说完了", "为什么", number, door, "楼下有间金雀凉茶铺", "阿婆怕黑要开灯",
        )  # fmt: skip
        await says(me, f"我的身份证是{number}。", "人工")
        page = await me.reads()
        for told in (number, door, "金雀凉茶铺"):
            assert told in page, "the person sees their own words"
        chat = await chat_of(clerk, await house.item_of("人工"))
        for told in (number, "金雀", "怕黑", "精神"):
            assert told not in chat, told
        assert "为什么" in chat, "a question back is no answer"
        await says(me, "1", "1")
        chat = await chat_of(clerk, await house.item_of("人工"))
        assert "编号：B" in chat, "what came of it is no secret"
        for told in (number, "金雀花路", "凉茶铺", "怕黑", "精神"):
            assert told not in chat, told
