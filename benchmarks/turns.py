"""Durable turns a second and processor time a turn, beside the peers, turn and turn about."""

import asyncio
import tempfile
from pathlib import Path

from benchmarks.dialogue import AT_ONCE, UPDATES, doorstep_dialogues
from benchmarks.measure import KEY, Bar, median
from benchmarks.peers import sqlite_dialogues, telegram_bot
from bot.storage import schema
from bot.storage.db import Database
from bot.storage.vault import Vault

RUNS = 5
KNOWN = 1000
"""People whose answers (b) holds in its file; a small county has more."""
DIALOGUES = 100


def emptied(path: Path) -> Path:
    database = Database(f"sqlite:///{path}", Vault([KEY]))
    database.write_now(schema.create_all)
    database.close()
    return path


def measure() -> list[Bar]:
    figures: dict[str, list[tuple[float, float]]] = {}
    for _run in range(RUNS):
        with tempfile.TemporaryDirectory(prefix="doorstep-bench-") as folder:
            at = Path(folder)
            taken = {
                f"(a) Doorstep, {AT_ONCE} at once": asyncio.run(
                    doorstep_dialogues(at / "a", DIALOGUES, AT_ONCE)
                ),
                "(a1) Doorstep, one at a time": asyncio.run(
                    doorstep_dialogues(at / "a1", DIALOGUES // 4, 1)
                ),
                f"(b) python-telegram-bot, {KNOWN} known": telegram_bot(
                    at / "b", DIALOGUES // 4, KNOWN
                ),
                "(b0) python-telegram-bot, nobody known": telegram_bot(at / "b0", DIALOGUES, 0),
                "(c) sqlite3 alone, 3 commits": sqlite_dialogues(emptied(at / "c"), DIALOGUES, 3),
                "(c1) sqlite3 alone, 1 commit": sqlite_dialogues(emptied(at / "c1"), DIALOGUES, 1),
            }
        for name, figure in taken.items():
            figures.setdefault(name, []).append(figure)
    print(f"Six questions, {len(UPDATES)} updates a dialogue, median of {RUNS} runs")
    for name, taken_all in figures.items():
        print(
            f"  {name:40} {median([one[0] for one in taken_all]):8.0f} turns/s"
            f" {median([one[1] for one in taken_all]):7.2f} ms of processor a turn"
        )
    a, _a1, b, b0, c, c1 = (next(zip(*taken, strict=True)) for taken in figures.values())
    over_b = median([x / y for x, y in zip(a, b, strict=True)])
    over_b0 = median([x / y for x, y in zip(a, b0, strict=True)])
    over_c = median([x / y for x, y in zip(a, c, strict=True)])
    over_c1 = median([x / y for x, y in zip(a, c1, strict=True)])
    return [
        Bar("turns a second against (b)", f"{over_b:.1f} times", "3", over_b >= 3),
        Bar("turns a second against (b0)", f"{over_b0:.1f} times", "none", over_b0 >= 1),
        Bar("turns a second against (c)", f"{over_c:.2f}", "0.33", over_c >= 1 / 3),
        Bar("turns a second against (c1)", f"{over_c1:.2f}", "none", kept=True),
    ]
