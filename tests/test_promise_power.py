"""Promise 2: what was acknowledged survives a power cut; and the test would see it if not."""

import asyncio
import contextlib
import random
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.inbox import Inbox
from bot.messages import Address, IncomingMessage
from bot.storage.db import Database, Unavailable
from bot.storage.schema import create_all
from bot.storage.tables import inbox, outbox
from bot.storage.vault import Vault
from tests.conftest import KEY
from tests.killing import PROVE, SEED
from tests.powercut import Connection, Disk
from tests.replica import echo_engine

pytestmark = pytest.mark.prove
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CUTS = 1000 if PROVE else 60
CONTROLS = 100 if PROVE else 25


@dataclass
class Trial:
    """One life of a service: what it acknowledged before the power went."""

    events: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)

    async def live(self, database: Database) -> None:
        service = Inbox(
            database, echo_engine(), None, lambda: NOW, "me", self.say, {}, str  # type: ignore[arg-type]
        )  # fmt: skip
        for number in range(30):
            who = Address("paper", f"u{number % 3}")
            message = IncomingMessage(who, f"e{number}", NOW, text=f"第 {number} 句")
            (answering,) = await service.hear([message])
            self.events.append(message.event_id)
            await answering

    def say(self, rows) -> None:
        self.replies += [row.uid for row in rows]


def trial(folder: Path, empty: Path, chance: random.Random, synchronous: str) -> int:
    """One power cut; how many acknowledged rows are gone. A corrupt database fails."""
    before, after = folder / "before", folder / "after"
    for place in (before, after):
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
    shutil.copy(empty, before / "doorstep.db")
    path = before / "doorstep.db"
    disk = Disk("forgetful")
    lived = Trial()
    database = Database(
        f"sqlite:///{path}", Vault([KEY]), lambda: Connection(str(path), disk, synchronous)
    )
    try:
        disk.left = chance.randrange(20, 400)
        with contextlib.suppress(Unavailable):
            asyncio.run(lived.live(database))
        disk.cut(after, chance)
    finally:
        database.close()
        disk.close()
    return lost(lived, after / "doorstep.db")


def lost(lived: Trial, path: Path) -> int:
    database = Database(f"sqlite:///{path}", Vault([KEY]))
    try:

        def look(connection):
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            heard = {row.event_id for row in connection.execute(inbox.select())}
            said = {row.uid for row in connection.execute(outbox.select())}
            handled = {
                row.id for row in connection.execute(inbox.select()) if row.state == "handled"
            }
            answered = {row.inbox_id for row in connection.execute(outbox.select())}
            assert handled == answered, "half a turn was kept"
            return len(set(lived.events) - heard) + len(set(lived.replies) - said)

        return database.write_now(look)
    finally:
        database.close()


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A database with all tables, as it stands before each trial."""
    path = tmp_path / "empty.db"
    database = Database(f"sqlite:///{path}", Vault([KEY]))
    database.write_now(create_all)
    database.close()
    return path


def test_nothing_acknowledged_is_lost_in_a_power_cut(tmp_path: Path, empty: Path) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    gone = [trial(tmp_path, empty, chance, "FULL") for _cut in range(CUTS)]
    assert sum(gone) == 0, f"seed {SEED}"


def test_with_less_care_it_would_be_lost(tmp_path: Path, empty: Path) -> None:
    """The negative control: synchronous=NORMAL does not sync every commit."""
    chance = random.Random(SEED)
    gone = [trial(tmp_path, empty, chance, "NORMAL") for _cut in range(CONTROLS)]
    assert sum(gone) > CONTROLS
