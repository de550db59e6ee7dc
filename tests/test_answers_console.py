"""The loop: a question without an answer becomes one, by two people, and can be taken back."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot import content
from bot.domain.editions import EditionState
from bot.known import CONTENT
from bot.messages import Address
from bot.services import Turn
from bot.services.editions import files_of
from bot.storage import conversations, editions
from bot.storage.db import Database
from bot.web import make_console
from tests.console_client import Browser
from tests.stage import KNOWN
from tests.test_console import Office, signed_in

QUESTION = "轮椅坏了残联管修吗"


@pytest.fixture
def office(database: Database) -> Office:
    made = Office(database)
    made.now = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # after the answers were checked
    return made


@pytest.fixture
async def client(office: Office) -> AsyncIterator[TestClient[Any, Any]]:
    app = web.Application()
    app.router.add_routes(make_console(office, secure=False, now=lambda: office.now))
    async with TestClient(TestServer(app)) as made:
        yield made


@pytest.fixture
def browser(client: TestClient[Any, Any]) -> Browser:
    return Browser(client)


def asks(office: Office, words: str, shown: str = "", user: str = "w1") -> None:
    """Somebody asks in vain, or says 'not quite'."""

    def work(connection: Any) -> None:
        who = Address("web", user)
        chat = conversations.ensure(connection, who, "zh_Hans", office.now)
        turn = Turn(connection, office.now, KNOWN, who, chat, "e1")
        turn.questions.note(words, "zh_Hans", shown=shown)

    office.database.write_now(work)


def files(office: Office) -> dict[tuple[str, str], str]:
    """What staff changed in what people read."""
    return office.database.write_now(lambda c: files_of(c, KNOWN.library.released))


async def test_alike_questions_stand_together_and_are_counted(
    browser: Browser, office: Office
) -> None:
    for words in (QUESTION, QUESTION, "轮椅坏了，残联管不管修？", "有没有残疾人电影院"):
        asks(office, words)
    asks(office, "我的电话是13800138000，几时回我", shown="service.status")
    await signed_in(browser, office)
    page = await browser.get("/staff/questions")
    assert page.html.index(QUESTION) < page.html.index("电影院"), "the most asked first"
    assert "还有1个相近的" in page.html
    assert "13800138000" not in page.html, "numbers are hidden"
    assert "service.status" in page.html, "what was not quite it"


async def test_a_question_is_linked_and_found_then_taken_back(
    browser: Browser, office: Office
) -> None:
    asks(office, QUESTION)
    await signed_in(browser, office)
    page = await browser.get("/staff/questions")
    link = next(one["href"] for one in page.all("a") if "/staff/questions/" in one["href"])
    page = await browser.get(link)
    page = await browser.post(f"{link}/link", page, article="benefit.device", words=QUESTION)
    assert "以后这样问，就会得到那条答案" in page.html
    assert QUESTION not in page.html, "it is no longer without an answer"
    changed = files(office)["benefit.device", "zh_Hans"]
    assert QUESTION in content.read(changed, "benefit.device", "zh_Hans").questions
    page = await browser.get("/staff/answers/benefit.device")
    way = next(one["value"] for one in page.all("input") if one.get("name") == "way")
    page = await browser.post("/staff/answers/benefit.device/unlink", page, way=way)
    assert files(office) == {}


async def test_words_that_lead_elsewhere_already_are_not_linked(
    browser: Browser, office: Office
) -> None:
    article = KNOWN.library.pack.article("manage.lost", "zh_Hans")
    assert article
    asks(office, QUESTION)
    await signed_in(browser, office)
    page = await browser.get("/staff/questions/1")
    page = await browser.post(
        "/staff/questions/1/link", page, article="benefit.device", words=article.questions[0]
    )
    assert page.status == 409
    assert "manage.lost" in page.html
    assert files(office) == {}


async def test_a_question_that_is_not_for_us_stays_away(browser: Browser, office: Office) -> None:
    asks(office, "帮我写一首诗")
    await signed_in(browser, office)
    page = await browser.get("/staff/questions/1")
    page = await browser.post("/staff/questions/1/set-aside", page)
    assert "已放到一边" in page.html
    asks(office, "帮我写一首诗")
    page = await browser.get("/staff/questions")
    assert "诗" not in page.html


async def test_a_draft_is_published_by_a_second_person(
    client: TestClient[Any, Any], browser: Browser, office: Office
) -> None:
    await signed_in(browser, office, role="supervisor")
    page = await browser.get("/staff/answers/manage.lost/zh_Hans")
    file = KNOWN.library.pack.file("manage.lost", "zh_Hans")
    better = file.replace("先尽快告诉", "请尽快告诉")
    page = await browser.post("/staff/answers/manage.lost/zh_Hans", page, file=better)
    assert "草稿存好了" in page.html
    assert "新增：" in page.html, "the change is marked in words"
    assert "由第二个人看过再发布" in page.html
    page = await browser.post("/staff/editions/1/publish", page)
    assert page.status == 409, "not by its author"
    assert files(office) == {}
    page = await browser.get("/staff/")
    await browser.post("/staff/sign-out", page)

    await signed_in(browser, office, "li", "supervisor")
    page = await browser.get("/staff/editions/1")
    page = await browser.post("/staff/editions/1/publish", page)
    assert "已发布" in page.html
    assert files(office) == {("manage.lost", "zh_Hans"): better}
    assert office.database.write_now(editions.version), "replicas are told"
    page = await browser.post("/staff/editions/1/withdraw", page)
    assert "恢复到前一版" in page.html
    assert files(office) == {}


async def test_a_faulty_draft_is_kept_and_not_published(browser: Browser, office: Office) -> None:
    await signed_in(browser, office)
    page = await browser.get("/staff/answers/new?id=benefit.wheelchair-repair")
    assert page.url.endswith("/benefit.wheelchair-repair/zh_Hans")
    page = await browser.post(
        "/staff/answers/benefit.wheelchair-repair/zh_Hans", page, file="没有资料的答案"
    )
    assert "it has no front matter" in page.html
    page = await browser.get("/staff/")
    await browser.post("/staff/sign-out", page)
    await signed_in(browser, office, "li", "supervisor")
    page = await browser.get("/staff/editions/1")
    page = await browser.post("/staff/editions/1/publish", page)
    assert page.status == 409
    assert "请先改好" in page.html
    assert files(office) == {}


async def test_a_clerk_does_not_publish(browser: Browser, office: Office) -> None:
    await signed_in(browser, office)
    page = await browser.get("/staff/answers/manage.lost/en")
    file = KNOWN.library.pack.file("manage.lost", "en")
    page = await browser.post("/staff/answers/manage.lost/en", page, file=file)
    page = await browser.post("/staff/editions/1/publish", page)
    assert page.status == 404
    assert office.do(lambda services: services.editions.edition(1)).state is EditionState.DRAFT


async def test_the_page_of_faults_shows_what_the_check_prints(
    browser: Browser, office: Office
) -> None:
    await signed_in(browser, office)
    page = await browser.get("/staff/answers/faults")
    assert "所有答案都符合要求" in page.html


async def test_the_page_of_faults_names_what_grew_old(browser: Browser, office: Office) -> None:
    office.now = datetime(2027, 11, 24, 2, 0, tzinfo=UTC)
    await signed_in(browser, office)
    page = await browser.get("/staff/answers/faults")
    assert "zh_Hans/manage.lost: was checked more than a year ago (2026-11-23)" in page.html
    assert "checklist: was checked more than a year ago (2026-11-23)" in page.html
    assert "所有答案都符合要求" not in page.html


async def test_every_answer_has_a_page(browser: Browser, office: Office) -> None:
    await signed_in(browser, office)
    page = await browser.get("/staff/answers")
    assert f"答案（{len(content.load(CONTENT).ids)}条）" in page.html
    page = await browser.get("/staff/answers/manage.lost")
    assert "残疾人证丢了怎么补" in page.html
    page = await browser.get("/staff/answers/no.such")
    assert page.status == 404
