"""What WeChat lets us send: quotas, windows, codes, accounts that may only answer, the token."""

import asyncio
import io
import logging
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from bot.allowance import LIMITS, Grant
from bot.channels.base import Refused
from bot.channels.wechat_token import EARLY, AccessToken
from bot.i18n import verbatim
from bot.messages import Address, Attachment, IncomingMessage, Link, Reply
from bot.storage import wechat
from bot.storage.db import Database
from bot.storage.tables import (
    conversations,
    files,
    outbox,
    tickets,
    wechat_agreements,
    wechat_ledger,
    wechat_tokens,
)
from bot.wechat_kept import WeChatKept, wechat_manners
from tests.clerk import answer_oldest
from tests.standin_wechat import FAULT, Person
from tests.test_wechat_service import DOWN, Running, running

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LONG = "".join(f"第{at}句，材料要带身份证、户口本和病历，一共三样。" for at in range(80))
"""Three messages."""
BROKEN_VOICE = b"#!AMR\n" + b"\x3c" * 500


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path) as made:
        yield made


async def writes_a_letter(person: Person) -> None:
    await person.does_all(["/feedback", "电梯坏了", "说完了", "投诉", "跳过", "让他们看到"])
    said = await person.says("提交")
    assert said, person.texts()


def answers(service: Running, words: str) -> None:
    service.app.write_now(lambda services: answer_oldest(services, words))


def states(service: Running) -> list[tuple[str, int]]:
    return [(row.state, row.parts) for row in service.rows(outbox)]


async def ends(service: Running) -> set[str]:
    await service.app.relay.settle()
    return {state for state, _parts in states(service)}


def read_on(texts: list[str]) -> str:
    """The words of a long reply put together again."""
    pieces = [re.sub(r"^（\d/\d）", "", text.partition("\n\n还有下文")[0]) for text in texts]
    return "".join(pieces)


# --- an account that may only answer


async def test_passive_only_everything_comes_one_answer_at_a_time(tmp_path: Path) -> None:
    async with running(tmp_path, passive=True, DOORSTEP_WECHAT_MODE="passive") as service:
        person = service.platform.person()
        await writes_a_letter(person)
        assert "<a " not in "".join(person.texts()), "its links would do nothing"
        answers(service, LONG)
        await service.sent()
        assert states(service)[-1] == ("held", 0), "staff see that it waits"
        before = len(person.received)
        first = await person.says("有人吗") or ""
        assert first.startswith("（1/3）工作人员")
        assert first.endswith("还有下文，回复“更多”接着看。")
        assert await person.again() == first, "a repeat is the same, also in the middle"
        read = [first]
        while "还有下文" in read[-1] and len(read) < 8:
            read.append(await person.says("更多") or "")
        assert [text[:5] for text in read[:3]] == ["（1/3）", "（2/3）", "（3/3）"]
        assert LONG in read_on(read)
        assert "转给工作人员" in read[-1], "what the words were answered with comes last"
        assert await ends(service) == {"sent"}
        assert service.platform.calls == {}, "no call that it has no right to"
        assert len(person.received) == before + len(read) + 1
        told = await person.says("更多")
        assert told and "（3/3）" not in told, "nothing waits: it is a word like any other"


async def test_passive_only_is_learned_from_48001(tmp_path: Path) -> None:
    async with running(tmp_path, passive=True) as service:
        person = service.platform.person()
        await writes_a_letter(person)
        answers(service, "修好了。")
        await service.sent()
        assert service.channel.counts["code_48001"] == 1
        assert states(service)[-1][0] == "held"
        said = await person.says("你好") or ""
        assert said.startswith("工作人员的回复")
        assert "修好了。" in said
        assert "您好，这里是上门办" not in said, "the words belong to the staff's item"
        answers(service, "真的修好了。")
        await service.sent()
        assert service.channel.counts["code_48001"] == 1, "asked once, not again"


async def test_passive_only_a_slow_turn_is_fetched_by_more(
    postgresql_url: str, tmp_path: Path
) -> None:
    import base64

    from tests.conftest import KEY
    from tests.test_wechat_service import slow_turns

    more = {"DOORSTEP_KEYS": base64.b64encode(KEY).decode(), "DOORSTEP_WECHAT_MODE": "passive"}
    async with running(tmp_path, url=postgresql_url, passive=True, **more) as service:
        person = service.platform.person()
        await person.says("你好")
        usual = service.channel._settings
        service.channel._settings = replace(usual, answer_within=0.6)
        real = service.app.inbox._turn
        slow_turns(service, 1.2)
        assert (await person.says("菜单") or "").startswith("我还在查")
        service.app.inbox._turn = real  # type: ignore[method-assign]
        await asyncio.sleep(1.2)
        service.channel._settings = usual
        assert (await person.says("更多") or "").startswith("想办什么事")
        assert await ends(service) == {"sent"}


async def test_passive_only_an_answer_that_was_cut_off_comes_with_the_repeat(
    tmp_path: Path,
) -> None:
    from tests.test_wechat_service import slow_turns

    async with running(tmp_path, passive=True, DOORSTEP_WECHAT_MODE="passive") as service:
        person = service.platform.person()
        await person.says("你好")
        slow_turns(service, 0.5)
        service.platform.patience = 0.3
        assert await person.says("菜单") == FAULT
        await asyncio.sleep(0.6)
        service.platform.patience = 5.0
        assert (await person.again() or "").startswith("想办什么事")
        assert await ends(service) == {"sent"}


# --- quotas


async def test_never_more_than_the_platform_allows(service: Running) -> None:
    """Nine notices to somebody who wrote once: five go out, merged where they fit; none is lost."""
    person = service.platform.person()
    await person.says("你好")
    await service.sent()
    chat = service.rows(conversations)[0].id
    for at in range(9):
        tell(service, chat, f"第{at}封。" + "很长的话说了又说，还没有说完。" * 40)
        await service.sent()
    assert service.channel.counts["sent"] == 5
    assert service.platform.calls["message/custom/send"] == 5, "not one that would be refused"
    assert [state for state, _parts in states(service)][-4:] == ["held"] * 4
    said = await person.says("菜单") or ""
    assert said.startswith("第5封。"), "what was held goes first"
    await service.sent()
    heard = "".join(person.texts())
    assert [heard.index(f"第{at}封。") for at in range(9)] == sorted(
        heard.index(f"第{at}封。") for at in range(9)
    )
    assert heard.rindex("想办什么事") > heard.index("第8封。")
    assert await ends(service) == {"sent"}
    assert not [name for name in service.channel.counts if name.startswith("code_")]


async def test_after_a_tap_three_within_a_minute(service: Running) -> None:
    person = service.platform.person()
    await person.event("subscribe")
    chat = service.rows(conversations)[0].id
    for at in range(4):
        tell(service, chat, f"第{at}封。" + "很长的话说了又说，还没有说完。" * 40)
        await service.sent()
    assert service.channel.counts["sent"] == 3
    assert states(service)[-1][0] == "held"
    await person.event("CLICK", "mine")
    await service.sent()
    assert "第3封。" in person.texts()[4], "a tap opens the way again"
    service.clock.ahead += timedelta(seconds=61)
    tell(service, chat, "太晚了。")
    await service.sent()
    assert states(service)[-1][0] == "held"
    assert not [name for name in service.channel.counts if name.startswith("code_")]


async def test_what_waits_together_goes_as_one_message(service: Running) -> None:
    person = service.platform.person()
    await person.says("你好")
    service.clock.ahead += timedelta(hours=49)
    chat = service.rows(conversations)[0].id
    for at in range(6):
        tell(service, chat, f"第{at}封短信。")
        await service.sent()
    assert [state for state, _parts in states(service)] == ["sent", *["held"] * 6]
    said = await person.says("菜单") or ""
    assert [said.index(f"第{at}封") for at in range(6)]
    assert said.rindex("想办什么事") > said.index("第5封")
    assert service.platform.calls["message/custom/send"] == 0
    assert len(person.received) == 2


def tell(service: Running, chat: int, words: str, **more: Any) -> None:
    reply = Reply(paragraphs=(verbatim(words),), **more)
    service.app.write_now(lambda services: services.notices.tell(chat, reply))


async def test_staff_see_what_is_left(service: Running) -> None:
    person = service.platform.person()
    await writes_a_letter(person)
    service.app.write_now(lambda services: services.staff.first_administrator())

    def allowance() -> Any:
        def look(services: Any) -> Any:
            member = services.staff.everyone()[0]
            (letter,) = services.connection.execute(tickets.select()).all()
            return services.tickets.item(letter.number, member).person.allowance

        return service.app.write_now(look)

    assert allowance().left == 5
    answers(service, "好的。")
    await service.sent()
    assert allowance().left == 4
    service.clock.ahead += timedelta(hours=49)
    assert allowance().left == 0


# --- after the window


async def test_after_48_hours_a_notice_for_who_agreed_and_the_rest_at_the_next_message(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, DOORSTEP_WECHAT_NOTICE_TEMPLATE="T1") as service:
        person = service.platform.person()
        agreed = {"TemplateId": "T1", "SubscribeStatusString": "accept", "PopupScene": "0"}
        await person.event("subscribe_msg_popup_event", SubscribeMsgPopupEvent={"List": agreed})
        service.platform.agreed[person.openid] = 1
        await writes_a_letter(person)
        service.clock.ahead += timedelta(hours=49)
        answers(service, "修好了，请放心。")
        await service.sent()
        notice = person.received[-1]
        assert notice.how == "notice"
        assert "您有新的回复" in notice.text
        assert "修好了" not in notice.text, "nothing of it stands in a notice"
        assert states(service)[-1][0] == "held"
        answers_again(service, "再说一句。")
        await service.sent()
        assert service.channel.counts["noticed"] == 1, "one agreement, one notice"
        said = await person.says("在") or ""
        assert said.index("修好了") < said.index("再说一句")
        assert await ends(service) == {"sent"}


def answers_again(service: Running, words: str) -> None:
    def write(services: Any) -> None:
        member = services.staff.everyone()[0]
        (ticket,) = services.connection.execute(tickets.select()).all()
        services.tickets.answer(ticket.number, ticket.version, member, words)

    service.app.write_now(write)


async def test_a_repeated_agreement_counts_once(tmp_path: Path) -> None:
    """The platform repeats an event; the person agreed to one notice, or to one more."""
    async with running(tmp_path, DOORSTEP_WECHAT_NOTICE_TEMPLATE="T1") as service:
        person = service.platform.person()
        await writes_a_letter(person)
        lists = [{"TemplateId": one, "SubscribeStatusString": "accept"} for one in ("T1", "T2")]
        for _agreed in range(2):
            await person.event("subscribe_msg_popup_event", SubscribeMsgPopupEvent={"List": lists})
            for _repeat in range(3):
                assert await person.again() is None
            service.clock.ahead += timedelta(seconds=2)
        counts = {one.template: one.count for one in service.rows_of(wechat_agreements)}
        assert counts == {"T1": 2, "T2": 2}
        service.platform.agreed[person.openid] = 2
        service.clock.ahead += timedelta(hours=49)
        answers(service, "第一次。")
        await service.sent()
        for hours in (13, 13, 13):
            service.clock.ahead += timedelta(hours=hours)
            answers_again(service, "又一次。")
            await service.sent()
        assert service.platform.calls["message/subscribe/bizsend"] == 2, "and none without consent"


async def test_who_takes_their_agreement_back_gets_no_notice(tmp_path: Path) -> None:
    async with running(tmp_path, DOORSTEP_WECHAT_NOTICE_TEMPLATE="T1") as service:
        person = service.platform.person()
        for name, holder, status in (
            ("subscribe_msg_popup_event", "SubscribeMsgPopupEvent", "accept"),
            ("subscribe_msg_change_event", "SubscribeMsgChangeEvent", "reject"),
        ):
            told = {"List": {"TemplateId": "T1", "SubscribeStatusString": status}}
            await person.event(name, **{holder: told})
        await writes_a_letter(person)
        service.clock.ahead += timedelta(hours=49)
        answers(service, "修好了。")
        await service.sent()
        assert service.platform.calls["message/subscribe/bizsend"] == 0
        assert states(service)[-1][0] == "held"


# --- the platform's codes


@pytest.mark.parametrize(
    ("code", "state", "later"),
    [
        (-1, "waiting", timedelta(seconds=2)),
        (45011, "waiting", timedelta(minutes=2)),
        (45009, "waiting", timedelta(hours=2)),
        (40164, "waiting", timedelta(minutes=11)),
        (45015, "held", None),
        (45047, "held", None),
        (40003, "held", None),
        (43004, "held", None),
        (45002, "parked", None),
        (47003, "parked", None),
        ("garbled", "unknown", timedelta(seconds=2)),
        ("reset after", "unknown", timedelta(seconds=2)),
        ("html", "waiting", timedelta(seconds=2)),
    ],
)
async def test_each_code_has_its_handling(
    service: Running, code: Any, state: str, later: timedelta | None
) -> None:
    """Waits and goes out, or is held until they write, or is shown to staff; never lost."""
    person = service.platform.person()
    await person.says("你好")
    await service.sent()
    chat = service.rows(conversations)[0].id
    service.platform.faults.next["message/custom/send"].append(code)
    tell(service, chat, "重要的话。")
    await service.app.relay.deliver_due()
    await service.app.relay.settle()
    row = service.rows(outbox)[-1]
    assert row.state == state, row.error
    if later:
        service.clock.ahead += later
        await service.sent()
        assert "重要的话。" in person.received[-1].text
        assert ("（重复发送）" in person.received[-1].text) is (state == "unknown")
    elif state == "held":
        assert "重要的话。" in (await person.says("菜单") or "")
    else:
        stuck = service.app.write_now(lambda services: services.stuck.rows())
        assert [one.state for one in stuck] == ["parked"]
    assert await ends(service) <= {"sent", "parked"}


async def test_a_reply_that_is_stuck_in_its_middle_is_seen(service: Running) -> None:
    person = service.platform.person()
    await person.says("你好")
    await service.sent()
    chat = service.rows(conversations)[0].id
    service.platform.faults.next["message/custom/send"].extend([None, 45002])
    tell(service, chat, LONG)
    await service.sent()
    assert states(service)[-1] == ("parked", 1)
    (listed,) = service.app.write_now(lambda services: services.stuck.rows())
    assert listed.state == "parked"
    await service.app.upkeep._look()
    assert service.app.upkeep.figures.outbox_stuck == 1


@pytest.mark.parametrize("code", [40001, 42001, 40014])
async def test_a_token_that_is_refused_is_renewed_at_once(service: Running, code: int) -> None:
    person = service.platform.person()
    await person.says("你好")
    await service.sent()
    chat = service.rows(conversations)[0].id
    service.platform.expire_token()
    service.platform.faults.next["message/custom/send"].append(code)
    tell(service, chat, "重要的话。")
    await service.sent()
    assert person.received[-1].text == "重要的话。"
    assert states(service)[-1] == ("sent", 0)


async def test_wrong_settings_are_told_to_whoever_runs_it(tmp_path: Path) -> None:
    async with running(tmp_path, DOORSTEP_WECHAT_SECRET="wrong") as service:
        person = service.platform.person()
        assert "您好" in (await person.says("你好") or ""), "an answer needs no token"
        for _try in range(100):
            if service.channel.trouble:
                break
            await asyncio.sleep(0.02)
        assert service.channel.trouble.startswith("40125")


async def test_the_api_is_dead_and_people_are_answered_all_the_same(service: Running) -> None:
    person = service.platform.person()
    await person.says("你好")
    await service.sent()
    chat = service.rows(conversations)[0].id
    await service.platform.stop_api()
    tell(service, chat, "重要的话。")
    await service.sent()
    assert states(service)[-1][0] == "waiting"
    said = await person.says("菜单") or ""
    assert said.index("重要的话。") < said.index("想办什么事"), "it takes the open connection"
    assert max(service.platform.times) < 4.5
    assert await ends(service) == {"sent"}


async def test_the_api_hangs_and_nobody_waits_for_it(service: Running) -> None:
    person = service.platform.person()
    await person.says("你好")
    await service.sent()
    chat = service.rows(conversations)[0].id
    service.platform.faults.always["message/custom/send"] = 1.5
    tell(service, chat, LONG)
    sending = asyncio.create_task(service.sent())
    await asyncio.sleep(0.2)
    other = service.platform.person("somebody else")
    assert await other.says("你好")
    assert service.platform.times[-1] < 1.0
    await sending


# --- the token


class MemoryStore:
    def __init__(self) -> None:
        self.token: tuple[str, datetime] | None = None
        self.claimed = False

    async def load(self) -> tuple[str, datetime] | None:
        return self.token

    async def claim(self) -> bool:
        first, self.claimed = not self.claimed, True
        return first

    async def save(self, token: str, until: datetime) -> None:
        self.token, self.claimed = (token, until), False


async def test_one_replica_asks_and_all_use_it() -> None:
    asked: list[bool] = []
    clock = [NOW]

    async def ask(force: bool) -> tuple[str, timedelta]:
        await asyncio.sleep(0.05)
        asked.append(force)
        return f"token-{len(asked)}", timedelta(hours=2)

    store = MemoryStore()
    replicas = [AccessToken(store, ask, lambda: clock[0]) for _at in range(5)]
    tokens = await asyncio.gather(*(one.get() for one in replicas for _try in range(4)))
    assert set(tokens) == {"token-1"}
    assert asked == [False]
    clock[0] += timedelta(hours=2) - EARLY + timedelta(seconds=1)
    assert set(await asyncio.gather(*(one.get() for one in replicas))) == {"token-2"}, "early"
    assert await replicas[0].renew("token-2") == "token-3"
    assert await replicas[1].renew("token-2") == "token-3", "another one renewed it already"
    assert asked == [False, False, False]


async def test_a_token_that_leaked_is_forced_out() -> None:
    asked: list[bool] = []

    async def ask(force: bool) -> tuple[str, timedelta]:
        asked.append(force)
        return ("new" if force else "old"), timedelta(hours=2)

    token = AccessToken(MemoryStore(), ask, lambda: NOW)
    assert await token.get() == "old"
    assert await token.renew("old") == "new"
    assert asked == [False, False, True]


async def test_who_asks_in_vain_lets_others_ask(database: Database) -> None:
    clock = [NOW]
    one = WeChatKept(database, "wx1", lambda: clock[0])
    other = WeChatKept(database, "wx1", lambda: clock[0])
    assert await one.load() is None
    assert await one.claim()
    assert not await other.claim()
    clock[0] += timedelta(seconds=16)
    assert await other.claim(), "the first one died"
    await other.save("the-token", NOW + timedelta(hours=2))
    assert await one.load() == ("the-token", NOW + timedelta(hours=2))
    row = database.write_now(lambda connection: connection.execute(wechat_tokens.select()).one())
    assert b"the-token" not in row.sealed


async def test_the_token_is_never_logged(service: Running, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    person = service.platform.person()
    await person.says("你好")
    await service.sent()
    chat = service.rows(conversations)[0].id
    for fault in ("reset", "html", "garbled", 40001, 40164):
        service.platform.faults.next["message/custom/send"].append(fault)
        tell(service, chat, "话。")
        await service.sent()
    assert service.platform.tokens
    ours = [one for one in caplog.records if one.name.startswith("bot")]
    told = " ".join(f"{one.getMessage()} {one.__dict__}" for one in ours)
    assert "access_token_of_the_stand_in" not in told
    errors = " ".join(row.error or "" for row in service.rows(outbox))
    assert "access_token" not in errors


# --- the ledger, on both databases


async def test_the_ledger_is_spent_by_all_replicas_together(database: Database) -> None:
    kept = WeChatKept(database, "wx1", lambda: NOW)
    database.write_now(lambda one: wechat.grant(one, "o1", Grant.MESSAGE, NOW))
    spent = await asyncio.gather(*(kept.spend("o1") for _try in range(20)))
    assert sum(spent) == LIMITS[Grant.MESSAGE][0]
    database.write_now(lambda one: wechat.grant(one, "o1", Grant.TAP, NOW))
    assert (await kept.left("o1")).left == 3
    spent = await asyncio.gather(*(kept.spend("o1") for _try in range(20)))
    assert sum(spent) == 3
    await kept.refund("o1")
    assert (await kept.left("o1")).left == 1
    await kept.close("o1")
    assert (await kept.left("o1")).left == 0
    assert not await kept.spend("nobody")


async def test_what_is_answered_on_our_own_page_allows_nothing(database: Database) -> None:
    """WeChat has not heard of it: its own count would refuse what ours allows."""
    kept = WeChatKept(database, "wx1", lambda: NOW)
    config: Any = SimpleNamespace(wechat=SimpleNamespace(personal_data="link"))
    stored = wechat_manners(config).stored
    for private, left in ((True, 0), (False, LIMITS[Grant.MESSAGE][0])):
        message = IncomingMessage(Address("wechat", "o1"), "m1", NOW, "好", private=private)
        database.write_now(lambda one, message=message: stored(one, message, NOW))
        assert (await kept.left("o1")).left == left


async def test_a_signature_serves_for_one_body(database: Database) -> None:
    kept = WeChatKept(database, "wx1", lambda: NOW)
    tries = [kept.first("t n", body) for body in ("a", "b", "a", "c", "a", "b")]
    found = await asyncio.gather(*tries)
    assert sum(found) in (1, 2, 3)
    winner = "abacab"[found.index(True)]
    assert [one for one, was in zip("abacab", found, strict=True) if was] == [winner] * sum(found)


# --- files


async def test_photos_and_voices_are_fetched_and_kept(service: Running) -> None:
    person, platform = service.platform.person(), service.platform
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(drawn, "JPEG")
    photo = drawn.getvalue()
    platform.files["MP"] = ("image/jpeg", photo)
    platform.files["MV"] = ("audio/amr", BROKEN_VOICE)
    await person.says("/feedback")
    await person.sends("image", MediaId="MP", PicUrl="https://x.example/1")
    await person.sends("voice", MediaId="MV", Format="amr")
    await person.sends("image", MediaId="GONE", PicUrl="https://x.example/2")
    await person.does_all(["说完了", "投诉", "跳过", "让他们看到", "提交"])
    platform.faults.next["media/get"].extend([-1, "html", 40001])
    for _round in range(5):
        await service.app.upkeep.fetch_files()
    kept = {row.origin: row for row in service.rows_of(files)}
    vault = service.app.database.vault
    opened = {
        origin: vault.open(row.sealed, f"files.sealed:{row.reference}")
        for origin, row in kept.items()
    }
    assert opened.pop("MP").startswith(b"\xff\xd8\xff"), "drawn anew, and still a photo"
    assert opened == {"MV": BROKEN_VOICE, "GONE": b""}, "to save, where nothing can be heard"
    assert kept["MV"].media_type == "audio/amr"


async def test_a_file_larger_than_we_keep_is_refused(service: Running) -> None:
    service.platform.files["BIG"] = ("image/jpeg", b"x" * (10 * 1024 * 1024 + 1))
    with pytest.raises(Refused):
        await service.channel.fetch(Attachment("BIG", "image/jpeg"))
    with pytest.raises(Refused):
        await service.channel.fetch(Attachment("NONE", "image/jpeg"))


async def test_a_code_to_scan_is_sent_as_a_picture(service: Running) -> None:
    person = service.platform.person()
    await person.says("你好")
    await service.sent()
    chat = service.rows(conversations)[0].id
    link = Link("https://doorstep.example/", verbatim("网页："), to_scan=True)
    tell(service, chat, "换个地方接着办。", link=link)
    await service.sent()
    text, picture = person.received[-2:]
    assert "https://doorstep.example/" in text.text
    assert picture.how == "picture"
    assert bytes.fromhex(picture.text).startswith(b"\x89PNG")


# --- leaving


async def test_who_unfollows_is_forgotten_but_for_what_is_open(service: Running) -> None:
    person = service.platform.person()
    await writes_a_letter(person)
    answers(service, "修好了。")
    await service.sent()
    close_all(service)
    await person.does_all(["/feedback", "坡道太陡", "说完了", "投诉", "跳过", "让他们看到", "提交"])
    assert await person.event("unsubscribe") is None
    assert service.rows(conversations) == []
    assert service.rows(outbox) == []
    assert service.rows_of(wechat_ledger) == []
    service.app.write_now(lambda services: services.staff.first_administrator())
    letters = service.app.write_now(all_letters)
    assert letters["坡道太陡"] == "waiting", "an open letter stays whole"
    assert "电梯坏了" not in letters, "what was dealt with has no words any more"
    assert await person.event("unsubscribe") is None
    assert await person.again() is None
    assert "您好，这里是上门办" in (await person.event("subscribe") or ""), "as if new"


def all_letters(services: Any) -> dict[str, str]:
    from bot.storage import ticket_letters
    from bot.storage.tables import tickets

    found = {}
    for row in services.connection.execute(tickets.select()).all():
        for one in ticket_letters.messages(services.connection, row.id):
            found[one.words] = row.state
    return found


def close_all(service: Running) -> None:
    def close(services: Any) -> None:
        member = services.staff.everyone()[0]
        for line in services.tickets.queue(member):
            services.tickets.close(line.ticket.number, line.ticket.version, member)

    service.app.write_now(close)


async def test_the_store_is_down_and_people_are_told(service: Running) -> None:
    from bot.channels.base import StoreDown

    person = service.platform.person()

    async def down(*_given: Any) -> Any:
        raise StoreDown("away")

    real = service.channel._ears
    service.channel._ears = type("Down", (), {"hear_then": staticmethod(down)})()
    assert (await person.says("你好") or "").startswith(DOWN)
    assert await person.event("unsubscribe") is None
    service.channel._ears = real
    assert "您好" in (await person.says("你好") or "")


# --- what an administrator does once


async def test_the_menu_is_published_and_settings_are_checked(tmp_path: Path) -> None:
    from bot.commands.wechat import fault_of
    from bot.config import Config
    from tests.standin_wechat import StandIn

    async with StandIn() as platform:
        env = {"DOORSTEP_VAR": str(tmp_path), **platform.settings()}
        config = Config.from_env(env, NOW)
        assert await fault_of(config, lambda channel: channel.publish_menu()) == ""
        buttons = platform.menu["button"]
        assert [(one["name"], one["key"]) for one in buttons] == [
            ("问政策", "policy"), ("约上门", "book"), ("我的事", "mine"),
        ]  # fmt: skip
        platform.faults.always["menu/create"] = 48001
        told = await fault_of(config, lambda channel: channel.publish_menu())
        assert "DOORSTEP_WECHAT_MODE=passive" in told
        wrong = Config.from_env(
            env | {"DOORSTEP_VAR": str(tmp_path / "2"), "DOORSTEP_WECHAT_SECRET": "no"}, NOW
        )
        assert "DOORSTEP_WECHAT_SECRET" in await fault_of(wrong, lambda channel: channel.check())
        await platform.stop_api()
        told = await fault_of(Config.from_env(env, NOW), lambda channel: channel.publish_menu())
        assert "cannot be reached" in told
