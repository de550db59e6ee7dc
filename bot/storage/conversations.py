"""Lock, load and save one conversation; find it by its address."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.i18n import Json
from bot.messages import Address
from bot.storage import files
from bot.storage.db import insert_unless_there
from bot.storage.tables import consents, conversations, inbox, outbox
from bot.storage.vault import vault_of


@dataclass(frozen=True, slots=True)
class Locked:
    """One conversation, locked until the transaction ends."""

    id: int
    address: Address
    language: str
    sealed: bytes | None
    """The state; `state_of` opens it."""
    reachable: bool


def ensure(connection: Connection, who: Address, language: str, now: datetime) -> int:
    """The id of this address' conversation, made if it is new."""
    found = find(connection, who)
    if found is not None:
        return found
    connection.execute(
        insert_unless_there(connection, conversations),
        {
            "channel": who.channel,
            "user_id": who.user_id,
            "language": language,
            "created_at": now,
        },
    )
    made = find(connection, who)
    assert made is not None  # noqa: S101 - inserted by us or, a moment before, by another
    return made


_FIND = select(conversations.c.id).where(
    conversations.c.channel == bindparam("channel"), conversations.c.user_id == bindparam("user")
)


def find(connection: Connection, who: Address) -> int | None:
    found: int | None = connection.execute(
        _FIND, {"channel": who.channel, "user": who.user_id}
    ).scalar()
    return found


_UNLOCKED = select(
    conversations.c.id,
    conversations.c.channel,
    conversations.c.user_id,
    conversations.c.language,
    conversations.c.sealed,
    conversations.c.reachable,
).where(conversations.c.id == bindparam("of"))
# Not against rows that only refer to it: a notice for this chat need not wait for its turn.
_LOCK = _UNLOCKED.with_for_update(of=conversations, key_share=True)
_TRY_LOCK = _UNLOCKED.with_for_update(of=conversations, key_share=True, skip_locked=True)


def lock(connection: Connection, conversation_id: int, *, wait: bool = True) -> Locked | None:
    """Nobody else takes a turn of this conversation until we commit; None: it was erased.

    Without `wait` also None where somebody takes a turn just now: who holds other locks must
    not wait for this one.
    """
    statement = _LOCK if wait else _TRY_LOCK
    row = connection.execute(statement, {"of": conversation_id}).first()
    if row is None:
        return None
    return Locked(
        id=row.id,
        address=Address(row.channel, row.user_id),
        language=row.language,
        sealed=row.sealed,
        reachable=row.reachable,
    )


def state_of(connection: Connection, locked: Locked) -> Json | None:
    """None: it is new. Raises Unsealable, which breaks the turn, but not what is done about it."""
    if locked.sealed is None:
        return None
    where = _where(locked.address.channel, locked.address.user_id)
    return vault_of(connection).open_json(locked.sealed, where)


_SAVE = (
    update(conversations)
    .where(conversations.c.id == bindparam("of"))
    .values(
        sealed=bindparam("state"),
        language=bindparam("speaks"),
        reachable=bindparam("reached"),
        last_heard=bindparam("now"),
        draft_until=bindparam("draft"),
    )
)


def save(
    connection: Connection,
    locked: Locked,
    state: Json,
    language: str,
    now: datetime,
    *,
    reachable: bool = True,
    draft_until: datetime | None = None,
) -> None:
    """`draft_until`: so long what is open is kept (see storage/forgetting.py); None: nothing is."""
    sealed = vault_of(connection).seal_json(
        state, _where(locked.address.channel, locked.address.user_id)
    )
    connection.execute(
        _SAVE,
        {
            "of": locked.id,
            "state": sealed,
            "speaks": language,
            "reached": reachable,
            "now": now,
            "draft": draft_until,
        },
    )


def keep_state(connection: Connection, locked: Locked, state: Json) -> None:
    """The state alone: nobody was heard."""
    where = _where(locked.address.channel, locked.address.user_id)
    connection.execute(
        update(conversations)
        .where(conversations.c.id == locked.id)
        .values(sealed=vault_of(connection).seal_json(state, where))
    )


def set_reachable(connection: Connection, conversation_id: int, *, reachable: bool = True) -> None:
    connection.execute(
        update(conversations)
        .where(conversations.c.id == conversation_id)
        .values(reachable=reachable)
    )


def record_consent(
    connection: Connection, locked: Locked, scope: str, now: datetime, *, given: bool
) -> None:
    """To sensitive data in this chat."""
    add_consent(connection, locked.id, locked.address.channel, scope, now, given=given)


def add_consent(
    connection: Connection,
    conversation_id: int,
    channel: str,
    scope: str,
    now: datetime,
    *,
    given: bool,
) -> None:
    """The ledger of consents (PIPL Art. 14-16, 29, 31): rows are added, never changed."""
    connection.execute(
        insert(consents).values(
            conversation_id=conversation_id, scope=scope, given=given, channel=channel, at=now
        )
    )


def language_of(connection: Connection, conversation_id: int) -> str:
    """The language that this chat speaks."""
    row: Any = connection.execute(
        select(conversations.c.language).where(conversations.c.id == conversation_id)
    ).scalar()
    return str(row)


def address_of(connection: Connection, conversation_id: int) -> Address | None:
    row = connection.execute(
        select(conversations.c.channel, conversations.c.user_id).where(
            conversations.c.id == conversation_id
        )
    ).first()
    return Address(row.channel, row.user_id) if row else None


def erase_history(connection: Connection, conversation_id: int) -> None:
    """Answered messages and messages that went out; what is open stays to be dealt with."""
    connection.execute(
        delete(inbox).where(inbox.c.conversation_id == conversation_id, inbox.c.state == "handled")
    )
    connection.execute(
        delete(outbox).where(
            outbox.c.conversation_id == conversation_id, outbox.c.state.in_(("sent", "dropped"))
        )
    )


def erase(connection: Connection, conversation_id: int) -> None:
    """The conversation and all that was heard and said in it."""
    files.leave_behind(connection, conversation_id)
    connection.execute(delete(conversations).where(conversations.c.id == conversation_id))


def _where(channel: str, user_id: str) -> str:
    return f"conversations.sealed:{channel}:{user_id}"
