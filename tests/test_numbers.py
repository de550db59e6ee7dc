"""The dashboard's numbers, counted by hand beside it; on both databases, through its pages."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from bot import sheets
from bot.domain.months import between, later
from bot.domain.tickets import TicketKind
from bot.messages import Address
from bot.services import Services, Turn
from bot.storage import conversations
from bot.storage.tables import tickets
from tests.clerk import a_clerk
from tests.console_client import Browser
from tests.console_stage import Visitors
from tests.stage import KNOWN
from tests.test_console import Office, signed_in

GUANGZHOU, SHENZHEN = "440103004", "440305001"


def writes(office: Office, kind: TicketKind, region: str, user: str) -> str:
    def work(connection: Any) -> str:
        who = Address("web", user)
        chat = conversations.ensure(connection, who, "zh_Hans", office.now)
        turn = Turn(connection, office.now, KNOWN, who, chat, "e1")
        return turn.tickets.open(kind, "话", region=region).number

    return office.database.write_now(work)


def answers(office: Office, number: str) -> None:
    def work(services: Services) -> None:
        member = a_clerk(services)
        version = services.tickets.item(number, member).ticket.version
        services.tickets.answer(number, version, member, "好的")

    office.do(work)


async def filled(visitors: Visitors, office: Office, region: str = "44") -> Browser:
    """Two offices, three kinds, answers after 10, 20 and 60 minutes, one that is late."""
    start = office.now
    office.now = start - timedelta(days=20)
    writes(office, TicketKind.COMPLAINT, SHENZHEN, "late")
    office.now = start
    numbers = {
        10: writes(office, TicketKind.COMPLAINT, GUANGZHOU, "a"),
        20: writes(office, TicketKind.SUGGESTION, GUANGZHOU, "b"),
        60: writes(office, TicketKind.COMPLAINT, SHENZHEN, "c"),
    }
    writes(office, TicketKind.QUESTION, GUANGZHOU, "d")
    writes(office, TicketKind.FAILURE, GUANGZHOU, "e")
    for minutes, number in numbers.items():
        office.now = start + timedelta(minutes=minutes)
        answers(office, number)
    office.now = start + timedelta(minutes=70)
    browser = await visitors.new()
    await signed_in(browser, office, role="supervisor", region=region)
    return browser


async def csv_of(browser: Browser, name: str) -> list[tuple[str, ...]]:
    async with browser.client.get(f"/staff/numbers/{name}.csv") as answer:
        assert answer.headers["Content-Type"].startswith("text/csv")
        return [row.cells for row in sheets.rows(BytesIO(await answer.read()))]


async def test_the_province_by_office_kind_and_month(visitors: Visitors, office: Office) -> None:
    browser = await filled(visitors, office)
    offices = {row[0]: row[1:] for row in (await csv_of(browser, "offices"))[1:]}
    # waiting, overdue, received in 30 days, median of the first answers
    assert offices["广州市"][:4] == ("2", "0", "4", "15")
    assert offices["深圳市"][:4] == ("1", "1", "2", "60")
    kinds = {row[0]: row[1:] for row in (await csv_of(browser, "kinds"))[1:]}
    assert kinds["投诉"][:4] == ("1", "1", "3", "35")
    months = {row[0]: row[1:] for row in (await csv_of(browser, "months"))[1:]}
    assert len(months) == 12
    assert months["2026-03"] == ("4", "3"), "a failure of ours is no opinion"
    assert months["2026-02"] == ("1", "0")
    page = await browser.get("/staff/numbers")
    assert page.words["dd"][:3] == ["3", "1", "6"], "waiting, overdue, received"
    assert "2026-03：收到4件，已回复3件" in page.html, "the chart in words"
    assert "/staff/visits/numbers" in page.html, "the visits are one click away"
    visits = await browser.get("/staff/visits/numbers")
    assert '"/staff/numbers"' in visits.html, "and back"


async def test_a_city_sees_its_counties_and_nobody_elses(
    visitors: Visitors, office: Office
) -> None:
    browser = await filled(visitors, office, region="4401")
    rows = await csv_of(browser, "offices")
    assert [row[0] for row in rows[1:]] == ["广州市荔湾区"]
    page = await browser.get("/staff/numbers")
    assert "深圳" not in page.html
    months = {row[0]: row[1:] for row in (await csv_of(browser, "months"))[1:]}
    assert months["2026-03"] == ("3", "2")


async def test_excel_has_the_same(visitors: Visitors, office: Office) -> None:
    browser = await filled(visitors, office)
    for name in ("offices", "kinds", "months"):
        async with browser.client.get(f"/staff/numbers/{name}.xlsx") as answer:
            book = load_workbook(BytesIO(await answer.read()))
        cells = [
            tuple("" if cell is None else str(cell) for cell in row)
            for row in book.active.iter_rows(values_only=True)
        ]
        width = len(cells[0])
        expected = [row + ("",) * (width - len(row)) for row in await csv_of(browser, name)]
        assert cells == expected
    for name in ("months.pdf", "secrets.csv", "months"):
        async with browser.client.get(f"/staff/numbers/{name}") as answer:
            assert answer.status == 404


async def test_nothing_at_all(visitors: Visitors, office: Office) -> None:
    browser = await visitors.new()
    await signed_in(browser, office, role="supervisor")
    page = await browser.get("/staff/numbers")
    assert "还没有人写过意见" in page.html
    assert len(await csv_of(browser, "months")) == 13


def test_months() -> None:
    assert between(date(2025, 11, 9), date(2026, 1, 31)) == [
        date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)
    ]  # fmt: skip
    assert later(date(2026, 12, 5), 1) == date(2027, 1, 1)
    assert later(date(2026, 1, 31), -11) == date(2025, 2, 1)


@pytest.mark.parametrize("column", ["due_at", "settled"])
def test_what_other_releases_know_is_counted_where_it_stands(office: Office, column: str) -> None:
    """The queries ask the table for these columns; with them they must run too."""
    if column not in tickets.c:
        pytest.skip(f"tickets has no {column}")
    number = office.writes("话")
    value = {"due_at": office.now - timedelta(hours=1), "settled": "yes"}[column]
    office.database.write_now(lambda c: c.execute(update(tickets).values(**{column: value})))
    member = office.do(a_clerk)
    found = office.do(lambda services: services.numbers.dashboard(member)).everything
    assert (found.overdue, found.settled_percent) == {"due_at": (1, None), "settled": (0, 100)}[
        column
    ]
    assert office.database.write_now(
        lambda c: c.execute(select(tickets.c.number)).scalar()
    ) == number  # fmt: skip
