"""Promises 6, 7, 9, 11 and 12 at WeChat's door: kills, repeats, faults, malformed and forged."""

import asyncio
import base64
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.storage import stuck
from bot.storage.db import Database
from bot.storage.tables import conversations, inbox, outbox
from bot.storage.vault import Vault
from tests import standin_wechat
from tests.killing import PROVE, SEED
from tests.service import Service
from tests.standin_wechat import ACCOUNT, FAULT, Person, StandIn, xml
from tests.test_wechat_service import post, running

pytestmark = pytest.mark.prove
PEOPLE, EACH, KILLS = (40, 100, 200) if PROVE else (4, 8, 3)
MALFORMED = 10_000 if PROVE else 300
FORGED = 2_000 if PROVE else 200
FAULTS = ("reset", "reset after", "garbled", "html", -1, 45009, 42001)
AGAIN = "（重复发送）"


async def talk(person: Person, draw: random.Random, count: int) -> int:
    """Each message until it was taken, and then some of them once more; how many were sent."""
    platform, before = person.platform, []
    for number in range(count):
        event = {
            "ToUserName": ACCOUNT,
            "FromUserName": person.openid,
            "CreateTime": int(platform.clock()),
            "MsgType": "text",
            "Content": f"/nosuch{number}",
            "MsgId": next(standin_wechat._ids),
        }
        platform.allowed[person.openid]["message"] = [5, platform.clock() + 48 * 3600]
        before.append(event)
        while True:
            said = await platform.push(event, attempts=draw.randint(1, 3))
            if said != FAULT:
                break
            await asyncio.sleep(0.1)
        person._sees(said)
        for _repeat in range(draw.choice((0, 0, 1, 2))):
            await platform.push(draw.choice(before), attempts=1)
    return count


async def nemesis(service: Service, draw: random.Random, kills: int) -> None:
    for _kill in range(kills):
        await asyncio.sleep(draw.uniform(0.4, 1.5))
        await asyncio.to_thread(service.kill)
        await asyncio.to_thread(service.start)


@contextmanager
def store(folder: Path) -> Iterator[Database]:
    """The service's own, opened beside it."""
    key = base64.b64decode((folder / "keys").read_text())
    database = Database(f"sqlite:///{folder / 'doorstep.db'}", Vault([key]))
    try:
        yield database
    finally:
        database.close()


def states(folder: Path, table: Any) -> Counter[str]:
    with store(folder) as database:
        return Counter(
            database.write_now(
                lambda connection: [row.state for row in connection.execute(table.select())]
            )
        )


def try_again(folder: Path) -> int:
    """A supervisor presses 'try again' at everything that the console lists; how many that were."""
    now = datetime.now(UTC)  # noqa: TID251 - the service's clock is the real one

    def press(connection: Any) -> int:
        listed = [one for one in stuck.rows(connection) if one.state == "parked"]
        return sum(stuck.retry(connection, one.kind, one.id, now) for one in listed)

    with store(folder) as database:
        return database.write_now(press)


async def test_killed_repeated_and_refused_nothing_is_lost_or_done_twice(tmp_path: Path) -> None:
    print(f"seed {SEED}")
    draw = random.Random(SEED)
    async with StandIn() as platform:
        service = Service(tmp_path, **platform.settings())
        platform.service = service.url
        await asyncio.to_thread(service.start)
        platform.faults.next["message/custom/send"].extend(
            draw.choice((None, None, *FAULTS)) for _at in range(PEOPLE * EACH // 4)
        )
        people = [platform.person(f"p{at}") for at in range(PEOPLE)]
        killing = asyncio.create_task(nemesis(service, draw, KILLS))
        try:
            await asyncio.gather(*(talk(one, draw, EACH) for one in people))
            await killing
            pressed = await all_sent_but(tmp_path, {"held"})
            held = (await asyncio.to_thread(states, tmp_path, outbox))["held"]
            for one in people:  # what WeChat's quota held back comes first now
                await one.says("/nosuch")
            pressed += await all_sent_but(tmp_path, set())
        finally:
            await asyncio.to_thread(service.stop)
        total = PEOPLE * (EACH + 1)
        assert states(tmp_path, inbox) == {"handled": total}, f"seed {SEED}"
        said = states(tmp_path, outbox)
        assert said == {"sent": total}, f"{said}, seed {SEED}"
        again = 0
        for person in people:
            # Several replies may have come as one message.
            whole = "\n".join(person.texts())
            again += whole.count(AGAIN)
            assert whole.count("命令") > EACH, f"{person.texts()} seed {SEED}"
        print(
            f"{total} messages, {KILLS} kills, {again} sent again and marked, {held} held by the "
            f"quota until the person wrote, {pressed} tried again when staff pressed"
        )
        assert platform.wrong == []


async def all_sent_but(folder: Path, left: set[str]) -> int:
    """Until nothing is under way; how often a supervisor had to press 'try again'."""
    until = time.monotonic() + (600 if PROVE else 90)
    pressed = 0
    while time.monotonic() < until:
        pressed += await asyncio.to_thread(try_again, folder)
        if (await asyncio.to_thread(states, folder, outbox)).keys() <= {"sent", *left}:
            break
        await asyncio.sleep(0.5)
    return pressed


def mutated(draw: random.Random, body: bytes) -> bytes:
    """A message with something wrong in it."""
    found = bytearray(body)
    for _change in range(draw.randint(1, 4)):
        at = draw.randrange(len(found) or 1)
        match draw.randrange(5):
            case 0:
                found[at : at + 1] = bytes([draw.randrange(256)])
            case 1:
                del found[at : at + draw.randint(1, 40)]
            case 2:
                found[at:at] = draw.choice(
                    (
                        b"<![CDATA[",
                        b"]]>",
                        b"<",
                        b"&x;",
                        b"\0",
                        "残".encode()[:2],
                        b"<a>",
                        b"</xml>",
                    )
                )
            case 3:
                found[at:at] = found[: draw.randint(1, 60)]
            case _:
                found = found[: at + 1]
    return bytes(found)


async def test_nothing_that_is_sent_crashes_us_or_stops_others(tmp_path: Path) -> None:
    """Promises 9 and 11: rightly signed, and malformed in every way; people are answered."""
    print(f"seed {SEED}")
    draw = random.Random(SEED)
    kinds: list[dict[str, Any]] = [
        {"MsgType": "text", "Content": "残疾人证有什么用？", "bizmsgmenuid": "1.0"},
        {"MsgType": "image", "MediaId": "M", "PicUrl": "https://x.example"},
        {"MsgType": "voice", "MediaId": "V", "Format": "amr", "Recognition": ""},
        {"MsgType": "location", "Location_X": "1", "Location_Y": "2", "Label": "x"},
        {"MsgType": "event", "Event": "subscribe", "EventKey": "qrscene_book"},
        {"MsgType": "event", "Event": "CLICK", "EventKey": "mine"},
        {
            "MsgType": "event",
            "Event": "subscribe_msg_popup_event",
            "SubscribeMsgPopupEvent": {"List": {"TemplateId": "T", "SubscribeStatusString": "x"}},
        },
    ]
    async with running(tmp_path) as service:
        person = service.platform.person()
        statuses: Counter[int] = Counter()
        for number in range(MALFORMED):
            fields = {
                "ToUserName": ACCOUNT,
                "FromUserName": service.platform.person("mutant").openid,
                "CreateTime": int(service.clock.seconds()),
                **draw.choice(kinds),
                "MsgId": next(standin_wechat._ids),
            }
            body = mutated(draw, xml(fields).encode())
            status = await post(service, service.platform.query(), body)
            statuses[status] += 1
            if number % 100 == 50:
                said = await person.says("菜单") or ""
                assert said.startswith("想办什么事") or "您好" in said, f"seed {SEED}"
        assert statuses.keys() <= {200, 400}, f"{statuses}, seed {SEED}"
        assert statuses[400] > MALFORMED // 5
        assert max(service.platform.times) < 4.5
        await service.sent()
        rows = service.rows(inbox)
        assert {row.state for row in rows} <= {"handled"}, f"seed {SEED}"
        for row in service.rows(outbox):
            assert row.state in ("sent", "held", "waiting"), row.error


async def test_forged_replayed_and_stale_calls_are_refused(tmp_path: Path) -> None:
    """Promise 12."""
    print(f"seed {SEED}")
    draw = random.Random(SEED)
    async with running(tmp_path) as service:
        platform = service.platform
        event = {
            "ToUserName": ACCOUNT,
            "FromUserName": platform.person().openid,
            "CreateTime": int(service.clock.seconds()),
            "MsgType": "text",
            "Content": "你好",
        }
        used = platform.query()
        assert await post(service, used, xml({**event, "MsgId": 1})) == 200
        stored = len(service.rows(inbox))
        for number in range(FORGED):
            query = platform.query()
            match draw.randrange(6):
                case 0:
                    at = draw.randrange(40)
                    changed = "0" if query["signature"][at] != "0" else "1"
                    signature = query["signature"]
                    query["signature"] = signature[:at] + changed + signature[at + 1 :]
                case 1:
                    del query[draw.choice(("signature", "timestamp", "nonce"))]
                case 2:
                    ago = draw.choice((-1, 1)) * draw.randint(301, 10**6)
                    query = platform.query(at=service.clock.seconds() + ago)
                case 3:
                    query = used
                case 4:
                    query["nonce"] += draw.choice("0é x")
                case _:
                    query |= {"encrypt_type": "aes", "msg_signature": query["signature"]}
            body = xml({**event, "MsgId": number + 2})
            assert await post(service, query, body) == 403, f"{query}, seed {SEED}"
        assert len(service.rows(inbox)) == stored
        assert len(service.rows(conversations)) == 1
        refused = sum(
            service.channel.counts[why] for why in ("forged", "stale", "replayed", "not_encrypted")
        )
        assert refused == FORGED
