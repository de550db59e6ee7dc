"""Promise 27: when something we need is away, people are told so soon, and nothing is lost."""

import asyncio
import base64
import json
import re
import time
from pathlib import Path

import aiohttp
import pytest
import sqlalchemy

from tests.conftest import KEY
from tests.cuttable import Line
from tests.service import Service, free_port
from tests.test_telegram_service import SECRET, TOKEN
from tests.web_resident import Resident

pytestmark = pytest.mark.prove
SOON = 5.0
"""Seconds within which a person hears that something is away: the promise itself."""


async def ready(service: Service) -> tuple[int, dict[str, object]]:
    async with (
        aiohttp.ClientSession() as client,
        client.get(f"{service.url}/readyz") as answer,
    ):
        return answer.status, await answer.json()


async def test_the_database_goes_and_comes_back(postgresql_url: str, tmp_path: Path) -> None:
    address = sqlalchemy.make_url(postgresql_url)
    async with Line(Path(str(address.query["host"])) / ".s.PGSQL.5432") as line:
        url = address.set(host="127.0.0.1", port=line.port, drivername="postgresql", query={})
        service = Service(
            tmp_path,
            DOORSTEP_DATABASE_URL=url.render_as_string(hide_password=False),
            DOORSTEP_KEYS=base64.b64encode(KEY).decode(),
            DOORSTEP_TELEGRAM_TOKEN=TOKEN,
            DOORSTEP_TELEGRAM_MODE="webhook",
            DOORSTEP_TELEGRAM_SECRET=SECRET,
            DOORSTEP_TELEGRAM_API_URL=f"http://127.0.0.1:{free_port()}",
            DOORSTEP_PUBLIC_URL="http://doorstep.example",
        )
        await asyncio.to_thread(service.start)
        try:
            async with Resident(service.url) as me:
                await me.says("你好")
                await me.hears(1)
                await line.cut()
                await away(service, me)
                await line.mend()
                await me.says("还在吗")
                page = await me.hears(2)
                assert "您好，这里是上门办" in page
            status, told = await ready(service)
            assert (status, told["status"]) == (200, "ready")
        finally:
            await asyncio.to_thread(service.stop)


async def away(service: Service, me: Resident) -> None:
    """What the chat page, the console, Telegram and a monitor are told, and how soon."""
    began = time.monotonic()
    assert await me.posts("还在吗", "m" * 12) == 503
    assert time.monotonic() - began < SOON
    async with aiohttp.ClientSession(headers={"Accept-Language": "zh-CN"}) as client:
        async with client.get(
            f"{service.url}/", headers={"Cookie": f"doorstep-chat={'x' * 43}"}
        ) as answer:
            assert answer.status == 503
            assert "现在收不到消息" in await answer.text()
        async with client.get(
            f"{service.url}/staff/", headers={"Cookie": f"staff={'x' * 43}"}
        ) as answer:
            assert answer.status == 503
            assert "现在暂时办不了" in await answer.text()
        hook = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        async with client.post(
            f"{service.url}{telegram_path()}", data=json.dumps(UPDATE), headers=hook
        ) as answer:
            assert answer.status == 503, "Telegram keeps it and comes again"
        async with client.get(f"{service.url}/healthz") as answer:
            assert answer.status == 200
    status, told = await ready(service)
    assert (status, told["status"]) == (503, "store down")


UPDATE = {
    "update_id": 9,
    "message": {
        "message_id": 1,
        "date": 1772413200,
        "chat": {"id": 7001, "type": "private", "first_name": "x"},
        "from": {"id": 7001, "is_bot": False, "first_name": "x"},
        "text": "你好",
    },
}


def telegram_path() -> str:
    from bot.channels.telegram_settings import webhook_path

    return webhook_path(TOKEN)


async def test_telegram_is_away(tmp_path: Path) -> None:
    """The chat page goes on, and the health page names what is wrong."""
    service = Service(
        tmp_path,
        DOORSTEP_TELEGRAM_TOKEN=TOKEN,
        DOORSTEP_TELEGRAM_API_URL=f"http://127.0.0.1:{free_port()}",
    )
    await asyncio.to_thread(service.start)
    try:
        async with Resident(service.url) as me:
            await me.says("残疾人证有什么用？")
            assert "合法凭证" in await me.hears(1)
        channels: dict[str, str] = {}
        for _try in range(100):
            _status, told = await ready(service)
            channels = dict(told["channels"])  # type: ignore[call-overload]
            if channels["telegram"] != "ready":
                break
            await asyncio.sleep(0.1)
        assert channels == {"web": "ready", "telegram": "NetworkError"}
        async with (
            aiohttp.ClientSession() as client,
            client.get(f"{service.url}/metrics") as answer,
        ):
            figures = await answer.text()
        assert re.search(r'doorstep_channel_up\{channel="telegram"\} 0', figures)
        assert re.search(r'doorstep_channel_up\{channel="web"\} 1', figures)
    finally:
        await asyncio.to_thread(service.stop)
