"""What became of suggestions, told to everybody; who follows them."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from bot.domain.public_notes import NoteState, PublicNote
from bot.storage.db import insert_unless_there
from bot.storage.tables import public_notes, ticket_followers, tickets
from bot.storage.ticket_queue import within


def add(connection: Connection, values: dict[str, Any]) -> int:
    """`said` and `done` are given as they are read: by language."""
    row = {**values, "said": json.dumps(values["said"]), "done": json.dumps(values["done"])}
    made = connection.execute(insert(public_notes).values(**row).returning(public_notes.c.id))
    return int(made.scalar_one())


def get(connection: Connection, note_id: int) -> PublicNote | None:
    row = connection.execute(_NOTES.where(public_notes.c.id == note_id)).first()
    return _note(row) if row else None


def of_ticket(connection: Connection, ticket_id: int) -> list[PublicNote]:
    rows = connection.execute(
        _NOTES.where(public_notes.c.ticket_id == ticket_id).order_by(public_notes.c.id)
    )
    return [_note(row) for row in rows]


def in_state(
    connection: Connection, state: NoteState, region: str = "44", limit: int = 500
) -> list[PublicNote]:
    """The newest first."""
    rows = connection.execute(
        _NOTES.where(public_notes.c.state == state, within(region))
        .order_by(public_notes.c.released_at.desc(), public_notes.c.id.desc())
        .limit(limit)
    )
    return [_note(row) for row in rows]


def move(
    connection: Connection, note: PublicNote, state: NoteState, by: int, now: datetime
) -> bool:
    """False: a colleague was quicker."""
    changed = {"state": state, "released_by": by}
    if state is NoteState.RELEASED:
        changed["released_at"] = now
    moved = connection.execute(
        update(public_notes)
        .where(public_notes.c.id == note.id, public_notes.c.state == note.state)
        .values(changed)
    )
    return moved.rowcount == 1


def follow(connection: Connection, ticket_id: int, conversation_id: int, now: datetime) -> bool:
    """False: this chat follows it already."""
    made = connection.execute(
        insert_unless_there(connection, ticket_followers),
        {"ticket_id": ticket_id, "conversation_id": conversation_id, "at": now},
    )
    return bool(made.rowcount == 1)


def followers(connection: Connection, ticket_id: int) -> list[int]:
    """Their chats."""
    found = connection.execute(
        select(ticket_followers.c.conversation_id).where(ticket_followers.c.ticket_id == ticket_id)
    )
    return list(found.scalars())


def voices(connection: Connection, ticket_ids: Sequence[int]) -> dict[int, int]:
    """How many chats stand behind each: the one that began it and those that joined."""
    rows = connection.execute(
        select(ticket_followers.c.ticket_id, func.count())
        .where(ticket_followers.c.ticket_id.in_(ticket_ids))
        .group_by(ticket_followers.c.ticket_id)
    )
    joined = {row[0]: row[1] for row in rows}
    return {one: 1 + joined.get(one, 0) for one in ticket_ids}


_NOTES = select(public_notes, tickets.c.number, tickets.c.region).join(
    tickets, tickets.c.id == public_notes.c.ticket_id
)


def _note(row: Any) -> PublicNote:
    return PublicNote(
        id=row.id,
        ticket_id=row.ticket_id,
        number=row.number,
        region=row.region,
        state=NoteState(row.state),
        said=json.loads(row.said),
        done=json.loads(row.done),
        author_id=row.author_id,
        created_at=row.created_at,
        released_at=row.released_at,
    )
