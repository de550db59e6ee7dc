"""The real service and a real python-telegram-bot client against a stand-in Bot API server."""

import asyncio
import io
from pathlib import Path

import aiohttp
import pytest

from tests.service import Service
from tests.standin_telegram import StandIn

TOKEN = "123456:AAH-test_token"
SECRET = "s3cret_Token-1"


@pytest.fixture
async def telegram():
    stand_in = StandIn()
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


def settings(telegram: StandIn, **more: str) -> dict[str, str]:
    return {
        "DOORSTEP_TELEGRAM_TOKEN": TOKEN,
        "DOORSTEP_TELEGRAM_API_URL": f"http://127.0.0.1:{telegram.port}",
        **more,
    }


async def running(service: Service) -> None:
    await asyncio.to_thread(service.start)


async def test_a_talk_by_polling_with_a_photo_and_a_button(telegram, tmp_path: Path) -> None:
    service = Service(tmp_path, **settings(telegram))
    await running(service)
    try:
        person = telegram.person()
        person.says("/start")
        assert "您好，这里是上门办" in (await person.hears(1))[0]
        person.taps("意见和投诉")
        assert "想告诉我们什么" in (await person.hears(2))[1]
        person.sends_photo("没有坡道")
        assert "还有吗" in (await person.hears(3))[2]
        assert telegram.answered, "the callback is answered"
        assert set(telegram.commands) == {"", "zh", "en"}
        assert telegram.wrong == []
    finally:
        await asyncio.to_thread(service.stop)


async def test_webhook_forged_malformed_and_real(telegram, tmp_path: Path) -> None:
    service = Service(tmp_path)
    hook = settings(
        telegram,
        DOORSTEP_TELEGRAM_MODE="webhook",
        DOORSTEP_TELEGRAM_SECRET=SECRET,
        DOORSTEP_PUBLIC_URL=service.url,
        DOORSTEP_TELEGRAM_PERSONAL_DATA="consent",
    )
    service._env.update(hook)
    await running(service)
    try:
        for _try in range(200):
            if telegram.webhook:
                break
            await asyncio.sleep(0.02)
        url = telegram.webhook["url"]
        assert len(url.rpartition("/")[2]) >= 32, "the path is unguessable"
        async with aiohttp.ClientSession() as client:
            for secret in ("", "wrong", SECRET[:-1], SECRET.swapcase(), "é" * 8):
                headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
                async with client.post(url, data=b"{}", headers=headers) as answer:
                    assert answer.status == 403
            good = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
            for body in (b"", b"{", b"[]", b"null", b'{"update_id":"1"}', b'{"update_id":true}'):
                async with client.post(url, data=body, headers=good) as answer:
                    assert answer.status == 400, body
            async with client.post(url, data=io.BytesIO(b"x" * 1_100_000), headers=good) as answer:
                assert answer.status == 413
            odd = b'{"update_id": 5, "message": {"message_id": 1}}'
            async with client.post(url, data=odd, headers=good) as answer:
                assert answer.status == 200, "parked, so that Telegram goes on"
        person = telegram.person()
        person.says("残疾人证有什么用？")
        await telegram.deliver_all()
        assert "合法凭证" in (await person.hears(1))[0]
        assert telegram.wrong == []
    finally:
        await asyncio.to_thread(service.stop)


async def test_killed_between_a_message_and_its_reply_it_answers_once(
    telegram, tmp_path: Path
) -> None:
    service = Service(tmp_path, **settings(telegram))
    await running(service)
    person = telegram.person()
    person.says("你好")
    await person.hears(1)
    telegram.faults.server_error = 1.0
    person.says("残疾人证有什么用？")
    before = telegram.calls["sendMessage"]
    async with asyncio.timeout(30):
        while telegram.calls["sendMessage"] == before:
            await asyncio.sleep(0.01)
    await asyncio.to_thread(service.kill)
    telegram.faults.server_error = 0.0
    await running(service)
    try:
        heard = await person.hears(2)
        await asyncio.sleep(1.5)
        assert len(telegram.sent[person.user_id]) == 2
        assert "合法凭证" in heard[1]
    finally:
        await asyncio.to_thread(service.stop)


ASKED = {
    "你好": "您好，这里是上门办",
    "残疾人证有什么用？": "合法凭证",
    "帮助": "随时能用的话",
    "/nosuch": "我不认识这个命令",
    "菜单": "想办什么事",
}
"""What is written, and by which words its reply is known; the menu ends other replies too."""
REPEATED = "（重复发送）"


def told_apart(texts: list[str]) -> tuple[list[str], int]:
    """Which messages were answered, in that order; and how often a reply came once more."""
    heard: list[str] = []
    repeated = 0
    for text in texts:
        answers = next(words for words, mark in ASKED.items() if mark in text)
        if REPEATED in text and answers in heard[-1:]:
            repeated += 1
        else:
            heard.append(answers)
    return heard, repeated


async def test_floods_errors_and_lost_replies_lose_nothing(telegram, tmp_path: Path) -> None:
    """Promise 7, small: none lost, in order, repeated only where nobody could know."""
    service = Service(tmp_path, **settings(telegram))
    await running(service)
    telegram.faults.server_error = 0.1
    telegram.faults.lost_reply = 0.2
    telegram.faults.flood = 0.02
    people = [telegram.person(8000 + at) for at in range(8)]
    try:
        for person in people:
            for words in ASKED:
                person.says(words)
        repeated = 0
        for person in people:
            heard, again = told_apart(await person.hears(len(ASKED), timeout=60))
            while heard != list(ASKED):
                assert heard == list(ASKED)[: len(heard)], "in order, each once"
                count = len(person.messages) + 1
                heard, again = told_apart(await person.hears(count, timeout=60))
            repeated += again
        assert repeated <= telegram.ambiguous, "repeated only where nobody could know"
    finally:
        await asyncio.to_thread(service.stop)


async def test_blocked_then_back(telegram, tmp_path: Path) -> None:
    """403: what is for them waits, and goes first when they write again."""
    service = Service(tmp_path, **settings(telegram))
    await running(service)
    person = telegram.person()
    try:
        telegram.faults.blocked.add(person.user_id)
        person.says("你好")
        async with asyncio.timeout(30):
            while not telegram.calls["sendMessage"]:
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)
        telegram.faults.blocked.clear()
        person.says("菜单")
        heard = await person.hears(2)
        assert "您好，这里是上门办" in heard[0]
        assert heard[1].startswith("想办什么事")
    finally:
        await asyncio.to_thread(service.stop)
