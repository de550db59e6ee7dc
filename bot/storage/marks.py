"""Small facts of one process that the next must know: Telegram's polling offset, say."""

from sqlalchemy import Connection, select, update

from bot.storage.db import Database, insert_unless_there
from bot.storage.tables import marks


def get(connection: Connection, name: str) -> str:
    """'' where it was never set."""
    found = connection.execute(select(marks.c.value).where(marks.c.name == name)).scalar()
    return found or ""


def put(connection: Connection, name: str, value: str) -> None:
    connection.execute(insert_unless_there(connection, marks), {"name": name, "value": value})
    connection.execute(update(marks).where(marks.c.name == name).values(value=value))


class Marks:
    """One number, durable: bot.channels.telegram.OffsetStore."""

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name

    async def load(self) -> int:
        found = await self._database.read(lambda connection: get(connection, self._name))
        return int(found or 0)

    async def save(self, offset: int) -> None:
        await self._database.write(lambda connection: put(connection, self._name, str(offset)))
