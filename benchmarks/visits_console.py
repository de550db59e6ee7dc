"""The week calendar of the largest county, as its clerk's browser asks for it.

A province of 124 counties, 400 teams and 200,000 bookings on SQLite; the largest county has 40
teams with a morning and an afternoon on every working day. Measured is the whole answer on the
server: routing, session, queries, the page; over loopback, one request at a time.
"""

import asyncio
import random
import re
import sqlite3
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from benchmarks.measure import KEY, Bar, median, percentile
from bot.domain.calendar import WorkCalendar
from bot.domain.people import DisabilityKind
from bot.domain.regions import Level, Regions
from bot.domain.visits import Half
from bot.known import load_known
from bot.services import Services
from bot.storage.db import Database
from bot.storage.schema import create_all
from bot.storage.vault import Vault
from bot.web import make_console

NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
TEAMS, LARGEST, BOOKINGS, PLACES = 400, 40, 200_000, 6
REQUESTS, WARM = 40, 5
BAR = 150.0
"""Milliseconds."""


class Office:
    """bot.web.office.Office over a database."""

    def __init__(self, database: Database, known: Any) -> None:
        self.database = database
        self.known = known

    async def read(self, use: Any) -> Any:
        return await self.database.read(lambda c: use(Services(c, NOW, self.known)))

    async def write(self, use: Any) -> Any:
        return await self.database.write(lambda c: use(Services(c, NOW, self.known)))

    def do(self, use: Any) -> Any:
        return self.database.write_now(lambda c: use(Services(c, NOW, self.known)))

    async def changes(self) -> Any:
        yield


def measure() -> list[Bar]:
    known, _hearing = load_known("")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "visits.db"
        database = Database(f"sqlite:///{path}", Vault([KEY]))
        database.write_now(create_all)
        office = Office(database, known)
        county = _fill(path, known.regions)
        once = office.do(lambda s: s.staff.add("clerk", "clerk", "clerk", county))
        rows = database.write_now(_counts)
        times, processor, size = asyncio.run(_ask(office, once))
        database.close()
    p50, p99 = median(times), percentile(times, 0.99)
    print(f"Week calendar, {LARGEST} teams of one county; stored: {rows}")
    print(
        f"  {size / 1024:.0f} KiB of HTML, {REQUESTS} requests: p50 {p50:.0f} ms, p99 {p99:.0f} ms;"
        f" {processor:.0f} ms of a processor each, the client's part included"
    )
    # The processor's time: other work on the machine makes a request wait, not the page.
    return [
        Bar(
            "week calendar of the largest county",
            f"{processor:.0f} ms of a processor (answered in {p50:.0f} ms)",
            f"{BAR:.0f} ms",
            processor < BAR,
        )
    ]


def _counts(connection: Any) -> str:
    tables = ("teams", "visits", "places", "bookings")
    found = (
        f"{connection.execute(sqlalchemy.text(f'SELECT count(*) FROM {name}')).scalar():,} {name}"
        for name in tables
    )
    return ", ".join(found)


def _fill(path: Path, regions: Regions) -> str:
    """Rows written past the services, which would take an hour; the largest county's code."""
    chance = random.Random(1)
    counties = [one.code for one in regions.by_code.values() if one.level is Level.COUNTY]
    teams = [counties[0]] * LARGEST
    teams += [counties[1 + at % (len(counties) - 1)] for at in range(TEAMS - LARGEST)]
    kinds = ",".join(DisabilityKind)
    calendar = WorkCalendar()
    days = [date(2026, 2, 2) + timedelta(days=at) for at in range(180)]
    days = [day for day in days if calendar.is_workday(day)]
    file = sqlite3.connect(path)
    file.executemany(
        "INSERT INTO teams (id, name, region, kinds) VALUES (?, ?, ?, ?)",
        [(at, f"第{at}队", region, kinds) for at, region in enumerate(teams, start=1)],
    )
    visit = booking = 0
    for team, region in enumerate(teams, start=1):
        for day in days:
            for half in Half:
                if region != counties[0] and half is Half.AFTERNOON and chance.random() < 0.5:
                    continue
                visit += 1
                taken = chance.randint(0, PLACES) if booking < BOOKINGS else 0
                rows = [(booking + at + 1, region, visit) for at in range(taken)]
                _write(file, visit, team, region, day, half, rows)
                booking += taken
    file.commit()
    file.close()
    return counties[0]


def _write(
    file: sqlite3.Connection,
    visit: int,
    team: int,
    region: str,
    day: date,
    half: Half,
    rows: list[tuple[int, str, int]],
) -> None:
    file.execute(
        "INSERT INTO visits (id, team_id, region, day, half) VALUES (?, ?, ?, ?, ?)",
        (visit, team, region, day.isoformat(), half.value),
    )
    at = "2026-01-05 01:00:00.000000"
    file.executemany(
        "INSERT INTO bookings (id, number, request_key, region, visit_id, state, person_key,"
        " sealed, created_at, changed_at) VALUES (?, ?, ?, ?, ?, 'booked', ?, x'00', ?, ?)",
        [
            (one, f"B{one}", f"k{one}", f"{area}001", to, f"p{one}", at, at)
            for one, area, to in rows
        ],
    )
    taken = [one for one, _of, _to in rows]
    held = [*taken, *[None] * (PLACES - len(taken))]
    file.executemany(
        "INSERT INTO places (visit_id, number, booking_id) VALUES (?, ?, ?)",
        [(visit, number, who) for number, who in enumerate(held, start=1)],
    )


async def _ask(office: Office, password: str) -> tuple[list[float], float, int]:
    """Milliseconds of each request, of a processor for one, and the page's bytes."""
    app = web.Application()
    app.router.add_routes(make_console(office, secure=False, now=lambda: NOW))
    async with TestClient(TestServer(app)) as client:
        await _sign_in(client, password)
        times = []
        size = 0
        spent = 0.0
        for at in range(WARM + REQUESTS):
            if at == WARM:
                spent = time.process_time()
            started = time.perf_counter()
            answer = await client.get("/staff/visits", params={"week": "2026-06-01"})
            body = await answer.read()
            assert answer.status == 200
            size = len(body)
            if at >= WARM:
                times.append((time.perf_counter() - started) * 1000)
        spent = time.process_time() - spent
        assert body.count(b"/staff/half-days/") >= LARGEST * 10
    return times, spent / REQUESTS * 1000, size


async def _sign_in(client: Any, password: str) -> None:
    async def csrf(path: str) -> str:
        text = await (await client.get(path)).text()
        return re.search(r'name="csrf" value="([^"]+)"', text)[1]

    token = await csrf("/staff/sign-in")
    await client.post("/staff/sign-in", data={"csrf": token, "name": "clerk", "password": password})
    token = await csrf("/staff/password")
    new = "four words are easy"
    await client.post("/staff/password", data={"csrf": token, "old": password, "new": new})
