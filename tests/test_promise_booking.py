"""Promise 1: an acknowledged booking survives the death of the process, whole."""

import asyncio
import random
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.config import Config
from bot.storage.db import Connection, Database
from bot.storage.tables import bookings, conversations, inbox, outbox, places
from bot.storage.vault import Vault
from tests.killing import PROVE, SEED
from tests.service import Service
from tests.web_resident import Resident

pytestmark = pytest.mark.prove
WORDS = ("/book", "不能，去不了", "第一次办证", "就在居住的地方", "我自己", "{name}", "13800138000",
         "随时可以打电话", "荔湾多宝", "同意", "跳过", "跳过", "多宝路12号3楼302房",
         "跳过", "跳过")  # fmt: skip
CHOOSE_AND_CONFIRM = ("1", "1")
NAMES = "子丑寅卯辰巳午未申酉"
KILLS = 200 if PROVE else 4
BOOKED = re.compile(r"<h3>(?:约好了：上门评残|已经转交。这是申请，还不是预约)</h3>")


def name_of(number: int) -> str:
    return "陈大" + "".join(NAMES[int(digit)] for digit in str(number))


async def books(url: str, number: int) -> tuple[Resident, str]:
    """Until it is booked: a place may be taken by somebody else a moment before."""
    async with Resident(url) as me:
        for words in WORDS:
            await me.says(words.format(name=name_of(number)))
        page = ""
        while not BOOKED.search(page):
            for words in CHOOSE_AND_CONFIRM:
                await me.says(words)
            page = await me.hears(me.sent)
        return me, page


async def kill_again_and_again(service: Service, chance: random.Random) -> None:
    for _kill in range(KILLS):
        await asyncio.sleep(chance.uniform(0, 0.8))
        await asyncio.to_thread(service.kill)
        await asyncio.to_thread(service.start)


async def read_again(me: Resident) -> str:
    async with me:
        return await me.reads()


async def test_killed_at_any_moment_a_booking_is_whole(tmp_path: Path) -> None:
    """Residents at the page, SIGKILL at random moments: each has one booking, told once."""
    print(f"seed {SEED}")
    service = Service(tmp_path)
    await asyncio.to_thread(service.start)
    killing = asyncio.create_task(kill_again_and_again(service, random.Random(SEED)))
    talks: list[tuple[Resident, str]] = []
    try:
        while not killing.done():
            first = len(talks)
            talks += await asyncio.gather(*(books(service.url, first + at) for at in range(4)))
        await killing
        pages = [await read_again(me) for me, _page in talks]
    finally:
        await asyncio.to_thread(service.stop)
    for (me, page), later in zip(talks, pages, strict=True):
        assert Resident.answers(later) == me.sent, f"one answer each, seed {SEED}"
        assert BOOKED.findall(later) == BOOKED.findall(page)
        assert len(BOOKED.findall(later)) == 1
    check_whole(tmp_path, [me.user_id for me, _page in talks])
    print(f"{KILLS} kills, {len(talks)} bookings")


def check_whole(folder: Path, residents: list[str]) -> None:
    """One booking each; a place for each that has a visit and no other; nothing half written."""
    env = {"DOORSTEP_VAR": str(folder)}
    config = Config.from_env(env, datetime(2026, 3, 2, tzinfo=UTC))
    database = Database(config.database_url, Vault(config.keys))

    def look(connection: Connection) -> None:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        chats = {
            row.id: row.user_id
            for row in connection.execute(conversations.select())
            if row.channel == "web"
        }
        made = list(connection.execute(bookings.select().where(bookings.c.state != "cancelled")))
        owners = [chats[row.conversation_id] for row in made if row.conversation_id in chats]
        assert sorted(owners) == sorted(residents)
        taken = {
            row.booking_id: row.visit_id
            for row in connection.execute(places.select())
            if row.booking_id is not None
        }
        assert taken == {row.id: row.visit_id for row in made if row.visit_id is not None}
        heard = list(connection.execute(inbox.select()))
        assert {row.state for row in heard} == {"handled"}
        said = Counter(row.inbox_id for row in connection.execute(outbox.select()))
        assert all(said[row.id] >= 1 for row in heard), "a message without an answer"

    try:
        database.write_now(look)
    finally:
        database.close()
