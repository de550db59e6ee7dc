"""One chat's quick messages, in one process or several: answered in order."""

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.i18n import translator, verbatim
from bot.messages import Reply
from bot.relay import Relay
from bot.storage import leases, messages
from bot.storage.db import Database
from bot.storage.tables import outbox
from tests.talks import Talks

MESSAGES = 18


def open_rows(database: Database) -> list[str]:
    """The states of what is said, in its order."""
    return database.write_now(
        lambda one: list(one.execute(select(outbox.c.state).order_by(outbox.c.id)).scalars())
    )


async def test_answers_leave_in_order(database: Database) -> None:
    """On PostgreSQL turns have threads of their own, and the last to commit may be heard first."""
    talks = Talks(database)
    await talks.hears("anna", "/feedback")
    answering = []
    for number in range(MESSAGES):
        message = talks.message("anna", f"第 {number} 句")
        answering += [asyncio.create_task(one) for one in await talks.inbox.hear([message])]
    await asyncio.gather(*answering)
    assert len(talks.replies["anna"]) == MESSAGES + 1
    rows = talks.database.write_now(
        lambda one: [row[0] for row in one.exec_driver_sql("SELECT uid FROM outbox ORDER BY id")]
    )
    assert talks.uids == rows


async def test_a_replica_whose_clock_is_behind_overtakes_nobody(database: Database) -> None:
    """Nor one that began its turn earlier and then waited for the lock."""
    first, second = Talks(database), Talks(database, me="second")
    second.clock -= timedelta(seconds=2)
    await first.hears("anna", "你好")
    for answering in await second.inbox.hear([first.message("anna", "/help")]):
        await answering
    assert open_rows(database) == ["sending", "waiting"]
    (sent,) = first.uids

    def due(clock: Any) -> list[str]:
        return [
            row.uid
            for row in database.write_now(lambda one: leases.lease_due(one, "third", clock, 10))
        ]

    assert due(first.clock) == due(second.clock) == []
    database.write_now(lambda one: messages.mark_sent(one, [(sent, "")], first.clock))
    assert len(due(first.clock)) == 1


class AnswersLate:
    """A database whose client hears only later that its work is done."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.done, self.heard = asyncio.Event(), asyncio.Event()

    async def write(self, work: Any) -> Any:
        result = await self._database.write(work)
        self.done.set()
        await self.heard.wait()
        return result


async def test_a_turn_overtakes_nothing_that_the_relay_has_just_leased(database: Database) -> None:
    """A commit is seen by the next turn before it is heard of by who made it."""
    talks = Talks(database)
    await talks.hears("anna", "/language zh_Hans")
    database.write_now(lambda one: messages.mark_sent(one, [(talks.uids[0], "")], talks.clock))
    letter = Reply(paragraphs=(verbatim("我们收到了。"),))
    talks.services(lambda services: services.notices.tell(1, letter, who="staff"))
    late: Any = AnswersLate(database)
    relay = Relay(late, {}, translator, lambda: talks.clock, "talks")
    leasing = asyncio.create_task(relay.deliver_due())
    await late.done.wait()
    await talks.hears("anna", "/help")
    assert open_rows(database) == ["sent", "sending", "waiting"]
    late.heard.set()
    await leasing
    await relay.settle()
