"""The whole service, chat page and console together: what each side hears of the other.

Whether a reply was shown, how somebody wants to be reached, where they are, and who is on leave.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.app import App
from bot.config import Config
from tests.console_client import Browser, Page
from tests.web_resident import Resident

NOON = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""A Monday, ten in the morning there."""


@dataclass
class House:
    """The service on a port, and everybody's browsers."""

    app: App
    server: TestServer
    now: datetime = NOON
    clients: list[TestClient[Any, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return str(self.server.make_url("")).rstrip("/")

    async def staff(self, name: str, role: str = "clerk") -> Browser:
        """Somebody new who has signed in."""

        def add(services: Any) -> None:
            services.staff.add(name, f"{name}小姐", role, "44")
            services.staff.change_password(
                services.people.one(name, services.staff.everyone()[0]), "x"
            )

        await self.app.write(add)
        return await self.signed_in(name)

    async def signed_in(self, name: str) -> Browser:
        def enter(services: Any) -> str:
            member = next(one for one in services.staff.everyone() if one.name == name)
            return services.sign_ins.open(member, "Chrome, Linux", complete=True)

        token = await self.app.write(enter)
        client: TestClient[Any, Any] = TestClient(self.server, cookies={"staff": token})
        await client.start_server()
        self.clients.append(client)
        return Browser(client)

    async def sends(self) -> None:
        """What waits to go out has gone."""
        await self.app.relay.deliver_due()
        await self.app.relay.settle()

    async def item_of(self, words: str) -> str:
        """The number of the newest item in which somebody wrote this."""
        number = await self.app.read(
            lambda services: services.connection.exec_driver_sql(
                "SELECT number FROM tickets ORDER BY id DESC LIMIT 1"
            ).scalar()
        )
        assert number, words
        return str(number)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made: list[House] = []
    app = App(
        Config.from_env(
            {
                "DOORSTEP_VAR": str(tmp_path),
                "DOORSTEP_DEMO": "0",
                "DOORSTEP_SECOND_STEP": "offered",
            },
            NOON,
        ),
        lambda: made[0].now if made else NOON,
    )
    async with TestServer(app.web_app()) as server:
        made.append(House(app, server))
        yield made[0]
        for client in made[0].clients:
            await client.session.close()


async def tells(me: Resident, *words: str) -> None:
    """A complaint, to its end; the answers are counted so that none is overtaken."""
    for said in ("/feedback", *words, "说完了", "投诉", "跳过", "让他们看到", "提交"):
        before = me.answers(await me.reads())
        await me.says(said)
        await me.hears(before + 1)


async def answered(browser: Browser, number: str, words: str) -> Page:
    page = await browser.get(f"/staff/tickets/{number}")
    return await browser.post(f"/staff/tickets/{number}/reply", page, words=words)


async def delivery(browser: Browser, number: str) -> str:
    """What the item's page says of the newest reply."""
    html = (await browser.get(f"/staff/tickets/{number}")).html
    found = re.findall(r'<span class="delivery">(.*?)</span>', html, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[-1])


async def test_staff_see_when_a_reply_was_shown(house: House) -> None:
    """Sent is not seen: it is seen when a page of the person's showed it, and then for good."""
    clerk = await house.staff("wang")
    async with Resident(house.url) as me:
        await tells(me, "电梯坏了")
        number = await house.item_of("电梯坏了")
        await answered(clerk, number, "今天去修。")
        await house.sends()
        house.now += timedelta(minutes=5)
        assert await delivery(clerk, number) == "已发出"
        await me.reads()
        assert await delivery(clerk, number) == "已发出", "what a script fetches nobody has seen"
        async with me.opens(headers={"Sec-Purpose": "prefetch"}) as page:
            assert "今天去修。" in await page.text()
        assert await delivery(clerk, number) == "已发出", "fetched beforehand, nobody looks at it"
        async with me.opens() as page:
            assert "今天去修。" in await page.text()
        shown = await delivery(clerk, number)
        assert shown.startswith("已在对方的网页上显示")
        assert "10点05分" in shown
        house.now += timedelta(hours=3)
        clerk = await house.signed_in("wang")  # the session ended meanwhile
        async with me.opens():
            assert await delivery(clerk, number) == shown, "the first time counts"


async def test_an_open_page_says_what_came_into_sight(house: House) -> None:
    clerk = await house.staff("wang")
    async with Resident(house.url) as me, Resident(house.url) as stranger:
        await tells(me, "电梯坏了")
        number = await house.item_of("电梯坏了")
        await answered(clerk, number, "今天去修。")
        await house.sends()
        *_earlier, last = re.findall(r'data-id="(\w+)"', await me.reads())
        assert await me.sees("0") == 204
        assert await stranger.sees(last) == 204
        assert await delivery(clerk, number) == "已发出", "not that line, or not that person"
        assert await me.sees(last, form_token="forged") == 403
        assert await delivery(clerk, number) == "已发出"
        assert await me.sees(last) == 204
        assert (await delivery(clerk, number)).startswith("已在对方的网页上显示")


async def test_how_somebody_wants_to_be_reached_stands_on_their_item(house: House) -> None:
    clerk = await house.staff("wang")
    async with Resident(house.url) as me:
        await tells(me, "电梯坏了")
        number = await house.item_of("电梯坏了")
        page = await clerk.get(f"/staff/tickets/{number}")
        assert "用读屏软件" not in page.html
        assert "请不要打电话" not in page.html
        for said in ("我用读屏软件", "请不要打电话给我", "简单点说"):
            before = me.answers(await me.reads())
            await me.says(said)
            await me.hears(before + 1)
        page = await clerk.get(f"/staff/tickets/{number}")
        assert "用读屏软件" in page.html
        assert "只发文字，请不要打电话" in page.html
        assert "要简单易懂的话" in page.html
        await me.says("/preferences")
        await me.says("怎样联系我")
        await me.says("可以给我打电话")
        await me.hears(me.answers(await me.reads()))
        page = await clerk.get(f"/staff/tickets/{number}")
        assert "用读屏软件" in page.html
        assert "只发文字，请不要打电话" not in page.html


async def test_an_anonymous_letter_tells_nothing_of_its_writer(house: House) -> None:
    clerk = await house.staff("wang")
    async with Resident(house.url) as me:
        await me.says("我用读屏软件")
        await me.hears(1)
        for said in ("/feedback", "电梯坏了", "说完了", "投诉", "跳过", "匿名", "提交"):
            before = me.answers(await me.reads())
            await me.says(said)
            await me.hears(before + 1)
        page = await clerk.get(f"/staff/tickets/{await house.item_of('电梯坏了')}")
        assert "电梯坏了" in page.html
        assert "用读屏软件" not in page.html


async def test_where_a_place_is_comes_with_the_letter(house: House) -> None:
    clerk = await house.staff("wang")
    async with Resident(house.url) as me:
        await me.says("/feedback")
        await me.hears(1)
        assert await me.posts("", "place-00001", place="23.12911,113.26438") == 200
        assert "我的位置：23.12911, 113.26438" in await me.hears(2)
        for said in ("说完了", "不方便进出的地方", "跳过", "跳过", "让他们看到", "提交"):
            before = me.answers(await me.reads())
            await me.says(said)
            await me.hears(before + 1)
        page = await clerk.get(f"/staff/tickets/{await house.item_of('地点')}")
        assert 'href="geo:23.12911,113.26438"' in page.html
        for odd in ("91.00000,113.00000", "23.1,113.2", "a,b", "23.12911,190.00000"):
            assert await me.posts("", "place-00002", place=odd) == 422, odd


async def test_leave_and_hand_over_from_first_to_last(house: House) -> None:
    """A clerk notes her own leave; her items wait for others at once, deadlines and all."""
    chief = await house.staff("chief", "supervisor")
    li, wang = await house.staff("li"), await house.staff("wang")
    numbers = []
    for user in ("a", "b", "c"):
        async with Resident(house.url) as me:
            await tells(me, f"{user}电梯坏了")
            numbers.append(await house.item_of(user))
    dues = {}
    for number in numbers:
        page = await li.get(f"/staff/tickets/{number}")
        page = await li.post(f"/staff/tickets/{number}/take", page)
        dues[number] = re.search(r'<dt>期限</dt><dd><time datetime="([^"]+)"', page.html)[1]  # type: ignore[index]
    page = await li.get(f"/staff/tickets/{numbers[1]}")
    await li.post(f"/staff/tickets/{numbers[1]}/reply", page, words="哪个出口？", do="ask")
    page = await li.get(f"/staff/tickets/{numbers[2]}")
    await li.post(f"/staff/tickets/{numbers[2]}/wait", page, whom="地铁公司修电梯")
    page = await li.get("/staff/account")
    fault = await li.post("/staff/account/away", page, first="2026-03-09", last="2026-03-02")
    assert fault.status == 422
    page = await li.post("/staff/account/away", page, first="2026-03-02", last="2026-03-06")
    assert "请假已记下" in page.html
    for number in numbers:
        page = await wang.get(f"/staff/tickets/{number}")
        assert "负责人不在，已放回队列" in page.html
        assert dues[number] in page.html, "the deadline is the same"
    assert "请假到" in (await chief.get("/staff/people/li")).html
    page = await wang.post("/staff/next", await wang.get("/staff/"))
    given = page.url.rpartition("/")[2]
    assert given in numbers, "the next one is one of hers"
    page = await li.get("/staff/")
    assert "您登记了请假" in page.html
    page = await li.post("/staff/account/away", page, first="", last="")
    assert "您在岗" in page.html
    assert "您登记了请假" not in (await li.get("/staff/")).html
    left = next(one for one in numbers if one != given)
    page = await li.get(f"/staff/tickets/{left}")
    await li.post(f"/staff/tickets/{left}/take", page)
    house.now += timedelta(minutes=10)
    await house.app.write(lambda services: services.tickets.look_after())
    assert "由li小姐处理" in (await li.get(f"/staff/tickets/{left}")).html, (
        "here again: she keeps it"
    )


async def test_a_later_leave_begins_by_itself_and_a_supervisor_can_note_it(house: House) -> None:
    chief, li = await house.staff("chief", "supervisor"), await house.staff("li")
    async with Resident(house.url) as me:
        await tells(me, "电梯坏了")
    number = await house.item_of("电梯坏了")
    page = await li.get(f"/staff/tickets/{number}")
    await li.post(f"/staff/tickets/{number}/take", page)
    page = await chief.get("/staff/people/li")
    await chief.post("/staff/people/li/away", page, first="2026-03-03", last="2026-03-04")
    await house.app.write(lambda services: services.tickets.look_after())
    assert "由li小姐处理" in (await li.get(f"/staff/tickets/{number}")).html
    house.now = datetime(2026, 3, 2, 16, 1, tzinfo=UTC)  # midnight there, still Monday in UTC
    await house.app.write(lambda services: services.tickets.look_after())
    chief = await house.signed_in("chief")
    page = await chief.get(f"/staff/tickets/{number}")
    assert "负责人不在，已放回队列" in page.html
