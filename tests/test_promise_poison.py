"""Promises 9 and 10: a message that breaks us blocks nobody, and nothing waits unseen."""

import asyncio
from datetime import timedelta

import pytest

from bot.dialog import Answered, Answerer, Handlers, Request
from bot.domain.staff import Member
from bot.domain.tickets import TicketKind
from bot.services import Services
from bot.storage.db import Database
from bot.storage.tables import conversations, inbox
from bot.upkeep import Upkeep
from handlers import HANDLERS
from tests.killing import PROVE
from tests.talks import Talks, words_of

pytestmark = pytest.mark.prove
CHATS, EACH = (200, 50) if PROVE else (20, 20)
POISON = "毒药"


class Brittle:
    """The real handlers, of which one breaks on certain words until it is mended."""

    def __init__(self) -> None:
        self.mended = False
        self.handlers = Handlers(
            flows=HANDLERS.flows,
            answerers=tuple(
                one if one.name != "policy" else Answerer("policy", self._policy)
                for one in HANDLERS.answerers
            ),
            listeners=HANDLERS.listeners,
            commands=HANDLERS.commands,
        )
        self._whole = HANDLERS.by_name["policy"]

    def _policy(self, request: Request, turn: object) -> Answered:
        if POISON in request.text and not self.mended:
            raise RuntimeError("a bug of ours")
        assert isinstance(self._whole, Answerer)
        return self._whole.reply(request, turn)


async def test_one_in_a_hundred_is_poison(database: Database) -> None:
    brittle = Brittle()
    talks = Talks(database, handlers=brittle.handlers)

    async def talk(user: str, first: int) -> None:
        for number in range(EACH):
            poison = (first + number) % 100 == 7
            replies = await talks.hears(user, POISON if poison else f"菜单{number}")
            said = words_of(replies)
            assert len(replies) == 1
            assert ("刚才的话我没能处理" in said) is poison, said

    await asyncio.gather(*(talk(f"u{at}", at * EACH) for at in range(CHATS)))
    await seen_and_tried_again(talks, brittle, CHATS * EACH // 100)


async def seen_and_tried_again(talks: Talks, brittle: Brittle, poisoned: int) -> None:
    """Each in the queue and among what is stuck; after the mend it is answered."""
    talks.services(lambda services: services.staff.first_administrator())
    member = talks.services(lambda services: services.staff.everyone()[0])

    def failures(services: Services) -> int:
        lines = services.tickets.queue(member)
        return sum(line.ticket.kind is TicketKind.FAILURE for line in lines)

    upkeep = Upkeep(talks.database, talks.inbox, {}, lambda: talks.clock)
    await upkeep._look()
    assert upkeep.figures.inbox_parked == poisoned
    stuck = talks.services(lambda services: services.stuck.rows())
    assert len(stuck) == min(poisoned, 100)
    assert talks.services(failures) == poisoned
    await try_again(talks, stuck[0].id, member, told=0)
    brittle.mended = True
    await try_again(talks, stuck[0].id, member, told=1)


async def try_again(talks: Talks, heard_id: int, member: Member, *, told: int) -> None:
    """In vain, it is parked anew without a second apology."""
    user = talks.database.write_now(
        lambda connection: connection.execute(
            conversations.select()
            .join(inbox, inbox.c.conversation_id == conversations.c.id)
            .where(inbox.c.id == heard_id)
        ).one()
    )
    assert talks.services(lambda services: services.stuck.retry("heard", heard_id, member))
    before = len(talks.replies[user.user_id])
    await talks.inbox.answer_left_over(talks.clock + timedelta(seconds=10))
    assert len(talks.replies[user.user_id]) == before + told
