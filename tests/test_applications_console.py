"""Applications in the console, through its pages: find, move, correct, codes, alerts, imports."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer

from bot.domain.references import new_reference
from bot.domain.stages import Stage
from bot.importing import Importing
from bot.messages import Address
from bot.sheets import csv_bytes, xlsx_bytes
from bot.storage import application_alerts, conversations
from bot.storage import applications as stored
from bot.web import make_console
from tests.clerk import a_clerk
from tests.console_client import Browser, Page, check
from tests.test_console import Office, client, office, signed_in

__all__ = ["client", "office"]  # fixtures
HEADING = ("申请编号", "事项", "镇街", "进度", "姓名", "身份证后四位", "电话", "要补的材料")


@pytest.fixture
async def browser(office: Office) -> AsyncIterator[Browser]:
    app = web.Application(client_max_size=12 * 1024 * 1024)
    app.router.add_routes(make_console(office, secure=False, now=lambda: office.now))
    async with TestClient(TestServer(app)) as made:
        yield Browser(made)


def recorded(office: Office, region: str = "440103004", **more: Any) -> str:
    return office.do(
        lambda services: services.applications.record("002X", region, "陈大文", **more)
    )


def standing(office: Office, number: str) -> Any:
    return office.database.write_now(lambda connection: stored.by_number(connection, number))


def linked_chat(office: Office, number: str, user: str = "w1", *, told: bool = True) -> int:
    def work(connection: Any) -> int:
        return conversations.ensure(connection, Address("web", user), "zh_Hans", office.now)

    chat = office.database.write_now(work)

    def link(services: Any) -> None:
        assert services.applications.look_up(number, "002X", chat)
        one = services.applications.linked_numbered(chat, number)
        services.applications.tell(chat, one, told=told)

    office.do(link)
    return chat


async def test_found_moved_and_its_history(browser: Browser, office: Office) -> None:
    number = recorded(office, phone="13800138000")
    await signed_in(browser, office)
    for words in (number, "陈大文", "138 0013 8000"):
        page = await browser.get("/staff/applications", params={"words": words})
        assert f"/staff/applications/{number}" in page.html, words
        assert "陈大文" not in re.sub(r'value="[^"]*"', "", page.html), "names are masked"
    page = await browser.get(f"/staff/applications/{number}")
    assert "陈**" in page.html
    assert "138****8000" in page.html
    page = await browser.post(f"/staff/applications/{number}/move", page, stage="review")
    assert "已更新" in page.html
    assert standing(office, number).stage is Stage.REVIEW
    page = await browser.get(f"/staff/applications/{number}")
    assert page.html.count("王小姐") >= 2, "in the bar, and in the history"
    audited = office.do(lambda services: services.audit.verify())
    assert audited


async def test_another_region_is_not_there(browser: Browser, office: Office) -> None:
    number = recorded(office, "440305006")
    await signed_in(browser, office, region="4401")
    page = await browser.get("/staff/applications", params={"words": number})
    assert f"/staff/applications/{number}" not in page.html
    form = await browser.get("/staff/applications/new")
    assert (await browser.get(f"/staff/applications/{number}")).status == 404
    for action in ("move", "correct", "code"):
        page = await browser.post(
            f"/staff/applications/{number}/{action}", form, stage="review", version="1"
        )
        assert page.status == 404, action
    page = await browser.post("/staff/applications/move", form, stage="review", pick=f"{number}:1")
    assert page.status == 404
    assert standing(office, number).stage is Stage.ACCEPTED
    assert (await browser.get("/staff/applications/systems")).status == 404, "administrators only"


async def test_many_at_once_or_none(browser: Browser, office: Office) -> None:
    numbers = [recorded(office) for _at in range(3)]
    page = await signed_in(browser, office)
    page = await browser.get("/staff/applications")
    csrf = page.hidden("csrf")

    async def move(stage: str, picked: list[str]) -> Page:
        data = FormData([("csrf", csrf), ("stage", stage), *(("pick", one) for one in picked)])
        async with browser.client.post("/staff/applications/move", data=data) as answer:
            text = await answer.text()
            return check(Page(answer.status, str(answer.url.path), text, answer.headers))

    page = await move("sent", [f"{number}:1" for number in numbers])
    assert "已更新3件" in page.html
    page = await move("ended", [f"{number}:2" for number in numbers])
    assert page.status == 409
    assert "没有这一步" in page.html
    page = await move("review", [f"{numbers[0]}:2", f"{numbers[1]}:1"])
    assert page.status == 409, "one of them was changed meanwhile"
    page = await move("review", [])
    assert "还没有勾选" in page.html
    page = await move("papers_missing", [f"{numbers[0]}:2"])
    assert "写明缺哪些材料" in page.html
    assert {standing(office, number).stage for number in numbers} == {Stage.SENT}


async def test_overdue_ones(browser: Browser, office: Office) -> None:
    late = recorded(office, reached=((Stage.REVIEW, office.now - timedelta(days=60)),))
    in_time = recorded(office, reached=((Stage.REVIEW, office.now - timedelta(days=2)),))
    unlimited = recorded(office, reached=((Stage.SENT, office.now - timedelta(days=300)),))
    await signed_in(browser, office)
    page = await browser.get("/staff/applications?overdue=1")
    assert late in page.html
    assert "超期" in page.html
    assert in_time not in page.html
    assert unlimited not in page.html, "the law sets no limit there"


async def test_a_mistake_is_corrected_and_stays_in_the_history(
    browser: Browser, office: Office
) -> None:
    number = recorded(office)
    chat = linked_chat(office, number)
    await signed_in(browser, office)
    page = await browser.get(f"/staff/applications/{number}")
    await browser.post(f"/staff/applications/{number}/move", page, stage="not_eligible")
    office.now += timedelta(minutes=20)
    page = await browser.get(f"/staff/applications/{number}")
    nothing = await browser.post(f"/staff/applications/{number}/correct", page, stage="")
    assert "请选择实际的进度" in nothing.html
    assert standing(office, number).stage is Stage.NOT_ELIGIBLE
    page = await browser.post(f"/staff/applications/{number}/correct", page, stage="accepted")
    assert "已更正" in page.html
    page = await browser.get(f"/staff/applications/{number}")
    assert "<del>不予办理</del>" in page.html
    found = standing(office, number)
    assert found.stage is Stage.ACCEPTED
    assert [one.mistaken for one in found.reached] == [False, True]
    linked = office.do(lambda services: services.applications.linked_numbered(chat, number))
    steps = linked.application.steps(*steps_of(office))
    assert Stage.NOT_ELIGIBLE not in [step.stage for step in steps]


async def test_a_mistake_is_corrected_to_missing_papers(browser: Browser, office: Office) -> None:
    """The person is told which, as after a move."""
    number = recorded(office)
    chat = linked_chat(office, number)
    await signed_in(browser, office)
    page = await browser.get(f"/staff/applications/{number}")
    await browser.post(f"/staff/applications/{number}/move", page, stage="not_eligible")
    office.now += timedelta(minutes=20)
    page = await browser.get(f"/staff/applications/{number}")
    correct = f"/staff/applications/{number}/correct"
    unnamed = await browser.post(correct, page, stage="papers_missing")
    assert "写明缺哪些材料" in unnamed.html
    assert standing(office, number).stage is Stage.NOT_ELIGIBLE
    await browser.post(correct, page, stage="papers_missing", missing="户口簿复印件")
    assert standing(office, number).stage is Stage.PAPERS_MISSING
    linked = office.do(lambda services: services.applications.linked_numbered(chat, number))
    assert linked.application.missing == "户口簿复印件"


def steps_of(office: Office) -> Any:
    return office.do(lambda services: (services.known.calendar, services.known.stages))


async def test_a_code_is_shown_once(browser: Browser, office: Office) -> None:
    number = recorded(office)
    await signed_in(browser, office)
    page = await browser.get(f"/staff/applications/{number}")
    page = await browser.post(f"/staff/applications/{number}/code", page)
    code = re.search(r"<strong>(C[0-9A-Z]{3}-[0-9A-Z]{4})</strong>", page.html)
    assert code
    page = await browser.get(f"/staff/applications/{number}")
    assert code[1] not in page.html

    def work(connection: Any) -> int:
        return conversations.ensure(connection, Address("web", "w9"), "zh_Hans", office.now)

    chat = office.database.write_now(work)
    assert office.do(lambda services: services.applications.look_up(number, code[1], chat))


async def test_one_is_added(browser: Browser, office: Office) -> None:
    await signed_in(browser, office, region="4401")
    page = await browser.get("/staff/applications/new")
    values = {"procedure": "renewal", "way": "local", "stage": "accepted", "region": "荔湾多宝",
              "name": "李一", "last4": "123"}  # fmt: skip
    wrong = await browser.post("/staff/applications/new", page, **values)
    assert wrong.status == 409
    assert "后四位" in wrong.html
    assert 'value="李一"' in wrong.html, "what was typed stays"
    outside = await browser.post(
        "/staff/applications/new", page, **{**values, "last4": "1234", "region": "440305006"}
    )
    assert "不在您的辖区" in outside.html
    page = await browser.post("/staff/applications/new", page, **{**values, "last4": "1234"})
    number = page.url.rpartition("/")[2]
    assert standing(office, number).procedure == "renewal"


async def test_whoever_tries_too_often_is_seen(browser: Browser, office: Office) -> None:
    number = recorded(office)

    def work(connection: Any) -> int:
        return conversations.ensure(connection, Address("web", "w9"), "zh_Hans", office.now)

    chat = office.database.write_now(work)
    for _attempt in range(5):
        office.now += timedelta(minutes=2)
        office.do(lambda services: services.applications.look_up(number, "1111", chat))
    await signed_in(browser, office, region="440103")
    page = await browser.get("/staff/applications")
    assert "错的验证字符" in page.html
    (form,) = [one for one in page.all("form") if "/alerts/" in one.get("action", "")]
    page = await browser.post(form["action"], page)
    assert "错的验证字符" not in page.html


async def test_tokens_are_made_and_revoked(browser: Browser, office: Office) -> None:
    await signed_in(browser, office, role="administrator")
    page = await browser.get("/staff/applications/systems")
    page = await browser.post("/staff/applications/systems", page, name="pingcan", region="4401")
    token = re.search(r'<p class="file">([\w-]{43})</p>', page.html)
    assert token
    again = await browser.post("/staff/applications/systems", page, name="pingcan", region="4401")
    assert "已有这个名称" in again.html
    found = office.do(lambda services: services.application_sources.system_of(token[1]))
    assert found
    assert found.region == "4401"
    page = await browser.post("/staff/applications/systems/revoke", page, name="pingcan")
    assert "已停用" in page.html
    assert token[1] not in page.html
    assert office.do(lambda services: services.application_sources.system_of(token[1])) is None


async def test_another_regions_tokens_are_not_there(browser: Browser, office: Office) -> None:
    made = office.do(lambda services: services.application_sources.add_system("province", "44"))
    await signed_in(browser, office, region="440103", role="administrator")
    page = await browser.get("/staff/applications/systems")
    assert "province" not in page.html
    page = await browser.post("/staff/applications/systems/revoke", page, name="province")
    assert page.status == 404
    assert office.do(lambda services: services.application_sources.system_of(made))


# --- imports


def good_rows(numbers: list[str]) -> list[tuple[str, ...]]:
    return [
        (number, "首次申领", "荔湾区多宝街道", "已受理", f"张{at}", f"{at:04}", "", "")
        for at, number in enumerate(numbers)
    ]


async def upload(browser: Browser, page: Page, name: str, content: bytes) -> Page:
    data = FormData()
    data.add_field("csrf", page.hidden("csrf"))
    data.add_field("file", content, filename=name)
    async with browser.client.post("/staff/applications/imports", data=data) as answer:
        text = await answer.text()
        return check(Page(answer.status, str(answer.url.path), text, answer.headers))


async def named(browser: Browser, office: Office, page: Page) -> Page:
    """The guessed columns are right: check the rows."""
    fields = {one["id"].removeprefix("field-"): "" for one in page.all("select") if "id" in one}
    for field in fields:
        found = re.search(rf'<select id="field-{field}".*?</select>', page.html, re.DOTALL)
        assert found
        chosen = re.search(r'value="(\d*)" selected', found[0])
        fields[field] = chosen[1] if chosen else ""
    page = await browser.post(f"{page.url}/columns", page, **fields)
    while await Importing(office, "test").work():
        pass
    return await browser.get(page.url)


async def test_ten_faults_mended_imported_undone(browser: Browser, office: Office) -> None:
    """The issue's own story, on both databases."""
    numbers = [new_reference("A", 5) for _at in range(12)]
    foreign = recorded(office, "440305006")
    ours = recorded(office)
    rows = [list(row) for row in good_rows(numbers)]
    rows[0][0] = numbers[0][:-1] + ("2" if numbers[0][-1] != "2" else "3")  # 1 a wrong character
    rows[1][3] = "飞行中"  # 2 no stage
    rows[2][2] = "北京朝阳"  # 3 no place of ours
    rows[3][5] = "12"  # 4 not four
    rows[4][1] = "办护照"  # 5 no procedure
    rows[5][0] = ""  # 6 no number
    rows[6][0] = numbers[7]  # 7 twice in the file
    rows[8][4] = "名" * 41  # 8 too long
    rows[9][1] = ""  # 9 new, without procedure
    rows[10][0], rows[10][5] = foreign, "002X"  # 10 another region's
    rows[11] = [ours, "首次申领", "荔湾区多宝街道", "公示中", "", "002X", "", ""]
    await signed_in(browser, office, region="4401")
    page = await browser.get("/staff/applications/imports")
    page = await upload(browser, page, "faults.xlsx", xlsx_bytes("1", HEADING, rows))
    assert "各列是什么内容" in page.html
    page = await named(browser, office, page)
    assert "有问题" in page.html
    lines = re.findall(r'<th scope="row">(\d+)</th>', page.html)
    assert sorted(map(int, set(lines))) == [2, 3, 4, 5, 6, 7, 9, 10, 11, 12]
    assert "“名名名名名名名名…”超过40个字" in page.html, "it says which cell"
    assert standing(office, numbers[7]) is None, "nothing was written"
    good = [
        *good_rows(numbers[:11]),
        (ours, "首次申领", "荔湾区多宝街道", "公示中", "", "002X", "", ""),
    ]
    page = await upload(browser, page, "mended.csv", csv_bytes(HEADING, good))
    page = await named(browser, office, page)
    assert "新增：11" in page.html
    assert "进度有变：1" in page.html
    assert standing(office, numbers[0]) is None, "only looked at"
    chat = linked_chat(office, ours)
    page = await browser.post(f"{page.url}/start", page)
    await Importing(office, "test").work()
    page = await browser.get(page.url.removesuffix("/start"))
    assert "已导入" in page.html
    assert standing(office, numbers[0]).stage is Stage.ACCEPTED
    assert standing(office, ours).stage is Stage.NOTICE
    assert waiting(office, chat) == 1
    numbers_page = await browser.client.get(f"{page.url}/numbers")
    assert numbers[0] in await numbers_page.text()
    page = await browser.post(f"{page.url}/undo", page)
    await Importing(office, "test").work()
    page = await browser.get(page.url)
    assert "已撤销" in page.html
    assert standing(office, numbers[0]) is None
    assert standing(office, ours).stage is Stage.ACCEPTED
    assert waiting(office, chat) == 0, "what was undone in time is not told"


def waiting(office: Office, chat: int) -> int:
    from sqlalchemy import func, select

    from bot.storage.tables import outbox

    return office.database.write_now(
        lambda connection: connection.execute(
            select(func.count())
            .select_from(outbox)
            .where(outbox.c.conversation_id == chat, outbox.c.state == "waiting")
        ).scalar_one()
    )


async def test_columns_are_remembered(browser: Browser, office: Office) -> None:
    odd = ("A", "B", "C", "D", "E", "F")
    row = (new_reference("A", 5), "first", "440103004", "accepted", "张", "1234")
    await signed_in(browser, office)
    page = await browser.get("/staff/applications/imports")
    page = await upload(browser, page, "odd.csv", csv_bytes(odd, [row]))
    wrong = await browser.post(f"{page.url}/columns", page, number="0")
    assert "要有对应的列" in wrong.html
    fields = dict(
        zip(("number", "procedure", "region", "stage", "name", "last4"), "012345", strict=True)
    )
    await browser.post(f"{page.url}/columns", page, **fields)
    page = await browser.get("/staff/applications/imports")
    page = await upload(browser, page, "again.csv", csv_bytes(odd, [row]))
    assert len(re.findall(r'value="\d" selected', page.html)) == 6


async def test_what_moved_since_forbids_the_import_or_its_undoing(
    browser: Browser, office: Office
) -> None:
    numbers = [new_reference("A", 5) for _at in range(3)]
    ours = recorded(office)
    rows = [*good_rows(numbers), (ours, "", "", "等待评定", "", "", "", "")]
    await signed_in(browser, office)
    page = await browser.get("/staff/applications/imports")
    page = await upload(browser, page, "a.csv", csv_bytes(HEADING, rows))
    page = await named(browser, office, page)
    other = await browser.get(f"/staff/applications/{ours}")
    await browser.post(f"/staff/applications/{ours}/move", other, stage="review")
    page = await browser.post(f"{page.url}/start", page)
    while await Importing(office, "test").work():
        pass
    page = await browser.get(page.url)
    assert "一件也没有导入" in page.html
    assert standing(office, numbers[0]) is None
    assert standing(office, ours).stage is Stage.REVIEW

    page = await upload(browser, page_with_csrf(other), "b.csv", csv_bytes(HEADING, rows[:3]))
    page = await named(browser, office, page)
    page = await browser.post(f"{page.url}/start", page)
    await Importing(office, "test").work()
    other = await browser.get(f"/staff/applications/{numbers[1]}")
    await browser.post(f"/staff/applications/{numbers[1]}/move", other, stage="sent")
    page = await browser.get(page.url)
    page = await browser.post(f"{page.url}/undo", page)
    assert page.status == 409
    assert numbers[1] in page.html
    assert standing(office, numbers[0]) is not None


def page_with_csrf(page: Page) -> Page:
    return page


async def test_a_crash_in_the_middle_is_gone_on_with(browser: Browser, office: Office) -> None:
    """A worker that dies after its first batch: another one takes over when the lease is over."""
    numbers = [new_reference("A", 5) for _at in range(600)]
    await signed_in(browser, office)
    page = await browser.get("/staff/applications/imports")
    page = await upload(browser, page, "many.csv", csv_bytes(HEADING, good_rows(numbers)))
    page = await named(browser, office, page)
    page = await browser.post(f"{page.url}/start", page)

    def half(services: Any) -> None:
        job = services.application_import_work.claim("dead")
        assert services.application_import_work.write(job, "dead")

    office.do(half)
    assert standing(office, numbers[0])
    assert standing(office, numbers[599]) is None
    assert not await Importing(office, "living").work(), "it is leased"
    office.now += timedelta(minutes=2)
    assert await Importing(office, "living").work()
    assert all(standing(office, number) for number in (numbers[0], numbers[300], numbers[599]))
    page = await browser.get(page.url)
    assert "600" in page.html


async def test_unreadable_files_are_explained(browser: Browser, office: Office) -> None:
    await signed_in(browser, office)
    page = await browser.get("/staff/applications/imports")
    for content in (b"", b"\x00\x01\x02", b"a,b\n", b"PK\x03\x04broken"):
        answer = await upload(browser, page, "x.xlsx", content)
        assert answer.status == 409
        assert 'role="alert"' in answer.html


@pytest.mark.parametrize("role", ["clerk", "supervisor", "administrator"])
async def test_every_role_at_every_route_sees_only_its_region(
    browser: Browser, office: Office, role: str
) -> None:
    """Promise 14 for applications: another region's are 404 to everybody, by every address."""
    theirs = recorded(office, "440305006", phone="13912345678")

    def alerted(services: Any) -> None:
        application_alerts.add(services.connection, "application", 1, "440305006", office.now)

    office.do(alerted)
    shenzhen = office.do(lambda services: a_clerk(services, "li", "4403"))
    job = office.do(
        lambda services: services.application_imports.begin("a.csv", b"x", ["a"], 1, shenzhen)
    )
    await signed_in(browser, office, role=role, region="4401")
    form = await browser.get("/staff/applications/new")
    for path in (
        f"/staff/applications/{theirs}",
        f"/staff/applications/imports/{job}",
        f"/staff/applications/imports/{job}/progress",
        f"/staff/applications/imports/{job}/numbers",
        "/staff/applications/imports/999",
        "/staff/applications/A",
    ):
        assert (await browser.get(path)).status == 404, path
    for path in (
        f"/staff/applications/{theirs}/move",
        f"/staff/applications/{theirs}/correct",
        f"/staff/applications/{theirs}/code",
        "/staff/applications/move",
        "/staff/applications/alerts/1/seen",
        f"/staff/applications/imports/{job}/start",
        f"/staff/applications/imports/{job}/undo",
        f"/staff/applications/imports/{job}/columns",
    ):
        page = await browser.post(
            path, form, stage="sent", version="1", pick=f"{theirs}:1", number="0"
        )
        assert page.status == 404, path
    for words in (theirs, "陈大文", "13912345678", ""):
        page = await browser.get("/staff/applications", params={"words": words})
        assert f"/staff/applications/{theirs}" not in page.html
        assert "错的验证字符" not in page.html
    imports = await browser.get("/staff/applications/imports")
    assert "a.csv" not in imports.html
    systems = await browser.get("/staff/applications/systems")
    assert systems.status == (200 if role == "administrator" else 404)
    assert standing(office, theirs).stage is Stage.ACCEPTED
