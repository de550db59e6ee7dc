"""What chats are told of moves: which message tells which, and what has not left yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from bot.domain.stages import Procedure, Stage, Way
from bot.storage.application_links import FEW, called
from bot.storage.tables import application_links, application_news, applications, outbox


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
                name = called(connection, row.application_id, row.conversation_id, row.sealed)
                news.append(
                    Told(
                        row.conversation_id,
                        row.application_id,
                        Stage(row.stage),
                        row.at,
                        row.mistaken,
                        row.number,
                        name,
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


def subject_of(conversation_id: int) -> str:
    """Of the outbox rows that tell a chat of moves."""
    return f"applications:{conversation_id}"
