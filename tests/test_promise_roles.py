"""Promise 14: nobody sees what is outside their role or region; every route, role and region.

The router is read: a route that another release adds is tried as soon as it is there. A parameter
that this file does not know fails `test_every_object_is_tried` until somebody says whose it is.
"""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.domain.staff import Role
from bot.messages import Attachment
from bot.storage import files
from bot.web.rules import Rule, Step
from tests.console_client import Browser
from tests.console_stage import Visitors
from tests.test_console import Office, signed_in

PHOTO = b"\xff\xd8\xff\xe0 a photo"
SECRET = "别处的秘密"
"""Stands in everything that belongs to another region."""
NOBODYS = {"id", "article", "language", "file", "format", "path", "reference"}
"""Parameters of what has no region: answers are the whole province's; a file's is its item's."""
OF_SOMEBODY = {
    "/staff/tickets/{number}": "ticket",
    "/staff/applications/{number}": "application",
    "/staff/people/{name}": "name",
}
"""Routes of what has one, and which of the things below stands in them."""
OF_VISITS = ("/staff/bookings/", "/staff/half-days/", "/staff/visits/")
"""test_visits_roles makes bookings, teams and half-days of two regions, and tries these."""
NONE = {
    "ticket": "F2222-2222",
    "application": "A222-2222-2222-2222-2222",
    "reference": "nothing",
    "name": "nobody",
}
"""What does not exist anywhere."""
STATIC = "/staff/static/{name}"
ENDS = {"/staff/sign-out", "/staff/second-step/off"}
"""After these one would have to sign in again."""
REGIONS = {
    "4401": ("440103004", "440305001"),
    "440103": ("440103004", "440104001"),
    "440103004": ("440103004", "440103001"),
}
"""Of a member: a street inside, and the nearest one outside."""


@dataclass
class Things:
    """One ticket with a file, one application and one colleague of a region."""

    region: str
    words: str
    params: dict[str, str] = field(default_factory=dict)


def things(office: Office, region: str, words: str, user: str) -> Things:
    reference = f"photo-{user}"
    office.database.write_now(
        lambda c: files.keep(c, reference, PHOTO, "image/jpeg", "p.jpg", office.now)
    )
    photo = Attachment(reference, "image/jpeg", "p.jpg", len(PHOTO))
    number = office.writes(words, user=user, region=region, file=photo)
    name = f"colleague-{user}"
    office.do(lambda services: services.staff.add(name, words, "clerk", region))
    application = office.do(lambda services: services.applications.record("1234", region, words))
    params = {"ticket": number, "application": application, "reference": reference, "name": name}
    return Things(region, words, params)


def routes(visitors: Visitors) -> list[tuple[str, str, Rule]]:
    """Method, path and rule of every route of the console."""
    found = []
    for route in visitors.server.app.router.routes():
        assert route.resource
        if route.resource.canonical.startswith("/staff") and route.method != "HEAD":
            rule = getattr(route.handler, "rule", None)
            assert isinstance(rule, Rule), f"{route.resource.canonical} has no rule"
            found.append((route.method, route.resource.canonical, rule))
    return sorted(found, key=lambda one: (one[1], one[0]))


def filled(path: str, params: Mapping[str, str]) -> str:
    known = {**dict.fromkeys(NOBODYS, "1"), "file": "months.csv", "article": "cert.what"}
    known |= {"language": "en", "format": "csv", **params}
    thing = thing_in(path)
    if thing:
        known |= {"number" if thing != "name" else "name": params[thing]}
    return re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], "1"), path)


def without_names(body: str, other: Things) -> str:
    for name, value in other.params.items():
        body = body.replace(value, NONE[name])
    return body


def thing_in(path: str) -> str:
    """Which of somebody's things a route opens; '' for what is nobody's."""
    return next((thing for start, thing in OF_SOMEBODY.items() if path.startswith(start)), "")


async def ask(browser: Browser, method: str, path: str, csrf: str) -> tuple[int, str]:
    """Status, and the page or where it leads; of a stream only that it begins."""
    data = {"csrf": csrf, "version": "1"} if method == "POST" else None
    async with browser.client.request(method, path, data=data, allow_redirects=False) as answer:
        if "event-stream" in answer.headers.get("Content-Type", ""):
            return answer.status, ""
        body = (await answer.read()).decode(errors="replace")
        return answer.status, body + answer.headers.get("Location", "")


def rows_of(office: Office, other: Things) -> list[Any]:
    """All that is stored of the other region's ticket and colleague."""
    number, name = other.params["ticket"], other.params["name"]
    application = other.params["application"]

    def look(connection: Any) -> list[Any]:
        found = []
        for query in (
            f"SELECT * FROM tickets WHERE number = '{number}'",
            f"SELECT * FROM staff WHERE name = '{name}'",
            f"SELECT * FROM applications WHERE number = '{application}'",
            "SELECT count(*) FROM ticket_messages WHERE ticket_id = "
            f"(SELECT id FROM tickets WHERE number = '{number}')",
        ):
            found += [tuple(row) for row in connection.exec_driver_sql(query)]
        return found

    return office.database.write_now(look)


async def test_every_route_has_a_rule(visitors: Visitors) -> None:
    """Default deny: what has none cannot even be written into the table."""
    found = routes(visitors)
    assert len(found) > 50
    strangers = {path for _method, path, rule in found if rule.step is Step.STRANGER}
    assert strangers == {"/staff", "/staff/sign-in", STATIC}
    for method, path, rule in found:
        assert rule.roles, f"nobody may {method} {path}"


async def test_every_object_is_tried(visitors: Visitors) -> None:
    for _method, path, _rule in routes(visitors):
        for name in re.findall(r"\{(\w+)\}", path):
            visits = path.startswith(OF_VISITS)
            known = name in NOBODYS or thing_in(path) or visits or path == STATIC
            assert known, f"say in this file whose {{{name}}} of {path} is"


async def test_who_may_what_is_what_we_mean(visitors: Visitors) -> None:
    """Roles that see more than their work needs would be found here."""
    least = {
        "/staff/audit": {Role.ADMINISTRATOR},
        "/staff/people/new": {Role.ADMINISTRATOR},
        "/staff/people/import": {Role.ADMINISTRATOR},
        "/staff/people": {Role.SUPERVISOR, Role.ADMINISTRATOR},
        "/staff/numbers": {Role.SUPERVISOR, Role.ADMINISTRATOR},
        "/staff/stuck": {Role.SUPERVISOR, Role.ADMINISTRATOR},
        "/staff/tickets": {Role.CLERK, Role.SUPERVISOR, Role.ADMINISTRATOR},
        "/staff/applications": {Role.CLERK, Role.SUPERVISOR, Role.ADMINISTRATOR},
        "/staff/bookings": {Role.CLERK, Role.SUPERVISOR, Role.ADMINISTRATOR},
        "/staff/events": {Role.CLERK, Role.SUPERVISOR, Role.ADMINISTRATOR},
    }
    for _method, path, rule in routes(visitors):
        for beginning, roles in least.items():
            if path == beginning or path.startswith(f"{beginning}/"):
                assert rule.roles <= roles, path
    changing = [
        rule
        for method, path, rule in routes(visitors)
        if method == "POST" and "/people/{name}/" in path and "away" not in path
    ]
    assert len(changing) >= 5
    assert all(rule.roles == {Role.ADMINISTRATOR} for rule in changing)


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("role", Role)
async def test_nobody_sees_or_changes_more_than_they_may(
    visitors: Visitors, office: Office, role: Role, region: str
) -> None:
    inside, outside = REGIONS[region]
    ours = things(office, inside, "这里的事", "w1")
    theirs = things(office, outside, SECRET, "w2")
    browser = await visitors.new()
    page = await signed_in(browser, office, role=role, region=region)
    csrf = page.hidden("csrf")
    before = rows_of(office, theirs)
    for method, path, rule in routes(visitors):
        if path in ENDS:
            continue
        status, body = await ask(browser, method, filled(path, theirs.params), csrf)
        assert SECRET not in body, f"{role} in {region} reads {method} {path}"
        assert PHOTO.decode(errors="replace") not in body
        if rule.step is Step.READY and role not in rule.roles:
            assert status == 404, f"{role} in {region}: {method} {path} is {status}"
        elif thing_in(path) and status != 404:
            # A form that is wrong in itself: answered as it would be for what nobody has.
            nobodys = await ask(browser, method, filled(path, NONE), csrf)
            assert nobodys == (status, without_names(body, theirs)), f"{role}: {method} {path}"
    assert rows_of(office, theirs) == before, "something of another region was changed"
    for method, path, rule in routes(visitors):
        if path in ENDS or path.endswith("/deactivate") or role not in rule.roles:
            continue
        status, _body = await ask(browser, method, filled(path, ours.params), csrf)
        if thing_in(path) and (method == "GET" or thing_in(path) != "application"):
            assert status not in (403, 404), f"{role} in {region}: {method} {path} is {status}"
        assert status < 500, f"{method} {path}"
    assert rows_of(office, theirs) == before


async def test_a_mix_of_ours_and_theirs_opens_nothing(visitors: Visitors, office: Office) -> None:
    """The file of another region under the number of one's own."""
    ours = things(office, "440103004", "这里的事", "w1")
    theirs = things(office, "440305001", SECRET, "w2")
    browser = await visitors.new()
    await signed_in(browser, office, region="4401")
    pairs = itertools.product((ours, theirs), repeat=2)
    found = {}
    for one, other in pairs:
        path = f"/staff/tickets/{one.params['ticket']}/files/{other.params['reference']}"
        async with browser.client.get(path) as answer:
            found[one is ours, other is ours] = answer.status
    assert found == {(True, True): 200, (True, False): 404, (False, True): 404,
                     (False, False): 404}  # fmt: skip
