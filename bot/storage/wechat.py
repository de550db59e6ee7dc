"""WeChat's ledger of messages that may still be sent, its access token, its used signatures."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, case, delete, select, update

from bot.allowance import LIMITS, Allowance, Grant
from bot.storage.db import insert_unless_there
from bot.storage.tables import wechat_agreements, wechat_ledger, wechat_nonces, wechat_tokens
from bot.storage.vault import Unsealable, vault_of

ledger = wechat_ledger
REMEMBERED = timedelta(minutes=15)
"""Used signatures, and events that are only counted: longer than they are good for."""
CLAIM = timedelta(seconds=15)
"""So long one replica may take to ask for an access token."""
BETWEEN_NOTICES = timedelta(hours=12)

_GRANTED = {
    Grant.MESSAGE: update(ledger)
    .where(ledger.c.user_id == bindparam("of"))
    .values(said_left=bindparam("left"), said_until=bindparam("until")),
    Grant.TAP: update(ledger)
    .where(ledger.c.user_id == bindparam("of"))
    .values(tapped_left=bindparam("left"), tapped_until=bindparam("until")),
}


def grant(connection: Connection, user_id: str, what: Grant, now: datetime) -> None:
    """The person did something: what that allows begins anew."""
    left, lasts = LIMITS[what]
    given = {"of": user_id, "left": left, "until": now + lasts}
    if connection.execute(_GRANTED[what], given).rowcount == 0:
        connection.execute(insert_unless_there(connection, ledger), {"user_id": user_id})
        connection.execute(_GRANTED[what], given)


def left(connection: Connection, user_id: str, now: datetime) -> Allowance:
    """Of the longer window while it is open, else of the shorter: what can be relied on."""
    row = connection.execute(select(ledger).where(ledger.c.user_id == user_id)).first()
    if row is not None:
        for count, until in (
            (row.said_left, row.said_until),
            (row.tapped_left, row.tapped_until),
        ):
            if count > 0 and until and until > now:
                return Allowance(count, until)
    return Allowance(0, None)


def spend(connection: Connection, user_id: str, now: datetime) -> bool:
    """One message, of what ends sooner first; False: none is left."""
    for count, until in (
        (ledger.c.tapped_left, ledger.c.tapped_until),
        (ledger.c.said_left, ledger.c.said_until),
    ):
        spent = connection.execute(
            update(ledger)
            .where(ledger.c.user_id == user_id, count > 0, until > now)
            .values({count: count - 1})
        )
        if spent.rowcount:
            return True
    return False


def refund(connection: Connection, user_id: str, now: datetime) -> None:
    """One that was certainly not sent."""
    most_said, most_tapped = LIMITS[Grant.MESSAGE][0], LIMITS[Grant.TAP][0]
    tapping = (ledger.c.tapped_until > now) & (ledger.c.tapped_left < most_tapped)
    more_said = (ledger.c.said_until > now) & (ledger.c.said_left < most_said)
    connection.execute(
        update(ledger)
        .where(ledger.c.user_id == user_id)
        .values(
            tapped_left=ledger.c.tapped_left + case((tapping, 1), else_=0),
            said_left=ledger.c.said_left + case((tapping, 0), (more_said, 1), else_=0),
        )
    )


def close(connection: Connection, user_id: str) -> None:
    connection.execute(
        update(ledger).where(ledger.c.user_id == user_id).values(said_left=0, tapped_left=0)
    )


# --- notices


def agree(
    connection: Connection, user_id: str, template: str, count: int, event: str, now: datetime
) -> None:
    """So many more; 0: none any more. The same event counts once, however often it comes."""
    if not is_new(connection, event, now):
        return
    connection.execute(
        insert_unless_there(connection, wechat_agreements),
        {"user_id": user_id, "template": template, "count": 0},
    )
    of = wechat_agreements.c
    connection.execute(
        update(wechat_agreements)
        .where(of.user_id == user_id, of.template == template)
        .values(count=of.count + count if count else 0)
    )


def take_agreement(connection: Connection, user_id: str, template: str, now: datetime) -> bool:
    """One notice, if one was agreed to and none went out lately."""
    row = connection.execute(
        select(ledger.c.noticed_at).where(ledger.c.user_id == user_id).with_for_update()
    ).first()
    if row and row.noticed_at and now - row.noticed_at < BETWEEN_NOTICES:
        return False
    of = wechat_agreements.c
    taken = connection.execute(
        update(wechat_agreements)
        .where(of.user_id == user_id, of.template == template, of.count > 0)
        .values(count=of.count - 1)
    )
    if taken.rowcount == 0:
        return False
    connection.execute(update(ledger).where(ledger.c.user_id == user_id).values(noticed_at=now))
    return True


# --- the access token


def token(connection: Connection, app_id: str) -> tuple[str, datetime] | None:
    row = connection.execute(select(wechat_tokens).where(wechat_tokens.c.app_id == app_id)).first()
    if row is None or row.sealed is None:
        return None
    try:
        opened = vault_of(connection).open(row.sealed, f"wechat_tokens.sealed:{app_id}")
    except Unsealable:  # of another key ring: it is only a token, a new one is made
        return None
    return opened.decode(), row.until


def claim_token(connection: Connection, app_id: str, now: datetime) -> bool:
    """True: it is the caller's to ask for a new one."""
    connection.execute(insert_unless_there(connection, wechat_tokens), {"app_id": app_id})
    of = wechat_tokens.c
    claimed = connection.execute(
        update(wechat_tokens)
        .where(of.app_id == app_id, (of.claimed_until.is_(None)) | (of.claimed_until < now))
        .values(claimed_until=now + CLAIM)
    )
    return claimed.rowcount == 1


def save_token(connection: Connection, app_id: str, value: str, until: datetime) -> None:
    sealed = vault_of(connection).seal(value.encode(), f"wechat_tokens.sealed:{app_id}")
    connection.execute(
        update(wechat_tokens)
        .where(wechat_tokens.c.app_id == app_id)
        .values(sealed=sealed, until=until, claimed_until=None)
    )


# --- signatures


def is_first(connection: Connection, signed: str, body: str, now: datetime) -> bool:
    """True: this signature is new, or came with this very body."""
    if is_new(connection, signed, now, body):
        return True
    of = wechat_nonces.c
    return connection.execute(select(of.body).where(of.signed == signed)).scalar() == body


def is_new(connection: Connection, key: str, now: datetime, body: str = "") -> bool:
    """True: nothing of this key came within REMEMBERED."""
    of = wechat_nonces.c
    connection.execute(delete(wechat_nonces).where(of.at < now - REMEMBERED))
    made = connection.execute(
        insert_unless_there(connection, wechat_nonces, of.signed),
        {"signed": key, "body": body, "at": now},
    )
    return made.scalar() is not None


def erase(connection: Connection, user_id: str) -> None:
    """What is counted for a person."""
    connection.execute(delete(ledger).where(ledger.c.user_id == user_id))
    connection.execute(delete(wechat_agreements).where(wechat_agreements.c.user_id == user_id))
