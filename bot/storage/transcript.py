"""A chat as it was: what was heard and what was said, in order."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.i18n import translator
from bot.messages import Choice, IncomingMessage, Kind, Line, Reply
from bot.storage.tables import inbox, outbox
from bot.storage.vault import vault_of

_LOOKED_BACK = 20
_KIND = 18
_ROW = 19
"""Where in a line's id its kind and its row's id stand."""


def lines(
    connection: Connection,
    conversation_id: int,
    *,
    after: str = "",
    limit: int = 200,
    now: datetime | None = None,
) -> Sequence[Line]:
    """The last `limit` lines after that one, oldest first; what is due later is left out."""
    said = _said(connection, conversation_id, limit, now)
    labels = {
        choice.token: choice.label.to(translator(line.language))
        for line in said
        if line.reply
        for choice in line.reply.choices
        if choice.token
    }
    heard = _heard(connection, conversation_id, limit, labels)
    both = sorted((*heard, *said), key=lambda line: line.id)
    return [line for line in both if line.id > after][-limit:]


def mark_seen(
    connection: Connection, conversation_id: int, line_ids: Sequence[str], now: datetime
) -> None:
    """A page of ours showed these lines to the person; the first time counts."""
    connection.execute(
        update(outbox)
        .where(
            outbox.c.conversation_id == conversation_id,
            outbox.c.id.in_([int(one[_ROW:]) for one in line_ids if one[_KIND] == "s"]),
            outbox.c.seen_at.is_(None),
        )
        .values(seen_at=now)
    )


def stamp(connection: Connection, conversation_id: int) -> tuple[int, int]:
    """The newest row heard and the newest said."""
    newest = (
        connection.execute(
            select(table.c.id)
            .where(table.c.conversation_id == conversation_id)
            .order_by(table.c.id.desc())
            .limit(1)
        ).scalar()
        for table in (inbox, outbox)
    )
    heard, said = newest
    return heard or 0, said or 0


def newest_choices(
    connection: Connection, conversation_id: int, now: datetime
) -> tuple[Choice, ...]:
    """Those that this chat was shown last, whoever showed them."""
    said = _said(connection, conversation_id, _LOOKED_BACK, now)
    newest = sorted(said, key=lambda line: line.id, reverse=True)
    return next((one.reply.choices for one in newest if one.reply and one.reply.choices), ())


def _said(
    connection: Connection, conversation_id: int, limit: int, now: datetime | None
) -> list[Line]:
    wanted = (
        select(outbox)
        .where(outbox.c.conversation_id == conversation_id, outbox.c.state != "dropped")
        .order_by(outbox.c.id.desc())
        .limit(limit)
    )
    if now is not None:
        wanted = wanted.where(outbox.c.due <= now)
    vault = vault_of(connection)
    return [
        Line(
            id=_id(max(row.created_at, min(row.due, now or row.due)), "s", row.id),
            who=row.who,
            at=row.created_at,
            reply=Reply.load(vault.open_json(row.sealed, f"outbox.sealed:{row.uid}")),
            language=row.language,
            unseen=row.who == "staff" and row.seen_at is None,
        )
        for row in connection.execute(wanted)
    ]


def _heard(
    connection: Connection, conversation_id: int, limit: int, labels: dict[str, str]
) -> list[Line]:
    wanted = (
        select(inbox)
        .where(inbox.c.conversation_id == conversation_id)
        .order_by(inbox.c.id.desc())
        .limit(limit)
    )
    vault = vault_of(connection)
    heard = []
    for row in connection.execute(wanted):
        where = f"inbox.sealed:{row.channel}:{row.event_id}"
        message = IncomingMessage.load(vault.open_json(row.sealed, where))
        if message.kind is Kind.LEFT:
            continue
        heard.append(
            Line(
                id=_id(row.received_at, "h", row.id),
                who="person",
                at=row.received_at,
                text=message.text or labels.get(message.tap, ""),
                attachment=message.attachment,
            )
        )
    return heard


def _id(moment: datetime, kind: str, row_id: int) -> str:
    """Sorts by time; what was heard stands before what was said at the same moment."""
    return f"{int(moment.timestamp() * 1_000_000):018d}{kind}{row_id:012d}"
