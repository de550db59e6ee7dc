"""Somebody wanders through everything, with hostile words between: promises 11 and 30, rules C.

Every message is answered; nothing is parked; every reply keeps the rules, in all languages.
"""

import asyncio
import json
import random
from collections import Counter

import pytest

from bot.dialog import Conversation
from bot.i18n import LANGUAGES, translator
from bot.messages import Attachment, Kind, Reply
from bot.storage.db import Database
from bot.storage.tables import conversations, inbox
from bot.storage.vault import vault_of
from tests.killing import PROVE, SEED
from tests.lint import faults
from tests.talks import Talks

pytestmark = pytest.mark.prove
WALKS, STEPS = (200, 50) if PROVE else (12, 40)
WORDS = (
    "你好",
    "0",
    "菜单",
    "返回",
    "取消",
    "人工",
    "帮助",
    "重复",
    "为什么",
    "跳过",
    "说完了",
    "改姓名",
    "我要预约上门评残",
    "查进度",
    "我要投诉",
    "残疾证丢了怎么办",
    "我嘅殘疾證唔見咗點算",
    "How do I renew?",
    "我自己",
    "不能，去不了",
    "第一次办证",
    "就在居住的地方",
    "父母或祖父母",
    "未满14岁的孩子",
    "本人同意",
    "我是监护人，同意",
    "随时可以打电话",
    "有电梯",
    "排队等名额",
    "加到手机日历",
    "让家人也能看",
    "加一条备注",
    "我有加入码",
    "我想报名集中评残",
    "从化街口",
    "下周三",
    "5月1日",
    "昨天",
    "440103201501010018",
    "废物机器人",
    "陈小明",
    "李阿婆",
    "13800138000",
    "荔湾多宝",
    "广州市",
    "多宝路12号3楼",
    "11010519491231002X",
    "1",
    "２",
    "三",
    "第一个",
    "同意",
    "不同意",
    "ADEM-2222-2222-2222-222Q",
    "1234",
    "/start",
    "/book",
    "/status",
    "/feedback",
    "/mine",
    "/human",
    "/language",
    "/preferences",
    "/help",
    "/cancel",
    "/back",
    "/policy",
    "/language zh_Hant",
    "/language en",
    "/nosuch",
    "简易",
    "删除我的资料",
)
HOSTILE = (
    "",
    " ",
    "\u200b\u200b",
    "0" * 5000,
    "长" * 9000,
    "<script>alert(1)</script>",
    "'; DROP TABLE inbox;--",
    "{name} {0} %s %(x)s",
    "\u202e反过来",
    "👨‍👩‍👧‍👦" * 40,
    "\ud7ff\ufffd",
    "A" * 64,
    "-1",
    "99999999999999999999",
    "١٢٣",
    "①",
    "Ⅷ",
    "½",
    "_confirm:",
    "_agree",
    "booking:",
    "policy:topic:nosuch",
    "policy:nosuch",
    "/start " + "x" * 500,
    "／菜单",
    "?" * 300,
    "。",
    "null",
    "[]",
    '{"a":1}',
    "\\N{DIGIT ONE}",
    "我想死",
)
TAPS = ("", "1.0", "999.9", "0.-1", "x.y", "1.99", "²", "1.²", "a" * 60, "-1.0", "１.０")
KINDS = (
    Kind.PHOTO, Kind.VOICE, Kind.VIDEO, Kind.DOCUMENT, Kind.STICKER, Kind.LOCATION, Kind.CONTACT,
    Kind.EDITED, Kind.OTHER, Kind.LEFT,
)  # fmt: skip


async def step(talks: Talks, user: str, chance: random.Random) -> tuple[Kind, list[Reply]]:
    """One message: mostly a choice that was shown, often words, sometimes something odd."""
    last = talks.replies[user][-1] if talks.replies[user] else Reply()
    draw = chance.random()
    if draw < 0.45 and last.choices:
        message = talks.message(user, tap=chance.choice(last.choices).token)
    elif draw < 0.75:
        message = talks.message(user, chance.choice(WORDS))
    elif draw < 0.87:
        message = talks.message(user, chance.choice(HOSTILE))
    elif draw < 0.92:
        message = talks.message(user, tap=chance.choice(TAPS))
    else:
        kind = chance.choice(KINDS)
        file = (
            Attachment("f1", "image/jpeg", "", 9) if kind in (Kind.PHOTO, Kind.DOCUMENT) else None
        )
        message = talks.message(user, chance.choice(HOSTILE), kind=kind, attachment=file)
    return message.kind, await talks.takes(message)


async def wander(talks: Talks, number: int) -> None:
    user, chance = f"w{number}", random.Random(f"{SEED}:{number}")
    await talks.hears(user, f"/language {LANGUAGES[number % 3]}")
    for _step in range(STEPS):
        kind, replies = await step(talks, user, chance)
        assert replies or kind is Kind.LEFT, f"silence, seed {SEED}, walk {number}"


async def test_wandering_about(sqlite: Database) -> None:
    print(f"seed {SEED}")
    talks = Talks(sqlite)
    for first in range(0, WALKS, 20):
        walks = range(first, min(first + 20, WALKS))
        await asyncio.gather(*(wander(talks, number) for number in walks))
    print(f"{WALKS * STEPS} messages, {len(talks.told)} replies")
    found = Counter(
        f"{language} {fault}"
        for language, reply in talks.told
        for fault in faults(reply, translator(language))
    )
    assert not found, "\n".join([f"seed {SEED}", *map(str, found.most_common(50))])
    states = sqlite.write_now(
        lambda connection: Counter(row.state for row in connection.execute(inbox.select()))
    )
    assert states.keys() == {"handled"}, f"seed {SEED}"
    sqlite.write_now(round_trips)


def round_trips(connection) -> None:
    """What is stored is read as it was written, by whatever sorts an object's keys too."""
    for row in connection.execute(conversations.select()):
        where = f"conversations.sealed:{row.channel}:{row.user_id}"
        stored = vault_of(connection).open_json(row.sealed, where)
        once = Conversation.load(stored)
        again = Conversation.load(json.loads(json.dumps(once.dump(), sort_keys=True)))
        assert once == again
