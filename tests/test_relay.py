"""The relay amid what goes on: traffic, rows nobody can read, replies in parts, outages."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import sqlalchemy
from sqlalchemy import select, update

from bot.channels.base import OutcomeUnknown, TryLater
from bot.i18n import translator, verbatim
from bot.messages import Address, Reply
from bot.relay import Relay
from bot.storage import conversations, messages
from bot.storage.db import Database
from bot.storage.leases import OutgoingRow
from bot.storage.messages import Saying
from bot.storage.tables import outbox

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ME = "here"


class Slow:
    """Each paragraph of a reply is one message; it takes its time, and fails as told."""

    name = "slow"
    capabilities = SimpleNamespace(idempotent_send=False)

    def __init__(self, seconds: float = 0.0, troubles: Iterable[Exception | None] = ()) -> None:
        self.seconds = seconds
        self.troubles = iter(troubles)
        self.sent: list[str] = []

    def render(self, reply: Reply, translator: Any) -> list[str]:
        return [words.to(translator) for words in reply.paragraphs]

    async def send(self, to: Address, payload: Any) -> str:
        await asyncio.sleep(self.seconds)
        trouble = next(self.troubles, None)
        if trouble:
            raise trouble
        self.sent.append(payload)
        return f"id {len(self.sent)}"


def relay_of(database: Database, channel: Slow, now: Callable[[], datetime] = lambda: NOW) -> Relay:
    return Relay(database, {"slow": channel}, translator, now, ME)  # type: ignore[dict-item]


def says(database: Database, who: str, *parts: str, at_once: bool = False) -> list[OutgoingRow]:
    """A reply into that person's outbox; at once: this process holds it already."""

    def work(connection: sqlalchemy.Connection) -> list[OutgoingRow]:
        chat = conversations.ensure(connection, Address("slow", who), "zh_Hans", NOW)
        reply = Reply(paragraphs=tuple(verbatim(part) for part in parts))
        owner = ME if at_once else None
        (uid,) = messages.say(connection, chat, [Saying(reply, "zh_Hans")], NOW, owner)
        return [
            OutgoingRow(
                uid=uid, channel="slow", user_id=who, conversation_id=chat, language="zh_Hans",
                reply=reply, lease_until=NOW + messages.LEASE,
            )
        ]  # fmt: skip

    return database.write_now(work)


def states(database: Database) -> list[str]:
    return database.write_now(
        lambda connection: list(connection.execute(select(outbox.c.state)).scalars())
    )


async def test_where_many_people_write_staff_are_heard_too(database: Database) -> None:
    """There is always a turn whose reply is on its way; what is due does not wait for a pause."""
    channel = Slow(0.1)
    relay = relay_of(database, channel)
    running = asyncio.create_task(relay.run(0.05))
    says(database, "waits for staff", "from staff")
    until = time.monotonic() + 20
    number = 0
    while "from staff" not in channel.sent and time.monotonic() < until:
        number += 1
        relay.deliver(says(database, f"writes {number}", "to a turn", at_once=True))
        await asyncio.sleep(0.03)
    running.cancel()
    assert relay._senders, "the traffic never stopped"
    assert "from staff" in channel.sent
    await relay.settle()


async def test_a_reply_that_nobody_can_read_stops_no_other(database: Database) -> None:
    (broken,) = says(database, "one", "broken")
    says(database, "two", "whole")
    database.write_now(
        lambda connection: connection.execute(
            update(outbox).where(outbox.c.uid == broken.uid).values(sealed=b"not sealed")
        )
    )
    channel = Slow()
    relay = relay_of(database, channel)
    await relay.deliver_due()
    await relay.settle()
    assert channel.sent == ["whole"]
    assert sorted(states(database)) == ["parked", "sent"], "staff see the one that is parked"


async def test_a_reply_in_parts_goes_on_where_it_stopped(database: Database) -> None:
    clock = [NOW]
    channel = Slow(troubles=[None, TryLater("busy", timedelta(seconds=2)), None, None])
    relay = relay_of(database, channel, lambda: clock[0])
    says(database, "one", "a", "b", "c")
    await relay.deliver_due()
    await relay.settle()
    assert channel.sent == ["a"]
    clock[0] += timedelta(seconds=3)
    await relay.deliver_due()
    await relay.settle()
    assert channel.sent == ["a", "b", "c"]
    assert states(database) == ["sent"]


async def test_where_nobody_knows_how_far_it_came_all_of_it_says_so(database: Database) -> None:
    clock = [NOW]
    channel = Slow(troubles=[None, OutcomeUnknown("cut off")])
    relay = relay_of(database, channel, lambda: clock[0])
    says(database, "one", "a", "b")
    await relay.deliver_due()
    await relay.settle()
    clock[0] += timedelta(seconds=30)
    await relay.deliver_due()
    await relay.settle()
    assert channel.sent == ["a", "（重复发送）", "a", "b"]


async def test_what_was_sent_is_not_forgotten_in_an_outage(sqlite: Database) -> None:
    """It is marked when the store is back: nobody hears it twice."""
    channel = Slow()
    relay = relay_of(sqlite, channel)
    rows = says(sqlite, "one", "once", at_once=True)
    with out_of_reach(sqlite):
        relay.deliver(rows)
        await asyncio.sleep(0.2)
        assert channel.sent == ["once"]
    await asyncio.wait_for(relay.settle(), 10)
    assert states(sqlite) == ["sent"]


@contextlib.contextmanager
def out_of_reach(database: Database) -> Iterator[None]:
    """Another program holds the file, and nobody waits for it."""
    database.write_now(lambda connection: connection.exec_driver_sql("PRAGMA busy_timeout=1"))
    holder = sqlite3.connect(str(database.url.database), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        holder.close()


async def test_what_no_channel_here_can_send_waits_for_one_that_can(database: Database) -> None:
    """A start without the token, or a replica that lacks it, must not set messages aside."""
    clock = [NOW]
    channel = Slow()
    says(database, "one", "a", "b")
    deaf = Relay(database, {}, translator, lambda: clock[0], "deaf")
    await deaf.deliver_due()
    await deaf.settle()
    assert states(database) == ["waiting"]
    clock[0] += timedelta(minutes=6)
    relay = relay_of(database, channel, lambda: clock[0])
    await relay.deliver_due()
    await relay.settle()
    assert channel.sent == ["a", "b"]
    assert states(database) == ["sent"]


async def test_a_sender_that_wakes_too_late_undoes_nothing(database: Database) -> None:
    """Its lease ran out, another sent the row: what it thinks of its own try counts for nothing."""
    (row,) = says(database, "one", "a", at_once=True)
    database.write_now(lambda connection: messages.mark_sent(connection, [(row.uid, "1")], NOW))
    database.write_now(
        lambda connection: messages.mark_unsent(connection, row.uid, "unknown", "cut off", NOW)
    )
    assert states(database) == ["sent"]
