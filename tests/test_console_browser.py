"""The console in a real browser: rules S1 to S18, by keyboard, in both schemes and three languages.

The pages are found in the router: what another release adds is looked at as soon as it is there.
`PROVE=1` looks at every route x role x scheme x language; else each pair of them is seen once.
"""

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from aiohttp import web
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from bot.app import App
from bot.config import Config
from bot.domain.staff import IDLE, Member, Role
from bot.domain.tickets import TicketKind
from bot.i18n import LANGUAGES
from bot.messages import Address, Attachment
from bot.services import Turn
from bot.storage import conversations, files
from bot.web.rules import Step
from tests.browser_checks import Served, served
from tests.console_checks import axe_faults, faults
from tests.killing import PROVE
from tests.test_promise_roles import filled
from tests.test_web_browser import CHROMIUM, FLAGS

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium: apt-get install chromium")

NARROW = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}
ZOOMED = {"width": 320, "height": 256}
"""1,280 by 1,024 at 400 %."""
SCHEMES = ("light", "dark")
NO_PAGES = re.compile(
    r"numbers\.\{format|sheet\.pdf|import\/\{name|\.csv$|/files/|/static/|/numbers/\{file\}|^/staff$|\.xlsx$|\.pdf$|\.ics$"
)
NOT_ALONE = {"/staff/answers/new", "/staff/visits/open", "/staff/bookings/new"}
"""Needs what a form sends with it."""
OURS = ("/staff/tickets", "/staff/people", "/staff/answers", "/staff/questions", "/staff/editions")
"""Pages of one thing that stands in the site below; others may show that there is none."""
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
    params: dict[str, str]

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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
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
        photo = Attachment("photo1", "image/jpeg", "p.jpg", 3)
        long = "电梯坏了三个月，没人来修，" * 12 + "https://example.org/" + "x" * 90
        number = made.writes(long, "w1", file=photo, urgent=True)
        made.writes("谢谢你们", "w2", region="440305001")
        for role, language in itertools.product(Role, LANGUAGES):
            made.make(f"{role.value}-{language}", role, language)
        made.asks("轮椅坏了残联管修吗")
        made.drafts("cert.what")
        made.make("colleague", "clerk", region="440103")
        application = app.write_now(
            lambda services: services.applications.record("1234", "440103004", "演示甲")
        )
        made.params = {
            "ticket": number,
            "application": application,
            "reference": "photo1",
            "name": "colleague",
        }
        yield made


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
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


def pages_of(site: Site) -> list[tuple[str, Any]]:
    """Path and rule of every page of the console."""
    found = []
    for route in site.web.router.routes():
        assert route.resource
        path = route.resource.canonical
        rule = getattr(route.handler, "rule", None)
        if route.method == "GET" and rule and not rule.quiet and not NO_PAGES.search(path):
            found.append((path, rule))
    return sorted(found, key=lambda one: one[0])


def looks(site: Site) -> list[tuple[str, Role, str, str]]:
    """Path, role, scheme and language of what is looked at."""
    every = [
        (path, role, scheme, language)
        for path, rule in pages_of(site)
        for role, scheme, language in itertools.product(Role, SCHEMES, LANGUAGES)
        if rule.step is Step.READY and role in rule.roles
    ]
    return every if PROVE else pairs_once(every)


def pairs_once(every: list[tuple[str, Role, str, str]]) -> list[tuple[str, Role, str, str]]:
    """As few as show each two of path, role, scheme and language together at least once."""
    unseen = {pair for one in every for pair in itertools.combinations(enumerate(one), 2)}
    chosen = []
    while unseen:
        best = max(
            every, key=lambda one: len(unseen & set(itertools.combinations(enumerate(one), 2)))
        )
        chosen.append(best)
        unseen -= set(itertools.combinations(enumerate(best), 2))
    return sorted(chosen, key=lambda one: one[1:])


@pytest.mark.skipif(not PROVE, reason="minutes long: make prove")
def test_every_page_in_every_role_scheme_and_language(browser: Browser, site: Site) -> None:
    """S1, S2, S6, S13, S15, S17, S18: at 320 px, where everything is tightest."""
    found, seen = [], looks(site)
    shown = {path for path, *_rest in seen if path not in NOT_ALONE and (
        "{" not in path or path.startswith(OURS))}  # fmt: skip
    assert len({path for path, *_rest in seen}) > 15
    for (role, scheme, language), some in itertools.groupby(seen, key=lambda one: one[1:]):
        context = browser.new_context(
            viewport=NARROW,
            color_scheme=scheme,
            reduced_motion="reduce",  # type: ignore[arg-type]
        )
        context.add_cookies([site.session(f"{role.value}-{language}")])  # type: ignore[list-item]
        page = context.new_page()
        for path, *_rest in some:
            answer = page.goto(f"{site.url}{filled(path, site.params)}")
            assert answer
            assert answer.status == 200 or path not in shown, f"{path} as {role}"
            found += [f"{path} {role} {scheme} {language}: {one}" for one in faults(page)]
        context.close()
    assert found == []


@pytest.mark.parametrize("viewport", [ZOOMED, DESK] if PROVE else [DESK])
def test_every_page_by_tab(visit: Visit, site: Site, viewport: Any) -> None:
    """W8, S15: each stop has its ring, and nothing covers it."""
    page = visit("/staff/account", "administrator-zh_Hans", viewport)
    found = []
    for path, rule in pages_of(site):
        if rule.step is Step.READY:
            page.goto(f"{site.url}{filled(path, site.params)}")
            found += [f"{path}: {one}" for one in faults(page, keyboard=True)]
    assert found == []


DEFECTS: dict[str, str] = {
    "no language": "document.documentElement.removeAttribute('lang')",
    "no label": "document.querySelector('label[for=q]').remove()",
    "low contrast": "document.querySelector('caption').style.color = '#999'",
    "no h1": "document.querySelector('h1').outerHTML = '<p>People</p>'",
    "tab order": "document.querySelector('.brand').tabIndex = 5",
    "no status": "document.getElementById('live-words').removeAttribute('role')",
    "assertive": "document.getElementById('live-words').setAttribute('aria-live', 'assertive')",
    "clickable div": "document.querySelector('main').append(Object.assign("
    "document.createElement('div'), {onclick: () => 1, textContent: 'x', "
    "style: 'cursor:pointer'}))",
    "small targets": "document.querySelectorAll('main button').forEach(e => "
    "e.style.cssText = 'min-height:0;height:16px;min-width:0;padding:0')",
    "no ring": "document.head.append(Object.assign(document.createElement('link'), "
    "{rel: 'stylesheet', href: '/staff/no-ring.css'}))",
    "too wide": "document.querySelector('main').style.minWidth = '600px'",
}
"""The eleven of accessibility.md 1.9; axe sees five of them."""


def plant(page: Page, defect: str) -> None:
    page.route(
        "**/no-ring.css",
        lambda route: route.fulfill(body="* { outline: none !important }", content_type="text/css"),
    )
    page.evaluate(DEFECTS[defect])
    page.wait_for_timeout(200)


@pytest.mark.parametrize("defect", DEFECTS)
def test_planted_defects_are_found(visit: Visit, site: Site, defect: str) -> None:
    page = visit("/staff/people", "administrator-zh_Hans", NARROW)
    assert faults(page, keyboard=True) == []
    plant(page, defect)
    assert faults(page, keyboard=True) != [], f"{defect} was not found"


def test_axe_alone_would_not_do(visit: Visit) -> None:
    """Why there are checks of our own."""
    missed = 0
    for defect in DEFECTS:
        page = visit("/staff/people", "administrator-zh_Hans", NARROW)
        plant(page, defect)
        missed += axe_faults(page) == []
    assert missed >= 4


# --- signing in


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, selector: str) -> None:
    """By Tab alone."""
    for _stop in range(60):
        if page.evaluate("what => document.activeElement.matches(what)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {selector}")


def fill(page: Page, selector: str, words: str) -> None:
    tab_to(page, selector)
    page.keyboard.insert_text(words)  # as pasted: no key of its own


def sign_out(page: Page) -> None:
    tab_to(page, "form[action='/staff/sign-out'] button")
    press(page, "Enter")
    expect(page.locator("#name")).to_be_visible()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_first_day_by_keyboard_alone(visit: Visit, site: Site, scheme: str) -> None:
    """One-time password, own password, second step, recovery codes; and in again with a code."""
    name = f"newcomer-{scheme}"
    once = site.app.write_now(lambda s: s.staff.add(name, "新来的", "supervisor", "4401"))
    page = visit("/staff/", viewport=NARROW, color_scheme=scheme)
    assert faults(page, keyboard=True) == []
    fill(page, "#name", name)
    fill(page, "#password", "wrong")
    press(page, "Enter")
    expect(page).to_have_title(re.compile("^错误"))
    expect(page.locator(".fault")).to_be_focused()
    assert faults(page) == []
    fill(page, "#password", once)
    tab_to(page, "[data-show]")
    press(page, "Enter")
    expect(page.locator("#password")).to_have_attribute("type", "text")
    tab_to(page, "button.main")
    press(page, "Enter")
    expect(page.locator("#old")).to_be_visible()
    assert faults(page) == []
    fill(page, "#old", once)
    fill(page, "#new", PASSWORD)
    press(page, "Enter")
    expect(page).to_have_url(re.compile("/staff/second-step$"))
    assert faults(page) == []
    tab_to(page, "main button.main")
    press(page, "Enter")
    expect(page.locator(".qr")).to_be_visible()
    assert faults(page, keyboard=True) == []
    secret = page.locator("#secret").input_value().replace(" ", "")
    fill(page, "#code", pyotp.TOTP(secret).at(site.clock()))
    press(page, "Enter")
    expect(page.locator("#codes")).to_be_visible()
    assert faults(page, keyboard=True) == []
    codes = page.locator("#codes").input_value().split()
    tab_to(page, "main a.main")
    press(page, "Enter")
    expect(page.locator("header nav")).to_be_visible()
    sign_out(page)
    for code in (codes[0], None):
        site.clock.ahead += timedelta(seconds=31)
        fill(page, "#name", name)
        fill(page, "#password", PASSWORD)
        press(page, "Enter")
        expect(page.locator("#code")).to_be_focused()
        assert page.locator("#code").get_attribute("autocomplete") == "one-time-code"
        assert faults(page) == []
        page.keyboard.insert_text(code or pyotp.TOTP(secret).at(site.clock()))
        press(page, "Enter")
        expect(page.locator("header nav")).to_be_visible()
        sign_out(page)


def test_a_warning_before_the_session_ends(visit: Visit, site: Site) -> None:
    """S11: three minutes before; one key keeps it, and what was being written stays."""
    page = visit(f"/staff/tickets/{site.params['ticket']}", "clerk-zh_Hans")
    page.locator("#words").focus()
    page.keyboard.type("写到一半")
    wake = "document.dispatchEvent(new Event('visibilitychange'))"
    site.clock.ahead += IDLE - timedelta(minutes=10)
    page.evaluate(wake)
    page.wait_for_timeout(300)
    expect(page.locator("#ending")).to_be_hidden()
    site.clock.ahead += timedelta(minutes=7, seconds=30)
    page.evaluate(wake)
    expect(page.locator("#ending")).to_be_visible()
    expect(page.locator("#ending-left")).to_contain_text("3分钟")
    assert faults(page) == []
    expect(page.locator("#ending button")).to_be_focused()
    press(page, "Enter")
    expect(page.locator("#ending")).to_be_hidden()
    expect(page.locator("#words")).to_be_focused()
    expect(page.locator("#words")).to_have_value("写到一半")
    site.clock.ahead += IDLE - timedelta(minutes=1)
    page.evaluate(wake)
    expect(page.locator("#ending")).to_be_visible()
    site.clock.ahead += timedelta(minutes=2)
    page.evaluate(wake)
    expect(page.locator("#ending-left")).to_contain_text("已退出登录")
    press(page, "Escape")
    expect(page.locator("#words")).to_have_value("写到一半")


# --- keys


def test_keys_open_pages_walk_lists_and_show_a_sheet(visit: Visit, site: Site) -> None:
    """S5, S8."""
    page = visit("/staff/people", "administrator-zh_Hans")
    press(page, "j", "j")
    second = page.locator("tbody th a").nth(1)
    expect(second).to_be_focused()
    press(page, "k", "j", "?")
    expect(page.locator("#keys-help")).to_be_visible()
    expect(page.locator("#keys-help dl")).to_contain_text("先按g，再按q")
    assert faults(page) == []
    tab_to(page, "[data-close]")
    press(page, "Enter")
    expect(page.locator("#keys-help")).to_be_hidden()
    expect(second).to_be_focused()
    press(page, "?", "j", "Escape")
    expect(page.locator("#keys-help")).to_be_hidden()
    expect(second).to_be_focused()
    name = second.text_content()
    press(page, "Enter")
    expect(page.locator("h1")).to_contain_text(str(name))
    page.wait_for_load_state()
    press(page, "g", "p")
    expect(page).to_have_url(f"{site.url}/staff/people")
    press(page, "/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("g q?j")
    expect(page.locator("#q")).to_have_value("g q?j")
    expect(page).to_have_url(f"{site.url}/staff/people")


def test_keys_can_be_switched_off(visit: Visit, site: Site) -> None:
    """WCAG 2.1.4."""
    site.make("quiet", "administrator")
    page = visit("/staff/account", "quiet")
    tab_to(page, "button[name=keys]")
    press(page, "Enter")
    expect(page.locator(".good")).to_contain_text("已关闭")
    press(page, "g", "p", "?")
    page.wait_for_timeout(300)
    expect(page).to_have_url(re.compile("account"))
    expect(page.locator("#keys-help")).to_be_hidden()
    page.locator("nav a[href='/staff/keys']").click()
    expect(page.locator("h1")).to_have_text("快捷键")
    page.goto(f"{site.url}/staff/account")
    page.locator("button[name=keys]").click()
    expect(page.locator(".good")).to_contain_text("已打开")
    page.wait_for_load_state()
    press(page, "g", "p")
    expect(page).to_have_url(f"{site.url}/staff/people")


# --- news


def test_what_is_new_is_told_and_nothing_moves(visit: Visit, site: Site) -> None:
    """S3, S9."""
    page = visit("/staff/", "clerk-zh_Hans")
    expect(page.locator("#live-pause")).to_be_visible()
    page.wait_for_timeout(800)
    rows = page.locator("tbody tr").count()
    press(page, "j")
    row = page.evaluate("document.activeElement.textContent")
    site.writes("又来一条", "w9")
    expect(page.locator("#live-words")).to_contain_text("新消息：1条")
    expect(page).to_have_title(re.compile(r"^\(\d+\) "))
    assert page.evaluate("document.activeElement.textContent") == row
    assert page.locator("tbody tr").count() == rows
    assert faults(page) == []
    page.locator("#live-pause").focus()
    press(page, "Enter")
    expect(page.locator("#live-pause")).to_have_attribute("aria-pressed", "true")
    site.writes("再来一条", "w10")
    page.wait_for_timeout(1500)
    expect(page.locator("#live-words")).to_contain_text("新消息：1条")
    page.locator("#live-show").click()
    assert page.locator("tbody tr").count() == rows + 2
    expect(page.locator("#live-pause")).to_have_attribute("aria-pressed", "true")


def test_other_regions_news_are_not_told(visit: Visit, site: Site) -> None:
    page = visit("/staff/", "colleague")
    page.wait_for_timeout(800)
    site.writes("深圳的事", "w11", region="440305001")
    page.wait_for_timeout(1500)
    expect(page.locator("#live-words")).to_have_text("")


# --- what goes wrong, and what is shown once


def test_pages_that_no_address_shows(visit: Visit, site: Site, tmp_path: Path) -> None:
    """Faults, previews and passwords, as they appear."""
    page = visit("/staff/people/import", "administrator-zh_Hans", NARROW)
    sheet = tmp_path / "people.csv"
    files_and_ends = {
        "a b,李,boss,火星": "",
        "li.mei,李梅,clerk,荔湾区": "main button.main",
    }
    for row, button in files_and_ends.items():
        sheet.write_text(f"账号,姓名,角色,地区\n{row}\n", encoding="utf-8")
        page.set_input_files("#file", sheet)
        page.click("main button.main")
        expect(page.locator("caption")).to_be_visible()
        assert faults(page, keyboard=True) == []
        if button:
            page.click(button)
            expect(page.locator("code")).to_have_count(1)
            assert faults(page, keyboard=True) == []
        page.goto(f"{site.url}/staff/people/import")
    for path in ("/staff/tickets/F2222-2222", "/staff/people/nobody", "/staff/audit?since=x"):
        page.goto(f"{site.url}{path}")
        assert faults(page) == []
    page.goto(f"{site.url}/staff/audit")
    press(page, "v")
    expect(page.locator(".good, .fault")).to_be_focused()
    assert faults(page) == []


def test_without_a_script(visit: Visit, site: Site) -> None:
    """Everything but the news and the keys: signing in, a reply, a colleague."""
    once = site.app.write_now(lambda s: s.staff.add("plain", "无脚本", "administrator", "44"))
    number = site.writes("没有脚本也要行", "w12")
    page = visit("/staff/", java_script_enabled=False)
    page.fill("#name", "plain")
    page.fill("#password", once)
    page.click("button.main")
    page.fill("#old", once)
    page.fill("#new", PASSWORD)
    page.click("button.main")
    page.click("text=以后再说")
    expect(page.locator("#live")).to_be_hidden()
    expect(page.locator("dialog")).to_have_count(2)
    expect(page.locator("#ending")).to_be_hidden()
    page.click(f"text={number}")
    page.fill("#words", "行的")
    page.click("button.main")
    expect(page.locator(".good")).to_be_visible()
    page.goto(f"{site.url}/staff/people/new")
    page.fill("#name", "no.script")
    page.fill("#display_name", "某某")
    page.fill("#region", "4401")
    page.click("main button.main")
    expect(page.locator("code")).to_have_count(1)


# --- a morning's work


def test_a_morning_of_thirty_items_by_keyboard_alone(visit: Visit, site: Site) -> None:
    """Every kind in three languages: 'n', read, 'r', write, Ctrl+Enter; the mouse stays away."""
    kinds = [kind for kind in TicketKind if kind is not TicketKind.FAILURE]
    numbers = []
    for at, (_time, language) in enumerate(itertools.product(range(10), LANGUAGES)):
        kind = kinds[at % len(kinds)]
        words = {"en": "The lift is broken.", "zh_Hans": "电梯坏了。", "zh_Hant": "電梯壞了。"}
        numbers.append(
            site.writes(words[language], f"m{at}", "441900003", kind=kind, language=language)
        )
    site.make("morning", "clerk", region="4419")
    page = visit("/staff/", "morning")
    done = set()
    for _item in range(30):
        press(page, "n")
        expect(page.locator("#words")).to_be_visible()
        page.wait_for_load_state()
        done.add(page.url.rpartition("/")[2].partition("?")[0])
        press(page, "r")
        expect(page.locator("#words")).to_be_focused()
        page.keyboard.insert_text("我们今天去看，明天回复您。")
        press(page, "Control+Enter")
        expect(page.locator(".good")).to_be_visible()
        page.wait_for_load_state()
    assert done == set(numbers), "each exactly once"
    press(page, "g", "q")
    expect(page.locator("h1")).to_contain_text("0")
    assert faults(page) == []
