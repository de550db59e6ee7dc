"""Files that came with messages: sealed, found by an unguessable reference."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from bot.messages import Attachment
from bot.storage.db import insert_unless_there
from bot.storage.tables import files, ticket_messages
from bot.storage.vault import vault_of


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file, opened; `content` None: still with its channel."""

    reference: str
    media_type: str
    content: bytes | None
    channel: str
    origin: str

    @property
    def file_name(self) -> str:
        """Of ours, never the sender's; without anything that a header could trip over."""
        what, _slash, kind = self.media_type.partition("/")
        return f"{what}-{self.reference[:8]}.{_ENDINGS.get(kind, kind)}"


_ENDINGS = {"jpeg": "jpg", "mpeg": "mp3"}


def keep(
    connection: Connection,
    reference: str,
    content: bytes,
    media_type: str,
    name: str,
    now: datetime,
) -> None:
    vault = vault_of(connection)
    connection.execute(
        insert(files).values(
            reference=reference,
            media_type=media_type,
            sealed_name=vault.seal(name.encode(), f"files.sealed_name:{reference}"),
            sealed=vault.seal(content, f"files.sealed:{reference}"),
            size=len(content),
            created_at=now,
        )
    )


def keep_new(
    connection: Connection, content: bytes, media_type: str, name: str, now: datetime
) -> Attachment:
    """Under a random reference."""
    reference = secrets.token_urlsafe(18)
    keep(connection, reference, content, media_type, name, now)
    return Attachment(reference, media_type, name, len(content))


def expect(
    connection: Connection,
    reference: str,
    media_type: str,
    channel: str,
    origin: str,
    size: int,
    now: datetime,
) -> None:
    """A file that its channel still holds: upkeep fetches it soon."""
    connection.execute(
        insert_unless_there(connection, files),
        {
            "reference": reference,
            "media_type": media_type,
            "channel": channel,
            "origin": origin,
            "size": size,
            "created_at": now,
        },
    )


def fill(connection: Connection, reference: str, content: bytes, media_type: str = "") -> None:
    """`media_type` is what it turned out to be."""
    told = {"media_type": media_type} if media_type else {}
    connection.execute(
        update(files)
        .where(files.c.reference == reference)
        .values(
            sealed=vault_of(connection).seal(content, f"files.sealed:{reference}"),
            size=len(content),
            **told,
        )
    )


def give_up(connection: Connection, reference: str) -> None:
    """The channel no longer has it: an empty file, so that nobody asks again."""
    fill(connection, reference, b"")


def find(connection: Connection, reference: str) -> StoredFile | None:
    row = connection.execute(select(files).where(files.c.reference == reference)).first()
    if row is None:
        return None
    content = (
        vault_of(connection).open(row.sealed, f"files.sealed:{reference}") if row.sealed else None
    )
    return StoredFile(reference, row.media_type, content, row.channel or "", row.origin or "")


def missing(
    connection: Connection, channels: Collection[str], after: str = "", limit: int = 20
) -> list[StoredFile]:
    """Files that one of these channels still holds, by reference, those after that one."""
    rows = connection.execute(
        select(files)
        .where(files.c.sealed.is_(None), files.c.channel.in_(channels), files.c.reference > after)
        .order_by(files.c.reference)
        .limit(limit)
    )
    return [
        StoredFile(row.reference, row.media_type, None, row.channel or "", row.origin or "")
        for row in rows
    ]


def unheard(connection: Connection, limit: int = 5) -> list[StoredFile]:
    """Voice messages of items that no speech model has listened to."""
    rows = connection.execute(
        select(files)
        .join(ticket_messages, ticket_messages.c.file == files.c.reference)
        .where(
            files.c.media_type.like("audio/%"), files.c.heard_at.is_(None), files.c.size > 0,
            files.c.sealed.is_not(None),
        )
        .order_by(files.c.created_at)
        .limit(limit)
    ).all()  # fmt: skip
    found = (find(connection, row.reference) for row in rows)
    return [file for file in found if file and file.content]


def heard(connection: Connection, reference: str, now: datetime) -> None:
    """A speech model is done with it, whatever came out."""
    connection.execute(update(files).where(files.c.reference == reference).values(heard_at=now))
