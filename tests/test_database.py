"""The one way to write: a work that fails is undone alone, and nobody can stop the writer."""

import asyncio
import threading
from pathlib import Path

import pytest
import sqlalchemy

from bot.storage.db import Database, Unavailable
from bot.storage.vault import Vault
from tests.conftest import KEY


@pytest.fixture
def counted(database: Database) -> Database:
    database.write_now(lambda connection: connection.exec_driver_sql("CREATE TABLE seen (n int)"))
    return database


def add(number: int, *, fail: bool = False):
    def work(connection):
        connection.exec_driver_sql(f"INSERT INTO seen VALUES ({number})")
        if fail:
            raise LookupError(number)
        return number

    return work


def seen(database: Database) -> list[int]:
    return database.write_now(
        lambda connection: [
            row[0] for row in connection.exec_driver_sql("SELECT n FROM seen ORDER BY n")
        ]
    )


async def test_a_work_that_raises_is_undone_alone(counted: Database) -> None:
    works = [counted.write(add(number, fail=number % 3 == 0)) for number in range(30)]
    for number, told in enumerate(await asyncio.gather(*works, return_exceptions=True)):
        if number % 3:
            assert told == number
        else:
            assert isinstance(told, LookupError)
    assert seen(counted) == [number for number in range(30) if number % 3]


async def test_whoever_stops_waiting_harms_nobody(counted: Database) -> None:
    """A browser that goes away in the middle cancels its request, not the writer."""
    held = threading.Event()
    first = asyncio.create_task(counted.write(lambda connection: held.wait(5)))
    waiting = [asyncio.create_task(counted.write(add(number))) for number in range(20)]
    await asyncio.sleep(0.05)
    for task in waiting[::2]:
        task.cancel()
    held.set()
    assert await first
    done = await asyncio.gather(*waiting, return_exceptions=True)
    assert set(range(1, 20, 2)) <= {one for one in done if isinstance(one, int)}
    assert set(range(1, 20, 2)) <= set(seen(counted))


async def test_an_error_of_the_disk_is_told_to_all_who_waited(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'none' / 'doorstep.db'}", Vault([KEY]))
    try:
        works = [database.write(add(number)) for number in range(3)]
        told = await asyncio.gather(*works, return_exceptions=True)
        assert [type(one) for one in told] == [Unavailable] * 3
        (tmp_path / "none").mkdir()
        database.write_now(lambda connection: connection.exec_driver_sql("CREATE TABLE t (n int)"))
    finally:
        database.close()


async def test_a_statement_that_is_wrong_is_no_outage(counted: Database) -> None:
    """It would be wrong again: who asked for it hears so, and its neighbours are written."""

    def wrong(connection):
        connection.exec_driver_sql("SELECT nothing FROM nowhere")

    told = await asyncio.gather(
        counted.write(add(1)), counted.write(wrong), counted.write(add(2)), return_exceptions=True
    )
    assert told[::2] == [1, 2]
    assert isinstance(told[1], sqlalchemy.exc.DBAPIError)
    assert seen(counted) == [1, 2]


def test_a_server_that_is_a_standby_now_is_an_outage(postgresql_url: str) -> None:
    def work(connection):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        connection.exec_driver_sql("CREATE TABLE seen (n int)")

    database = Database(postgresql_url, Vault([KEY]))
    try:
        with pytest.raises(Unavailable):
            database.write_now(work)
    finally:
        database.close()


def test_a_loop_that_has_ended_does_not_end_the_writer(sqlite: Database) -> None:
    """A page that waits is gone with its server; the next one is served all the same."""
    held, begun = threading.Event(), threading.Event()

    def slow(_connection):
        begun.set()
        held.wait(5)

    async def leave():
        task = asyncio.create_task(sqlite.write(slow))
        await asyncio.to_thread(begun.wait, 5)
        task.cancel()

    asyncio.run(leave())
    held.set()
    assert sqlite.write_now(lambda _connection: "still here") == "still here"


def test_sqlite_is_set_up_to_survive(sqlite: Database) -> None:
    def settings(connection: sqlalchemy.Connection) -> list[object]:
        return [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        ]

    assert sqlite.write_now(settings) == ["wal", 2, 1, 1]
