"""One application through all its stages, as a person on Telegram and one at the chat page see it.

The real service as a process, the real python-telegram-bot client against a stand-in Bot API, the
events of another system over HTTP. Time passes because the process is killed and starts later.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.app import App
from bot.config import Config
from bot.i18n import GUANGDONG
from bot.stages_file import released
from bot.web.api import KEY, PATH
from tests.killing import PROVE
from tests.service import Service
from tests.standin_telegram import StandIn
from tests.test_private_page import fields_of, pressed
from tests.test_telegram_service import settings
from tests.web_resident import Resident

pytestmark = pytest.mark.prove
MORNING = datetime(2026, 3, 2, 10, 0, tzinfo=GUANGDONG)
MADE = {"procedure": "first", "region": "440103004", "last4": "002X", "name": "陈大文"}
WAY = (
    ("sent", ""),
    ("booked", ""),
    ("assessed", ""),
    ("notice", ""),
    ("objection", ""),
    ("reassessment", ""),
    ("assessed", ""),
    ("notice", ""),
    ("papers_missing", "两寸近照3张"),
    ("review", ""),
    ("approved", ""),
    ("printed", ""),
    ("posted", ""),
)
"""The straight way of a first application, with every side way that does not end it."""
SHORT = tuple(one for one in WAY if one[0] in {"booked", "papers_missing", "posted"})


@dataclass
class Federation:
    """The service, its clock, and the federation's system that feeds it."""

    service: Service
    token: str
    now: datetime = MORNING
    events: int = 0

    async def begins(self) -> None:
        self.service._env["DOORSTEP_NOW"] = self.now.isoformat()
        await asyncio.to_thread(self.service.start)

    async def later(self, **time: float) -> None:
        """The power fails, and comes back so much later."""
        await asyncio.to_thread(self.service.kill)
        self.now += timedelta(**time)
        await self.begins()

    async def says(self, stage: str, missing: str = "", **more: str) -> str:
        """An event; the application's number."""
        self.events += 1
        said = {"stage": stage, "outside": "X-1", **({"missing": missing} if missing else {})}
        headers = {
            KEY: f"event-{self.events}",
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
        }
        async with (
            aiohttp.ClientSession(headers=headers) as client,
            client.post(f"{self.service.url}{PATH}", data=json.dumps({**said, **more})) as answer,
        ):
            body = await answer.json()
            assert answer.status in (200, 201), body
            return str(body["number"])


@pytest.fixture
async def telegram() -> AsyncIterator[StandIn]:
    async with StandIn() as stand_in:
        yield stand_in


@pytest.fixture
def federation(telegram: StandIn, tmp_path: Path) -> Iterator[Federation]:
    app = App(Config.from_env({"DOORSTEP_VAR": str(tmp_path)}, MORNING))
    token = app.write_now(lambda services: services.application_sources.add_system("test", "44"))
    app.database.close()
    assert token
    service = Service(tmp_path)
    service._env.update(settings(telegram, DOORSTEP_PUBLIC_URL=service.url))
    yield Federation(service, token)
    service.kill()


async def test_every_stage_arrives_once_on_telegram_and_at_the_chat_page(
    telegram: StandIn, federation: Federation
) -> None:
    await federation.begins()
    number = await federation.says("accepted", **MADE)
    anna = telegram.person()
    anna.says("/status")
    anna.says(number)
    link = re.search(r"http://\S+/private/\S+", (await anna.hears(2))[-1])
    assert link, "what is personal is never asked in Telegram"
    await proves(link[0], "002X")
    assert "已经受理" in (await anna.hears(3))[-1]
    anna.taps("要，告诉我")
    assert "有变化，我就在这里告诉您" in (await anna.hears(4))[-1]
    async with Resident(federation.service.url) as web:
        for at, words in enumerate(("查进度", number, "同意", "002X", "要，告诉我"), 1):
            await web.says(words)
            page = await web.hears(at)
        assert "有变化，我就在这里告诉您" in page
        heard, seen = 4, 5
        book = released()
        for stage, missing in WAY if PROVE else SHORT:
            await federation.says(stage, missing)
            await federation.later(days=1)
            heard, seen = heard + 1, seen + 1
            told = (await anna.hears(heard))[-1]
            page = await web.hears(seen)
            for words in (*filter(None, [missing]), number, sentence(book, stage)):
                assert words in told
                assert words in page
        await federation.later(days=2)
        await asyncio.sleep(2)
        assert len(await anna.hears()) == heard, "each was told once"
        assert web.answers(await web.reads()) == seen
        anna.says("查进度")
        way = (await anna.hears(heard + 1))[-1]
        assert way.count("已完成：") == 9, "all that is over, the last too"
        assert way.count("没有记录日期") == (0 if PROVE else 6), "what was skipped is not dated"
    assert "陈大文" not in "".join(await anna.hears())
    assert telegram.wrong == []


async def proves(url: str, last_four: str) -> None:
    """On our own page, as a browser does it."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        page = await pressed(client, url)
        assert "最后四位" in page
        where = re.match(r"http://[^/]+", url)
        assert where
        data = {**fields_of(page), "text": last_four}
        async with client.post(f"{where[0]}/private/", data=data) as answer:
            assert answer.status == 200


def sentence(book, stage: str) -> str:  # type: ignore[no-untyped-def]
    """The first sentence's own words, without whose application it is and until when."""
    words = book.words[stage]
    says = (words.until.get("zh_Hans") or words.says["zh_Hans"]).removeprefix("{who}")
    return re.split(r"[，。]", says)[0]
