"""Staff made, imported, changed, reset and switched off, through the pages of the console."""

import re
from datetime import timedelta
from io import BytesIO

import aiohttp
import pytest

from bot import sheets
from tests.console_client import Browser, Page, check
from tests.console_stage import Visitors, sign_in, with_second_step
from tests.test_console import Office, signed_in

HEADING = ["账号", "姓名", "角色", "地区"]


def passwords_on(page: Page) -> list[str]:
    return re.findall(r"<code>([a-z0-9-]{19})</code>", page.html)


def events(office: Office) -> list[tuple[str, str, int | None]]:
    return office.database.write_now(
        lambda c: [
            tuple(row)
            for row in c.exec_driver_sql("SELECT event, subject, staff_id FROM audit ORDER BY id")
        ]
    )


async def upload(browser: Browser, content: bytes, name: str = "people.xlsx") -> Page:
    page = await browser.get("/staff/people/import")
    data = aiohttp.FormData()
    data.add_field("csrf", page.hidden("csrf"))
    data.add_field("file", content, filename=name)
    async with browser.client.post("/staff/people/import", data=data) as answer:
        return check(Page(answer.status, answer.url.path, await answer.text(), answer.headers))


async def administrator(visitors: Visitors, office: Office, region: str = "44") -> Browser:
    browser = await visitors.new()
    await signed_in(browser, office, name="chief", role="administrator", region=region)
    return browser


async def test_an_account_is_made_and_used(visitors: Visitors, office: Office) -> None:
    chief = await administrator(visitors, office)
    page = await chief.get("/staff/people/new")
    page = await chief.post("/staff/people/new", page, name="Li.Mei", display_name="李梅",
                            role="clerk", region="荔湾区")  # fmt: skip
    (password,) = passwords_on(page)
    li = await visitors.new()
    page = await sign_in(li, "li.mei", password)
    assert page.url == "/staff/password"
    page = await chief.get("/staff/people")
    assert "广州市荔湾区" in page.html
    page = await chief.post("/staff/people/new", page, name="li.mei", display_name="别人",
                            role="clerk", region="4401")  # fmt: skip
    assert page.status == 422
    assert "已经有这个账号" in page.html
    assert ("staff.added", "li.mei", 1) in events(office)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "李", "账号要用"), ("name", "new", "账号要用"), ("name", "a/b", "账号要用"),
        ("display_name", " ", "没有姓名"), ("role", "boss", "角色只能是"),
        ("region", "火星", "找不到这个地区"), ("region", "99", "找不到这个地区"),
        ("region", "4403", "不在您的辖区"),
    ],
)  # fmt: skip
async def test_a_wrong_wish_says_what_is_wrong(
    visitors: Visitors,
    office: Office,
    field: str,
    value: str,
    words: str,
) -> None:
    chief = await administrator(visitors, office, region="4401")
    page = await chief.get("/staff/people/new")
    right = {"name": "li", "display_name": "李梅<b>", "role": "clerk", "region": "4401"}
    page = await chief.post("/staff/people/new", page, **{**right, field: value})
    assert page.status == 422
    assert words in page.html
    if field != "display_name":
        assert "李梅&lt;b&gt;" in page.html, "what was written is kept"


async def test_a_list_is_looked_at_then_made(visitors: Visitors, office: Office) -> None:
    chief = await administrator(visitors, office)
    lines = [["zhang", "张三", "经办人", "4401"], ["he", "何四", "assessor", "荔湾区"],
             ["=cmd", "公式", "主管", "4401"]]  # fmt: skip
    page = await upload(chief, sheets.xlsx_bytes("人员", HEADING, lines))
    assert page.status == 422
    assert "有问题的行：1行" in page.html
    assert "import/confirm" not in page.html
    page = await upload(chief, sheets.csv_bytes(HEADING, lines[:2]), "people.csv")
    assert page.status == 200
    assert "新账号：2个" in page.html
    everyone = [one.name for one in office.do(lambda services: services.staff.everyone())]
    assert everyone == ["chief"], "nothing is made before one says so"
    rows = page.hidden("rows")
    page = await chief.post("/staff/people/import/confirm", page, rows=rows)
    given = passwords_on(page)
    assert len(given) == 2
    assert (await sign_in(await visitors.new(), "he", given[1])).url == "/staff/password"
    again = await chief.post("/staff/people/import/confirm", page, rows=rows)
    assert again.status == 422
    assert [e for e in events(office) if e[0] == "staff.added"][-2:] == [
        ("staff.added", "zhang", 1), ("staff.added", "he", 1)
    ]  # fmt: skip


async def test_files_that_are_no_list(visitors: Visitors, office: Office) -> None:
    chief = await administrator(visitors, office)
    many = [[f"a{number}", "某", "clerk", "44"] for number in range(201)]
    for content in (b"", b"\x89PNG\r\n", b"PK\x03\x04" + b"x" * 200, "一,二\n1,2".encode(),
                    sheets.csv_bytes(HEADING, []), sheets.csv_bytes(HEADING, many)):  # fmt: skip
        page = await upload(chief, content)
        assert page.status == 422
        assert 'role="alert"' in page.html
    twice = sheets.csv_bytes(HEADING, [["li", "李", "clerk", "44"]] * 2)
    assert "有问题的行：1行" in (await upload(chief, twice)).html


async def test_the_list_goes_out_and_comes_in(visitors: Visitors, office: Office) -> None:
    chief = await administrator(visitors, office)
    async with chief.client.get("/staff/people.csv") as answer:
        content = await answer.read()
    _heading, row = sheets.rows(BytesIO(content))
    assert row.cells == ("chief", "王小姐", "administrator", "44")


async def test_switching_off_ends_everything_and_gives_items_back(
    visitors: Visitors,
    office: Office,
) -> None:
    number = office.writes("请回电话")
    chief, li = await administrator(visitors, office), await visitors.new()
    await signed_in(li, office, name="li")
    page = await li.get(f"/staff/tickets/{number}")
    await li.post(f"/staff/tickets/{number}/take", page)
    page = await chief.post("/staff/people/li/deactivate", await chief.get("/staff/people/li"))
    assert "不能再登录" in page.html
    assert (await li.get("/staff/")).url == "/staff/sign-in"
    assert (await sign_in(li, "li")).status == 401
    page = await chief.get(f"/staff/tickets/{number}")
    assert "待处理" in page.html or "等待" in page.html
    page = await chief.post(f"/staff/tickets/{number}/take", page)
    assert page.status == 200
    page = await chief.post("/staff/people/li/password", await chief.get("/staff/people/li"))
    (password,) = passwords_on(page)
    assert (await sign_in(li, "li", password)).url == "/staff/password"


async def test_resets(visitors: Visitors, office: Office) -> None:
    chief, li = await administrator(visitors, office), await visitors.new()
    await signed_in(li, office, name="li")
    await with_second_step(li, office)
    office.now += timedelta(minutes=20)
    await li.get("/staff/")
    page = await chief.get("/staff/people/li")
    page = await chief.post("/staff/people/li/sessions", page)
    assert (await li.get("/staff/")).url == "/staff/sign-in"
    assert (await sign_in(li, "li")).url == "/staff/code"
    page = await chief.post("/staff/people/li/second-step", page)
    assert (await li.get("/staff/code")).url == "/staff/sign-in"
    assert (await sign_in(li, "li")).url == "/staff/"
    logged = [event for event, subject, _by in events(office) if subject == "li"]
    for event in ("staff.sessions_ended", "staff.second_step_reset"):
        assert event in logged


async def test_a_role_and_a_region_change_at_once(visitors: Visitors, office: Office) -> None:
    number = office.writes("深圳的事", region="440305001")
    chief, li = await administrator(visitors, office), await visitors.new()
    await signed_in(li, office, name="li", region="4401")
    assert (await li.get(f"/staff/tickets/{number}")).status == 404
    page = await chief.get("/staff/people/li")
    page = await chief.post("/staff/people/li/change", page, display_name="李小姐",
                            role="supervisor", region="深圳市")  # fmt: skip
    assert "修改已生效" in page.html
    assert (await li.get(f"/staff/tickets/{number}")).status == 200
    assert (await li.get("/staff/numbers")).status == 200
    page = await chief.post("/staff/people/li/away", page, first="2026-03-01", last="2026-03-20")
    assert "请假到" in page.html
    page = await chief.post("/staff/people/li/away", page, first="2026-03-10", last="2026-03-01")
    assert page.status == 422
    page = await chief.post("/staff/people/li/away", page, first="soon", last="")
    assert page.status == 422
    details = office.database.write_now(
        lambda c: c.exec_driver_sql(
            "SELECT detail FROM audit WHERE event = 'staff.changed'"
        ).scalar()
    )
    assert details == "clerk 4401 > supervisor 4403"


async def test_the_last_administrator_stays(visitors: Visitors, office: Office) -> None:
    chief = await administrator(visitors, office)
    page = await chief.get("/staff/people/chief")
    page = await chief.post("/staff/people/chief/deactivate", page)
    assert page.status == 422
    page = await chief.post("/staff/people/chief/change", page, display_name="王",
                            role="clerk", region="44")  # fmt: skip
    assert "最后一位管理员" in page.html
    assert (await chief.get("/staff/people")).status == 200


async def test_nobody_reaches_beyond_their_region(visitors: Visitors, office: Office) -> None:
    office.do(lambda services: services.staff.add("far", "深圳的人", "clerk", "4403"))
    office.do(lambda services: services.staff.add("top", "省里的人", "administrator", "44"))
    chief = await administrator(visitors, office, region="4401")
    page = await chief.get("/staff/people")
    assert "深圳的人" not in page.html
    assert "省里的人" not in page.html
    own = await chief.get("/staff/people/chief")
    for name in ("far", "top", "nobody"):
        assert (await chief.get(f"/staff/people/{name}")).status == 404
        for action in ("away", "change", "deactivate", "password", "second-step", "sessions"):
            page = await chief.post(
                f"/staff/people/{name}/{action}", own, display_name="x", role="clerk",
                region="4401",
            )  # fmt: skip
            assert page.status == 404, (name, action)
    page = await chief.post("/staff/people/chief/change", own, display_name="王",
                            role="administrator", region="44")  # fmt: skip
    assert page.status == 422, "nobody gives themselves more than they have"


async def test_what_somebody_on_leave_has_waits_for_others(
    visitors: Visitors, office: Office
) -> None:
    number = office.writes("请回电话")
    chief, li = await administrator(visitors, office), await visitors.new()
    await signed_in(li, office, name="li")
    page = await li.get(f"/staff/tickets/{number}")
    await li.post(f"/staff/tickets/{number}/take", page)
    page = await chief.get("/staff/people/li")
    await chief.post("/staff/people/li/away", page, first="2026-03-03", last="2026-03-04")
    for hours, handed_back in ((0, 0), (24, 1), (24, 0)):
        office.now += timedelta(hours=hours)
        assert office.do(lambda services: services.tickets.hand_back_absent()) == handed_back
