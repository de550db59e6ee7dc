"""Promise 15: what people told us is unreadable in every file, log and page but their own."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from bot.channels.web_form import MOST_CHARACTERS
from tests.service import Service
from tests.web_resident import Resident

pytestmark = pytest.mark.prove
CANARIES = {
    "name": "金丝雀",
    "carer": "云雀儿",
    "phone": "13912345678",
    "identity": "11010519491231002X",
    "door": "金雀花路77号6楼604房",
    "letter": "电梯坏了我出不了门已经三个月了",
    "question": "我阿妈行唔到点算好呀金丝",
}
TALK = (
    "/book", "我照顾的人", CANARIES["carer"], CANARIES["name"], CANARIES["phone"], "荔湾多宝",
    "同意", "精神", CANARIES["identity"], CANARIES["door"], "1", "1",
    "/feedback", CANARIES["letter"], "说完了", "投诉", "跳过", "让他们看到", "提交",
    CANARIES["question"], "人工",
)  # fmt: skip


def traces(content: bytes) -> list[str]:
    """Which canaries stand in it, in any encoding that a file of ours may use."""
    return [
        kind
        for kind, value in CANARIES.items()
        for encoded in (
            value.encode(),
            value.encode("utf-16-le"),
            value.encode("gb18030"),
            value.encode("unicode_escape"),
            b"+86" + value.encode(),
        )
        if encoded in content
    ]


async def misuse(service: Service) -> list[bytes]:
    """Error paths, with canaries in them; what is answered to whoever is not that person."""
    words = CANARIES["letter"]
    answers: list[bytes] = []
    async with aiohttp.ClientSession() as stranger:
        for method, path in (
            ("GET", f"/{CANARIES['identity']}"),
            ("GET", f"/private/{CANARIES['phone']}"),
            ("GET", f"/staff/tickets/{CANARIES['name']}"),
            ("GET", f"/chat/lines?after={CANARIES['phone']}"),
            ("POST", f"/telegram/{CANARIES['phone']}"),
            ("POST", "/staff/sign-in"),
        ):
            data = {"name": CANARIES["name"], "password": words} if method == "POST" else None
            async with stranger.request(method, service.url + path, data=data) as answer:
                answers.append(await answer.read())
        for page in ("/", "/metrics", "/readyz", "/healthz", "/api/openapi.json", "/staff/"):
            async with stranger.get(service.url + page) as answer:
                answers.append(await answer.read())
    return answers


async def test_nothing_that_was_said_can_be_read_elsewhere(tmp_path: Path) -> None:
    service = Service(tmp_path, DOORSTEP_LOG_LEVEL="debug")
    await asyncio.to_thread(service.start)
    try:
        async with Resident(service.url) as me:
            for words in TALK:
                await me.says(words)
            page = await me.hears(me.sent)
            assert {"name", "letter"} <= set(traces(page.encode())), "the person sees their own"
            assert "identity" not in traces(page.split("data-who=")[-1].encode())
            assert await me.posts("长" * (MOST_CHARACTERS + 1), "m" * 12) == 422
        for body in await misuse(service):
            assert traces(body) == []
    finally:
        await asyncio.to_thread(service.kill)  # its log of writes stays as it is
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"doorstep.db", "doorstep.db-wal", "log", "keys"}
    for path in files:
        assert traces(path.read_bytes()) == [], path.name


def test_core_dumps_are_off(tmp_path: Path) -> None:
    service = Service(tmp_path)
    service.start()
    try:
        limits = Path(f"/proc/{service.pid}/limits").read_text(encoding="ascii")
        line = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
        assert line.split()[4:6] == ["0", "0"]
    finally:
        service.stop()
