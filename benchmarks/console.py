"""Clerks who listen for what is new: what they cost in memory, and how soon they hear of it."""

import asyncio
import json
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from sqlalchemy import insert

from benchmarks.measure import Bar, Process, doorstep, median, percentile
from benchmarks.webhook import free_port
from bot.config import Config
from bot.domain.tickets import TicketKind
from bot.known import load_known
from bot.services import Services
from bot.storage.db import Database
from bot.storage.schema import create_all
from bot.storage.tables import staff
from bot.storage.vault import Vault

CLERKS, OPEN_ITEMS, ROUNDS = 200, 5_000, 10
CITIES = tuple(f"44{number:02}" for number in (*range(1, 10), *range(12, 19), 20, 51, 52, 53))
"""Guangdong's cities: the clerks and the items are spread over them."""
SETTLE = 3.0
"""Seconds until the memory is looked at."""


class Newsroom:
    """A database with clerks signed in and items waiting; writes as another replica would."""

    def __init__(self, var: Path) -> None:
        env = {"DOORSTEP_VAR": str(var)}
        config = Config.from_env(env, datetime.now(UTC))  # noqa: TID251 - beside a real service
        self.database = Database(config.database_url, Vault(config.keys))
        self.known, _hearing = load_known()
        self.database.write_now(create_all)
        self.tokens = self.database.write_now(self._clerks)
        for _batch in range(10):
            self.database.write_now(self._items)

    def _services(self, connection: object) -> Services:
        return Services(connection, datetime.now(UTC), self.known)  # type: ignore[arg-type]  # noqa: TID251

    def _clerks(self, connection: object) -> list[str]:
        services = self._services(connection)
        for number in range(CLERKS):
            services.connection.execute(
                insert(staff).values(
                    name=f"clerk{number}",
                    display_name=f"clerk{number}",
                    role="clerk",
                    region=CITIES[number % len(CITIES)],
                    password_hash="",
                    must_change=False,
                )
            )
        return [services.sign_ins.open(one, "", complete=True) for one in services.staff.everyone()]

    def _items(self, connection: object) -> None:
        services = self._services(connection)
        for number in range(OPEN_ITEMS // 10):
            region = f"{CITIES[number % len(CITIES)]}03004"
            services.tickets.open(TicketKind.COMPLAINT, "电梯坏了三个月", region=region)

    def somebody_writes(self) -> None:
        """One item in each city: every clerk must hear of it."""

        def work(connection: object) -> None:
            services = self._services(connection)
            for city in CITIES:
                services.tickets.open(TicketKind.QUESTION, "请回电话", region=f"{city}03004")

        self.database.write_now(work)


class Clerk:
    """One open page."""

    def __init__(self) -> None:
        self.heard = asyncio.Event()
        self.arrived = 0
        self.at = 0.0

    async def listen(self, session: aiohttp.ClientSession, url: str, token: str) -> None:
        cookies = {"Cookie": f"staff={token}"}
        async with session.get(f"{url}/staff/events", headers=cookies) as answer:
            assert answer.status == 200, answer.status
            async for line in answer.content:
                if line.startswith(b"data: {") and len(line) > 10:
                    arrived = json.loads(line[6:])["arrived"]
                    self.at = time.perf_counter()
                    if arrived > self.arrived or not self.heard.is_set():
                        self.arrived = arrived
                        self.heard.set()


def measure() -> list[Bar]:
    with tempfile.TemporaryDirectory(prefix="doorstep-bench-") as folder:
        room = Newsroom(Path(folder))
        service = doorstep(Path(folder), free_port())
        try:
            return asyncio.run(_measure(room, service))
        finally:
            service.stop()
            room.database.close()


async def _measure(room: Newsroom, service: Process) -> list[Bar]:
    await asyncio.sleep(SETTLE)
    before = service.resident
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        clerks = [Clerk() for _number in range(CLERKS)]
        tasks = [
            asyncio.create_task(clerk.listen(session, service.url, token))
            for clerk, token in zip(clerks, room.tokens, strict=True)
        ]
        await asyncio.gather(*(clerk.heard.wait() for clerk in clerks))
        await asyncio.sleep(SETTLE)
        more = service.resident - before
        idle_cpu = service.cpu
        await asyncio.sleep(SETTLE)
        idle_cpu = (service.cpu - idle_cpu) / SETTLE * 100
        delays: list[float] = []
        for around in range(ROUNDS):
            for clerk in clerks:
                clerk.heard.clear()
            await asyncio.sleep(0.3 + around * 0.07)  # not in step with the service's own looks
            await asyncio.to_thread(room.somebody_writes)
            written = time.perf_counter()
            await asyncio.gather(*(clerk.heard.wait() for clerk in clerks))
            delays += [(clerk.at - written) * 1000 for clerk in clerks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    slowest = max(delays)
    print(f"{CLERKS} clerks listen, {OPEN_ITEMS:,} items wait; {ROUNDS} times somebody writes")
    print(f"  memory: {more:.0f} MB more than the {before:.0f} MB before")
    print(f"  heard after: median {median(delays):.0f} ms, p99 {percentile(delays, 0.99):.0f} ms")
    print(
        f"  the slowest of {len(delays)}: {slowest:.0f} ms; while nothing happens {idle_cpu:.0f} %"
    )
    return [
        Bar(f"{CLERKS} listening clerks", f"{more:.0f} MB more", "100 MB", more < 100),
        Bar("the last of them hears after", f"{slowest:.0f} ms", "1,000 ms", slowest < 1000),
    ]
