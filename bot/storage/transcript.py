"""A chat as it was: what was heard and what was said, in order."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.domain.people import mask_id
from bot.i18n import translator
from bot.messages import Choice, IncomingMessage, Kind, Line, Reply
from bot.storage import withheld
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
    heard = _heard(connection, conversation_id, limit, _labels(said))
    both = sorted((*heard, *said), key=lambda line: line.id)
    return [line for line in both if line.id > after][-limit:]


def for_staff(
    connection: Connection, conversation_id: int, *, limit: int, now: datetime
) -> Sequence[Line]:
    """The last lines as staff may read them: nothing of an anonymous letter, as if never said.

    Answers to questions about sensitive data are left out of their lines; identity numbers that
    stand elsewhere are masked. Who needs them finds them whole where they are kept and audited.
    """
    said = _said(connection, conversation_id, limit, now, staff=True)
    heard = _heard(connection, conversation_id, limit, _labels(said), staff=True)
    both = sorted((*heard, *said), key=lambda line: line.id)[-limit:]
    # A line with the number of an anonymous letter tells who looks it up who wrote that.
    numbers = {line.id: _numbers_in(line) for line in both}
    secret = withheld.anonymous_among(connection, frozenset().union(*numbers.values()))
    return [_discreet(line) for line in both if not numbers[line.id] & secret]


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


def _labels(said: Sequence[Line]) -> dict[str, str]:
    """The words of every choice that was shown, by what a tap on it brings."""
    return {
        choice.token: choice.label.to(translator(line.language))
        for line in said
        if line.reply
        for choice in line.reply.choices
        if choice.token
    }


def _said(
    connection: Connection,
    conversation_id: int,
    limit: int,
    now: datetime | None,
    *,
    staff: bool = False,
) -> list[Line]:
    wanted = (
        select(outbox)
        .where(outbox.c.conversation_id == conversation_id, outbox.c.state != "dropped")
        .order_by(outbox.c.id.desc())
        .limit(limit)
    )
    if now is not None:
        wanted = wanted.where(outbox.c.due <= now)
    if staff:
        wanted = wanted.where(outbox.c.withheld == "")
    vault = vault_of(connection)
    return [
        Line(
            id=_id(max(row.created_at, min(row.due, now or row.due)), "s", row.id),
            who=row.who,
            at=row.created_at,
            reply=Reply.load(vault.open_json(row.sealed, f"outbox.sealed:{row.uid}")),
            language=row.language,
            unseen=row.who == "staff" and row.seen_at is None,
            left_out=staff and row.personal,
        )
        for row in connection.execute(wanted)
    ]


def _heard(
    connection: Connection,
    conversation_id: int,
    limit: int,
    labels: dict[str, str],
    *,
    staff: bool = False,
) -> list[Line]:
    wanted = (
        select(inbox)
        .where(inbox.c.conversation_id == conversation_id)
        .order_by(inbox.c.id.desc())
        .limit(limit)
    )
    if staff:  # what waits was not yet looked at: nobody knows what it belongs to
        wanted = wanted.where(inbox.c.withheld == "", inbox.c.state != "waiting")
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
                left_out=staff and row.personal,
            )
        )
    return heard


_NUMBER = re.compile(r"(?=(F[A-Z0-9]{3})[^A-Z0-9]{0,3}([A-Z0-9]{4}))")
"""A letter's, however it was typed; looked for at every character."""
_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXxＸｘ](?:\d{2})?(?![\dXxＸｘ])")
"""An identity number, or a certificate's, which begins with one."""


def _words(line: Line) -> str:
    said = json.dumps(line.reply.dump(), ensure_ascii=False) if line.reply else ""
    return unicodedata.normalize("NFKC", f"{line.text} {said}")


def _numbers_in(line: Line) -> set[str]:
    """What may be the numbers of letters."""
    return {f"{first}-{second}" for first, second in _NUMBER.findall(_words(line).upper())}


def _discreet(line: Line) -> Line:
    reply = line.reply
    if line.left_out and reply:
        reply = _without_answers(reply)
    if reply:
        told = json.dumps(reply.dump(), ensure_ascii=False)
        reply = Reply.load(json.loads(_masked(told)))
    text = "" if line.left_out else _masked(line.text)
    return replace(line, text=text, reply=reply)


def _without_answers(reply: Reply) -> Reply:
    """What is left are sentences of ours without anything filled in."""
    asked = reply.question
    filled = asked is None or asked.verbatim or bool(asked.values)
    return replace(
        reply,
        paragraphs=(),
        items=(),
        timeline=None,
        question=None if filled else asked,
        choices=(),
    )


def _masked(words: str) -> str:
    return _IDENTITY.sub(lambda found: mask_id(found[0]), words)


def _id(moment: datetime, kind: str, row_id: int) -> str:
    """Sorts by time; what was heard stands before what was said at the same moment."""
    return f"{int(moment.timestamp() * 1_000_000):018d}{kind}{row_id:012d}"
