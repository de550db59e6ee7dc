"""Who looks at an item, what they are writing, and the views of the queue that they keep."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from bot.domain.queue import Desk, SavedView
from bot.storage.db import insert_unless_there
from bot.storage.tables import saved_views, staff, ticket_desks
from bot.storage.vault import vault_of


def look(connection: Connection, ticket_id: int, staff_id: int, now: datetime) -> None:
    """This member has the item before them."""
    seen = connection.execute(
        update(ticket_desks)
        .where(ticket_desks.c.ticket_id == ticket_id, ticket_desks.c.staff_id == staff_id)
        .values(seen_at=now)
    )
    if seen.rowcount == 0:
        connection.execute(
            insert_unless_there(connection, ticket_desks),
            {
                "uid": secrets.token_hex(12),
                "ticket_id": ticket_id,
                "staff_id": staff_id,
                "seen_at": now,
            },
        )


def others(connection: Connection, ticket_id: int, staff_id: int) -> list[Desk]:
    rows = connection.execute(
        select(ticket_desks, staff.c.display_name)
        .join(staff, staff.c.id == ticket_desks.c.staff_id)
        .where(ticket_desks.c.ticket_id == ticket_id, ticket_desks.c.staff_id != staff_id)
        .order_by(ticket_desks.c.seen_at.desc())
    )
    return [Desk(row.staff_id, row.display_name, row.seen_at, row.writing_at) for row in rows]


def keep_draft(
    connection: Connection, ticket_id: int, staff_id: int, words: str, now: datetime
) -> None:
    """'' forgets it, and gives the lock back."""
    look(connection, ticket_id, staff_id, now)
    row = _desk(connection, ticket_id, staff_id)
    sealed = (
        vault_of(connection).seal(words.encode(), f"ticket_desks.sealed:{row.uid}")
        if words
        else None
    )
    connection.execute(
        update(ticket_desks)
        .where(ticket_desks.c.id == row.id)
        .values(sealed=sealed, writing_at=now if words else None)
    )


def draft(connection: Connection, ticket_id: int, staff_id: int) -> str:
    row = _desk(connection, ticket_id, staff_id)
    if row is None or row.sealed is None:
        return ""
    return vault_of(connection).open(row.sealed, f"ticket_desks.sealed:{row.uid}").decode()


def leave(connection: Connection, ticket_id: int, staff_id: int) -> None:
    """Not before them any more; the draft stays."""
    connection.execute(
        update(ticket_desks)
        .where(ticket_desks.c.ticket_id == ticket_id, ticket_desks.c.staff_id == staff_id)
        .values(writing_at=None)
    )


def views(connection: Connection, staff_id: int) -> list[SavedView]:
    rows = connection.execute(
        select(saved_views).where(saved_views.c.staff_id == staff_id).order_by(saved_views.c.name)
    )
    return [SavedView(row.id, row.name, row.query) for row in rows]


def save_view(connection: Connection, staff_id: int, name: str, query: str) -> None:
    """The same name again is the same view."""
    forget_view(connection, staff_id, name=name)
    connection.execute(insert(saved_views).values(staff_id=staff_id, name=name, query=query))


def forget_view(connection: Connection, staff_id: int, *, name: str = "", view_id: int = 0) -> None:
    which = saved_views.c.name == name if name else saved_views.c.id == view_id
    connection.execute(delete(saved_views).where(saved_views.c.staff_id == staff_id, which))


def _desk(connection: Connection, ticket_id: int, staff_id: int) -> Any:
    return connection.execute(
        select(ticket_desks).where(
            ticket_desks.c.ticket_id == ticket_id, ticket_desks.c.staff_id == staff_id
        )
    ).first()
