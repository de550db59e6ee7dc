"""What a screen reader says in the console (rules S2, S3, S4, S6, S7, S9, S12, S16, S17).

Chromium's own accessibility tree is what every screen reader of that platform reads from: the
`Listener` asks it for the element that has the focus, and for status messages and alerts.
"""

import itertools
import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from bot.domain.tickets import TicketKind
from bot.i18n import LANGUAGES, translator
from bot.web.pages import KINDS, STATES
from tests.console_checks import faults
from tests.console_site import (
    NARROW,
    Site,
    Visit,
    a_browser,  # noqa: F401 - fixtures
    a_site,  # noqa: F401
    a_visit,  # noqa: F401
)
from tests.test_web_browser import CHROMIUM

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium: apt-get install chromium")

ITEMS = 20
TOLD = ("status", "alert")


@dataclass
class Listener:
    """Keeps a log of what would be heard, in order."""

    page: Page
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._session: CDPSession = self.page.context.new_cdp_session(self.page)

    def _nodes(self) -> list[dict[str, Any]]:
        return list(self._session.send("Accessibility.getFullAXTree")["nodes"])

    def hears(self) -> str:
        """The focused element: its role, name, description and states."""
        for node in self._nodes():
            states = {one["name"]: one["value"].get("value") for one in node.get("properties", [])}
            # The document has the focus wherever nothing in it has.
            if states.get("focused") and node["role"]["value"] != "RootWebArea":
                return self._keeps(self._spoken(node, states))
        return self._keeps("")

    def messages(self) -> list[str]:
        """What the live regions of the page hold."""
        nodes = {node["nodeId"]: node for node in self._nodes()}
        return [
            " ".join(self._words(node, nodes))
            for node in nodes.values()
            if not node.get("ignored") and node["role"]["value"] in TOLD
        ]

    def title(self) -> str:
        return self._keeps(self.page.title())

    def _keeps(self, words: str) -> str:
        self.log.append(words)
        return words

    def _spoken(self, node: dict[str, Any], states: dict[str, Any]) -> str:
        told = [node["role"]["value"], node.get("name", {}).get("value", "")]
        told.append(node.get("description", {}).get("value", ""))
        told += [f"{name} {states[name]}" for name in ("expanded", "pressed") if name in states]
        # A message that gets the focus is read whole; its words are its children.
        if node["role"]["value"] in TOLD and not told[1]:
            told[1] = " ".join(self._words(node, {one["nodeId"]: one for one in self._nodes()}))
        return " | ".join(one.strip() for one in told if one.strip())

    def _words(self, node: dict[str, Any], nodes: dict[str, dict[str, Any]]) -> list[str]:
        if node["role"]["value"] == "StaticText":
            return [node["name"]["value"]]
        children = [nodes[one] for one in node.get("childIds", []) if one in nodes]
        return [words for child in children for words in self._words(child, nodes)]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, selector: str) -> None:
    for _stop in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("what => document.activeElement.matches(what)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")


def plain(words: str) -> str:
    """Without the count of waiting items that news put before a title, and without numbers."""
    words = re.sub(r"^\(\d+\) ", "", words)
    return re.sub(r"F[0-9A-Z]{3}-[0-9A-Z]{4}", "〔编号〕", words)


def test_twenty_items_are_handled_by_ear(visit: Visit, site: Site) -> None:
    """S16, S7, S9: the log of a whole morning is compared, line for line."""
    kinds = [kind for kind in TicketKind if kind is not TicketKind.FAILURE]
    for at in range(ITEMS):
        kind = kinds[at % len(kinds)]
        site.writes("电梯坏了。", f"ear{at}", "440983001", kind=kind)
    site.make("ear", "clerk", region="440983")
    page = visit("/staff/", "ear")
    listener = Listener(page)
    spoken = translator("zh_Hans")
    names = {KINDS[kind].to(spoken) for kind in kinds}
    heard_kinds = []
    press(page, "n")
    for at in range(ITEMS):
        page.wait_for_load_state()
        expect(page.locator(".good")).to_be_focused()
        expect(page.locator("#words[aria-keyshortcuts]")).to_be_visible()  # the keys work now
        title, told = listener.title(), listener.hears()
        found = re.search(r"〔编号〕 (\S+) – ", plain(title))
        assert found, title
        assert found[1] in names, "the title says what kind of item it is"
        heard_kinds.append(found[1])
        taken = "这是下一件，现在归您。" if at == 0 else "回复已经发出。这是下一件，现在归您。"
        assert told == f"status | {taken}"
        press(page, "r")
        expect(page.locator("#words")).to_be_focused()
        assert listener.hears() == (
            "textbox | 您的回复 | 句子短一点，一句一件事。您怎么写，对方就怎么收到。"
        )
        page.keyboard.insert_text("我们今天去看，明天回复您。")
        if at == ITEMS - 1:
            break
        tab_to(page, "button[value=next]")
        assert listener.hears() == "button | 发出，接下一件"
        press(page, "Enter")
    press(page, "Control+Enter")
    expect(page.locator(".good")).to_be_focused()
    assert listener.hears() == "status | 回复已经发出。"
    assert len(listener.log) == ITEMS * 4
    assert sorted(heard_kinds) == sorted(
        KINDS[kinds[at % len(kinds)]].to(spoken) for at in range(ITEMS)
    )


def test_what_fails_is_an_alert_and_keeps_the_words(visit: Visit, site: Site) -> None:
    """S7: the page comes back with the focus on what is wrong, and nothing is lost."""
    number = site.writes("请回电话", "alert")
    page = visit(f"/staff/tickets/{number}", "clerk-zh_Hans")
    listener = Listener(page)
    page.fill("#words", "长" * 1990)
    page.evaluate("document.querySelector('#words').removeAttribute('maxlength')")
    page.fill("#words", "长" * 2100)
    press(page, "Control+Enter")
    expect(page.locator(".fault")).to_be_focused()
    assert listener.hears().startswith("alert | 回复太长")
    assert page.title().startswith("错误")
    assert page.input_value("#words") == "长" * 2100


def test_the_queue_is_a_table_that_says_its_order(visit: Visit, site: Site) -> None:
    """S2, S6, S17: rows have headers, states are words, times are whole dates."""
    page = visit("/staff/", "clerk-en")
    tree = page.locator("main table").aria_snapshot()
    for column in ("Number", "What", "Begins with", "State", "Office", "Due"):
        assert f'columnheader "{column}"' in tree
    assert page.locator("th[aria-sort=ascending]").count() == 1
    numbers = page.locator("tbody th[scope=row]").all_inner_texts()
    assert numbers
    assert all(f'rowheader "{number}' in tree for number in numbers)
    english = translator("en")
    states = {state.to(english) for state in STATES.values()}
    for words in page.locator("tbody .state").all_inner_texts():
        assert words in states, "a state is told by words, and only ours"
    for words in page.locator("tbody time").all_inner_texts():
        assert re.search(r"\b20\d\d\b", words), f"{words}: the whole date, not on hover"
    page.goto(f"{site.url}/staff/?view=closed")
    for one in page.locator("th[aria-sort]").all():
        assert one.get_attribute("aria-sort") == "descending"


def test_an_urgent_row_is_told_apart_without_colour(visit: Visit, site: Site) -> None:
    """S6: in greys, by its words."""
    number = site.writes("救命", "grey", urgent=True)
    site.clock.ahead += timedelta(days=40)
    page = visit("/staff/", "administrator-zh_Hans")
    page.emulate_media(forced_colors="active")
    urgent = page.locator("tr.urgent", has_text=number)
    expect(urgent).to_contain_text("紧急：")
    expect(urgent).to_contain_text("超期")
    assert faults(page) == []


def test_titles_say_where_one_is(visit: Visit, site: Site) -> None:
    """S9: what it is, which one, and how many wait; no two pages have the same."""
    page = visit("/staff/", "supervisor-zh_Hans")
    titles = []
    for path in ("/staff/", f"/staff/tickets/{site.params['ticket']}", "/staff/public",
                 "/staff/numbers", "/staff/people", "/staff/account"):  # fmt: skip
        page.goto(f"{site.url}{path}")
        heading = page.locator("h1").inner_text()
        title = re.sub(r"^\(\d+\) ", "", page.title())
        assert title.startswith(heading.split("(")[0].split("（")[0].strip()), (title, heading)
        assert title.endswith("控制台"), title
        titles.append(title)
    assert len(set(titles)) == len(titles)
    page.goto(f"{site.url}/staff/tickets/{site.params['ticket']}")
    page.wait_for_timeout(800)
    waiting = re.match(r"\((\d+)\) ", page.title())
    assert waiting, "the number of those who wait stands first"
    assert int(waiting[1]) > 0


def test_after_the_changes_are_shown_the_focus_is_in_the_list(visit: Visit, site: Site) -> None:
    """S4: 'show the changes' loads the page anew; who was at a row is at that row again."""
    page = visit("/staff/", "clerk-zh_Hans")
    expect(page.locator("#live-pause")).to_be_visible()
    page.wait_for_timeout(800)
    press(page, "j", "j")
    row = page.evaluate("document.activeElement.textContent")
    site.writes("新来的一件", "swap")
    expect(page.locator("#live-show")).to_be_visible()
    assert page.evaluate("document.activeElement.textContent") == row, "nothing moved by itself"
    press(page, "g", "r")
    page.wait_for_load_state()
    expect(page.locator("tbody", has_text="新来的一件")).to_be_visible()
    assert page.evaluate("document.activeElement.textContent") == row


@pytest.mark.parametrize("language", LANGUAGES)
def test_personal_data_is_shown_by_a_button_that_says_so(
    visit: Visit, site: Site, language: str
) -> None:
    """S12: expanded or not is told, and each showing is in the audit log."""
    number = site.params["number"]
    page = visit(f"/staff/bookings/{number}", f"clerk-{language}", NARROW)
    listener = Listener(page)
    button = page.locator("button[aria-controls=data]")

    def revealed() -> int:
        def count(services: Any) -> int:
            rows = services.connection.exec_driver_sql(
                "SELECT count(*) FROM audit WHERE event = 'booking.revealed'"
            )
            return int(rows.scalar())

        return site.app.write_now(count)

    before = revealed()
    phone = "138 0013 8000"
    assert phone not in page.content()
    button.focus()
    assert "expanded False" in listener.hears()
    assert revealed() == before
    press(page, "Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    assert revealed() == before + 1
    button.focus()
    assert "expanded True" in listener.hears()
    assert faults(page) == []


def test_the_letters_of_an_item_are_told_with_who_and_when(visit: Visit, site: Site) -> None:
    """Who wrote, when, and whether it arrived: all in words, each letter an item of a list."""
    page = visit(f"/staff/tickets/{site.params['ticket']}", "clerk-zh_Hans")
    tree = page.locator("section", has=page.locator("#letters")).aria_snapshot()
    for told in ("listitem", "对方", "已发出", "位置：23.12911, 113.26438"):
        assert told in tree, told
    assert "用读屏软件" in page.locator(".facts").inner_text()
    for words in itertools.chain(page.locator("main time").all_inner_texts()):
        assert re.search(r"20\d\d", words), words
