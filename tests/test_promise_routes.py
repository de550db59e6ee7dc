"""Promise 23: headers, cookies and forged forms, on every route that the service has.

A new route fails here until it stands in POLICY: that is where somebody thinks about it.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.app import App
from bot.config import Config
from bot.storage.db import Unavailable

OPEN, OWN, LINK, STAFF, SIGNATURE = "open", "own cookie", "one-time link", "staff", "signature"
"""Who may get something there: anybody, who has the chat's cookie, a link, a session, a secret."""
TOKEN = "a system's token"
POLICY = {
    "/": OPEN,
    "/chat": OWN,
    "/chat/lines": OWN,
    "/chat/events": OWN,
    "/chat/seen": OWN,
    "/chat/language": OWN,
    "/chat/text-size": OWN,
    "/chat/static/{name}": OPEN,
    "/chat/files/{reference}": OWN,
    "/checklist": OPEN,
    "/visit/{number}/{token}.ics": LINK,
    "/said-and-done": OPEN,
    "/private/": LINK,
    "/private/{token}": LINK,
    "/telegram/{path}": SIGNATURE,
    "/wechat": SIGNATURE,
    "/staff": OPEN,
    "/staff/sign-in": OPEN,
    "/staff/static/{name}": OPEN,
    "/staff/sign-out": STAFF,
    "/staff/code": STAFF,
    "/staff/session": STAFF,
    "/staff/password": STAFF,
    "/staff/second-step": STAFF,
    "/staff/second-step/start": STAFF,
    "/staff/second-step/codes": STAFF,
    "/staff/second-step/off": STAFF,
    "/staff/account": STAFF,
    "/staff/account/keys": STAFF,
    "/staff/account/away": STAFF,
    "/staff/account/sessions/end": STAFF,
    "/staff/account/sessions/end-others": STAFF,
    "/staff/keys": STAFF,
    "/staff/language": STAFF,
    "/staff/": STAFF,
    "/staff/events": STAFF,
    "/staff/tickets/{number}": STAFF,
    "/staff/tickets/{number}/take": STAFF,
    "/staff/tickets/{number}/give-back": STAFF,
    "/staff/tickets/{number}/reply": STAFF,
    "/staff/tickets/{number}/close": STAFF,
    "/staff/tickets/{number}/draft": STAFF,
    "/staff/tickets/{number}/hand-over": STAFF,
    "/staff/tickets/{number}/wait": STAFF,
    "/staff/tickets/{number}/priority": STAFF,
    "/staff/tickets/{number}/labels": STAFF,
    "/staff/tickets/{number}/note": STAFF,
    "/staff/tickets/{number}/merge": STAFF,
    "/staff/tickets/{number}/split": STAFF,
    "/staff/tickets/{number}/public": STAFF,
    "/staff/next": STAFF,
    "/staff/views": STAFF,
    "/staff/views/{id}/remove": STAFF,
    "/staff/public": STAFF,
    "/staff/public/{id}/release": STAFF,
    "/staff/public/{id}/withdraw": STAFF,
    "/staff/tickets/{number}/files/{reference}": STAFF,
    "/staff/people": STAFF,
    "/staff/people.csv": STAFF,
    "/staff/people/new": STAFF,
    "/staff/people/import": STAFF,
    "/staff/people/import/confirm": STAFF,
    "/staff/people/{name}": STAFF,
    "/staff/people/{name}/away": STAFF,
    "/staff/people/{name}/change": STAFF,
    "/staff/people/{name}/deactivate": STAFF,
    "/staff/people/{name}/password": STAFF,
    "/staff/people/{name}/second-step": STAFF,
    "/staff/people/{name}/sessions": STAFF,
    "/staff/numbers": STAFF,
    "/staff/numbers/{file}": STAFF,
    "/staff/audit": STAFF,
    "/staff/stuck": STAFF,
    "/staff/stuck/retry": STAFF,
    "/staff/questions": STAFF,
    "/staff/questions/{id}": STAFF,
    "/staff/questions/{id}/link": STAFF,
    "/staff/questions/{id}/set-aside": STAFF,
    "/staff/answers": STAFF,
    "/staff/answers/faults": STAFF,
    "/staff/answers/new": STAFF,
    "/staff/answers/{article}": STAFF,
    "/staff/answers/{article}/unlink": STAFF,
    "/staff/answers/{article}/{language}": STAFF,
    "/staff/editions/{id}": STAFF,
    "/staff/editions/{id}/publish": STAFF,
    "/staff/editions/{id}/send-back": STAFF,
    "/staff/editions/{id}/withdraw": STAFF,
    "/staff/visits": STAFF,
    "/staff/visits/open": STAFF,
    "/staff/visits/open-usual": STAFF,
    "/staff/visits/import": STAFF,
    "/staff/visits/import/take": STAFF,
    "/staff/visits/import/{name}": STAFF,
    "/staff/visits/numbers": STAFF,
    "/staff/visits/numbers.{format}": STAFF,
    "/staff/half-days/{id}": STAFF,
    "/staff/half-days/{id}/sheet": STAFF,
    "/staff/half-days/{id}/sheet.pdf": STAFF,
    "/staff/half-days/{id}/outcome/{number}": STAFF,
    "/staff/half-days/{id}/close": STAFF,
    "/staff/half-days/{id}/reopen": STAFF,
    "/staff/half-days/{id}/places": STAFF,
    "/staff/closures": STAFF,
    "/staff/closures/{id}/remove": STAFF,
    "/staff/teams": STAFF,
    "/staff/teams/new": STAFF,
    "/staff/teams/{id}": STAFF,
    "/staff/teams/{id}/members": STAFF,
    "/staff/counties": STAFF,
    "/staff/bookings": STAFF,
    "/staff/bookings/new": STAFF,
    "/staff/bookings/{number}": STAFF,
    "/staff/bookings/{number}/reveal": STAFF,
    "/staff/bookings/{number}/move": STAFF,
    "/staff/bookings/{number}/cancel": STAFF,
    "/staff/bookings/{number}/propose": STAFF,
    "/staff/bookings/{number}/withdraw": STAFF,
    "/staff/bookings/{number}/answer": STAFF,
    "/staff/bookings/{number}/urgency": STAFF,
    "/staff/bookings/{number}/note": STAFF,
    "/staff/bookings/{number}/link": STAFF,
    "/staff/applications": STAFF,
    "/staff/applications/move": STAFF,
    "/staff/applications/new": STAFF,
    "/staff/applications/alerts/{id}/seen": STAFF,
    "/staff/applications/systems": STAFF,
    "/staff/applications/systems/revoke": STAFF,
    "/staff/applications/imports": STAFF,
    "/staff/applications/imports/{id}": STAFF,
    "/staff/applications/imports/{id}/progress": STAFF,
    "/staff/applications/imports/{id}/columns": STAFF,
    "/staff/applications/imports/{id}/start": STAFF,
    "/staff/applications/imports/{id}/undo": STAFF,
    "/staff/applications/imports/{id}/numbers": STAFF,
    "/staff/applications/{number}": STAFF,
    "/staff/applications/{number}/move": STAFF,
    "/staff/applications/{number}/correct": STAFF,
    "/staff/applications/{number}/code": STAFF,
    "/api/applications/events": TOKEN,
    "/healthz": OPEN,
    "/readyz": OPEN,
    "/metrics": OPEN,
    "/api/openapi.json": OPEN,
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[TestClient[Any, Any]]:
    """The whole service, as it stands behind https."""
    env = {
        "DOORSTEP_VAR": str(tmp_path),
        "DOORSTEP_PUBLIC_URL": "https://doorstep.example",
        "DOORSTEP_TELEGRAM_TOKEN": "1:test",
        "DOORSTEP_WECHAT_APP_ID": "wx1",
        "DOORSTEP_WECHAT_TOKEN": "token",
        "DOORSTEP_WECHAT_SECRET": "secret",
        "DOORSTEP_WECHAT_API_URL": "http://127.0.0.1:9",
        "DOORSTEP_TELEGRAM_MODE": "webhook",
        "DOORSTEP_TELEGRAM_SECRET": "secret",
        "DOORSTEP_TELEGRAM_API_URL": "http://127.0.0.1:9",
    }
    app = App(Config.from_env(env, datetime(2026, 3, 2, tzinfo=UTC)))
    async with TestClient(TestServer(app.web_app())) as made:
        made.app_of_ours = app  # type: ignore[attr-defined]
        yield made


def routes(client: TestClient[Any, Any]) -> list[tuple[str, str]]:
    assert client.app
    found = []
    for route in client.app.router.routes():
        assert route.resource
        found.append((route.method, route.resource.canonical))
    return found


def address(canonical: str) -> str:
    return (
        canonical.replace("{number}", "W222-2222").replace("{reference}", "x").replace("{", "")
    ).replace("}", "")


def checked(answer: web.Response | Any) -> None:
    for name, value in HEADERS.items():
        assert answer.headers.get(name) == value, f"{name} at {answer.url}"
    policy = answer.headers["Content-Security-Policy"]
    for needed in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert needed in policy, answer.url
    assert "unsafe" not in policy
    assert "includeSubDomains" in answer.headers["Strict-Transport-Security"]
    age = int(answer.headers["Strict-Transport-Security"].partition("=")[2].partition(";")[0])
    assert age >= 31536000
    if "/static/" not in str(answer.url):
        assert "no-store" in answer.headers["Cache-Control"], answer.url
    for cookie in answer.headers.getall("Set-Cookie", []):
        assert cookie.startswith("__Host-"), cookie
        for needed in ("HttpOnly", "Secure", "SameSite=", "Path=/"):
            assert needed in cookie, cookie


async def test_every_route_has_a_policy(client: TestClient[Any, Any]) -> None:
    assert {canonical for _method, canonical in routes(client)} == POLICY.keys()


async def test_a_stranger_gets_headers_and_nothing_of_anybody(
    client: TestClient[Any, Any],
) -> None:
    for method, canonical in routes(client):
        if method == "POST":
            continue
        answer = await client.request(method, address(canonical), allow_redirects=False)
        checked(answer)
        allowed = {
            OPEN: {200, 302, 404},
            OWN: {401},
            LINK: {401, 403, 404, 410, 200},
            STAFF: {303},
            SIGNATURE: {403},
        }[POLICY[canonical]]
        assert answer.status in allowed, f"{method} {canonical}: {answer.status}"
        if POLICY[canonical] is STAFF:
            assert answer.headers["Location"].partition("?")[0] == "/staff/sign-in"
        answer.close()


FORGED = [
    {},
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-site", "Origin": "https://other.doorstep.example"},
]


@pytest.mark.parametrize("headers", FORGED)
async def test_a_forged_form_changes_nothing(
    client: TestClient[Any, Any], headers: dict[str, str]
) -> None:
    """Every POST without its token, or from another site: 403, and nothing was stored."""
    posts = [canonical for method, canonical in routes(client) if method == "POST"]
    assert len(posts) > 10
    for canonical in posts:
        fields = {"text": "x", "words": "x", "language": "en", "size": "3", "message_id": "m" * 12}
        answer = await client.post(
            address(canonical), data=fields, headers=headers, allow_redirects=False
        )
        refused = 401 if POLICY[canonical] is TOKEN else 403
        assert answer.status == refused, f"{canonical}: {answer.status}"
        checked(answer)
    figures = await (await client.get("/metrics")).text()
    assert "doorstep_inbox_waiting 0" in figures
    assert "doorstep_inbox_parked 0" in figures


@pytest.mark.parametrize("path", ["/nothing", "/staff/nothing", "/chat/x/y", "/%ff", "/a" * 500])
@pytest.mark.parametrize("language", ["zh-CN", "zh-HK", "en-GB"])
async def test_an_address_that_does_not_exist(
    client: TestClient[Any, Any], path: str, language: str
) -> None:
    answer = await client.get(path, headers={"Accept-Language": language})
    checked(answer)
    assert answer.status == 404
    html = await answer.text()
    assert {"zh-CN": "没有这个页面", "zh-HK": "沒有這個頁面", "en-GB": "does not exist"}[
        language
    ] in html
    assert "nothing" not in html
    assert '<a href="/">' in html


async def test_a_wrong_method_says_which_are_right(client: TestClient[Any, Any]) -> None:
    answer = await client.delete("/staff/")
    checked(answer)
    assert answer.status == 405
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(("error", "status"), [(Unavailable("down"), 503), (KeyError("x"), 500)])
async def test_trouble_behind_the_door_is_told_kindly(
    client: TestClient[Any, Any], monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    """Neither a traceback nor a bare number; what a clerk was writing is still there."""

    async def broken(_work: object) -> None:
        raise error

    for name in ("read", "write"):
        monkeypatch.setattr(client.app_of_ours, name, broken)  # type: ignore[attr-defined]
    client.session.cookie_jar.update_cookies({"__Host-staff": "x" * 43})
    answer = await client.post(
        "/staff/tickets/W222-2222/reply",
        data={"words": "写了一半的回复"},
        headers={"Cookie": "__Host-staff=" + "x" * 43},
    )
    assert answer.status == status
    checked(answer)
    html = await answer.text()
    assert "写了一半的回复" in html
    assert "Traceback" not in html
    assert "<h1>" in html
