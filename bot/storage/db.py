"""The database: one writer thread on SQLite, a small pool on PostgreSQL; one way to use both.

`await database.write(work)` runs `work(connection)` as one transaction and gives its result.
On SQLite the writer takes all works that wait, runs each in a SAVEPOINT and commits them
together, so that one fsync serves many turns; a work that raises is undone alone.
"""

import asyncio
import contextlib
import functools
import queue
import sqlite3
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
PASSING = ("25006", "25P03")
"""PostgreSQL's states of a server that is a standby now, and of a transaction it gave up on."""


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
            self._queue: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
            self._thread = threading.Thread(target=self._write_all, name="writer", daemon=True)
            self._thread.start()
            self._threads = ThreadPoolExecutor(2, "reader")
        else:
            self.writer = self.reader = _postgresql(url, vault)
            self._threads = ThreadPoolExecutor(POOL, "database")

    async def write(self, work: Work[T]) -> T:
        """One durable transaction."""
        return await self._submit(work)

    async def write_then(self, first: Work[T], then: Work[S]) -> tuple[T, Awaitable[S]]:
        """Two transactions; returns once the first is durable. The second is to be awaited.

        On SQLite it is queued right behind the first, so that one commit serves both.
        """
        if self.is_sqlite:
            begun, following = self._submit(first), self._submit(then)
            # Who never hears of the first asks for no outcome of the second.
            following.add_done_callback(lambda done: done.cancelled() or done.exception())
            return await begun, following
        return await self._submit(first), self.write(then)  # begins when it is awaited, in its turn

    async def read(self, work: Work[T]) -> T:
        """One transaction that writes nothing."""
        return await asyncio.wrap_future(
            self._threads.submit(self._in_transaction, self.reader, work)
        )

    def write_now(self, work: Work[T]) -> T:
        """`write` for those who may wait: commands and tests."""
        if not self.is_sqlite:
            return self._in_transaction(self.writer, work)
        future: Future[T] = Future()
        self._queue.put(_Order(work, future))
        return future.result()

    def _submit(self, work: Work[T]) -> "asyncio.Future[T]":
        if not self.is_sqlite:
            return asyncio.wrap_future(
                self._threads.submit(self._in_transaction, self.writer, work)
            )
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._queue.put(_Order(work, future, loop))
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
        self, connection: Connection | None, batch: "list[_Order]"
    ) -> Connection | None:
        wanted = [order for order in batch if not order.future.cancelled()]
        try:
            with _named_errors():
                connection = connection or self.writer.connect()
                with connection.begin():
                    for order in wanted:
                        order.run(connection)
        except Exception as error:  # noqa: BLE001 - whoever waits must hear of it, whatever it is
            for order in wanted:
                order.error = order.error or error
            if connection:
                connection.invalidate()
                connection.close()
            connection = None
        _hand_over(wanted)
        return connection


class _Order:
    """A work on its way to the writer, its outcome, and who waits for that."""

    __slots__ = ("error", "future", "loop", "result", "work")

    def __init__(
        self,
        work: Work[Any],
        future: "Future[Any] | asyncio.Future[Any]",
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """`loop`: the future is that loop's; without one a thread waits for it."""
        self.work = work
        self.future = future
        self.loop = loop
        self.result: Any = None
        self.error: Exception | None = None

    def run(self, connection: Connection) -> None:
        """In a SAVEPOINT of its own; the driver's cursor spares SQLAlchemy's bookkeeping."""
        driver: Any = connection.connection.driver_connection
        driver.execute("SAVEPOINT work")
        try:
            self.result = self.work(connection)
        except Exception as error:
            if isinstance(error, sqlalchemy.exc.DBAPIError) and _is_outage(error):
                raise
            driver.execute("ROLLBACK TO work")  # it belongs to whoever waits for this work
            self.error = error
        driver.execute("RELEASE work")

    def settle(self) -> None:
        """Tell who waits, in the thread where they wait; unless they gave up."""
        if self.future.done():
            return
        if self.error:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


def _hand_over(orders: list[_Order]) -> None:
    """One call into each loop: waking it costs more than what is said to it."""
    by_loop: dict[asyncio.AbstractEventLoop | None, list[_Order]] = {}
    for order in orders:
        by_loop.setdefault(order.loop, []).append(order)
    for loop, theirs in by_loop.items():
        if loop is None:
            _settle_all(theirs)
        else:
            with contextlib.suppress(RuntimeError):  # that loop has ended: nobody waits any more
                loop.call_soon_threadsafe(_settle_all, theirs)


def _settle_all(orders: list[_Order]) -> None:
    for order in orders:
        order.settle()


@contextlib.contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except sqlalchemy.exc.TimeoutError as error:  # no connection of the pool came free
        raise Unavailable(str(error)) from error
    except sqlalchemy.exc.DBAPIError as error:
        if not _is_outage(error):
            raise
        raise Unavailable(str(error.orig)) from error


def _is_outage(error: sqlalchemy.exc.DBAPIError) -> bool:
    """The store's trouble, which passes; else the statement's own, which comes each time."""
    if isinstance(error, sqlalchemy.exc.OperationalError):
        return getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR
    if isinstance(error, sqlalchemy.exc.InterfaceError) or error.connection_invalidated:
        return True
    return getattr(error.orig, "sqlstate", None) in PASSING


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

    # Not by the event "begin": an engine with listeners looks through them at every statement.
    def do_begin(dbapi_connection: Any) -> None:
        dbapi_connection.execute(begin)

    engine.dialect.do_begin = do_begin  # type: ignore[method-assign]
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


def insert_unless_there(connection: Connection, table: Table, *returning: Any) -> Any:
    """INSERT that keeps the row that stands; IntegrityError would take two rows for one."""
    return _insert_unless_there(connection.dialect.name, table, *returning)


@functools.cache
def _insert_unless_there(dialect: str, table: Table, *returning: Any) -> Any:
    made = (sqlite if dialect == "sqlite" else postgresql).insert(table).on_conflict_do_nothing()
    return made.returning(*returning) if returning else made
