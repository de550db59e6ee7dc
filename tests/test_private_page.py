"""Telegram must not carry personal answers: a one-time link leads to our own page, and back."""

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.app import App
from bot.channels.web_session import Session
from bot.config import Config
from bot.messages import Address, IncomingMessage
from bot.services import Services
from bot.services.privacy import LINK_LASTS
from bot.storage import conversations
from bot.storage.db import Connection
from bot.storage.tables import inbox, private_links, tickets
from bot.storage.vault import vault_of
from tests.service import Service
from tests.stage import KNOWN
from tests.standin_telegram import StandIn
from tests.test_engine import TO_THE_PLACE
from tests.test_telegram_service import SECRET, settings


@pytest.fixture
async def telegram():
    stand_in = StandIn()
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


async def asked(client: aiohttp.ClientSession, url: str) -> tuple[str, dict[str, str]]:
    """The page and the hidden fields of its form."""
    async with client.get(url) as answer:
        page = await answer.text()
    return page, fields_of(page)


def fields_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(form_token|message_id)" value="([^"]+)"', page))


async def pressed(client: aiohttp.ClientSession, url: str) -> str:
    """What follows the only button of the page behind this link."""
    async with client.get(url) as answer:
        door = await answer.text()
    assert len(re.findall("<button", door)) == 1
    (link,) = re.findall(r'name="link" value="([^"]+)"', door)
    async with client.post(
        f"{url.partition('/private/')[0]}/private/", data={"link": link}
    ) as answer:
        return await answer.text()


CHAT = Address("telegram", "7")


@pytest.fixture
async def site(tmp_path: Path):
    """The whole service in this process, with a browser of no cookies and no script."""
    env = {"DOORSTEP_VAR": str(tmp_path), "DOORSTEP_PUBLIC_URL": "https://doorstep.example"}
    app = App(Config.from_env(env, datetime(2026, 3, 2, tzinfo=UTC)))
    async with TestClient(TestServer(app.web_app())) as client:
        client.session.cookie_jar.clear()
        yield app, client


async def new_link(app: App) -> str:
    def make(connection: Connection) -> str:
        chat = conversations.ensure(connection, CHAT, "zh_Hans", app.now())
        return Services(connection, app.now(), KNOWN).privacy.new_link(chat)

    return await app.database.write(make)


def opened(client: TestClient, link: str, **more):
    return client.post("/private/", data={"link": link}, allow_redirects=False, **more)


def rows(connection: Connection) -> int:
    return len(connection.execute(private_links.select()).all())


async def test_a_newer_link_ends_the_older_and_old_ones_are_forgotten(site) -> None:
    app, client = site
    older, newer = await new_link(app), await new_link(app)
    assert await app.database.read(rows) == 1
    for link, status in ((older, 410), (newer, 200)):
        async with client.get(f"/private/{link}") as answer:
            assert answer.status == status
        async with client.head(f"/private/{link}") as answer:
            assert answer.status == status
    async with opened(client, newer) as answer:
        assert answer.status == 303
        assert "HttpOnly" in answer.headers["Set-Cookie"]
    await new_link(app)
    assert await app.database.read(rows) == 2, "a page that is open stays open"
    soon = app.now() + LINK_LASTS
    await app.database.write(lambda one: Services(one, soon, KNOWN).privacy.forget_old())
    assert await app.database.read(rows) == 0


async def test_another_site_cannot_press_the_button(site) -> None:
    app, client = site
    link = await new_link(app)
    forged = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}
    async with opened(client, link, headers=forged) as answer:
        assert answer.status == 403
        assert "Set-Cookie" not in answer.headers
    async with client.get(f"/private/{link}") as answer:
        assert answer.status == 200, "nothing was used up"


async def test_a_forged_answer_of_any_length_breaks_nothing(site) -> None:
    app, client = site
    async with opened(client, await new_link(app)) as answer:
        cookie = {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}
    token = Session(cookie["Cookie"].partition("=")[2]).form_token
    for tap, number in (("1." + "9" * 5000, "x"), ("x", "y" * 5000), ("1.0 ", "a b"), ("é", "é")):
        form = {"form_token": token, "tap": tap, "message_id": number}
        async with client.post(
            "/private/", data=form, headers=cookie, allow_redirects=False
        ) as answer:
            assert answer.status == 303
    kept = await app.database.read(heard_in_full)
    assert all(len(message.tap) <= 24 for message in kept)
    assert all(len(message.event_id) < 120 for message in kept)
    assert await app.database.read(lambda one: len(one.execute(tickets.select()).all())) == 0


def heard_in_full(connection: Connection) -> list[IncomingMessage]:
    vault = vault_of(connection)
    return [
        IncomingMessage.load(
            vault.open_json(row.sealed, f"inbox.sealed:{row.channel}:{row.event_id}")
        )
        for row in connection.execute(inbox.select())
    ]


async def test_personal_questions_are_asked_on_our_own_page(telegram, tmp_path: Path) -> None:
    service = Service(tmp_path)
    hook = {
        "DOORSTEP_TELEGRAM_MODE": "webhook",
        "DOORSTEP_TELEGRAM_SECRET": SECRET,
        "DOORSTEP_PUBLIC_URL": service.url,
    }
    service._env.update(settings(telegram, **hook))
    await asyncio.to_thread(service.start)
    person = telegram.person()
    try:
        async with asyncio.timeout(30):
            while not telegram.webhook:
                await asyncio.sleep(0.02)
        talk = (*TO_THE_PLACE, "荔湾多宝")
        for number, words in enumerate(talk, 1):
            person.says(words)
            await telegram.deliver_all()
            heard = await person.hears(number)
        link = re.search(rf"{re.escape(service.url)}/private/\S+", heard[-1])
        assert link, heard[-1]
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as client:
            async with aiohttp.ClientSession() as scanner:
                for _look in range(3):
                    door, _hidden = await asked(scanner, link[0])
                    assert "在我们自己的网页上回答" in door, "looking uses nothing up"
            page = await pressed(client, link[0])
            assert "是哪一类残疾" in page
            hidden = fields_of(page)
            used = {"link": link[0].rpartition("/")[2]}
            async with aiohttp.ClientSession() as stranger:
                async with stranger.get(link[0]) as second:
                    assert second.status == 410, "the link works once"
                async with stranger.post(f"{service.url}/private/", data=used) as second:
                    assert second.status == 410
            for words in ("肢体", "说完了", "跳过", "多宝路12号3楼302房", "跳过", "跳过"):
                async with client.post(
                    f"{service.url}/private/", data={**hidden, "text": words}
                ) as answer:
                    page = await answer.text()
                hidden = fields_of(page)
            assert "回到您的聊天" in page
        heard = await person.hears(len(talk) + 1)
        assert "哪个半天合适" in heard[-1], "the talk goes on in Telegram"
        person.says("1")
        await telegram.deliver_all()
        heard = await person.hears(len(talk) + 2)
        assert "改残疾类别：已经回答" in heard[-1]
        told = "\n".join(heard)
        assert "302" not in told
        assert "肢体" not in told
        assert telegram.wrong == []
    finally:
        await asyncio.to_thread(service.stop)
