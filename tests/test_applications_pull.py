"""Reading another system, which misbehaves: slow, broken, repeating, refusing, and well again."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import pulling
from bot.pulling import Pulling, pause
from bot.storage import applications as stored
from bot.web.api import event_schema
from tests.test_console import Office, office

__all__ = ["office"]  # a fixture
TOKEN = "t-1"


class Source:
    """The other system: `items` in pages, and a way to be broken."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self.broken = ""
        self.page_size = 2
        self.asked: list[dict[str, str]] = []

    def faulty(self) -> dict[str, web.Response]:
        repeated = {"items": self.items[:1], "next_page": "p"}
        return {
            "500": web.Response(status=500, text="oops"),
            "redirect": web.Response(status=302, headers={"Location": "http://127.0.0.1:9/"}),
            "not json": web.Response(text="<html>maintenance</html>"),
            "half": web.Response(text='{"items": ['),
            "no list": web.json_response({"items": {"a": 1}}),
            "same page": web.json_response(repeated),
            "huge": web.Response(body=b"[" + b" " * (9 * 1024 * 1024)),
        }

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(dict(request.query))
        if self.broken == "slow":
            await asyncio.sleep(5)
        if self.broken in self.faulty():
            return self.faulty()[self.broken]
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.Response(status=401)
        since = int(request.query.get("changed_since", "0"))
        at = int(request.query.get("page", "0")) or since
        following = at + self.page_size
        more = following < len(self.items)
        if self.broken == "second page" and at:
            return web.Response(status=502)
        return web.json_response(
            {
                "items": self.items[at:following],
                "next_page": str(following) if more else None,
                "cursor": str(min(following, len(self.items))),
            }
        )


def item(outside: str, stage: str = "accepted", **more: Any) -> dict[str, Any]:
    new = {"procedure": "first", "region": "440103004", "last4": "1234", "name": "陈大文"}
    return {"outside": outside, "stage": stage, **new, **more}


@pytest.fixture
async def source() -> AsyncIterator[Source]:
    made = Source()
    app = web.Application()
    app.router.add_get("/applications", made.answer)
    async with TestServer(app) as server:
        made.address = str(server.make_url("")).rstrip("/")  # type: ignore[attr-defined]
        yield made


class Reader:
    def __init__(self, source: Source, office: Office, me: str = "me", token: str = TOKEN) -> None:
        self.office = office
        address: str = source.address  # type: ignore[attr-defined]
        self.pulling = Pulling(office, address, token, me, lambda: office.now, timeout=0.5)

    async def pull(self) -> bool:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.5)) as session:
            return await self.pulling.pull(session)

    async def later(self, **time: float) -> bool:
        self.office.now += timedelta(**time)
        return await self.pull()

    @property
    def state(self) -> Any:
        return self.office.do(lambda services: services.application_sources.pull_state())


def known(office: Office, *outsides: str) -> dict[str, str]:
    rows = office.database.write_now(lambda one: stored.stored(one, [], list(outsides), lock=False))
    return {row.outside: row.stage.value for row in rows}


async def test_pages_cursor_and_what_changed(source: Source, office: Office) -> None:
    reader = Reader(source, office)
    source.items = [item(f"X{at}") for at in range(5)]
    assert await reader.pull()
    assert known(office, *(f"X{at}" for at in range(5))) == {
        f"X{at}": "accepted" for at in range(5)
    }
    assert [asked.get("page") for asked in source.asked] == [None, "2", "4"]
    assert reader.state.cursor == "5"
    assert not await reader.pull(), "not before its time"
    source.items.append(item("X0", "sent"))
    source.asked.clear()
    assert await reader.later(minutes=2)
    assert source.asked == [{"limit": "500", "changed_since": "5"}]
    assert known(office, "X0") == {"X0": "sent"}


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ("slow", "in time"),
        ("500", "500"),
        ("redirect", "302"),
        ("not json", "JSON"),
        ("half", "JSON"),
        ("no list", "list"),
        ("same page", "same page"),
        ("huge", "8 MB"),
    ],
)
async def test_it_misbehaves_and_recovers(
    source: Source, office: Office, broken: str, words: str
) -> None:
    reader = Reader(source, office)
    source.items = [item("X0"), item("X1"), item("X2")]
    source.broken = broken
    assert await reader.pull()
    assert words in reader.state.trouble
    assert reader.state.ok_at is None
    assert reader.state.cursor == ""
    assert not await reader.later(seconds=20), "it is given time"
    assert await reader.later(seconds=11)
    assert reader.state.failures == 2
    source.broken = ""
    assert await reader.later(minutes=2)
    assert reader.state.trouble == ""
    assert len(known(office, "X0", "X1", "X2")) == 3


async def test_a_wrong_token_is_said(source: Source, office: Office) -> None:
    reader = Reader(source, office, token="other")
    await reader.pull()
    assert "token" in reader.state.trouble


async def test_nobody_there(office: Office) -> None:
    nobody = Source()
    nobody.address = "http://127.0.0.1:9"  # type: ignore[attr-defined]
    reader = Reader(nobody, office)
    await reader.pull()
    assert "reached" in reader.state.trouble


async def test_half_a_reading_keeps_the_old_cursor(source: Source, office: Office) -> None:
    reader = Reader(source, office)
    source.items = [item(f"X{at}") for at in range(4)]
    source.broken = "second page"
    await reader.pull()
    assert reader.state.cursor == ""
    assert set(known(office, "X0", "X1", "X2")) == {"X0", "X1"}
    source.broken = ""
    await reader.later(minutes=1)
    assert set(known(office, "X0", "X1", "X2", "X3")) == {"X0", "X1", "X2", "X3"}
    assert reader.state.cursor == "4"


async def test_bad_items_stop_nobody(source: Source, office: Office) -> None:
    reader = Reader(source, office)
    source.page_size = 20
    source.items = [
        item("X0"), "words", {}, item("X1", "flying"), item("X2", last4="1"), item("X3"), None,
        {"outside": "X0", "stage": "ended"}, item("X4", more=1),
    ]  # fmt: skip
    await reader.pull()
    assert set(known(office, *(f"X{at}" for at in range(5)))) <= {"X0", "X3"}
    assert "X3" in known(office, "X3")
    assert reader.state.refused >= 6
    assert reader.state.trouble == ""


async def test_one_replica_at_a_time(source: Source, office: Office) -> None:
    one, two = Reader(source, office, "one"), Reader(source, office, "two")
    source.items = [item("X0")]
    office.do(lambda services: services.application_sources.claim_pull("one", pulling.LEASE))
    assert not await two.pull()
    assert await one.pull()
    office.do(
        lambda services: services.application_sources.claim_pull("dead", timedelta(seconds=90))
    )
    assert await two.later(minutes=3), "a lease ends"


async def test_it_is_stale_and_both_are_told(source: Source, office: Office) -> None:
    reader = Reader(source, office)
    source.items = [item("X0")]
    await reader.pull()
    stale = lambda: office.do(  # noqa: E731
        lambda services: services.application_sources.pull_is_stale()
    )
    assert not stale()
    source.broken = "500"
    await reader.later(minutes=31)
    assert stale()
    assert "500" in reader.state.trouble
    (row,) = office.database.write_now(lambda one: stored.stored(one, [], ["X0"], lock=False))
    found = office.database.write_now(lambda one: stored.by_number(one, row.number))
    since = office.do(lambda services: services.applications.stale_since(found))
    assert since
    source.broken = ""
    await reader.later(minutes=2)
    assert not stale()


def test_the_pauses_grow_and_end() -> None:
    pauses = [pause(at).total_seconds() for at in range(12)]
    assert pauses[:4] == [30, 60, 120, 240]
    assert max(pauses) == 900


def test_the_contract_says_what_the_api_says() -> None:
    path = Path(__file__).parent.parent / "docs" / "applications-source.yaml"
    written = yaml.safe_load(path.read_text(encoding="utf-8"))["components"]["schemas"]["Event"]
    ours = json.loads(json.dumps(event_schema()))
    assert written["required"] == ours["required"]
    assert written["anyOf"] == ours["anyOf"]
    assert set(written["properties"]) == set(ours["properties"])
    for name in ("stage", "procedure", "way"):
        assert written["properties"][name]["enum"] == ours["properties"][name]["enum"], name


async def test_half_an_emoji_keeps_nobody_elses_application(source: Source, office: Office) -> None:
    """Valid JSON that no database takes: that item is refused, those beside it are taken."""
    reader = Reader(source, office)
    source.items = [item("X0", name="张\ud83d"), item("X1")]
    assert await reader.pull()
    assert known(office, "X0", "X1") == {"X1": "accepted"}
    assert reader.state.cursor == "2"
    assert reader.state.failures == 0
