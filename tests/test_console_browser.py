"""The console in a real browser: what is done there, by keyboard, with and without a script."""

import itertools
import re
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect

from bot.domain.staff import IDLE
from bot.domain.tickets import TicketKind
from bot.i18n import LANGUAGES
from tests.console_checks import faults
from tests.console_site import (
    NARROW,
    PASSWORD,
    SCHEMES,
    Site,
    Visit,
    a_browser,  # noqa: F401 - fixtures
    a_site,  # noqa: F401
    a_visit,  # noqa: F401
)
from tests.test_web_browser import CHROMIUM

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium: apt-get install chromium")


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

    def wakes() -> None:
        with page.expect_response("**/staff/session"):
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    site.clock.ahead += IDLE - timedelta(minutes=10)
    wakes()
    expect(page.locator("#ending")).to_be_hidden()
    site.clock.ahead += timedelta(minutes=7, seconds=30)
    wakes()
    expect(page.locator("#ending")).to_be_visible()
    expect(page.locator("#ending-left")).to_contain_text("3分钟")
    assert faults(page) == []
    expect(page.locator("#ending button")).to_be_focused()
    press(page, "Enter")
    expect(page.locator("#ending")).to_be_hidden()
    expect(page.locator("#words")).to_be_focused()
    expect(page.locator("#words")).to_have_value("写到一半")
    site.clock.ahead += IDLE - timedelta(minutes=1)
    wakes()
    expect(page.locator("#ending")).to_be_visible()
    site.clock.ahead += timedelta(minutes=2)
    wakes()
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
    site.writes("本区的事", "w12", region="440103004")
    expect(page.locator("#live-words")).to_contain_text("新消息：1条")


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
