"""The whole service for a real browser: staff of every role and language, and things to look at.

Shared by test_console_walk.py (every page) and test_console_browser.py (what is done on them).
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bot.app import App
from bot.config import Config
from bot.dialog.state import Conversation
from bot.domain.preferences import Preferences
from bot.domain.staff import Member, Role
from bot.domain.tickets import TicketKind
from bot.i18n import LANGUAGES
from bot.messages import Address, Attachment
from bot.services import Services, Turn
from bot.storage import conversations, files
from tests.browser_checks import Served, served
from tests.test_web_browser import CHROMIUM, FLAGS
from tests.visit_factories import a_request

NARROW = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}
ZOOMED = {"width": 320, "height": 256}
"""1,280 by 1,024 at 400 %."""
SCHEMES = ("light", "dark")
PASSWORD = "four words are easy"


class Clock:
    """Moves when a test says so, else with the world."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead  # noqa: TID251 - beside a real browser


@dataclass
class Site:
    """The whole service, and one member of staff a role and language."""

    app: App
    clock: Clock
    web: web.Application
    running: Served
    params: dict[str, str] = field(default_factory=dict)
    """What stands in the addresses of pages about one thing."""

    @property
    def url(self) -> str:
        return self.running.url

    def member(self, name: str) -> Member:
        everyone = self.app.write_now(lambda services: services.staff.everyone())
        return next(one for one in everyone if one.name == name)

    def make(self, name: str, role: str, language: str = "zh_Hans", region: str = "44") -> Member:
        self.app.write_now(lambda services: services.staff.add(name, "王小姐", role, region))
        member = self.member(name)

        def settle(services: Any) -> None:
            services.staff.change_password(member, "x")
            services.staff.set_language(member, language)

        self.app.write_now(settle)
        return self.member(name)

    def session(self, name: str) -> dict[str, Any]:
        """The cookie of somebody who has signed in."""
        member = self.member(name)
        token = self.app.write_now(
            lambda services: services.sign_ins.open(member, "Chrome, Linux", complete=True)
        )
        return {"name": "staff", "value": token, "url": self.url}

    def asks(self, words: str) -> None:
        def work(connection: Any) -> None:
            who = Address("web", "asker")
            chat = conversations.ensure(connection, who, "zh_Hans", self.clock())
            Turn(connection, self.clock(), self.app.known, who, chat, "e1").questions.note(
                words, "zh_Hans"
            )

        self.app.database.write_now(work)

    def drafts(self, article: str) -> None:
        author = self.member("clerk-en")
        file = self.app.known.library.pack.file(article, "en") or ""
        self.app.write_now(lambda s: s.editions.draft(article, "en", file, author))

    def writes(
        self,
        words: str,
        user: str,
        region: str = "440103004",
        *,
        kind: TicketKind = TicketKind.COMPLAINT,
        language: str = "zh_Hans",
        **more: Any,
    ) -> str:
        def work(connection: Any) -> str:
            who = Address("web", user)
            chat = conversations.ensure(connection, who, language, self.clock())
            turn = Turn(connection, self.clock(), self.app.known, who, chat, "e1")
            return turn.tickets.open(kind, words, region=region, **more).number

        return self.app.database.write_now(work)


@pytest.fixture(scope="module", name="browser")
def a_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module", name="site")
def a_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("console")
    clock = Clock()
    config = Config.from_env({"DOORSTEP_VAR": str(folder)}, clock())
    app = App(config, clock)
    made_web = app.web_app()
    with served(made_web, None) as running:  # type: ignore[arg-type]
        made = Site(app, clock, made_web, running, {})
        app.load_demo()
        app.database.write_now(
            lambda c: files.keep(c, "photo1", b"\xff\xd8\xff", "image/jpeg", "p.jpg", clock())
        )
        for role, language in itertools.product(Role, LANGUAGES):
            made.make(f"{role.value}-{language}", role, language)
        made.make("colleague", "clerk", region="440103")
        made.params = {**an_item(made), **other_things(made)}
        yield made


def an_item(made: Site) -> dict[str, str]:
    """One with all that an item's page can show, and a chat with a visit and preferences."""
    photo = Attachment("photo1", "image/jpeg", "p.jpg", 3)
    long = "电梯坏了三个月，没人来修，" * 12 + "https://example.org/" + "x" * 90
    number = made.writes(long, "w1", file=photo, urgent=True)
    made.writes("谢谢你们", "w2", region="440305001")
    clerk, other = made.member("clerk-zh_Hans"), made.member("supervisor-en")

    def chat(connection: Any) -> str:
        who, language = Address("web", "w1"), "zh_Hans"
        prefers = Preferences(plain=True, screen_reader=True, text_only=True)
        state = Conversation(language, prefers=prefers).dump()
        found = conversations.ensure(connection, who, language, made.clock())
        held = conversations.lock(connection, found)
        conversations.save(connection, held, state, language, made.clock())
        turn = Turn(connection, made.clock(), made.app.known, who, found, "e1")
        visit = turn.visits.offered(a_request(1).wish, None, 1)[0].visit
        booking = turn.bookings.book(a_request(1, visit), "k1")
        ticket = turn.tickets.own(number)
        assert ticket
        turn.tickets.add(ticket, "geo:23.12911,113.26438")
        return booking.number

    def work(services: Services) -> None:
        item = services.tickets.item(number, clerk).ticket
        taken = services.tickets.take(number, item.version, clerk)
        services.tickets.answer(number, taken.version, clerk, "哪个出口？", asks=True)
        services.tickets.note(number, clerk, "已经打给地铁公司")
        services.tickets.label(number, clerk, "电梯 地铁")
        services.tickets.keep_draft(number, other, "I am writing")

    booking = made.app.database.write_now(chat)
    made.app.write_now(work)
    return {"ticket": number, "reference": "photo1", "number": booking}


def other_things(made: Site) -> dict[str, str]:
    """A question, an edition, an import, an application, what was said and done."""
    made.asks("轮椅坏了残联管修吗")
    made.drafts("cert.what")
    public = made.writes("地铁口加一个坡道", "w3", kind=TicketKind.SUGGESTION)
    author, boss = made.member("clerk-zh_Hans"), made.member("supervisor-zh_Hans")
    assessors = [made.member(f"assessor-{language}").id for language in LANGUAGES]
    said = {"zh_Hans": "地铁口要坡道", "zh_Hant": "地鐵口要斜道", "en": "A ramp at the metro"}
    done = {"zh_Hans": "下个月开工", "zh_Hant": "下個月開工", "en": "Work begins next month"}

    def work(services: Services) -> str:
        services.public_notes.release(services.public_notes.draft(public, author, said, done), boss)
        services.public_notes.draft(public, author, said, done)
        services.visit_teams.set_members(1, assessors, boss)
        services.application_imports.begin("a.csv", b"", ["编号", "姓名"], 1, boss)
        return services.applications.record("1234", "440103004", "演示甲")

    return {"application": made.app.write_now(work), "name": "colleague"}


Visit = Callable[..., Page]


@pytest.fixture(name="visit")
def a_visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """Open a page as somebody; no script of ours may fail while the test runs."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(path: str, who: str = "", viewport: Any = None, **more: Any) -> Page:
        more = {"reduced_motion": "reduce", "locale": "zh-CN", **more}
        context = browser.new_context(viewport=viewport or DESK, **more)
        contexts.append(context)
        context.set_default_timeout(8000)
        if who:
            context.add_cookies([site.session(who)])  # type: ignore[list-item]
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda said: (
                errors.append(said.text)
                if said.type == "error" and "Failed to load resource" not in said.text
                else None
            ),
        )
        page.goto(f"{site.url}{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    site.clock.ahead = timedelta(0)
    assert errors == []
