"""The database: one writer thread on SQLite, a small pool on PostgreSQL; one way to use both.

`await database.write(work)` runs `work(connection)` as one transaction and gives its result.
On SQLite the writer takes all works that wait, runs each in a SAVEPOINT and commits them
together, so that one fsync serves many turns; a work that raises is undone alone.
"""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import sqlalchemy
from sqlalchemy import Connection, Engine, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.pool import NullPool, QueuePool

from bot.storage.vault import Vault

S = TypeVar("S")
T = TypeVar("T")
Work = Callable[[Connection], T]

GROUP = 64
"""So many waiting works are committed together at most."""
__all__ = ["Connection", "Database", "Unavailable", "insert_unless_there", "once"]

POOL = 8
"""Connections to PostgreSQL of one process."""


class Unavailable(Exception):
    """The database cannot be reached or cannot write: nothing was stored."""


class Database:
    """Raises Unavailable from `write` and `read` when the store is down."""

    def __init__(self, url: str, vault: Vault, creator: Callable[[], Any] | None = None) -> None:
        """`url` is SQLAlchemy's; `creator` opens a SQLite connection in another way (tests)."""
        self.url = sqlalchemy.make_url(url)
        self.vault = vault
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.writer = _sqlite(url, vault, "BEGIN IMMEDIATE", creator)
            self.reader = _sqlite(url, vault, "BEGIN", creator)
            self._queue: queue.SimpleQueue[tuple[Work[Any], Future[Any]] | None] = (
                queue.SimpleQueue()
            )
            self._thread = threading.Thread(target=self._write_all, name="writer", daemon=True)
            self._thread.start()
            self._threads = ThreadPoolExecutor(2, "reader")
        else:
            self.writer = self.reader = _postgresql(url, vault)
            self._threads = ThreadPoolExecutor(POOL, "database")

    async def write(self, work: Work[T]) -> T:
        """One durable transaction."""
        return await asyncio.wrap_future(self.submit(work))

    async def write_then(self, first: Work[T], then: Work[S]) -> tuple[T, Awaitable[S]]:
        """Two transactions; returns once the first is durable. The second is to be awaited.

        On SQLite it is queued right behind the first, so that one commit serves both.
        """
        if self.is_sqlite:
            begun, following = self.submit(first), self.submit(then)
            return await asyncio.wrap_future(begun), asyncio.wrap_future(following)
        return await self.write(first), self.write(then)

    async def read(self, work: Work[T]) -> T:
        """One transaction that writes nothing."""
        return await asyncio.wrap_future(
            self._threads.submit(self._in_transaction, self.reader, work)
        )

    def write_now(self, work: Work[T]) -> T:
        """`write` for those who may wait: commands and tests."""
        return self.submit(work).result()

    def submit(self, work: Work[T]) -> "Future[T]":
        if not self.is_sqlite:
            return self._threads.submit(self._in_transaction, self.writer, work)
        future: Future[T] = Future()
        self._queue.put((work, future))
        return future

    def close(self) -> None:
        """Everything that waits is still written."""
        if self.is_sqlite:
            self._queue.put(None)
            self._thread.join()
        self._threads.shutdown()
        self.writer.dispose()
        self.reader.dispose()

    @staticmethod
    def _in_transaction(engine: Engine, work: Work[T]) -> T:
        with _named_errors(), engine.begin() as connection:
            return work(connection)

    def _write_all(self) -> None:
        """The writer thread's whole life."""
        connection: Connection | None = None
        while True:
            first = self._queue.get()
            if first is None:
                break
            batch = [first]
            closing = False
            while len(batch) < GROUP and not self._queue.empty():
                another = self._queue.get()
                if another is None:
                    closing = True
                    break
                batch.append(another)
            connection = self._commit_together(connection, batch)
            if closing:
                break
        if connection:
            connection.close()

    def _commit_together(
        self,
        connection: Connection | None,
        batch: list[tuple[Work[Any], Future[Any]]],
    ) -> Connection | None:
        done: list[tuple[Future[Any], Any]] = []
        # From here on nobody can cancel a future: setting its result would kill this thread.
        wanted = [one for one in batch if one[1].set_running_or_notify_cancel()]
        try:
            with _named_errors():
                connection = connection or self.writer.connect()
                with connection.begin():
                    for work, future in wanted:
                        _run_one(connection, work, future, done)
        except Exception as error:  # noqa: BLE001 - whoever waits must hear of it, whatever it is
            for _work, future in wanted:
                if not future.done():
                    future.set_exception(error)
            if connection:
                connection.invalidate()
                connection.close()
            return None
        for future, result in done:
            future.set_result(result)
        return connection


def _run_one(
    connection: Connection,
    work: Work[Any],
    future: "Future[Any]",
    done: list[tuple["Future[Any]", Any]],
) -> None:
    """In a SAVEPOINT of its own; the driver's cursor spares SQLAlchemy's bookkeeping."""
    driver: Any = connection.connection.driver_connection
    driver.execute("SAVEPOINT work")
    try:
        result = work(connection)
    except sqlalchemy.exc.OperationalError:
        raise
    except Exception as error:  # noqa: BLE001 - it belongs to whoever waits for this work
        driver.execute("ROLLBACK TO work")
        driver.execute("RELEASE work")
        future.set_exception(error)
    else:
        driver.execute("RELEASE work")
        done.append((future, result))


@contextlib.contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except (sqlalchemy.exc.OperationalError, sqlalchemy.exc.InterfaceError) as error:
        raise Unavailable(str(error.orig)) from error


def _sqlite(url: str, vault: Vault, begin: str, creator: Callable[[], Any] | None) -> Engine:
    """WAL and synchronous=FULL: NORMAL lost acknowledged commits in simulated power cuts."""
    options: dict[str, Any] = {"creator": creator} if creator else {}
    engine = sqlalchemy.create_engine(
        url,
        poolclass=QueuePool,
        connect_args={"check_same_thread": False, "timeout": 30, "cached_statements": 512},
        execution_options={"vault": vault},
        **options,
    )

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver opens no transaction by itself
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=30000",
            "foreign_keys=ON",
            "secure_delete=ON",
            "trusted_schema=OFF",
            "cache_size=-8000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgresql(url: str, vault: Vault) -> Engine:
    return sqlalchemy.create_engine(
        url,
        pool_size=POOL,
        max_overflow=0,
        pool_pre_ping=True,
        # A server that is gone is told within seconds, not after the system's minutes.
        connect_args={"connect_timeout": 3, "tcp_user_timeout": 4000, "keepalives_idle": 5},
        execution_options={"vault": vault},
    )


def once(url: str, vault: Vault) -> Engine:
    """An engine without a pool, for a command that looks and leaves."""
    return sqlalchemy.create_engine(url, poolclass=NullPool, execution_options={"vault": vault})


def insert_unless_there(connection: Connection, table: Table) -> Any:
    """INSERT that keeps the row that stands; IntegrityError would take two rows for one."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.insert(table).on_conflict_do_nothing()
