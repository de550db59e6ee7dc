"""A disk that forgets, at a power cut, whatever was not synced.

An APSW VFS keeps for every file what was synced and what was only written; `Disk.cut` writes to a
new folder what a real disk might show afterwards: all that was synced, and any part of the rest.
`connect` opens it as a sqlite3 connection would be, so that the real Database runs on it.
"""

import random
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apsw

SECTOR = 512


class Disk:
    """One disk; `fail_after` writes and syncs later the power goes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.synced: dict[str, bytes] = {}
        self.written: dict[str, list[tuple[int, bytes | None]]] = {}
        """By file: (offset, bytes), or (length, None) for a truncation; not synced yet."""
        self.left: float = float("inf")
        self._vfs = _Vfs(self)

    def close(self) -> None:
        self._vfs.unregister()

    def use(self) -> None:
        """One more write or sync; raises when the power is gone."""
        if self.left <= 0:
            raise apsw.IOError("power cut")
        self.left -= 1

    def cut(self, folder: Path, chance: random.Random) -> None:
        """What a disk shows after the power came back."""
        self.left = 0
        for path in {*self.synced, *self.written}:
            content = bytearray(self.synced.get(path, b""))
            for offset, data in self.written.get(path, ()):
                if chance.random() < 0.5:
                    _apply(content, offset, data, chance)
            if not path.endswith("-shm"):
                (folder / Path(path).name).write_bytes(content)


def _apply(content: bytearray, offset: int, data: bytes | None, chance: random.Random) -> None:
    """One write that may have reached the disk, perhaps up to some sector only."""
    if data is None:
        del content[offset:]
        return
    if chance.random() < 0.2:
        data = data[: chance.randrange(0, len(data) + 1, SECTOR)]
    content.extend(bytes(max(0, offset + len(data) - len(content))))
    content[offset : offset + len(data)] = data


class _Vfs(apsw.VFS):
    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        super().__init__(disk.name, "")

    def xOpen(self, name: Any, flags: list[int]) -> Any:  # noqa: N802 - SQLite's name
        return _File(self._disk, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - SQLite's name
        super().xDelete(filename, syncdir)
        self._disk.synced.pop(filename, None)
        self._disk.written.pop(filename, None)


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        self._disk = disk
        self._path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        super().__init__("", name, flags)
        if self._path not in disk.synced:
            size = self.xFileSize()
            disk.synced[self._path] = self.xRead(size, 0) if size else b""
            disk.written[self._path] = []

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        self._disk.use()
        super().xWrite(data, offset)
        self._disk.written[self._path].append((offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - SQLite's name
        self._disk.use()
        super().xTruncate(newsize)
        self._disk.written[self._path].append((newsize, None))

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        self._disk.use()
        size = self.xFileSize()
        self._disk.synced[self._path] = self.xRead(size, 0) if size else b""
        self._disk.written[self._path] = []


class Cursor:
    """What SQLAlchemy's pysqlite dialect uses of a cursor."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.lastrowid: int | None = None
        self.rowcount = -1
        self.arraysize = 1

    def execute(self, statement: str, parameters: Any = ()) -> "Cursor":
        database = self._connection.database
        if statement == "PRAGMA synchronous=FULL":
            statement = f"PRAGMA synchronous={self._connection.synchronous}"
        try:
            before = database.total_changes()
            cursor = database.cursor()
            cursor.exec_trace = self._describe
            self._rows = list(cursor.execute(statement, parameters))
        except apsw.ConstraintError as error:
            raise sqlite3.IntegrityError(str(error)) from error
        except apsw.Error as error:
            raise sqlite3.OperationalError(str(error)) from error
        self.rowcount = database.total_changes() - before
        self.lastrowid = database.last_insert_rowid()
        return self

    def _describe(self, cursor: apsw.Cursor, _statement: str, _bindings: Any) -> bool:
        """Asked before the first row: afterwards, without rows, nobody knows the columns."""
        self.description = [(*one, *[None] * 5) for one in cursor.get_description()] or None
        return True

    def executemany(self, statement: str, many: Sequence[Any]) -> "Cursor":
        changed = 0
        for parameters in many:
            self.execute(statement, parameters)
            changed += self.rowcount
        self.rowcount = changed
        return self

    def fetchone(self) -> Any:
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int = 1) -> list[Any]:
        some, self._rows = self._rows[:size], self._rows[size:]
        return some

    def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    def close(self) -> None:
        self._rows = []


class Connection:
    """What SQLAlchemy's pysqlite dialect uses of a connection."""

    isolation_level: Any = None

    def __init__(self, path: str, disk: Disk, synchronous: str) -> None:
        self.synchronous = synchronous
        self.database = apsw.Connection(path, vfs=disk.name)

    def cursor(self) -> Cursor:
        return Cursor(self)

    def execute(self, statement: str, parameters: Any = ()) -> Cursor:
        return self.cursor().execute(statement, parameters)

    def create_function(self, *_given: Any, **_more: Any) -> None:
        """REGEXP is never used."""

    def commit(self) -> None:
        if self.database.in_transaction:
            self.execute("COMMIT")

    def rollback(self) -> None:
        if self.database.in_transaction:
            self.execute("ROLLBACK")

    def close(self) -> None:
        self.database.close()
