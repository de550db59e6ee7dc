"""The cost of a turn with few and with very many conversations stored."""

import asyncio
import os
import sqlite3
import tempfile
from pathlib import Path

from benchmarks.dialogue import AT_ONCE, UPDATES, Doorstep
from benchmarks.measure import Bar, median

FEW, MANY = 1_000, 1_000_000
ROUNDS, DIALOGUES = 9, 40
FILL = """
insert into {table} ({columns})
with recursive counted(n) as (select 1 union all select n + 1 from counted where n < {rows})
select {values} from counted
"""
TABLES = (
    (
        "conversations",
        "channel, user_id, language, sealed, created_at",
        "'web', 'stored-' || n, 'zh_Hans', :state, :at",
    ),
    (
        "inbox",
        "channel, event_id, conversation_id, sealed, state, received_at",
        "'web', 'stored-' || n, n, :heard, 'handled', :at",
    ),
    (
        "outbox",
        "uid, conversation_id, inbox_id, language, sealed, state, due, created_at, sent_at",
        "'stored-' || n, n, n, 'zh_Hans', :said, 'sent', :at, :at, :at",
    ),
)


def fill(path: Path, rows: int) -> None:
    """Conversations, each with a message heard and a reply sent."""
    given = {
        "state": os.urandom(600),
        "heard": os.urandom(250),
        "said": os.urandom(300),
        "at": "2026-03-02 04:00:00.000000",
    }
    with sqlite3.connect(path) as database:
        for table, columns, values in TABLES:
            database.execute(
                FILL.format(table=table, columns=columns, values=values, rows=rows), given
            )
        database.execute("analyze")
    database.close()


def measure() -> list[Bar]:
    return asyncio.run(_measure())


async def _measure() -> list[Bar]:
    with tempfile.TemporaryDirectory(prefix="doorstep-bench-") as folder:
        services = {}
        for rows in (FEW, MANY):
            services[rows] = Doorstep(Path(folder) / f"{rows}")
            fill(Path(folder) / f"{rows}", rows)
        taken: dict[int, list[float]] = {FEW: [], MANY: []}
        for around in range(ROUNDS):
            for rows, service in services.items():
                users = [f"r{around}-{number}" for number in range(DIALOGUES)]
                _wall, cpu = await service.dialogues(users, AT_ONCE)
                taken[rows].append(cpu / DIALOGUES / len(UPDATES) * 1000)
        for service in services.values():
            service.close()
    ratio = median([many / few for few, many in zip(taken[FEW], taken[MANY], strict=True)])
    print(f"Processor time of a turn by what is stored, median of {ROUNDS} pairs")
    for rows, figures in taken.items():
        print(f"  {rows:9,} conversations: {median(figures):.2f} ms")
    return [Bar("a turn with the many against the few", f"{ratio:.2f}", "1.10", ratio < 1.1)]
