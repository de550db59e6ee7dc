"""The staff console, through its pages: signing in, the queue, an item, who may see what."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.domain.tickets import TicketKind
from bot.messages import Address
from bot.services import Services, Turn
from bot.storage import conversations, messages, transcript
from bot.storage.db import Database
from bot.web import make_console
from tests.console_client import Browser, Page
from tests.stage import KNOWN, START

T = TypeVar("T")
PASSWORD = "four words are easy"


class Office:
    """bot.web.office.Office over a database, with a clock that a test sets."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = START

    async def read(self, use: Callable[[Services], T]) -> T:
        return await self.database.read(lambda c: use(Services(c, self.now, KNOWN)))

    async def write(self, use: Callable[[Services], T]) -> T:
        return await self.database.write(lambda c: use(Services(c, self.now, KNOWN)))

    def do(self, use: Callable[[Services], T]) -> T:
        return self.database.write_now(lambda c: use(Services(c, self.now, KNOWN)))

    async def changes(self) -> AsyncIterator[None]:
        yield

    def writes(self, words: str, user: str = "w1", **options: Any) -> str:
        """Somebody writes to the staff; the item's number."""

        def work(connection: Any) -> str:
            who = Address("web", user)
            chat = conversations.ensure(connection, who, "zh_Hans", self.now)
            turn = Turn(connection, self.now, KNOWN, who, chat, "e1")
            return turn.tickets.open(TicketKind.COMPLAINT, words, **options).number

        return self.database.write_now(work)

    def heard_by(self, user: str) -> list[str]:
        """What the person's chat shows of the staff's replies."""

        def work(connection: Any) -> list[str]:
            chat = conversations.find(connection, Address("web", user))
            assert chat
            lines = transcript.lines(connection, chat)
            return [line.reply.paragraphs[0].msgid for line in lines if line.reply]

        return self.database.write_now(work)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


@pytest.fixture
async def client(office: Office) -> AsyncIterator[TestClient[Any, Any]]:
    app = web.Application()
    app.router.add_routes(make_console(office, secure=False, now=lambda: office.now))
    async with TestClient(TestServer(app)) as made:
        yield made


@pytest.fixture
def browser(client: TestClient[Any, Any]) -> Browser:
    return Browser(client)


async def signed_in(
    browser: Browser, office: Office, name: str = "wang", role: str = "clerk", region: str = "44"
) -> Page:
    """A new member of staff, past the one-time password; the queue."""
    once = office.do(lambda services: services.staff.add(name, "王小姐", role, region))
    page = await browser.get("/staff/")
    assert page.url == "/staff/sign-in"
    page = await browser.post("/staff/sign-in", page, name=name, password=once)
    assert page.url == "/staff/password", "the one-time password must be changed first"
    page = await browser.post("/staff/password", page, old=once, new=PASSWORD)
    assert page.url == "/staff/second-step", "the second step is offered, not forced"
    return await browser.get("/staff/")


async def test_taking_answering_closing(browser: Browser, office: Office) -> None:
    number = office.writes("电梯坏了<b>三个月</b>")
    page = await signed_in(browser, office)
    assert "待回复（1）" in page.html
    assert "电梯坏了&lt;b&gt;三个月" in page.html, "a person's words are never markup"
    page = await browser.get(f"/staff/tickets/{number}")
    page = await browser.post(f"/staff/tickets/{number}/take", page)
    assert "由王小姐处理" in page.html
    page = await browser.post(f"/staff/tickets/{number}/reply", page, words="今天去修。\r\n谢谢")
    assert "回复已经发出" in page.html
    assert office.heard_by("w1") == ["今天去修。\n谢谢"]
    page = await browser.post(f"/staff/tickets/{number}/close", page)
    assert "已结束" in page.html
    assert "待回复（0）" in page.html


async def test_an_empty_or_too_long_reply_keeps_its_words(browser: Browser, office: Office) -> None:
    number = office.writes("请回电话")
    await signed_in(browser, office)
    page = await browser.get(f"/staff/tickets/{number}")
    page = await browser.post(f"/staff/tickets/{number}/reply", page, words="长" * 2001)
    assert page.status == 409
    assert "回复太长" in page.html
    assert "长" * 2001 in page.html
    page = await browser.post(f"/staff/tickets/{number}/reply", page, words="  ")
    assert "回复是空的" in page.html
    assert office.heard_by("w1") == []


async def test_a_colleague_was_quicker(browser: Browser, office: Office) -> None:
    """Two windows on one item: the second answer is not sent, and its words are kept."""
    number = office.writes("请回电话")
    await signed_in(browser, office)
    first = await browser.get(f"/staff/tickets/{number}")
    await browser.post(f"/staff/tickets/{number}/reply", first, words="第一个回复")
    again = await browser.post(f"/staff/tickets/{number}/reply", first, words="第二个回复")
    assert again.status == 409
    assert "第二个回复" in again.html
    assert office.heard_by("w1") == ["第一个回复"]


async def test_nobody_sees_another_region(browser: Browser, office: Office) -> None:
    ours = office.writes("荔湾的事", region="440103004")
    theirs = office.writes("深圳的事", user="w2", region="440305001")
    page = await signed_in(browser, office, region="4401")
    assert ours in page.html
    assert theirs not in page.html
    assert "深圳的事" not in page.html
    for path in (f"/staff/tickets/{theirs}", "/staff/tickets/F2222-2222"):
        page = await browser.get(path)
        assert page.status == 404
    for action in ("take", "give-back", "reply", "close"):
        ours_page = await browser.get(f"/staff/tickets/{ours}")
        page = await browser.post(f"/staff/tickets/{theirs}/{action}", ours_page, words="x")
        assert page.status in (404, 409)
        assert "深圳的事" not in page.html
    page = await browser.get("/staff/stuck")
    assert page.status == 404, "a clerk does not see what could not be delivered"


async def test_every_post_needs_its_token(
    client: TestClient[Any, Any], browser: Browser, office: Office
) -> None:
    number = office.writes("请回电话")
    await signed_in(browser, office)
    posts = [
        "/staff/sign-out",
        "/staff/password",
        "/staff/language",
        "/staff/stuck/retry",
        *(f"/staff/tickets/{number}/{one}" for one in ("take", "give-back", "reply", "close")),
    ]
    for path in posts:
        for data in ({}, {"csrf": ""}, {"csrf": "x" * 43}, {"csrf": "é"}):
            async with client.post(path, data={**data, "version": "1"}) as answer:
                assert answer.status in (403, 404), path
    page = await browser.get("/staff/")
    headers = {"Sec-Fetch-Site": "cross-site"}
    form = {"csrf": page.hidden("csrf")}
    async with client.post("/staff/sign-out", data=form, headers=headers) as answer:
        assert answer.status == 403
    async with client.post(
        "/staff/sign-out", data=form, headers={"Origin": "https://evil.example"}
    ) as answer:
        assert answer.status == 403


async def test_pages_behind_the_sign_in_lead_there(client: TestClient[Any, Any]) -> None:
    for path in ("/staff/", "/staff/password", "/staff/events", "/staff/stuck"):
        async with client.get(path, allow_redirects=False) as answer:
            assert answer.status == 303, path
            assert answer.headers["Location"].partition("?")[0] == "/staff/sign-in"
            assert "Content-Security-Policy" in answer.headers


async def test_guessing_has_to_wait_and_nobody_is_locked_out(
    browser: Browser, office: Office
) -> None:
    await signed_in(browser, office)
    await browser.post("/staff/sign-out", await browser.get("/staff/"))
    page = await browser.get("/staff/sign-in")
    for _try in range(5):
        page = await browser.post("/staff/sign-in", page, name="wang", password="wrong")
        assert page.status == 401
    page = await browser.post("/staff/sign-in", page, name="wang", password=PASSWORD)
    assert page.status == 429
    assert "账号没有被锁" in page.html
    office.now += timedelta(minutes=2)
    page = await browser.post("/staff/sign-in", page, name="wang", password=PASSWORD)
    assert page.url == "/staff/"


async def test_a_session_ends_when_idle_too_old_or_signed_out(
    browser: Browser, office: Office
) -> None:
    await signed_in(browser, office)
    start: datetime = office.now
    while office.now - start < timedelta(hours=11, minutes=30):
        office.now += timedelta(minutes=25)
        assert (await browser.get("/staff/")).url == "/staff/"
    office.now = start + timedelta(hours=12, minutes=1)
    assert (await browser.get("/staff/")).url == "/staff/sign-in"


async def test_weak_passwords_are_refused_kindly(browser: Browser, office: Office) -> None:
    once = office.do(lambda services: services.staff.add("li", "李先生", "clerk", "44"))
    page = await browser.get("/staff/sign-in")
    page = await browser.post("/staff/sign-in", page, name="li", password=once)
    for new in ("short", once):
        page = await browser.post("/staff/password", page, old=once, new=new)
        assert page.status == 422
        assert "至少用12个字符" in page.html
    page = await browser.get("/staff/")
    assert page.url == "/staff/password"


async def test_three_languages(browser: Browser, office: Office) -> None:
    page = await signed_in(browser, office)
    page = await browser.post("/staff/language", page, language="en")
    assert "Waiting for an answer (0)" in page.html
    page = await browser.post("/staff/language", page, language="zh_Hant")
    assert "待回覆" in page.html or "待回復" in page.html


async def test_what_could_not_be_delivered_is_seen_and_tried_again(
    browser: Browser, office: Office
) -> None:
    number = office.writes("请回电话")
    page = await signed_in(browser, office, role="supervisor")
    page = await browser.get(f"/staff/tickets/{number}")
    await browser.post(f"/staff/tickets/{number}/reply", page, words="好的")

    def hold(connection: Any) -> None:
        chat = conversations.find(connection, Address("web", "w1"))
        assert chat
        messages.hold_all(connection, chat, "blocked us")

    office.database.write_now(hold)
    page = await browser.get(f"/staff/tickets/{number}")
    assert "现在联系不到对方" in page.html
    page = await browser.get("/staff/stuck")
    assert "blocked us" in page.html
    row = next(field["value"] for field in page.all("input") if field.get("name") == "id")
    page = await browser.post("/staff/stuck/retry", page, kind="said", id=row)
    assert "blocked us" not in page.html


async def test_every_look_and_change_is_in_an_unbroken_log(
    browser: Browser, office: Office
) -> None:
    number = office.writes("请回电话")
    await signed_in(browser, office)
    page = await browser.get(f"/staff/tickets/{number}")
    await browser.post(f"/staff/tickets/{number}/take", page)
    assert office.do(lambda services: services.audit.verify())

    def events(connection: Any) -> list[str]:
        return [row[0] for row in connection.exec_driver_sql("SELECT event FROM audit ORDER BY id")]

    logged = office.database.write_now(events)
    assert logged.count("ticket.read") >= 2
    assert "ticket.taken" in logged
    with pytest.raises(Exception, match="append-only"):
        office.database.write_now(
            lambda c: c.exec_driver_sql("UPDATE audit SET event = 'x' WHERE id = 1")
        )
