"""Promises 6, 7 and 8: nothing lost, nothing done twice, in order, while processes are killed.

Real processes (tests/replica.py) with the real inbox, relay and upkeep; SIGKILL at random moments.
"""

import asyncio
import random
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Table

from bot.storage.db import Database
from bot.storage.schema import create_all
from bot.storage.tables import inbox, outbox
from bot.storage.vault import Vault
from tests.conftest import KEY
from tests.killing import PROVE, SEED, Worker, distinct, received, unmarked

pytestmark = pytest.mark.prove


def made(url: str) -> None:
    database = Database(url, Vault([KEY]))
    database.write_now(create_all)
    database.close()


async def talk(workers: list[Worker], chance: random.Random, user: str, count: int) -> None:
    """One chat: the next message after the last was stored; each up to five times, anywhere."""
    old: list[dict[str, str]] = []
    for number in range(count):
        event = {"event": f"{user}-{number}", "user": user, "text": f"第 {number} 句"}
        while not await chance.choice(workers).give(event):
            await asyncio.sleep(0.02)
        old.append(event)
        for _again in range(chance.randrange(0, 3)):
            await chance.choice(workers).give(chance.choice(old))


async def nemesis(workers: list[Worker], chance: random.Random, kills: int) -> None:
    while sum(worker.kills for worker in workers) < kills:
        await asyncio.sleep(chance.uniform(0.05, 0.9 / len(workers)))
        chance.choice(workers).kill()


def states(url: str, table: Table) -> Counter[str]:
    database = Database(url, Vault([KEY]))
    try:
        return Counter(
            database.write_now(
                lambda connection: [row.state for row in connection.execute(table.select())]
            )
        )
    finally:
        database.close()


async def settled(url: str, total: int, seconds: float = 150) -> None:
    """Until everything is sent; a lease that a killed process held may take a minute to end."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if (await asyncio.to_thread(states, url, outbox))["sent"] >= total:
            return
        await asyncio.sleep(0.5)


async def play(
    url: str, sent: Path, *, workers: int, chats: int, count: int, kills: int, chance: float
) -> None:
    print(f"seed {SEED}")
    await asyncio.to_thread(made, url)
    draw = random.Random(SEED)
    crew = [Worker(url, sent, chance) for _at in range(workers)]
    try:
        await asyncio.gather(*(worker.start() for worker in crew))
        killing = asyncio.create_task(nemesis(crew, draw, kills))
        await asyncio.gather(*(talk(crew, draw, f"u{at}", count) for at in range(chats)))
        await killing
        await settled(url, chats * count)
    finally:
        await asyncio.gather(*(worker.stop() for worker in crew))


def judge(url: str, sent: Path, chats: int, count: int) -> None:
    """None lost, none out of order, none twice but those that say so; no row left half done."""
    said = [f"第 {number} 句" for number in range(count)]
    heard = received(sent)
    assert len(heard) == chats
    repeated = 0
    for user, texts in heard.items():
        assert distinct(texts) == said, f"{user}, seed {SEED}"
        fresh = unmarked(texts)
        assert len(fresh) == len(set(fresh)), f"{user}: twice without saying so, seed {SEED}"
        repeated += len(texts) - count
    assert states(url, inbox) == {"handled": chats * count}
    assert states(url, outbox) == {"sent": chats * count}
    print(f"{chats * count} messages, {repeated} sent again and marked")


async def test_repeated_updates_and_kills_on_sqlite(tmp_path: Path) -> None:
    """Promises 6 and 7: each update one to three times and shuffled, kills, database errors."""
    url, sent = f"sqlite:///{tmp_path / 'doorstep.db'}", tmp_path / "sent"
    size = {"chats": 40, "count": 100} if PROVE else {"chats": 6, "count": 12}
    await play(url, sent, workers=1, kills=200 if PROVE else 5, chance=0.005, **size)
    judge(url, sent, **size)


async def test_order_across_replicas_on_postgresql(postgresql_url: str, tmp_path: Path) -> None:
    """Promise 8: three workers on one database, any of which may get any message."""
    sent = tmp_path / "sent"
    size = {"chats": 40, "count": 100} if PROVE else {"chats": 6, "count": 10}
    await play(postgresql_url, sent, workers=3, kills=60 if PROVE else 4, chance=0, **size)
    judge(postgresql_url, sent, **size)
