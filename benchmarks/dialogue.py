"""The six-question dialogue, held by Doorstep: the real inbox, engine, relay and storage."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.measure import KEY
from bot.channels.base import Capabilities
from bot.channels.drawing import blocks
from bot.dialog import Answered, Answerer, Answers, Done, Engine, Flow, Handlers, Question
from bot.dialog.expect import Words
from bot.i18n import translator, verbatim
from bot.inbox import Inbox
from bot.known import load_known
from bot.messages import Address, IncomingMessage, Reply
from bot.relay import Relay
from bot.storage import schema
from bot.storage.db import Database
from bot.storage.vault import Vault

QUESTIONS = ("the name", "the street", "the door", "the day", "the telephone", "the help needed")
ANSWER = "多宝路12号之三"
UPDATES = ("/six", *(f"{ANSWER} {number}" for number in range(len(QUESTIONS))))
"""One dialogue: it is opened, and six answers follow."""
AT_ONCE = 16


def finish(answers: Answers, context: Any) -> Done:
    return Done(Reply(paragraphs=(verbatim("Thank you. We have noted everything."),)))


SIX = Flow(
    name="six",
    title=verbatim("six questions"),
    questions=tuple(
        Question(
            key=f"q{number}",
            ask=verbatim(f"Please write {what}."),
            expect=Words(),
            label=verbatim(what),
        )
        for number, what in enumerate(QUESTIONS)
    ),
    finish=finish,
)


def said(request: Any, context: Any) -> Answered:
    return Answered(Reply(paragraphs=(verbatim("Say /six."),)))


class Nowhere:
    """A channel whose network takes no time: what is measured is ours."""

    name = "web"
    trouble = ""
    capabilities = Capabilities(4000, "characters", 0, proactive=True)
    sent = 0

    def render(self, reply: Reply, spoken: Any) -> Sequence[dict[str, Any]]:
        return [{"text": "\n".join(blocks(reply, spoken))}]

    async def send(self, to: Address, payload: dict[str, Any]) -> str:
        self.sent += 1
        return ""


class Doorstep:
    """Holds dialogues; a turn is stored, answered, sent and marked as sent, all durably."""

    def __init__(self, path: Path) -> None:
        self.database = Database(f"sqlite:///{path}", Vault([KEY]))
        self.database.write_now(schema.create_all)
        known, hearing = load_known()
        handlers = Handlers(
            flows=(SIX,),
            answerers=(Answerer("policy", said), Answerer("menu", said), Answerer("human", said)),
        )
        self.nowhere = Nowhere()
        channels: Any = {"web": self.nowhere}
        self.relay = Relay(self.database, channels, translator, now, "bench")
        self.inbox = Inbox(
            self.database,
            Engine(handlers, hearing, translator),
            known,
            now,
            "bench",
            self.relay.deliver,
            {},
            str,
        )

    async def turn(self, user: str, number: int, text: str) -> None:
        message = IncomingMessage(Address("web", user), f"{user}-{number}", now(), text=text)
        for answering in await self.inbox.hear([message]):
            await answering

    async def dialogue(self, user: str) -> None:
        for number, text in enumerate(UPDATES):
            await self.turn(user, number, text)

    async def dialogues(self, users: Sequence[str], at_once: int) -> tuple[float, float]:
        """Wall and processor seconds until all is sent and marked."""
        waiting = iter(users)

        async def one_after_the_other() -> None:
            for user in waiting:
                await self.dialogue(user)

        wall, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
        await self.relay.settle()
        return time.perf_counter() - wall, time.process_time() - cpu

    def close(self) -> None:
        self.database.close()


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the clock itself


async def doorstep_dialogues(path: Path, dialogues: int, at_once: int) -> tuple[float, float]:
    """(turns a second, processor milliseconds a turn)."""
    service = Doorstep(path)
    await service.dialogues([f"warm-{number}" for number in range(at_once)], at_once)
    wall, cpu = await service.dialogues([f"u{number}" for number in range(dialogues)], at_once)
    expected = (dialogues + at_once) * len(UPDATES)
    assert service.nowhere.sent == expected, (service.nowhere.sent, expected)
    service.close()
    turns = dialogues * len(UPDATES)
    return turns / wall, cpu / turns * 1000
