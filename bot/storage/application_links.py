"""Which chats may see an application, what they call it, and what they are told of its moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from bot.domain.applications import LinkedApplication
from bot.domain.stages import Procedure, Stage, Way
from bot.storage import applications as stored
from bot.storage.db import insert_unless_there
from bot.storage.tables import (
    application_links,
    application_news,
    applications,
    conversations,
    outbox,
)
from bot.storage.vault import vault_of

FEW = 500
MOST = 30
"""Applications of one chat that are listed."""


def _where(application_id: int, conversation_id: int) -> str:
    return f"application_links.sealed:{application_id}:{conversation_id}"


def _called(
    connection: Connection, application_id: int, conversation_id: int, sealed: bytes
) -> str:
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
            called = _called(connection, row.application_id, conversation_id, row.sealed)
            found.append(LinkedApplication(application, called, row.told))
    return found


def move(connection: Connection, here: int, there: int) -> None:
    """To another chat of the same person; each field is bound to its chat, so sealed anew."""
    rows = connection.execute(
        select(application_links).where(application_links.c.conversation_id == here)
    ).all()
    for row in rows:
        called = _called(connection, row.application_id, here, row.sealed)
        where = _where(row.application_id, there)
        connection.execute(
            insert_unless_there(connection, application_links),
            {
                "application_id": row.application_id,
                "conversation_id": there,
                "sealed": vault_of(connection).seal_json({"called": called}, where),
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
                _called(connection, row.application_id, row.conversation_id, row.sealed),
            )
            for row in rows
        ]
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """One move that a message tells, or will tell."""

    conversation_id: int
    application_id: int
    stage: Stage
    at: datetime
    mistaken: bool
    number: str = ""
    called: str = ""
    procedure: Procedure = Procedure.FIRST
    way: Way = Way.LOCAL


def take_back_unsent(
    connection: Connection, conversation_ids: Sequence[int], now: datetime
) -> tuple[list[Told], dict[int, datetime]]:
    """Messages on moves that have not left: dropped, to be written anew.

    What they told, and by conversation when they were due. What was sent already is forgotten.
    """
    news: list[Told] = []
    dues: dict[int, datetime] = {}
    for at in range(0, len(conversation_ids), FEW):
        few = conversation_ids[at : at + FEW]
        rows = connection.execute(
            select(
                application_news,
                outbox.c.due,
                outbox.c.state,
                applications.c.number,
                applications.c.procedure,
                applications.c.way,
                application_links.c.sealed,
            )
            .join(outbox, outbox.c.uid == application_news.c.outbox_uid, isouter=True)
            .join(applications, applications.c.id == application_news.c.application_id)
            .join(
                application_links,
                (application_links.c.application_id == application_news.c.application_id)
                & (application_links.c.conversation_id == application_news.c.conversation_id),
            )
            .where(application_news.c.conversation_id.in_(few))
            .order_by(application_news.c.id)
        ).all()
        if not rows:
            continue
        open_uids = {row.outbox_uid for row in rows if row.state == "waiting" and row.due > now}
        dropped = _dropped(connection, sorted(open_uids))
        for row in rows:
            if row.outbox_uid in dropped:
                dues[row.conversation_id] = row.due
                called = _called(connection, row.application_id, row.conversation_id, row.sealed)
                news.append(
                    Told(
                        row.conversation_id,
                        row.application_id,
                        Stage(row.stage),
                        row.at,
                        row.mistaken,
                        row.number,
                        called,
                        Procedure(row.procedure),
                        Way(row.way),
                    )
                )
        connection.execute(
            delete(application_news).where(application_news.c.conversation_id.in_(few))
        )
    return news, dues


def _dropped(connection: Connection, uids: Sequence[str]) -> set[str]:
    """Those that nobody had begun to send."""
    if not uids:
        return set()
    rows = connection.execute(
        update(outbox)
        .where(outbox.c.uid.in_(uids), outbox.c.state == "waiting", outbox.c.tries == 0)
        .values(state="dropped")
        .returning(outbox.c.uid)
    )
    return {row.uid for row in rows}


def note_told(connection: Connection, news: Sequence[tuple[Told, str]]) -> None:
    """Each with the outbox row that tells of it."""
    if news:
        connection.execute(
            insert(application_news),
            [
                {
                    "conversation_id": one.conversation_id,
                    "application_id": one.application_id,
                    "stage": one.stage.value,
                    "at": one.at,
                    "mistaken": one.mistaken,
                    "outbox_uid": uid,
                }
                for one, uid in news
            ],
        )


def drop_unsent_of(connection: Connection, conversation_id: int) -> None:
    """No message on moves leaves for this chat any more."""
    connection.execute(
        update(outbox)
        .where(
            outbox.c.subject == subject_of(conversation_id),
            outbox.c.state.in_(("waiting", "held")),
        )
        .values(state="dropped")
    )
    connection.execute(
        delete(application_news).where(application_news.c.conversation_id == conversation_id)
    )


def forget_chat(connection: Connection, conversation_id: int) -> None:
    """This chat follows nothing any more."""
    drop_unsent_of(connection, conversation_id)
    connection.execute(
        delete(application_links).where(application_links.c.conversation_id == conversation_id)
    )


def subject_of(conversation_id: int) -> str:
    """Of the outbox rows that tell a chat of moves."""
    return f"applications:{conversation_id}"
