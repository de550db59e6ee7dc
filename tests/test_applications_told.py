"""Many people are told of a move that an import made, while the process is killed again and again.

Promise 7 for what nobody asked for: none is left out, and whoever hears twice hears that it may be
twice (the Bot API takes no key that would make a repeated call harmless).
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.config import Config
from bot.i18n import GUANGDONG
from bot.messages import Address
from bot.sheets import csv_bytes
from bot.storage import conversations
from bot.storage.tables import outbox
from tests.clerk import a_clerk
from tests.killing import PROVE, REPEATED
from tests.service import Service
from tests.standin_telegram import StandIn
from tests.test_telegram_service import settings

pytestmark = pytest.mark.prove
MORNING = datetime(2026, 3, 2, 10, 0, tzinfo=GUANGDONG)
PEOPLE, KILLS = (20_000, 10) if PROVE else (300, 3)
FIRST_USER = 100_000
BATCH = 500
ON_THEIR_WAY = 100
"""Messages that one process leases at once (Relay.deliver_due)."""


class Office:
    """The database as another process sees it."""

    def __init__(self, folder: Path) -> None:
        self.now = MORNING
        self._app = App(Config.from_env({"DOORSTEP_VAR": str(folder)}, MORNING), lambda: self.now)

    async def do(self, use: Callable[[Any], Any]) -> Any:
        return await asyncio.to_thread(self._app.write_now, use)

    async def states(self) -> Counter[str]:
        """Of all that was to be said."""
        rows = await self.do(
            lambda services: [row.state for row in services.connection.execute(outbox.select())]
        )
        return Counter(rows)

    async def follows(self, count: int) -> list[str]:
        """So many applications, each followed from a Telegram chat of its own; their numbers."""
        numbers: list[str] = []

        def some(services: Any, users: range) -> None:
            for user in users:
                number = services.applications.record("1234", "440103004", "陈大文")
                who = Address("telegram", str(user))
                chat = conversations.ensure(services.connection, who, "zh_Hans", self.now)
                linked = services.applications.look_up(number, "1234", chat)
                assert linked
                one = services.applications.linked_numbered(chat, number)
                services.applications.tell(chat, one, told=True)
                numbers.append(number)

        for first in range(0, count, BATCH):
            users = range(FIRST_USER + first, FIRST_USER + min(first + BATCH, count))
            await self.do(lambda services, users=users: some(services, users))
        return numbers

    async def imports(self, content: bytes, columns: list[str], rows: int) -> int:
        """Uploaded and its columns named, as in the console."""

        def begun(services: Any) -> int:
            clerk = a_clerk(services)
            job = services.application_imports.begin("move.csv", content, columns, rows, clerk)
            guessed = services.application_imports.guess(columns)
            services.application_imports.name_columns(job, guessed, clerk)
            return int(job)

        return int(await self.do(begun))

    async def reaches(self, job: int, state: str, part: int = 0) -> None:
        """Or is done already: a few hundred rows are written at a stroke."""
        async with asyncio.timeout(300):
            while True:
                found = await self.do(
                    lambda services: services.application_imports.show(job, a_clerk(services))
                )
                assert found.state not in {"faulty", "failed"}, found
                if found.state == "done" or (found.state == state and found.done >= part):
                    return
                await asyncio.sleep(0.02)


async def test_each_is_told_once_however_often_the_process_is_killed(tmp_path: Path) -> None:
    office = Office(tmp_path)
    numbers = await office.follows(PEOPLE)
    rows = [("编号", "环节"), *((number, "审核中") for number in numbers)]
    async with StandIn() as telegram:
        people = [telegram.person(FIRST_USER + at) for at in range(PEOPLE)]
        service = Service(tmp_path, **settings(telegram))
        await starts(service, office)
        try:
            await moves(service, office, csv_bytes(rows[0], rows[1:]))
            assert await office.states() == {"waiting": PEOPLE}
            seconds, died = await sends(service, office, telegram)
        finally:
            await asyncio.to_thread(service.kill)
        assert await office.states() == {"sent": PEOPLE}
        assert telegram.wrong == []
    judge(people, seconds, died)


async def starts(service: Service, office: Office, **later: float) -> None:
    office.now += timedelta(**later)
    service._env["DOORSTEP_NOW"] = office.now.isoformat()
    await asyncio.to_thread(service.start)


async def moves(service: Service, office: Office, content: bytes) -> None:
    """The import runs, its process is killed a third of the way, and the next one ends it."""
    job = await office.imports(content, ["编号", "环节"], PEOPLE)
    await office.reaches(job, "ready")
    await office.do(lambda services: services.application_imports.start(job, a_clerk(services)))
    await office.reaches(job, "running", PEOPLE // 3)
    await asyncio.to_thread(service.kill)
    await starts(service, office, minutes=3)
    await office.reaches(job, "done")
    await asyncio.to_thread(service.kill)


async def sends(service: Service, office: Office, telegram: StandIn) -> tuple[float, float]:
    """Killed each time that another part has arrived; seconds of sending, and of being dead."""
    began, dead = time.monotonic(), 0.0
    for part in range(KILLS + 1):
        wanted = PEOPLE * (part + 1) // (KILLS + 1)
        away = time.monotonic()
        await starts(service, office, minutes=15)
        dead += time.monotonic() - away
        async with asyncio.timeout(1200):
            while sum(map(bool, telegram.sent.values())) < wanted:
                await asyncio.sleep(0.005)
        if part < KILLS:
            await asyncio.to_thread(service.kill)
    async with asyncio.timeout(120):
        while await office.states() != {"sent": PEOPLE}:
            await asyncio.sleep(0.5)
    return time.monotonic() - began, dead


def judge(people: list[Any], seconds: float, dead: float) -> None:
    """Nobody forgotten; nobody told twice by a message that does not say so."""
    repeated = twice = 0
    for person in people:
        texts = [message["text"] for message in person.messages]
        fresh = [text for text in texts if REPEATED not in text]
        assert texts, "forgotten"
        assert len(fresh) <= 1, texts
        assert all("正在审核" in text for text in texts)
        twice += len(texts) > 1
        repeated += sum(REPEATED in text for text in texts)
    assert repeated <= KILLS * ON_THEIR_WAY, "no more than were on their way when it died"
    print(
        f"{len(people):,} told on Telegram in {seconds:.0f} s, {dead:.0f} s of it starting again "
        f"after {KILLS} kills: 0 forgotten, {twice} heard it twice, each second time marked "
        f"({repeated} messages were marked)"
    )
