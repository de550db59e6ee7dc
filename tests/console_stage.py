"""The console with several browsers at it, on both databases; how they sign in."""

from collections.abc import AsyncIterator
from typing import Any

import pyotp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.storage.db import Database
from bot.web import make_console
from tests.console_client import Browser, Page
from tests.test_console import PASSWORD, Office


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


@pytest.fixture
def strict() -> bool:
    return False


@pytest.fixture
async def console_server(office: Office, strict: bool) -> AsyncIterator[TestServer]:
    app = web.Application()
    app.router.add_routes(
        make_console(office, secure=False, second_step=strict, now=lambda: office.now)
    )
    async with TestServer(app) as made:
        yield made


class Visitors:
    """Browsers with cookies of their own."""

    def __init__(self, server: TestServer) -> None:
        self.server = server
        self.clients: list[TestClient[Any, Any]] = []

    async def new(self) -> Browser:
        client: TestClient[Any, Any] = TestClient(
            self.server, headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}
        )
        self.clients.append(client)
        await client.start_server()
        return Browser(client)


@pytest.fixture
async def visitors(console_server: TestServer) -> AsyncIterator[Visitors]:
    made = Visitors(console_server)
    yield made
    for client in made.clients:
        await client.session.close()


async def sign_in(
    browser: Browser, name: str = "wang", password: str = PASSWORD, **more: str
) -> Page:
    page = await browser.get("/staff/sign-in")
    return await browser.post("/staff/sign-in", page, name=name, password=password, **more)


async def with_second_step(browser: Browser, office: Office) -> tuple[str, list[str]]:
    """Set it up by hand; the secret and the recovery codes."""
    page = await browser.post("/staff/second-step/start", await browser.get("/staff/second-step"))
    assert "<svg" in page.html
    assert "data:" not in page.html
    secret = next(field["value"] for field in page.all("input") if field.get("id") == "secret")
    plain = secret.replace(" ", "")
    wrong = await browser.post("/staff/second-step", page, code="000000")
    assert wrong.status == 401
    page = await browser.post("/staff/second-step", page, code=code_of(plain, office))
    assert "恢复码" in page.html
    return plain, page.words["textarea"][0].split()


def code_of(secret: str, office: Office, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(office.now, counter_offset=steps)
