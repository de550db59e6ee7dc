"""A small replica to be killed: the real inbox, relay and upkeep around an echo.

`python -m tests.replica <database url> <file of what was sent> <chance of a database error>`
reads events from standard input, one JSON object a line ({"event", "user", "text"}), prints the
event's id once it is stored, and appends what it sends to the file, one JSON object a line.
"""

import asyncio
import json
import os
import random
import socket
import sqlite3
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bot.channels.base import Capabilities
from bot.channels.drawing import blocks
from bot.dialog import Answered, Answerer, Engine, Handlers
from bot.i18n import translator, verbatim
from bot.inbox import Inbox
from bot.messages import Address, IncomingMessage, Reply
from bot.relay import Relay
from bot.storage.db import Database, Unavailable
from bot.storage.vault import Vault
from bot.upkeep import Upkeep
from tests.conftest import KEY

WAIT_UNTIL_READY = "ready"
POISON = "毒"


class Echo:
    """Hears words and nothing else: what it says tells which message it answers."""

    def plain(self, text: str) -> str:
        return text

    def nothing(self, *_heard: object) -> None:
        return None

    control = number = intent = yes_no = nothing

    def emergency(self, text: str) -> bool:
        return False

    is_question = asks_why = has_nothing_to_say = emergency

    def language_of(self, text: str) -> str:
        return "zh_Hans"


def echoed(request: Any, _context: object) -> Answered:
    if request.text.startswith(POISON):
        raise RuntimeError("poison")
    return Answered(Reply(paragraphs=(verbatim(request.text),)))


def menu(_request: Any, _context: object) -> Answered:
    return Answered(Reply(paragraphs=(verbatim("menu"),)))


def echo_engine() -> Engine:
    handlers = Handlers(flows=(), answerers=(Answerer("policy", echoed), Answerer("menu", menu)))
    return Engine(handlers, Echo(), translator)  # type: ignore[arg-type]


class Paper:
    """A channel that writes what it sends to a file, a line each: the order is the file's."""

    name = "paper"
    trouble = ""
    capabilities = Capabilities(10_000, "characters", 0, proactive=True)

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def render(self, reply: Reply, spoken: Any) -> Sequence[dict[str, Any]]:
        return [{"text": "\n".join(blocks(reply, spoken))}]

    async def send(self, to: Address, payload: dict[str, Any]) -> str:
        line = json.dumps({"user": to.user_id, **payload}, ensure_ascii=False)
        os.write(self._file, f"{line}\n".encode())
        await asyncio.sleep(0)
        return ""


class FlakyCursor(sqlite3.Cursor):
    """Now and then the disk cannot be read or written."""

    chance = 0.0
    draw = random.Random()

    def execute(self, *given: Any) -> Any:
        if self.chance and self.draw.random() < self.chance:
            raise sqlite3.OperationalError("disk I/O error")
        return super().execute(*given)


class FlakyConnection(sqlite3.Connection):
    def cursor(self, *_given: Any) -> Any:
        return super().cursor(FlakyCursor)


def opened(url: str, chance: float) -> Database:
    """A database of which each statement fails with that chance (SQLite only)."""
    FlakyCursor.chance = chance
    if not chance:
        return Database(url, Vault([KEY]))
    path = url.removeprefix("sqlite:///")
    return Database(
        url,
        Vault([KEY]),
        lambda: sqlite3.connect(path, timeout=30, check_same_thread=False, factory=FlakyConnection),
    )


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a real process on a real clock


class Replica:
    """What App is to the service."""

    def __init__(self, url: str, path: str, chance: float) -> None:
        me = f"{socket.gethostname()[:20]}:{os.getpid()}:x"
        self.database = opened(url, chance)
        channels: dict[str, Any] = {"paper": Paper(path)}
        self.relay = Relay(self.database, channels, translator, now, me)
        self.inbox = Inbox(
            self.database, echo_engine(), None, now, me, self.relay.deliver, {}, str  # type: ignore[arg-type]
        )  # fmt: skip
        self.upkeep = Upkeep(self.database, self.inbox, channels, now)
        self._tasks: set[asyncio.Task[None]] = set()

    def background(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def run(self) -> None:
        self.background(self.relay.run(every=0.1))
        self.background(self.upkeep.run())
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
        )
        print(WAIT_UNTIL_READY, flush=True)
        while line := await reader.readline():
            self.background(self.hear(json.loads(line)))

    async def hear(self, event: dict[str, str]) -> None:
        message = IncomingMessage(
            Address("paper", event["user"]), event["event"], now(), text=event["text"]
        )
        try:
            waiting = await self.inbox.hear([message])
        except Unavailable:
            print(f"no {event['event']}", flush=True)
            return
        print(f"ok {event['event']}", flush=True)
        for answering in waiting:
            try:
                await answering
            except Unavailable:
                return  # the sweep comes to it


if __name__ == "__main__":
    asyncio.run(Replica(sys.argv[1], sys.argv[2], float(sys.argv[3])).run())
