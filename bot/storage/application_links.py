"""Which chats may see an application, what they call it, and who wants to be told of its moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from bot.domain.applications import LinkedApplication
from bot.storage import applications as stored
from bot.storage.db import insert_unless_there
from bot.storage.tables import (
    application_links,
    application_news,
    applications,
    conversations,
)
from bot.storage.vault import vault_of

FEW = 500
MOST = 30
"""Applications of one chat that are listed."""


def _where(application_id: int, conversation_id: int) -> str:
    return f"application_links.sealed:{application_id}:{conversation_id}"


def called(connection: Connection, application_id: int, conversation_id: int, sealed: bytes) -> str:
    """What the chat calls it, from its sealed field."""
    opened = vault_of(connection).open_json(sealed, _where(application_id, conversation_id))
    return str(opened["called"])


def link(connection: Connection, application_id: int, conversation_id: int, now: datetime) -> None:
    """It may stand already."""
    where = _where(application_id, conversation_id)
    connection.execute(
        insert_unless_there(connection, application_links),
        {
            "application_id": application_id,
            "conversation_id": conversation_id,
            "sealed": vault_of(connection).seal_json({"called": ""}, where),
            "linked_at": now,
        },
    )


def _one(application_id: int, conversation_id: int) -> tuple[object, object]:
    return (
        application_links.c.application_id == application_id,
        application_links.c.conversation_id == conversation_id,
    )


def call(connection: Connection, application_id: int, conversation_id: int, name: str) -> None:
    sealed = vault_of(connection).seal_json(
        {"called": name}, _where(application_id, conversation_id)
    )
    connection.execute(
        update(application_links)
        .where(*_one(application_id, conversation_id))  # type: ignore[arg-type]
        .values(sealed=sealed)
    )


def tell(
    connection: Connection, conversation_id: int, application_id: int | None, *, told: bool
) -> None:
    """Of one application, or of all that this chat has."""
    wanted = update(application_links).where(application_links.c.conversation_id == conversation_id)
    if application_id is not None:
        wanted = wanted.where(application_links.c.application_id == application_id)
    connection.execute(wanted.values(told=told))


def unlink(connection: Connection, application_id: int, conversation_id: int) -> None:
    connection.execute(
        delete(application_links).where(*_one(application_id, conversation_id))  # type: ignore[arg-type]
    )
    connection.execute(
        delete(application_news).where(
            application_news.c.application_id == application_id,
            application_news.c.conversation_id == conversation_id,
        )
    )


def of_chat(connection: Connection, conversation_id: int) -> list[LinkedApplication]:
    rows = connection.execute(
        select(application_links)
        .where(application_links.c.conversation_id == conversation_id)
        .order_by(application_links.c.id)
        .limit(MOST)
    ).all()
    found = []
    for row in rows:
        application = stored.by_id(connection, row.application_id)
        if application:
            name = called(connection, row.application_id, conversation_id, row.sealed)
            found.append(LinkedApplication(application, name, row.told))
    return found


def move(connection: Connection, here: int, there: int) -> None:
    """To another chat of the same person; each field is bound to its chat, so sealed anew."""
    rows = connection.execute(
        select(application_links).where(application_links.c.conversation_id == here)
    ).all()
    for row in rows:
        name = called(connection, row.application_id, here, row.sealed)
        where = _where(row.application_id, there)
        connection.execute(
            insert_unless_there(connection, application_links),
            {
                "application_id": row.application_id,
                "conversation_id": there,
                "sealed": vault_of(connection).seal_json({"called": name}, where),
                "told": row.told,
                "linked_at": row.linked_at,
            },
        )
        unlink(connection, row.application_id, here)


def followers(connection: Connection, application_id: int) -> tuple[int, int]:
    """How many chats have it, and how many of those want to be told."""
    rows = connection.execute(
        select(application_links.c.told).where(application_links.c.application_id == application_id)
    ).all()
    return len(rows), sum(bool(row.told) for row in rows)


@dataclass(frozen=True, slots=True)
class Follower:
    """A chat that wants to be told of this application."""

    application_id: int
    number: str
    conversation_id: int
    language: str
    called: str


def told_of(connection: Connection, application_ids: Sequence[int]) -> list[Follower]:
    found = []
    for at in range(0, len(application_ids), FEW):
        rows = connection.execute(
            select(
                application_links.c.application_id,
                application_links.c.conversation_id,
                application_links.c.sealed,
                applications.c.number,
                conversations.c.language,
            )
            .join(applications, applications.c.id == application_links.c.application_id)
            .join(conversations, conversations.c.id == application_links.c.conversation_id)
            .where(
                application_links.c.application_id.in_(application_ids[at : at + FEW]),
                application_links.c.told,
            )
            .order_by(application_links.c.conversation_id)
        )
        found += [
            Follower(
                row.application_id,
                row.number,
                row.conversation_id,
                row.language,
                called(connection, row.application_id, row.conversation_id, row.sealed),
            )
            for row in rows
        ]
    return found


def forget_chat(connection: Connection, conversation_id: int) -> None:
    """This chat follows nothing any more; what was to be told: application_news."""
    connection.execute(
        delete(application_links).where(application_links.c.conversation_id == conversation_id)
    )
