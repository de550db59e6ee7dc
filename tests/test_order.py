"""One chat's quick messages, in one process: answered in order."""

import asyncio

from bot.storage.db import Database
from tests.talks import Talks

MESSAGES = 18


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
