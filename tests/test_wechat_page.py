"""The page of ours that a link in WeChat opens for personal questions (rule X5)."""

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser_checks import OVERFLOWS, SMALL_TARGETS
from tests.service import Service
from tests.standin_wechat import StandIn
from tests.test_engine import TO_THE_PLACE
from tests.test_web_browser import CHROMIUM, NARROW, PHONE, axe, browser  # noqa: F401 - a fixture

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium: apt-get install chromium")
TWICE = "() => document.documentElement.style.fontSize = '200%'"


async def the_link(service: Service) -> str:
    """As WeChat shows it to somebody who books, at the first question about their disability."""
    async with StandIn(service.url) as platform:
        service._env.update(platform.settings(DOORSTEP_PUBLIC_URL=service.url))
        await asyncio.to_thread(service.start)
        said = await platform.person().does_all([*TO_THE_PLACE, "荔湾多宝"])
        found = re.search(rf"{re.escape(service.url)}/private/\S+", said or "")
        assert found, said
        assert platform.wrong == []
        return found[0]


@pytest.fixture
def link(tmp_path: Path) -> Iterator[str]:
    service = Service(tmp_path)
    with ThreadPoolExecutor() as beside:  # the browser's driver has a loop in this thread
        yield beside.submit(lambda: asyncio.run(the_link(service))).result()
    service.stop()


def test_it_can_be_read_and_used_at_twice_the_size(link: str, browser: Browser) -> None:  # noqa: F811
    context = browser.new_context(viewport=PHONE, locale="zh-CN")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(link)
    assert page.evaluate(OVERFLOWS) == [] and axe(page) == [], "the door before it"
    page.get_by_role("button").click()
    assert "是哪一类残疾" in page.inner_text("main")
    for viewport in (PHONE, NARROW):
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        before = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
        page.evaluate(TWICE)
        assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") > before * 1.5
        assert page.evaluate(OVERFLOWS) == []
        assert page.evaluate(SMALL_TARGETS, 44) == []
        assert axe(page) == []
        page.evaluate("() => document.documentElement.style.fontSize = ''")
    page.get_by_role("button", name="肢体").click()
    assert "还有别的吗" in page.inner_text("main")
    context.close()
