"""What staff wrote: editions of answers and added ways to ask."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from bot.domain.editions import AddedWay, Edition, EditionState
from bot.storage import marks
from bot.storage.tables import added_ways, editions

VERSION = "content:version"


def add(connection: Connection, values: dict[str, Any]) -> int:
    """Its id."""
    made = connection.execute(insert(editions).values(values).returning(editions.c.id))
    edition_id: int = made.scalar_one()
    return edition_id


def get(connection: Connection, edition_id: int) -> Edition | None:
    row = connection.execute(select(editions).where(editions.c.id == edition_id)).one_or_none()
    return _edition(row) if row else None


def move(
    connection: Connection,
    edition_id: int,
    before: EditionState,
    after: EditionState,
    reviewer_id: int,
    now: datetime,
) -> bool:
    """False: somebody was quicker, it is no longer in that state."""
    moved = connection.execute(
        update(editions)
        .where(editions.c.id == edition_id, editions.c.state == before)
        .values(state=after, reviewer_id=reviewer_id, changed_at=now)
    )
    return moved.rowcount == 1


def of_article(connection: Connection, article_id: str) -> Sequence[Edition]:
    """Newest first."""
    found = connection.execute(
        select(editions)
        .where(editions.c.article_id == article_id)
        .order_by(editions.c.changed_at.desc(), editions.c.id.desc())
    )
    return [_edition(row) for row in found]


def in_state(connection: Connection, state: EditionState) -> Sequence[Edition]:
    """Oldest first: a later one of the same answer and language stands before an earlier one."""
    found = connection.execute(
        select(editions)
        .where(editions.c.state == state)
        .order_by(editions.c.changed_at, editions.c.id)
    )
    return [_edition(row) for row in found]


def add_way(connection: Connection, values: dict[str, Any]) -> None:
    connection.execute(insert(added_ways).values(values))


def take_way(connection: Connection, way_id: int) -> bool:
    return connection.execute(delete(added_ways).where(added_ways.c.id == way_id)).rowcount == 1


def ways(connection: Connection) -> Sequence[AddedWay]:
    found = connection.execute(select(added_ways).order_by(added_ways.c.id))
    return [AddedWay(row.id, row.article_id, row.language, row.words) for row in found]


def version(connection: Connection) -> str:
    """Changes whenever what people read has changed."""
    return marks.get(connection, VERSION)


def changed(connection: Connection, now: datetime) -> None:
    count = int(version(connection).partition("@")[0] or 0) + 1
    marks.put(connection, VERSION, f"{count}@{now.isoformat()}")


def _edition(row: Any) -> Edition:
    return Edition(
        id=row.id,
        article_id=row.article_id,
        language=row.language,
        file=row.file,
        state=EditionState(row.state),
        author_id=row.author_id,
        reviewer_id=row.reviewer_id,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )
