"""Promise 13: looking up cannot be crawled; what does not exist is answered like a wrong proof."""

import random
import time
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.applications import TooManyTries, TooSoon
from bot.domain.references import new_reference
from bot.messages import Address
from bot.services import Services
from bot.storage import conversations
from bot.storage.db import Database
from tests.killing import PROVE, SEED
from tests.stage import KNOWN, START
from tests.talks import Talks

CHATS, GUESSES = (1_000, 100_000) if PROVE else (20, 2_000)
COMPARED = 2_000 if PROVE else 100
REACHED_A_DAY = 10
"""Tries a day of one application, and of one chat, that are compared with anything at all."""

pytestmark = pytest.mark.prove


def use(database: Database, work: Any, now: Any) -> Any:
    return database.write_now(lambda connection: work(Services(connection, now, KNOWN)))


def record(database: Database, proof: str) -> str:
    return str(
        use(
            database,
            lambda services: services.applications.record(proof, "440103004", "陈大文"),
            START,
        )
    )


def chats(database: Database, count: int) -> list[int]:
    return [
        database.write_now(
            lambda one, at=at: conversations.ensure(one, Address("web", f"u{at}"), "zh_Hans", START)
        )
        for at in range(count)
    ]


def test_a_crawl_of_a_day_finds_nothing(sqlite: Database) -> None:
    """Many chats: half of the guesses at numbers, half at the proofs of one number they know."""
    print(f"SEED={SEED}")
    dice = random.Random(SEED)
    proofs = [f"{at:04}" for at in range(10_000)]
    dice.shuffle(proofs)
    number = record(sqlite, proofs[len(proofs) // 2])
    crowd = chats(sqlite, CHATS)
    hits = reached = refused = 0
    for guess in range(GUESSES):
        now = START + timedelta(days=guess / GUESSES)
        at_proofs = guess % 2
        asked = number if at_proofs else new_reference("A", 5)
        proof = proofs[guess // 2 % len(proofs)]
        chat = crowd[guess % CHATS]
        try:
            found = use(
                sqlite,
                lambda services, asked=asked, proof=proof, chat=chat: services.applications.look_up(
                    asked, proof, chat
                ),
                now,
            )
            reached += at_proofs
            hits += found is not None
        except (TooManyTries, TooSoon):
            refused += 1
    assert hits == 0
    assert reached <= REACHED_A_DAY, "the known number was asked for by all of them together"
    assert refused > GUESSES // 2 - REACHED_A_DAY - CHATS * REACHED_A_DAY


async def test_replies_are_equal_to_the_byte(database: Database) -> None:
    """A wrong proof and a number that nobody has: the same words, waits and pauses, in order."""
    talks = Talks(database)
    number = talks.services(
        lambda services: services.applications.record("002X", "440103004", "陈大文")
    )
    told = {}
    for user, asked in (("anna", number), ("bela", new_reference("A", 5))):
        clock = talks.clock
        said = [await talks.hears(user, "/status"), await talks.hears(user, asked)]
        said.append(await talks.hears(user, "同意"))
        for attempt in range(8):
            if attempt > 2:
                talks.clock += timedelta(seconds=61)
            said.append(await talks.hears(user, f"11{attempt:02}"))
        talks.clock = clock
        whole = [str(reply.dump()) for replies in said for reply in replies]
        told[user] = "\n".join(whole).replace(asked, "A").encode()
    assert told["anna"] == told["bela"]
    assert len(told["anna"]) > 1000


def test_both_take_the_same_time(sqlite: Database) -> None:
    """Processor time, alternately: what else this machine does tells nothing. Asserted in prove."""
    known = [record(sqlite, "9999") for _at in range(COMPARED)]
    crowd = chats(sqlite, 2 * COMPARED)
    taken: dict[str, list[float]] = {"exists": [], "nobody's": []}
    for at, number in enumerate(known):
        for kind, asked in (("exists", number), ("nobody's", new_reference("A", 5))):
            chat = crowd[2 * at + (kind == "exists")]

            def work(services: Any, asked: str = asked, chat: int = chat, kind: str = kind) -> None:
                started = time.thread_time()
                assert services.applications.look_up(asked, "1111", chat) is None
                taken[kind].append(time.thread_time() - started)

            use(sqlite, work, START + timedelta(hours=at))
    p95 = {kind: sorted(times)[int(len(times) * 0.95)] * 1000 for kind, times in taken.items()}
    print(f"p95 of a miss: {p95}")
    if PROVE:
        assert abs(p95["exists"] - p95["nobody's"]) < 2
