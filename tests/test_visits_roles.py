"""Promise 14 for visits: every route by role and region; anything else is a plain 404."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.domain.tickets import TicketKind
from bot.domain.visit_weeks import Closure
from bot.services import Services
from bot.web import make_console
from tests.console_client import Browser
from tests.stage import START
from tests.test_console import Office
from tests.visits_console import LIWAN, SHENZHEN, THURSDAY, County, in_chat, member, stands

SECRETS = ("深圳队", "演示7", "13800000007", "深南路99号", "深圳停")
ROLES = ("assessor", "clerk", "supervisor", "administrator")


@dataclass
class Theirs:
    """What Shenzhen has, and nobody of Liwan may see or change."""

    team: int
    visit: int
    number: str
    closure: int


@pytest.fixture
def office(sqlite) -> Office:
    return Office(sqlite)


@pytest.fixture
async def client(office: Office) -> AsyncIterator[TestClient[Any, Any]]:
    app = web.Application()
    app.router.add_routes(make_console(office, secure=False, now=lambda: office.now))
    async with TestClient(TestServer(app)) as made:
        yield made


@pytest.fixture
def theirs(office: Office) -> Theirs:
    county = County(office, SHENZHEN, "深圳队")
    visit = county.opens()
    booking = county.booked(visit, 7, door="深南路99号")

    def close(services: Services) -> int:
        once = services.staff.add("shenzhen", "深圳", "supervisor", SHENZHEN)
        assert once
        boss = next(one for one in services.staff.everyone() if one.name == "shenzhen")
        closure = Closure(0, SHENZHEN, None, THURSDAY + timedelta(days=30),
                          THURSDAY + timedelta(days=31), None, "深圳停")  # fmt: skip
        services.visit_weeks.add_closure(closure, boss, release=False)
        return services.visit_weeks.closures(boss)[0].id

    return Theirs(county.team.id, visit, booking.number, office.do(close))


def visits_routes(client: TestClient[Any, Any]) -> list[tuple[str, str]]:
    assert client.app
    subjects = ("/staff/visits", "/staff/half-days", "/staff/bookings", "/staff/teams",
                "/staff/closures", "/staff/counties")  # fmt: skip
    return [
        (route.method, route.resource.canonical)
        for route in client.app.router.routes()
        if route.resource and route.resource.canonical.startswith(subjects)
        if route.method != "HEAD"
    ]


def fields(theirs: Theirs, visit: int) -> dict[str, str]:
    """A form that would do something, if it were theirs to send."""
    return {
        "team": str(theirs.team), "day": "2026-03-12", "week": "2026-03-09", "half": "morning",
        "places": "3", "kind": "home", "weeks": "1", "known": f"booked-{theirs.visit}",
        "visit": str(visit), "why": "ill", "more": "", "urgency": "2", "words": "x",
        "answer": "accept", "application": "", "outcome": "assessed", "booked": "release",
        "first": "2026-03-09", "last": "2026-03-09", "reason": "x", "name": "x",
        "kinds": "physical",
        "region": SHENZHEN, "mode": "requests", "members": "1", "what": "teams",
        "records": '[[2,"深圳队","440305","肢体","","","","",""]]',
    }  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
async def test_another_regions_visits_do_not_exist(
    client: TestClient[Any, Any], office: Office, theirs: Theirs, role: str
) -> None:
    """Every route, with every object of another region in its address or its form."""
    ours = County(office)
    visit = ours.opens()
    browser = await member(client, office, role, role, LIWAN)
    csrf = (await browser.get("/staff/password")).hidden("csrf")
    before = stands(office, theirs.number)
    for method, canonical in visits_routes(client):
        ids = {"closures": theirs.closure, "teams": theirs.team, "half-days": theirs.visit}
        subject = canonical.split("/")[2]
        path = canonical.replace("{number}", theirs.number)
        path = path.replace("{id}", str(ids.get(subject, "")))
        path = path.replace("{name}", "teams.csv").replace("{format}", "csv")
        if method == "GET":
            query = {"team": str(theirs.team), "number": theirs.number}
            answers = [await client.get(path), await client.get(path, params=query)]
        else:
            form = fields(theirs, visit)
            answers = [await client.post(path, data={"csrf": csrf, **form})]
        for answer in answers:
            text = (await answer.read()).decode("utf-8", "replace")
            where = f"{role} {method} {answer.url}: {answer.status}"
            if "{" in canonical and "{name}" not in canonical and "{format}" not in canonical:
                assert answer.status == 404, where
            assert answer.status < 500, where
            if path.startswith("/staff/bookings/") and path.endswith(theirs.number):
                assert answer.status == 404, where
            for secret in SECRETS:
                if secret == "深圳队" and "import" in path:
                    continue  # the file's own words, shown again
                assert secret not in text, f"{where} shows {secret}"
    after = stands(office, theirs.number)
    assert (after.state, after.visit, after.urgency) == (
        before.state, before.visit, before.urgency,
    )  # fmt: skip
    teams = {team.id: team for team in office.do(lambda services: services.visits.teams())}
    assert teams[theirs.team].name == "深圳队"
    assert len(teams) == 2
    assert office.do(lambda services: services.visits.counties()) == []


ASSESSOR_MAY = {
    ("GET", "/staff/visits"),
    ("GET", "/staff/half-days/{id}"),
    ("GET", "/staff/half-days/{id}/sheet"),
    ("GET", "/staff/half-days/{id}/sheet.pdf"),
    ("POST", "/staff/half-days/{id}/outcome/{number}"),
}


async def test_an_assessor_sees_the_days_of_their_own_teams_only(
    client: TestClient[Any, Any], office: Office
) -> None:
    first, second = County(office), County(office, name="二队")
    mine, others = first.opens(), second.opens()
    number = first.booked(mine, 1).number
    not_mine = second.booked(others, 2).number
    boss = await member(client, office, "boss", "supervisor", "4401")
    browser = await member(client, office, "doctor", "assessor", LIWAN)
    page = await browser.get("/staff/visits")
    assert "还没有加入队伍" in page.html
    assert "一队" not in page.html
    doctor = office.do(
        lambda services: next(one for one in services.staff.everyone() if one.name == "doctor")
    )
    client.session.cookie_jar.clear()
    boss = await signed_in_again(client, "boss")
    page = await boss.get(f"/staff/teams/{first.team.id}")
    page = await boss.post(f"/staff/teams/{first.team.id}/members", page, members=str(doctor.id))
    assert "随队人员已保存" in page.html
    client.session.cookie_jar.clear()
    browser = await signed_in_again(client, "doctor")
    page = await browser.get("/staff/visits")
    assert "一队" in page.html
    assert "二队" not in page.html
    assert "/staff/visits/open" not in page.html
    for path in (f"/staff/half-days/{mine}", f"/staff/half-days/{mine}/sheet"):
        assert number in (await browser.get(path)).html
    for path in (
        f"/staff/half-days/{others}",
        f"/staff/half-days/{others}/sheet",
        f"/staff/visits?team={second.team.id}",
        f"/staff/bookings/{number}",
    ):
        assert (await browser.get(path)).status == 404, path
    async with client.get(f"/staff/half-days/{others}/sheet.pdf") as answer:
        assert answer.status == 404
    office.now = START + timedelta(days=3)
    client.session.cookie_jar.clear()
    browser = await signed_in_again(client, "doctor")
    page = await browser.get(f"/staff/half-days/{mine}/sheet")
    refused = await browser.post(
        f"/staff/half-days/{mine}/outcome/{not_mine}", page, outcome="assessed", words=""
    )
    assert refused.status == 404
    done = await browser.post(
        f"/staff/half-days/{mine}/outcome/{number}", page, outcome="assessed", words=""
    )
    assert done.status == 200
    csrf = page.hidden("csrf")
    for method, canonical in visits_routes(client):
        if (method, canonical) in ASSESSOR_MAY:
            continue
        path = canonical.replace("{number}", number).replace("{name}", "teams.csv")
        path = path.replace("{id}", str(mine)).replace("{format}", "csv")
        answer = await (
            client.get(path) if method == "GET" else client.post(path, data={"csrf": csrf})
        )
        assert answer.status == 404, f"{method} {canonical}: {answer.status}"


async def signed_in_again(client: TestClient[Any, Any], name: str) -> Browser:
    from tests.visits_console import PASSWORD

    browser = Browser(client)
    page = await browser.get("/staff/sign-in")
    await browser.post("/staff/sign-in", page, name=name, password=PASSWORD)
    return browser


async def test_who_lost_a_place_without_a_chat_is_called_by_the_office(
    client: TestClient[Any, Any], office: Office
) -> None:
    """Booked by phone: there is nobody to write to, so the queue says it."""
    county = County(office)
    visit = county.opens()
    browser = await member(client, office)
    from tests.visits_console import request_of

    clerk = office.do(
        lambda services: next(one for one in services.staff.everyone() if one.name == "wang")
    )
    request = request_of(visit_id=visit)
    number = office.do(lambda services: services.desk.book(request, "k", clerk).number)
    page = await browser.get(f"/staff/half-days/{visit}")
    await browser.post(
        f"/staff/half-days/{visit}/close", page, booked="release", why="ill", more=""
    )
    queue = office.do(lambda services: services.tickets.queue(clerk))
    (item,) = [line for line in queue if line.ticket.kind is TicketKind.VISIT_NOTE]
    assert number in item.beginning
    assert item.ticket.urgent
    assert in_chat(office, lambda turn: turn.bookings.mine(turn.conversation_id), "x") == []
