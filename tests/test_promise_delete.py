"""Promise 19: delete means gone, also from the file of the database; what must stay is listed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import LargeBinary, Table, select

from bot.messages import Address, Kind
from bot.storage import audit, conversations, files
from bot.storage.db import Database
from bot.storage.schema import create_all
from bot.storage.tables import bookings, inbox, metadata, ticket_messages, tickets
from bot.storage.tables import conversations as chats
from bot.storage.vault import Vault
from tests.conftest import KEY
from tests.pictures import a_picture
from tests.talks import NOON, Talks
from tests.test_promise_export import TALK

STAYS = {
    "tickets": "a letter is a public body's record of what it was asked and answered",
    "ticket_messages": "its words",
    "bookings": "a visit is a record of the assessment, and others come because of it",
}
"""Sealed rows of a chat that outlive it, no longer linked to it, and why. The audit log stays too:
it names items and staff, never a person."""


def of_the_chat(connection: Any, chat: int) -> Iterator[tuple[Table, Any]]:
    for table in metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table is chats:
                rows = connection.execute(select(table).where(key.parent == chat)).all()
                yield from ((table, row) for row in rows)
    rows = connection.execute(select(chats).where(chats.c.id == chat)).all()
    yield from ((chats, row) for row in rows)


def sealed(connection: Any, chat: int) -> dict[str, list[bytes]]:
    """Pieces of everything that is sealed of a chat, as they lie in the file."""
    found: dict[str, list[bytes]] = {}
    for table, row in of_the_chat(connection, chat):
        for column in table.columns:
            content = getattr(row, column.name)
            if isinstance(column.type, LargeBinary) and content:
                pieces = [content[at : at + 24] for at in range(0, len(content) - 24, 96)]
                found.setdefault(table.name, []).extend(pieces)
    return found


def left_in(folder: Path, pieces: dict[str, list[bytes]]) -> dict[str, int]:
    """Of each table so many pieces stand in any file there."""
    content = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    counted = {table: sum(one in content for one in mine) for table, mine in pieces.items()}
    return {table: count for table, count in counted.items() if count}


async def everything(talks: Talks, user: str) -> int:
    """One of everything that a chat can leave behind; its id."""
    await talks.all(user, *TALK)
    await talks.all(user, "/feedback")

    def keep(connection: Any) -> Any:
        return files.keep_once(
            connection, f"{user}-photo", a_picture("JPEG"), "image/jpeg", "a", NOON
        )

    photo = talks.database.write_now(keep)
    await talks.hears(user, kind=Kind.PHOTO, attachment=photo)
    found = talks.database.write_now(lambda one: conversations.find(one, Address("web", user)))
    assert found
    return found


def opened(folder: Path) -> Database:
    database = Database(f"sqlite:///{folder / 'doorstep.db'}", Vault([KEY]))
    database.write_now(create_all)
    return database


async def test_what_is_erased_is_nowhere_in_the_file(tmp_path: Path) -> None:
    database = opened(tmp_path)
    talks = Talks(database)
    anna, bela = await everything(talks, "anna"), await everything(talks, "bela")
    hers = database.write_now(lambda one: sealed(one, anna))
    others = database.write_now(lambda one: sealed(one, bela))
    assert {"conversations", "inbox", "outbox", "files", "application_links"} <= hers.keys()
    assert talks.services(lambda services: services.privacy.erase(Address("web", "anna")))
    linked = database.write_now(lambda one: list(of_the_chat(one, anna)))
    assert linked == []
    assert database.write_now(lambda one: one.execute(select(tickets)).all())
    database.close()  # what its log of writes still held is written over too
    assert left_in(tmp_path, hers).keys() <= STAYS.keys()
    assert left_in(tmp_path, others).keys() == others.keys(), "nobody else lost anything"
    again = opened(tmp_path)
    assert again.write_now(audit.verify) is None, "the audit log still fits together"
    again.close()


async def test_what_is_erased_in_the_chat_is_gone_too(tmp_path: Path) -> None:
    """'/erase' keeps the chat itself, and what was said about erasing it."""
    database = opened(tmp_path)
    talks = Talks(database)
    anna = await everything(talks, "anna")
    database.write_now(lambda one: one.exec_driver_sql("UPDATE outbox SET state = 'sent'"))
    before = database.write_now(lambda one: sealed(one, anna))
    await talks.all("anna", "取消", "/erase")
    database.write_now(lambda one: one.exec_driver_sql("UPDATE outbox SET state = 'sent'"))
    await talks.hears("anna", "是")
    left = database.write_now(lambda one: one.execute(select(inbox)).all())
    assert len(left) == 1, "the yes itself"
    database.close()
    assert left_in(tmp_path, before).keys() <= STAYS.keys()


def test_what_stays_is_not_linked_and_has_a_reason() -> None:
    for table in (tickets, bookings):
        (key,) = [one for one in table.foreign_keys if one.column.table is chats]
        assert key.ondelete == "SET NULL", table.name
    assert ticket_messages.name in STAYS
    assert all(STAYS.values())
