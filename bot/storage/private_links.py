"""One-time links from a chat to our own page."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from bot.storage.tables import private_links


def add(
    connection: Connection, token_hash: str, conversation_id: int, expires_at: datetime
) -> None:
    connection.execute(
        insert(private_links).values(
            token_hash=token_hash, conversation_id=conversation_id, expires_at=expires_at
        )
    )


def end_unused(connection: Connection, conversation_id: int) -> None:
    """Links of this chat that nobody followed; a page that is open stays open."""
    connection.execute(
        delete(private_links).where(
            private_links.c.conversation_id == conversation_id,
            private_links.c.session_hash.is_(None),
        )
    )


def forget_old(connection: Connection, now: datetime) -> None:
    connection.execute(delete(private_links).where(private_links.c.expires_at <= now))


def is_open(connection: Connection, token_hash: str, now: datetime) -> bool:
    """Nobody has used it, and its time is not over."""
    found = connection.execute(
        select(private_links.c.token_hash).where(
            private_links.c.token_hash == token_hash,
            private_links.c.session_hash.is_(None),
            private_links.c.expires_at > now,
        )
    ).first()
    return found is not None


def use(connection: Connection, token_hash: str, session_hash: str, now: datetime) -> int | None:
    """The conversation, for the first user only."""
    used = connection.execute(
        update(private_links)
        .where(
            private_links.c.token_hash == token_hash,
            private_links.c.session_hash.is_(None),
            private_links.c.expires_at > now,
        )
        .values(session_hash=session_hash)
        .returning(private_links.c.conversation_id)
    )
    found: int | None = used.scalar()
    return found


def behind(connection: Connection, session_hash: str, now: datetime) -> int | None:
    found: int | None = connection.execute(
        select(private_links.c.conversation_id).where(
            private_links.c.session_hash == session_hash, private_links.c.expires_at > now
        )
    ).scalar()
    return found
