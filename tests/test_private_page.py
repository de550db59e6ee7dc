"""Telegram must not carry personal answers: a one-time link leads to our own page, and back."""

import asyncio
import re
from pathlib import Path

import aiohttp
import pytest

from tests.service import Service
from tests.standin_telegram import StandIn
from tests.test_engine import TO_THE_PLACE
from tests.test_telegram_service import SECRET, settings


@pytest.fixture
async def telegram():
    stand_in = StandIn()
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


async def asked(client: aiohttp.ClientSession, url: str) -> tuple[str, dict[str, str]]:
    """The page and the hidden fields of its form."""
    async with client.get(url) as answer:
        page = await answer.text()
    hidden = dict(re.findall(r'name="(form_token|message_id)" value="([^"]+)"', page))
    return page, hidden


async def test_personal_questions_are_asked_on_our_own_page(telegram, tmp_path: Path) -> None:
    service = Service(tmp_path)
    hook = {
        "DOORSTEP_TELEGRAM_MODE": "webhook",
        "DOORSTEP_TELEGRAM_SECRET": SECRET,
        "DOORSTEP_PUBLIC_URL": service.url,
    }
    service._env.update(settings(telegram, **hook))
    await asyncio.to_thread(service.start)
    person = telegram.person()
    try:
        while not telegram.webhook:
            await asyncio.sleep(0.02)
        talk = (*TO_THE_PLACE, "荔湾多宝")
        for number, words in enumerate(talk, 1):
            person.says(words)
            await telegram.deliver_all()
            heard = await person.hears(number)
        link = re.search(rf"{re.escape(service.url)}/private/\S+", heard[-1])
        assert link, heard[-1]
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as client:
            page, hidden = await asked(client, link[0])
            assert "是哪一类残疾" in page
            async with aiohttp.ClientSession() as stranger, stranger.get(link[0]) as second:
                assert second.status == 410, "the link works once"
            for words in ("肢体", "说完了", "跳过", "多宝路12号3楼302房", "跳过", "跳过"):
                async with client.post(
                    f"{service.url}/private/", data={**hidden, "text": words}
                ) as answer:
                    page = await answer.text()
                hidden = dict(re.findall(r'name="(form_token|message_id)" value="([^"]+)"', page))
            assert "回到您的聊天" in page
        heard = await person.hears(len(talk) + 1)
        assert "哪个半天合适" in heard[-1], "the talk goes on in Telegram"
        person.says("1")
        await telegram.deliver_all()
        heard = await person.hears(len(talk) + 2)
        assert "改残疾类别：已经回答" in heard[-1]
        told = "\n".join(heard)
        assert "302" not in told
        assert "肢体" not in told
        assert telegram.wrong == []
    finally:
        await asyncio.to_thread(service.stop)
