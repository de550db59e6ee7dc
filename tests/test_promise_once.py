"""Promise 5: confirming twice, again, or by another way does one thing."""

import asyncio
import random
import re

import pytest

from bot.messages import Reply
from bot.storage.db import Database
from bot.storage.tables import bookings, tickets
from tests.killing import PROVE, SEED
from tests.talks import Talks, words_of
from tests.test_engine import TO_THE_NAME

pytestmark = pytest.mark.prove
SCHEDULES = 10_000 if PROVE else 120
AT_ONCE = 60
NAMES = "子丑寅卯辰巳午未申酉"
NUMBER = re.compile(r"编号[：是 ]+([A-Z0-9-]{6,})")


def name_of(number: int) -> str:
    return "陈大" + "".join(NAMES[int(digit)] for digit in str(number))


async def to_the_review(talks: Talks, user: str, number: int) -> Reply:
    """Booking by telephone: everybody can have it, so that only confirming is tried."""
    await talks.all(user, *TO_THE_NAME, name_of(number), "13800138000", "随时可以打电话")
    await talks.all(user, "荔湾多宝", "同意", "跳过", "跳过", "多宝路12号3楼302房", "跳过", "跳过")
    (review,) = await talks.hears(user, "时间随意，联系我")
    assert review.heading
    return review


async def one_schedule(talks: Talks, number: int, chance: random.Random) -> None:
    """Confirmed several times: the same event again, the button again, its number, its words."""
    user = f"p{number}"
    review = await to_the_review(talks, user, number)
    confirm = review.choices[0].token
    events = [talks.message(user, tap=confirm)]
    for _more in range(chance.randrange(1, 6)):
        events.append(
            chance.choice(
                [
                    chance.choice(events),
                    talks.message(user, tap=confirm),
                    talks.message(user, "确认预约"),
                ]
            )
        )
    told = await asyncio.gather(*(talks.takes(event) for event in events))
    numbers = {
        found for replies in told for found in NUMBER.findall(words_of(replies)) if "-" in found
    }
    assert len(numbers) <= 1, f"seed {SEED}, schedule {number}: {numbers}"
    first = [
        words_of([reply])
        for replies in told
        for reply in replies
        if "已经转交" in words_of([reply])
    ]
    assert len(set(first)) == 1, f"seed {SEED}, schedule {number}"


async def test_any_schedule_of_retries_books_once(sqlite: Database) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    talks = Talks(sqlite)
    for first in range(0, SCHEDULES, AT_ONCE):
        await asyncio.gather(
            *(one_schedule(talks, number, chance) for number in range(first, first + AT_ONCE))
        )
    made = sqlite.write_now(lambda connection: list(connection.execute(bookings.select())))
    waiting = sqlite.write_now(lambda connection: list(connection.execute(tickets.select())))
    total = -(-SCHEDULES // AT_ONCE) * AT_ONCE
    mine = [row for row in made if row.state == "requested"]
    assert len(mine) == total
    assert len({row.person_key for row in mine}) == total
    print(f"{total} schedules, {len(waiting)} items in the queue")
