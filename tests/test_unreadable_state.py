"""One chat whose state cannot be read: the others hear what they should, and so does it."""

from datetime import date
from typing import Any

import pytest

from bot.messages import Address
from bot.storage.db import Database
from bot.storage.tables import conversations
from bot.visit_upkeep import VisitUpkeep
from tests.stage import KNOWN
from tests.talks import Talks
from tests.test_reminders import at
from tests.visit_factories import a_request, a_visit, book

FIRST, SECOND = Address("web", "anna"), Address("web", "bob")


def seal_with_a_lost_key(talks: Talks, who: Address) -> None:
    def change(connection: Any) -> None:
        table = conversations
        connection.execute(
            table.update().where(table.c.user_id == who.user_id).values(sealed=b"\x07lost" * 9)
        )

    talks.database.write_now(change)


def write_nonsense(talks: Talks, who: Address) -> None:
    talks.put(who.user_id, {"language": "zh_Hans", "frames": None})


def write_a_list(talks: Talks, who: Address) -> None:
    talks.put(who.user_id, ["of", "another", "program"])


@pytest.mark.parametrize("spoil", [seal_with_a_lost_key, write_nonsense, write_a_list])
async def test_reminders_reach_everybody(sqlite: Database, spoil: Any) -> None:
    talks = Talks(sqlite)
    visit = a_visit(sqlite, 5, date(2026, 5, 13))
    for number, who in enumerate((FIRST, SECOND), 1):
        await talks.hears(who.user_id, "你好")
        book(sqlite, a_request(number, visit), who=who)
    spoil(talks, FIRST)
    kept = sqlite.write_now(lambda one: stored(one, FIRST))
    talks.clock = at(5, 12, 8)
    await VisitUpkeep(sqlite, KNOWN, lambda: talks.clock).round()
    assert [told(talks, who) for who in (FIRST, SECOND)] == [
        ("Tomorrow is the visit", False),
        ("Tomorrow is the visit", True),
    ]
    assert sqlite.write_now(lambda one: stored(one, FIRST)) == kept, "it was not overwritten"


def stored(connection: Any, who: Address) -> bytes:
    table = conversations
    return bytes(
        connection.execute(
            table.select().where(table.c.user_id == who.user_id)
        ).one().sealed
    )  # fmt: skip


def told(talks: Talks, who: Address) -> tuple[str, bool]:
    """The last heading that this chat was told, and whether it has choices."""
    from bot.storage import transcript
    from bot.storage.conversations import find

    def last(connection: Any) -> tuple[str, bool]:
        chat = find(connection, who)
        assert chat
        reply = transcript.lines(connection, chat)[-1].reply
        assert reply
        assert reply.heading
        return reply.heading.msgid, bool(reply.choices)

    return talks.database.write_now(last)
