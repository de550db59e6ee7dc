"""Files that came with messages: sealed, found by an unguessable reference."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, exists, select, update

from bot.messages import Attachment
from bot.storage.db import insert_unless_there
from bot.storage.tables import conversations, files, ticket_messages
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


REFERENCE = 40
_ENDINGS = {"jpeg": "jpg", "mpeg": "mp3"}


def keep(
    connection: Connection,
    reference: str,
    content: bytes,
    media_type: str,
    name: str,
    now: datetime,
) -> None:
    """Unless there is one of that name already."""
    vault = vault_of(connection)
    connection.execute(
        insert_unless_there(connection, files),
        {
            "reference": reference,
            "media_type": media_type,
            "sealed_name": vault.seal(name.encode(), f"files.sealed_name:{reference}"),
            "sealed": vault.seal(content, f"files.sealed:{reference}"),
            "size": len(content),
            "created_at": now,
        },
    )


def keep_new(
    connection: Connection, content: bytes, media_type: str, name: str, now: datetime
) -> Attachment:
    """Under a random reference."""
    reference = secrets.token_urlsafe(18)
    keep(connection, reference, content, media_type, name, now)
    return Attachment(reference, media_type, name, len(content))


def keep_once(
    connection: Connection, event: str, content: bytes, media_type: str, name: str, now: datetime
) -> Attachment:
    """What came with an event of a channel: the event delivered again has the same file.

    Its reference cannot be guessed from the event without our key. It belongs to a chat as soon as
    the event was heard (`belongs_to`); what nobody ever hears of is forgotten (`unsent`).
    """
    reference = vault_of(connection).finding("file", event)[:REFERENCE]
    keep(connection, reference, content, media_type, name, now)
    return Attachment(reference, media_type, name, len(content))


def belongs_to(connection: Connection, reference: str, conversation_id: int) -> None:
    """A message of that chat brought it."""
    connection.execute(
        update(files).where(files.c.reference == reference).values(conversation_id=conversation_id)
    )


_IN_A_LETTER = exists().where(ticket_messages.c.file == files.c.reference)


def forget_drafts(connection: Connection, conversation_id: int, before: datetime) -> None:
    """What that chat sent until then and no letter took: nothing is open any more."""
    connection.execute(
        delete(files).where(
            files.c.conversation_id == conversation_id,
            files.c.created_at <= before,
            ~_IN_A_LETTER,
        )
    )


def leave_behind(connection: Connection, conversation_id: int) -> None:
    """That chat is erased: a file goes too, unless a letter that stays holds it."""
    theirs = files.c.conversation_id == conversation_id
    connection.execute(delete(files).where(theirs, ~_IN_A_LETTER))
    connection.execute(update(files).where(theirs).values(conversation_id=None))


def unsent(connection: Connection, now: datetime, before: datetime, limit: int) -> list[str]:
    """Files that came before that, and which no letter and no open draft holds."""
    drafting = exists().where(
        conversations.c.id == files.c.conversation_id, conversations.c.draft_until > now
    )
    found = connection.execute(
        select(files.c.reference)
        .where(files.c.created_at < before, ~drafting, ~_IN_A_LETTER)
        .order_by(files.c.created_at)
        .limit(limit)
    )
    return list(found.scalars())


def forget(connection: Connection, references: Sequence[str]) -> None:
    """Those of them that no letter has taken meanwhile."""
    connection.execute(delete(files).where(files.c.reference.in_(references), ~_IN_A_LETTER))


def expect(
    connection: Connection,
    reference: str,
    media_type: str,
    channel: str,
    origin: str,
    size: int,
    now: datetime,
    conversation_id: int | None = None,
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
            "conversation_id": conversation_id,
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
