"""The whole service, over HTTP as WeChat's platform does it: messages, events, repeats, files."""

import asyncio
import base64
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from bot.app import App
from bot.config import Config
from bot.storage.tables import conversations, inbox, outbox
from tests import standin_wechat
from tests.conftest import KEY
from tests.standin_wechat import AES_KEY, APP_ID, TOKEN, StandIn, signed, xml

DOWN = "现在收不到消息"


class Clock:
    """The service's and the platform's, ahead of the real one by `ahead`."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead  # noqa: TID251 - people wait for real here

    def seconds(self) -> float:
        return self().timestamp()


class Running:
    """A service and the platform around it."""

    def __init__(self, app: App, platform: StandIn, clock: Clock) -> None:
        self.app = app
        self.platform = platform
        self.clock = clock

    @property
    def channel(self) -> Any:
        return self.app.channels["wechat"]

    def rows(self, table: Any) -> list[Any]:
        return self.app.database.write_now(
            lambda connection: list(connection.execute(table.select().order_by(table.c.id)))
        )

    def rows_of(self, table: Any) -> list[Any]:
        """Of a table without numbers."""
        return self.app.database.write_now(
            lambda connection: list(connection.execute(table.select()))
        )

    async def sent(self) -> None:
        await self.app.relay.settle()
        await self.app.relay.deliver_due()
        await self.app.relay.settle()


Start = Callable[..., Any]


@asynccontextmanager
async def running(
    tmp_path: Path, *, passive: bool = False, url: str = "", **more: str
) -> AsyncIterator[Running]:
    clock = Clock()
    async with StandIn(passive_only=passive) as platform:
        platform.clock = clock.seconds
        env = {
            "DOORSTEP_VAR": str(tmp_path),
            **platform.settings(**more),
            **({"DOORSTEP_DATABASE_URL": url} if url else {}),
        }
        app = App(Config.from_env(env, clock()), clock)
        app.load_demo()
        server = TestServer(app.web_app())
        await server.start_server()
        platform.service = str(server.make_url("")).rstrip("/")
        try:
            yield Running(app, platform, clock)
            assert platform.wrong == []
        finally:
            await server.close()


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path) as made:
        yield made


# --- the address check


async def test_the_address_check(service: Running) -> None:
    platform = service.platform
    assert platform.client
    query = platform.query() | {"echostr": "4375120948345356249"}
    async with platform.client.get(f"{platform.service}/wechat", params=query) as answer:
        assert (answer.status, await answer.text()) == (200, "4375120948345356249")
        assert answer.content_type == "text/plain"
    for wrong in (
        {"signature": "0" * 40},
        {"signature": ""},
        {"timestamp": "1"},
        {"nonce": "other"},
        {"timestamp": "é"},
    ):
        async with platform.client.get(
            f"{platform.service}/wechat", params=query | wrong
        ) as answer:
            assert (answer.status, await answer.text()) == (403, "")


# --- messages


@pytest.mark.parametrize("mode", ["plain", "compatible", "encrypted"])
async def test_a_talk_in_each_mode(tmp_path: Path, mode: str) -> None:
    more = {} if mode == "plain" else {"DOORSTEP_WECHAT_AES_KEY": AES_KEY}
    async with running(tmp_path, **more) as service:
        service.platform.mode = mode
        person = service.platform.person()
        said = await person.says("你好")
        assert said and said.startswith("您好，这里是上门办")
        assert re.search(r"^2 <a href=.*>预约上门评残</a>$", said, re.MULTILINE)
        for number in ("4", "４", "四", "第四个"):
            await person.says("菜单")
            said = await person.says(number)
            assert said and "想告诉我们什么" in said, number
            said = await person.says("0")
            assert said and "想告诉我们什么" in said, "back, at the first question"
            assert "这是第一个问题" in said
            await person.says("取消")
        await person.says("菜单")
        said = await person.taps_link("意见和投诉")
        assert said and said.startswith("您选择了：意见和投诉")
        assert {one.how for one in person.received} == {"passive"}
        assert service.platform.calls["message/custom/send"] == 0


async def test_both_modes_at_once_while_the_platform_is_switched_over(tmp_path: Path) -> None:
    more = {"DOORSTEP_WECHAT_AES_KEY": AES_KEY, "DOORSTEP_WECHAT_ENCRYPTION": "compatible"}
    async with running(tmp_path, **more) as service:
        person = service.platform.person()
        for mode in ("plain", "encrypted", "compatible", "plain"):
            service.platform.mode = mode
            assert "您好" in (await person.says("你好") or ""), mode


async def test_every_kind_of_message_is_answered_kindly(service: Running) -> None:
    person = service.platform.person()
    await person.says("菜单")
    await person.says("1")
    said = await person.sends("voice", MediaId="V1", Format="amr", MediaId16K="V2")
    assert said and "还有吗" in said, "out of the blue it is the beginning of a letter"
    await person.says("取消")
    said = await person.sends("voice", MediaId="V3", Format="amr", Recognition="残疾人证有什么用？")
    assert said and "合法凭证" in said, "a transcript, where there is one, is used"
    location = {"Location_X": "23.1", "Location_Y": "113.2", "Scale": 20, "Label": "广州荔湾"}
    assert await person.sends("location", **location)
    assert await person.sends("link", Title="残疾证", Description="", Url="https://x.example/")
    assert await person.says("【收到不支持的消息类型，暂无法显示】")
    assert await person.sends("shortvideo", MediaId="V4", ThumbMediaId="T")
    assert all(one.how == "passive" for one in person.received)


async def test_events(service: Running) -> None:
    person = service.platform.person()
    said = await person.event("subscribe", "qrscene_book", Ticket="t")
    assert said and "第1题" in said, "a scene may open what its poster is about"
    assert said.startswith("您好，这里是上门办"), "but first who speaks (rule C40)"
    assert "不是真人" in said
    assert "想办什么事" not in said, "one question at a time"
    said = await person.event("SCAN", "feedback")
    assert said and "您好" not in said, "who follows already was greeted"
    assert "您好，这里是上门办" in (await person.event("subscribe") or "")
    assert await person.event("SCAN", "unknown-scene")
    said = await person.event("CLICK", "mine")
    assert said and "没有" in said
    before = len(service.rows(inbox))
    assert await person.event("VIEW", "https://x.example/") is None
    assert await person.event("LOCATION", Latitude="23.1", Longitude="113.2") is None
    assert await person.event("TEMPLATESENDJOBFINISH", MsgID="1", Status="success") is None
    assert len(service.rows(inbox)) == before, "where people are is not kept"


# --- repeats (rule X6)


async def test_a_repeat_takes_no_second_turn_and_gets_the_same_answer(service: Running) -> None:
    person = service.platform.person()
    await person.says("菜单")
    first = await person.says("4")
    again = await person.again()
    assert again == first
    click = await person.event("CLICK", "mine")
    before = len(service.rows(outbox))
    assert await person.again() == click
    assert len(service.rows(inbox)) == 3
    assert [row.state for row in service.rows(inbox)] == ["handled"] * 3
    assert len(service.rows(outbox)) == before
    assert service.channel.counts["repeated"] == 2


async def test_two_events_in_one_second_are_two(service: Running) -> None:
    person = service.platform.person()
    at = int(service.clock.seconds())
    await person.event("CLICK", "mine", CreateTime=at)
    await person.event("CLICK", "policy", CreateTime=at)
    await person.event("CLICK", "policy", CreateTime=at)
    assert len(service.rows(inbox)) == 2


async def test_a_repeat_while_the_first_is_still_under_way(service: Running) -> None:
    person = service.platform.person()
    await person.says("你好")
    event = dict(person.last_event) | {"MsgId": next(standin_wechat._ids), "Content": "菜单"}
    three = await asyncio.gather(*(service.platform.push(event, 1) for _at in range(3)))
    said = {one for one in three if one}
    assert len(said) == 1, three
    assert len(service.rows(inbox)) == 2
    assert service.platform.calls["message/custom/send"] == 0


# --- what is forged (promise 12)


async def post(service: Running, query: dict[str, str], body: Any) -> int:
    assert service.platform.client
    async with service.platform.client.post(
        f"{service.platform.service}/wechat", params=query, data=body
    ) as answer:
        assert "Traceback" not in await answer.text()
        return answer.status


def message(service: Running, **more: Any) -> dict[str, Any]:
    return {
        "ToUserName": standin_wechat.ACCOUNT,
        "FromUserName": service.platform.person().openid,
        "CreateTime": int(service.clock.seconds()),
        "MsgType": "text",
        "Content": "你好",
        "MsgId": next(standin_wechat._ids),
        **more,
    }


async def test_what_is_forged_stale_or_replayed_is_refused_and_not_stored(
    service: Running,
) -> None:
    platform, body = service.platform, xml(message(service))
    good = platform.query()
    for wrong, why in (
        ({"signature": "0" * 40}, "forged"),
        ({"signature": good["signature"].upper()}, "forged"),
        ({"nonce": "other"}, "forged"),
        ({"timestamp": str(int(good["timestamp"]) + 1)}, "forged"),
        ({"encrypt_type": "aes", "msg_signature": good["signature"]}, "forged"),
        (platform.query(at=service.clock.seconds() - 301), "stale"),
        (platform.query(at=service.clock.seconds() + 301), "stale"),
    ):
        before = service.channel.counts[why]
        assert await post(service, good | wrong, body) == 403, wrong
        assert service.channel.counts[why] == before + 1, wrong
    assert await post(service, good, body) == 200
    assert await post(service, good, body) == 200, "the platform's own repeat"
    assert await post(service, good, xml(message(service))) == 403
    assert service.channel.counts["replayed"] == 1
    assert len(service.rows(inbox)) == 1


async def test_malformed_oversized_and_strange(service: Running) -> None:
    counts = service.channel.counts
    bomb = '<!DOCTYPE x [<!ENTITY a "aaa"><!ENTITY b "&a;&a;">]><xml><A>&b;</A></xml>'
    for body in ("", "{}", "<xml>", bomb, "<xml><A>1</A><A>2</A></xml>"):
        assert await post(service, service.platform.query(), body) == 400, body
    assert counts["malformed"] == 5
    assert await post(service, service.platform.query(), "x" * 70_000) == 413

    async def slowly() -> AsyncIterator[bytes]:
        for _piece in range(80):
            yield b"x" * 1000

    assert await post(service, service.platform.query(), slowly()) == 413
    assert counts["oversized"] == 2
    for strange, why in (
        ({"FromUserName": "short"}, "strange_openid"),
        ({"FromUserName": "o" * 28 + "<script>"}, "strange_openid"),
        ({"MsgType": "hologram"}, "strange_type"),
        ({"MsgType": "event", "Event": "hologram"}, "strange_type"),
        ({"MsgId": "x" * 10}, "strange_field"),
        ({"CreateTime": "soon"}, "strange_field"),
    ):
        before = counts[why]
        body = xml(message(service, **strange))
        assert await post(service, service.platform.query(), body) == 200
        assert counts[why] == before + 1
    assert service.rows(inbox) == []
    assert service.rows(conversations) == []
    assert service.platform.client
    async with service.platform.client.get(f"{service.platform.service}/metrics") as answer:
        figures = await answer.text()
    assert 'doorstep_channel_events_total{channel="wechat",what="malformed"} 5' in figures


async def test_sealed_messages_that_are_not_for_us(tmp_path: Path) -> None:
    async with running(tmp_path, DOORSTEP_WECHAT_AES_KEY=AES_KEY) as service:
        platform = service.platform
        plain = xml(message(service))
        assert await post(service, platform.query(), plain) == 403, "a plain one is a step back"
        assert service.channel.counts["not_encrypted"] == 1
        from wechatpy.crypto import WeChatCrypto

        for key, app_id in ((AES_KEY, "wxother"), ("A" * 43, APP_ID)):
            sealed = WeChatCrypto(TOKEN, key, app_id).encrypt_message(plain, "n", 1)
            encrypted = re.search(r"<Encrypt><!\[CDATA\[(.*?)\]\]>", sealed)
            assert encrypted
            body = xml({"ToUserName": "gh", "Encrypt": encrypted[1]})
            assert await post(service, platform.query(encrypted[1]), body) == 403
        assert service.channel.counts["undecipherable"] == 2
        platform.mode = "encrypted"
        query, body = platform.pushed(message(service))
        changed = body.replace("Encrypt><![CDATA[", "Encrypt><![CDATA[AAAA")
        assert await post(service, query, changed) == 403
        assert await post(service, query | {"msg_signature": query["signature"]}, body) == 403
        assert service.rows(inbox) == []
        assert signed("a", "b") == signed("b", "a")
        assert await post(service, query, body) == 200


# --- five seconds (rule X2)


async def slow_store(service: Running, seconds: float) -> "asyncio.Task[None]":
    """Every write waits for that long."""
    database = service.app.database
    held = asyncio.create_task(database.write(lambda _connection: time.sleep(seconds)))
    await asyncio.sleep(0.05)
    return held


def slow_turns(service: Running, seconds: float) -> None:
    real = service.app.inbox._turn

    def slowly(connection: Any, conversation_id: int, *more: Any) -> Any:
        time.sleep(seconds)
        return real(connection, conversation_id, *more)

    service.app.inbox._turn = slowly  # type: ignore[method-assign]


async def test_a_slow_turn_is_answered_later_by_the_interface(
    postgresql_url: str, tmp_path: Path
) -> None:
    """On PostgreSQL: on SQLite a message and its turn are stored by one commit."""
    more = {"DOORSTEP_KEYS": base64.b64encode(KEY).decode()}
    async with running(tmp_path, url=postgresql_url, **more) as service:
        person = service.platform.person()
        await person.says("你好")
        service.channel._settings = _quick(service, 0.5)
        slow_turns(service, 3.0)
        began = time.monotonic()
        assert await person.says("菜单") is None, "'success', and the answer later"
        assert time.monotonic() - began < 3.0, "before the turn was over"
        heard = await person.hears(2)
        assert (heard[1].how, heard[1].text[:5]) == ("service", "想办什么事")
        assert service.channel.counts["late"] == 1
        service.channel._settings = _quick(service, 4)
        assert await person.again() is None, "it came already"
        assert len(person.received) == 2


async def test_a_store_that_is_slow_for_too_long_is_said(service: Running) -> None:
    person = service.platform.person()
    await person.says("你好")
    service.channel._settings = _quick(service)
    slow_turns(service, 0.8)
    assert (await person.says("菜单") or "").startswith("我现在很慢")
    heard = await person.hears(3)
    assert (heard[2].how, heard[2].text[:5]) == ("service", "想办什么事"), "answered after all"


def _quick(service: Running, seconds: float = 0.3) -> Any:
    from dataclasses import replace

    return replace(service.channel._settings, answer_within=seconds)


async def test_a_store_that_hangs_is_said_in_time(service: Running) -> None:
    person = service.platform.person()
    await person.says("你好")
    service.channel._settings = _quick(service)
    held = await slow_store(service, 2.0)
    said = await person.says("菜单")
    assert not held.done(), "answered while the store still hung"
    assert said and said.startswith(DOWN)
    await held
    assert len(service.rows(inbox)) == 1, "what was not taken was really not taken"


async def test_the_platform_hangs_up_and_comes_again(service: Running) -> None:
    """Impatient: it cuts the connection, and what was to go into it goes out another way, once."""
    person = service.platform.person()
    await person.says("你好")
    slow_turns(service, 0.5)
    service.platform.patience = 0.35
    await person.says("菜单")

    def said_since() -> list[Any]:
        return [one for one in person.received[1:] if one.how != "fault"]

    until = time.monotonic() + 20
    while not said_since() and time.monotonic() < until:
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)  # a second time, if it were to come
    await service.sent()
    said = said_since()
    assert [one.text[:5] for one in said] == ["想办什么事"]
