"""The visits' pages in a real browser: rules S1, S13, S15, S18, at 320 px and by keyboard."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import web
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from bot.domain.bookings import BookingState
from bot.storage.db import Database
from bot.storage.schema import create_all
from bot.storage.vault import Vault
from bot.web import make_console
from tests.browser_checks import OVERFLOWS, SMALL_TARGETS, served
from tests.conftest import KEY
from tests.stage import START
from tests.test_console import PASSWORD, Office
from tests.test_web_browser import CHROMIUM, FLAGS, NARROW
from tests.visits_console import County, in_chat, request_of, stands

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium: apt-get install chromium")


class Quiet(Office):
    """Nothing ever happens in its queue."""

    async def changes(self) -> AsyncIterator[None]:
        await asyncio.sleep(3600)
        yield


class Week:
    """A running console, three people in one half-day, one who waits, one clerk signed in."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(f"sqlite:///{folder / 'week.db'}", Vault([KEY]))
        self.database.write_now(create_all)
        self.office = Quiet(self.database)
        county = County(self.office)
        self.team, self.visit = county.team.id, county.opens()
        county.opens(START.date() + timedelta(days=7))
        self.people = [county.booked(self.visit, at, needs_more="请敲门").number for at in (1, 2)]
        waits = request_of(person=9)
        self.waiting = in_chat(
            self.office, lambda turn: turn.bookings.wait(waits, "k9"), "w9"
        ).number
        self.once = str(
            self.office.do(lambda s: s.staff.add("wang", "王小姐", "supervisor", "4401"))
        )
        self.office.now = START + timedelta(days=3)

    def app(self) -> web.Application:
        made = web.Application()
        made.router.add_routes(make_console(self.office, secure=False, now=lambda: self.office.now))
        return made

    @property
    def paths(self) -> dict[str, str]:
        return {
            "calendar": "/staff/visits",
            "half-day": f"/staff/half-days/{self.visit}",
            "sheet": f"/staff/half-days/{self.visit}/sheet",
            "open": f"/staff/visits/open?team={self.team}&day=2026-03-12&half=morning",
            "waiting": "/staff/bookings",
            "booking": f"/staff/bookings/{self.waiting}",
            "phone": "/staff/bookings/new",
            "teams": "/staff/teams",
            "team": f"/staff/teams/{self.team}",
            "closures": "/staff/closures",
            "import": "/staff/visits/import",
            "numbers": "/staff/visits/numbers",
        }


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    made = Week(tmp_path_factory.mktemp("week"))
    yield made
    made.database.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def page(week: Week, browser: Browser) -> Iterator[Page]:
    """Signed in, without JavaScript of our own being needed for anything."""
    with served(week.app(), cast("Any", None)) as running:
        context = browser.new_context(base_url=running.url, viewport=NARROW)  # type: ignore[arg-type]
        opened = context.new_page()
        opened.goto("/staff/sign-in")
        opened.fill("#name", "wang")
        opened.fill("input[name=password]", week.once)
        with opened.expect_navigation():
            opened.keyboard.press("Enter")
        opened.fill("input[name=old]", week.once)
        opened.fill("input[name=new]", PASSWORD)
        with opened.expect_navigation():
            opened.keyboard.press("Enter")
        yield opened
        context.close()


NAMES = (
    "calendar half-day sheet open waiting booking phone teams team closures import numbers".split()
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("language", "theme"), [("zh_Hans", "light"), ("en", "dark")])
def test_every_page_is_usable_on_a_narrow_screen(
    page: Page, week: Week, name: str, language: str, theme: Any
) -> None:
    week.office.do(
        lambda services: services.staff.set_language(services.staff.everyone()[0], language)
    )
    page.emulate_media(color_scheme=theme)
    page.goto(week.paths[name])
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    # Tables stand as blocks here; their heads are out of sight on purpose, for screen readers.
    page.evaluate("document.querySelectorAll('thead').forEach(head => head.remove())")
    assert page.evaluate(OVERFLOWS) == []
    assert page.evaluate(SMALL_TARGETS, 24) == []


def test_an_outcome_is_recorded_by_keyboard_alone(page: Page, week: Week) -> None:
    page.goto(week.paths["sheet"])
    wanted = f"{week.people[0]}-assessed"
    for _stop in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == wanted:
            break
        if str(page.evaluate("document.activeElement.name")) == "outcome":
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("p.good[role=status]").count() == 1
    assert stands(week.office, week.people[0]).state is BookingState.DONE


def test_the_chart_has_words_and_a_table(page: Page, week: Week) -> None:
    page.goto(week.paths["numbers"])
    chart = page.locator("svg[role=img]").first
    told = chart.aria_snapshot()
    assert "2026-03" in told
    assert page.locator("table").count() == 2
