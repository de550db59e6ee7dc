"""The chat page in a real browser: accessibility rules W1 to W13, W16 to W20, W22 and W24.

axe-core finds about half of what can be wrong; the other half is measured by tests/browser_checks.
`test_planted_defects_are_found` shows that both together can fail.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from bot.channels.web_session import Session
from bot.i18n import verbatim
from bot.messages import Choice, Kind, Line, Reply
from tests.browser_checks import (
    FAINT,
    FOCUS_FAULTS,
    LOG_FAULTS,
    NOON,
    OVERFLOWS,
    OVERLAPS,
    PAPERS,
    SMALL_TARGETS,
    SMALL_TEXT,
    TEXT_SPACING,
    WHEN,
    MemoryEars,
    Served,
    an_app,
    problems_of,
    served,
    tab_stops,
)
from tests.pictures import a_picture

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
]
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 568}
ZOOMED = {"width": 320, "height": 256}
"""1,280 by 1,024 at 400 %."""

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium: apt-get install chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def site() -> Iterator[Served]:
    """One server for all tests: each browser context is a person of its own."""
    ears = MemoryEars()
    with served(an_app(ears), ears) as running:
        yield running


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, site: Served) -> Iterator[Visit]:
    """Open the page as a new person; no script of ours may fail while the test runs.

    `talked`: with the conversation of `talk` in it.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(
        viewport: dict[str, int] | None = None, *, talked: bool = False, **more: Any
    ) -> Page:
        more = {"reduced_motion": "reduce", "locale": "zh-CN", **more}
        context = browser.new_context(viewport=viewport or PHONE, **more)  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(5000)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if is_ours(said) else None)
        page.goto(site.url)
        if talked:
            [token] = [c["value"] for c in context.cookies() if c["name"] == "doorstep-chat"]
            site.talked(Session(token).user_id)
            page.reload()
        return page

    yield open_page
    for context in contexts:
        context.close()
    site.ears.down = False
    site.ears.slow = 0
    assert errors == []


def is_ours(said: Any) -> bool:
    """An error that our own page caused, not a server that a test switched off."""
    return said.type == "error" and "Failed to load resource" not in said.text


def begin(page: Page) -> None:
    page.click(".start")
    expect(page.locator("fieldset button")).to_have_count(4)


def talk(page: Page) -> None:
    """A conversation with every kind of drawing in it, and a question with details at its end."""
    begin(page)
    page.click("fieldset >> text=问办证的事")
    expect(page.locator(".caution")).to_have_count(1)
    write(page, "查进度")
    expect(page.locator(".way")).to_have_count(1)
    write(page, "我妈妈82岁了\n走不动")
    expect(page.locator("fieldset button")).to_have_count(2)
    page.click("fieldset >> text=我照顾的人")
    expect(page.locator("fieldset small")).to_have_count(2)


def write(page: Page, words: str) -> None:
    page.fill("#text", words)
    page.press("#text", "Enter")


def axe(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {[node['html'][:90] for node in one['nodes']]}" for one in found]


def settle(page: Page) -> None:
    """Until scrolling is over and the page has noticed it."""
    page.wait_for_timeout(150)


# W1, W2, W4, W10, W17: what stands in the page


@pytest.mark.parametrize(
    "look",
    [
        {"color_scheme": "light"},
        {"color_scheme": "dark"},
        {"color_scheme": "dark", "forced_colors": "active"},
        {"color_scheme": "light", "contrast": "more"},
    ],
    ids=["light", "dark", "forced colours", "high contrast"],
)
def test_w10_nothing_is_faint(visit: Visit, look: dict[str, str]) -> None:
    page = visit(**look, talked=True)
    settle(page)
    assert axe(page) == []
    assert page.evaluate(FAINT) == []


def test_w1_w2_w16_every_state_of_the_page(visit: Visit) -> None:
    page = visit()
    for step in (lambda: None, lambda: talk(page), lambda: write(page, "好" * 10_001)):
        step()
        settle(page)
        assert axe(page) == []
        assert page.evaluate(LOG_FAULTS) == []
        assert [one for one in problems_of(page.content()) if "inline" not in one] == []
    expect(page.locator(".problem")).to_have_count(1)


def test_w2_the_log_is_a_polite_live_region_in_the_first_html(visit: Visit) -> None:
    page = visit(java_script_enabled=False)
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    [log] = [node for node in tree["nodes"] if node.get("role", {}).get("value") == "log"]
    properties = {one["name"]: one["value"].get("value") for one in log["properties"]}
    assert properties["live"] == "polite"
    assert properties["atomic"] is False
    assert log["name"]["value"] == "Conversation"


def test_w4_each_message_says_who_spoke_and_when(visit: Visit) -> None:
    page = visit()
    begin(page)
    expect(page.get_by_role("log")).to_match_aria_snapshot("""
        - log "Conversation":
          - list:
            - listitem:
              - paragraph: 2026年3月5日（星期四）
              - paragraph: "You said:"
              - paragraph: Start
              - paragraph:
                - time: 上午9点30分
            - listitem:
              - article:
                - paragraph: "Assistant:"
                - heading "您好，我是上门办小助手" [level=3]
                - paragraph: /自动小助手/
                - paragraph: /人工/
                - paragraph: 您想做什么？
                - list:
                  - listitem: 1 问办证的事
                  - listitem: 2 预约上门评定
                  - listitem: 3 查办理进度
                  - listitem: 4 提意见或投诉
                - paragraph:
                  - time: 上午9点30分
        """)


def test_s6_done_now_and_next_are_shapes_for_the_eye_and_words_for_the_ear(visit: Visit) -> None:
    page = visit(talked=True, forced_colors="active")
    expect(page.get_by_role("list", name="Done, now and next")).to_match_aria_snapshot("""
- list:
  - /children: deep-equal
  - listitem:
    - /children: deep-equal
    - paragraph: "Done: 已受理"
    - paragraph: 2026年2月13日（星期五）
  - listitem:
    - /children: deep-equal
    - paragraph: "Done: 已评定"
    - paragraph: 这里没有记录日期
  - listitem:
    - /children: deep-equal
    - paragraph: "Now: 公示中"
    - paragraph: 规定最迟到2026年3月6日（星期五）
  - listitem:
    - /children: deep-equal
    - paragraph: "Next: 审核中"
    - paragraph: 规定10个工作日
  - listitem:
    - /children: deep-equal
    - paragraph: "Next: 可以领证"
""")
    shapes = page.evaluate(SHAPES)
    assert [shapes[at] for at in (0, 2, 3)] == [shapes[1], *dict.fromkeys(shapes[2:4])]
    assert len(set(shapes)) == 3, "without colour the three must still differ"


SHAPES = """() => [...document.querySelectorAll('.way .mark')].map(mark => {
  const inside = getComputedStyle(mark, '::after');
  const own = getComputedStyle(mark);
  return [own.borderStyle, inside.content, inside.borderWidth, inside.borderRadius, inside.width]
    .join(' ');
})"""


def test_w17_the_box_helps_the_keyboard(visit: Visit) -> None:
    page = visit()
    assert page.get_attribute("#text", "enterkeyhint") == "send"
    assert page.get_attribute("#photo", "accept") == (
        "image/jpeg,image/png,application/pdf,audio/*,video/mp4"
    )
    assert page.locator("input:visible").count() == 1  # no field of a person's data to complete


# W3, W5, W18: messages that arrive

WATCH = """() => {
  window.added = []; window.removed = 0;
  new MutationObserver(changes => {
    for (const change of changes) {
      const off = change.target.closest && change.target.closest('[aria-live=off]');
      for (const node of change.addedNodes)
        if (!off) window.added.push([node.nodeName, node.textContent.trim()]);
      for (const node of change.removedNodes) if (node.nodeName === 'LI') window.removed += 1;
    }
  }).observe(document.querySelector('[role=log]'), { childList: true, subtree: true });
}"""


def test_w3_each_message_is_read_once_and_history_never(visit: Visit, site: Served) -> None:
    page = visit(talked=True)
    page.reload()
    page.evaluate(WATCH)
    write(page, "要带什么？")
    expect(page.locator("fieldset button")).to_have_count(2)
    site.say(PAPERS)
    expect(page.locator(".caution")).to_have_count(2)
    page.wait_for_timeout(300)
    added = [text for name, text in page.evaluate("window.added") if name == "LI"]
    assert len(added) == 4  # the own one, two replies, the notice
    assert added[0].startswith("You said:")
    assert len(set(added)) == 4
    others = [one for one in page.evaluate("window.added") if one[0] not in {"LI", "#text"}]
    assert others == []
    assert page.evaluate("window.removed") == 0


def test_a_message_is_shown_at_once_and_confirmed_in_place(visit: Visit, site: Served) -> None:
    page = visit()
    begin(page)
    site.ears.slow = 0.5
    write(page, "请问\n今天有人吗")
    mine = page.locator("#lines > li").last
    expect(mine).to_have_attribute("data-state", "sending")
    expect(mine).to_contain_text("Sending")
    page.evaluate("window.mine = document.querySelector('[data-state=sending]')")
    expect(mine).not_to_have_attribute("data-state", "sending")
    assert page.evaluate("window.mine.dataset.id") == "00000003"
    expect(page.locator("li", has_text="今天有人吗").locator(".words")).to_have_count(1)
    assert "上午9点30分" in page.evaluate("window.mine.textContent")


@pytest.mark.parametrize("place", ["#text", "nav >> text=Help", "fieldset >> text=查办理进度"])
def test_w5_focus_stays_where_it_was(visit: Visit, site: Served, place: str) -> None:
    page = visit()
    begin(page)
    page.focus(place)
    where = "document.activeElement.outerHTML.slice(0, 60)"
    before = page.evaluate(where)
    site.say(Reply(paragraphs=(verbatim("明天有人上门。"),)))
    expect(page.locator("#lines")).to_contain_text("明天有人上门。")
    assert page.evaluate(where) == before


def test_w5_focus_is_not_lost_with_the_buttons(visit: Visit, site: Served) -> None:
    page = visit()
    begin(page)
    page.focus("fieldset >> text=查办理进度")
    site.say(WHEN)
    expect(page.locator("fieldset small")).to_have_count(2)
    assert page.evaluate("document.activeElement.id") == "answers"
    page.keyboard.press("Tab")
    assert "3月9日" in page.evaluate("document.activeElement.textContent")


def test_buttons_that_came_with_the_event_stay_when_the_answer_comes(visit: Visit) -> None:
    page = visit()
    begin(page)

    def late(route: Route) -> None:
        answer = route.fetch()
        page.wait_for_selector("fieldset >> text=我照顾的人")
        page.focus("fieldset >> text=我照顾的人")
        route.fulfill(response=answer)

    page.route("**/chat", late, times=1)
    with page.expect_response("**/chat"):
        page.click("fieldset >> text=预约上门评定")
    page.wait_for_timeout(200)
    assert "我照顾的人" in page.evaluate("document.activeElement.textContent")


def test_w18_nobody_is_pulled_away_from_what_they_read(visit: Visit, site: Served) -> None:
    page = visit(talked=True)
    settle(page)
    page.evaluate("scrollTo(0, 200)")
    settle(page)
    who = site.who()
    site.say(Reply(paragraphs=(verbatim("第一条通知。"),)), who)
    site.say(Reply(paragraphs=(verbatim("第二条通知。"),)), who)
    newer = page.get_by_role("button", name="New messages: 2")
    expect(newer).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("New messages: 2")
    assert page.evaluate("scrollY") == 200
    newer.click()
    expect(newer).to_be_hidden()
    assert "第一条通知" in page.evaluate("document.activeElement.textContent")
    settle(page)
    expect(page.locator("li", has_text="第一条通知")).to_be_in_viewport()
    expect(page.get_by_role("status")).to_have_text("")


def test_the_reader_at_the_end_sees_what_comes(visit: Visit, site: Served) -> None:
    page = visit(talked=True)
    page.evaluate("scrollTo(0, 100000)")
    settle(page)
    site.say(Reply(paragraphs=(verbatim("明天有人上门。"),)))
    expect(page.locator("li", has_text="明天有人上门")).to_be_in_viewport()
    expect(page.locator("#newer")).to_be_hidden()


def test_who_has_just_sent_something_is_shown_its_reply(visit: Visit, site: Served) -> None:
    """Also where so many answers stood that the end of the page was out of sight."""
    page = visit(talked=True)
    many = tuple(Choice(f"t{at}", verbatim(f"地点 {at}")) for at in range(17))
    site.say(Reply(paragraphs=(verbatim("请核对。"),), choices=many))
    expect(page.locator("fieldset >> text=地点 16")).to_be_attached()
    settle(page)
    write(page, "好的")
    expect(page.locator("li", has_text="您写的是：好的")).to_be_in_viewport()
    settle(page)
    expect(page.locator("#newer")).to_be_hidden()
    page.evaluate("scrollTo(0, 0)")
    settle(page)
    site.say(Reply(paragraphs=(verbatim("明天有人上门。"),)))
    expect(page.locator("#newer")).to_be_visible()


def test_a_page_in_two_tabs_shows_the_same_lines(visit: Visit) -> None:
    page = visit()
    begin(page)
    other = page.context.new_page()
    other.goto(page.url)
    write(page, "你好")
    expect(other.locator("li", has_text="您写的是：你好")).to_have_count(1)
    write(other, "你好")
    expect(page.locator(".words", has_text="你好")).to_have_count(2)
    expect(other.locator(".words", has_text="你好")).to_have_count(2)


# W6, W7, W8, W24: the keyboard


def test_w6_the_choices_are_a_group_named_by_its_question_before_the_box(visit: Visit) -> None:
    page = visit(talked=True)
    group = page.get_by_role("group", name="哪一天方便？")
    expect(group.get_by_role("button")).to_have_count(3)
    assert page.locator("#lines button:visible").count() == 0
    stops = list(tab_stops(page))
    box = next(i for i, stop in enumerate(stops) if stop.startswith("TEXTAREA"))
    assert [stop.split()[0:2] for stop in stops[box - 3 : box]] == [["BUTTON", "tap"]] * 3


def test_w7_a_whole_talk_with_the_keyboard_alone(visit: Visit, site: Served) -> None:
    page = visit()

    def tab_to(words: str) -> None:
        for _number in range(40):
            page.keyboard.press("Tab")
            if words in page.evaluate(
                "document.activeElement.value + document.activeElement.textContent"
            ):
                return
        pytest.fail(f"no way to {words}")

    tab_to("Start")
    page.keyboard.press("Enter")
    expect(page.locator("fieldset button")).to_have_count(4)
    tab_to("预约上门评定")
    page.keyboard.press("Space")
    expect(page.locator("fieldset button")).to_have_count(2)
    page.keyboard.press("Tab")  # the next question's first choice is the very next stop
    assert "我自己" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    expect(page.locator("fieldset")).to_have_count(0)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "text"
    page.keyboard.type("张三")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("第二行")
    page.keyboard.press("Enter")
    expect(page.locator(".words", has_text="第二行")).to_have_count(1)
    expect(page.locator("[data-state=sending]")).to_have_count(0)
    assert site.ears.heard[-1].text == "张三\n第二行"
    tab_to("Human")
    page.keyboard.press("Enter")
    expect(page.locator(".words", has_text="Human")).to_have_count(1)


@pytest.mark.parametrize(
    ("viewport", "size"),
    [
        (PHONE, "1"),
        (PHONE, "4"),
        (NARROW, "2"),
        (ZOOMED, "0"),
        ({"width": 1280, "height": 900}, "1"),
    ],
)
def test_w8_the_focus_is_seen_and_never_covered(
    visit: Visit, viewport: dict[str, int], size: str
) -> None:
    page = visit(viewport, talked=True)
    page.evaluate("size => { document.documentElement.dataset.size = size }", size)
    page.evaluate("scrollTo(0, 0)")
    faults = []
    stops = 0
    for stop in tab_stops(page):
        stops += 1
        faults += [f"{stop}: {one}" for one in page.evaluate(FOCUS_FAULTS)]
    for _number in range(stops):
        page.keyboard.press("Shift+Tab")
        faults += page.evaluate(FOCUS_FAULTS)
    assert stops > 15
    assert faults == []


def test_w24_the_same_words_in_the_same_place(visit: Visit) -> None:
    page = visit()
    names = ["Menu", "Back", "Human", "Help", "Repeat"]
    places = []
    for step in (lambda: None, lambda: talk(page), lambda: write(page, "好" * 10_001)):
        step()
        settle(page)
        quick = page.locator("nav button")
        assert [one.strip() for one in quick.all_inner_texts()] == names
        places.append([box and round(box["x"]) for box in (b.bounding_box() for b in quick.all())])
    assert places[0] == places[1] == places[2]
    assert page.get_by_role("link", name="For staff").count() == 1


# W9, W11, W12, W13, W22: what is drawn


@pytest.mark.parametrize("viewport", [PHONE, NARROW, ZOOMED])
def test_w9_w11_w12_w13_it_fits_at_every_size(visit: Visit, viewport: dict[str, int]) -> None:
    page = visit(viewport)
    for step in (lambda: None, lambda: talk(page)):
        step()
        for size in "0124":
            page.evaluate("size => { document.documentElement.dataset.size = size }", size)
            assert page.evaluate(OVERFLOWS) == []
            assert page.evaluate(OVERLAPS) == []
            assert page.evaluate(SMALL_TARGETS, 44 if size in "01" else 60) == []
            assert page.evaluate(SMALL_TEXT, 18) == []
            spaced(page)
            assert page.evaluate(OVERFLOWS) == []
            page.evaluate("document.adoptedStyleSheets = []")
    page.set_viewport_size({"width": 280, "height": 600})
    assert page.evaluate(OVERFLOWS) == []


def spaced(page: Page) -> None:
    """The text spacing of WCAG 1.4.12; the page's policy forbids a style element."""
    page.evaluate(
        "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css);"
        " document.adoptedStyleSheets = [sheet]; }",
        TEXT_SPACING,
    )


def test_w13_a_larger_browser_font_is_respected(browser: Browser, visit: Visit) -> None:
    page = visit()
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") == 20
    rules = page.evaluate(
        "[...document.styleSheets].flatMap(s => [...s.cssRules]).map(r => r.cssText).join('')"
    )
    assert "font-size: 125%" in rules


def test_w13_text_size_is_kept_and_the_draft_too(visit: Visit) -> None:
    page = visit()
    page.fill("#text", "写到一半")
    larger = page.get_by_role("button", name="Larger text")
    with page.expect_response("**/chat/text-size"):
        larger.click()
    expect(page.get_by_role("status")).to_have_text("Text size 3 of 5")
    assert page.input_value("#text") == "写到一半"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.size") == "2"
    for _number in range(4):
        page.get_by_role("button", name="Larger text").click()
    assert page.evaluate("document.documentElement.dataset.size") == "4"
    with page.expect_response("**/chat/text-size"):
        page.get_by_role("button", name="Usual text size").click()
    assert page.evaluate("document.documentElement.dataset.size") == "1"


def test_changing_the_language_keeps_the_draft(visit: Visit) -> None:
    page = visit()
    begin(page)
    page.fill("#text", "写到一半")
    page.click("text=English")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.input_value("#text") == "写到一半"
    assert page.url.endswith("/")


def test_w22_nothing_moves_for_those_who_asked(visit: Visit) -> None:
    page = visit()
    begin(page)
    assert page.evaluate("document.getAnimations().length") == 0
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_it_prints_the_conversation_alone(visit: Visit) -> None:
    page = visit(talked=True)
    page.emulate_media(media="print")
    for hidden in (".dock", ".settings", "#answers", ".bottom"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.locator(".choices").last).to_be_visible()


# W16, W19, W20: when something is wrong


def test_w16_what_is_wrong_is_said_first_and_the_words_stay(visit: Visit) -> None:
    page = visit()
    begin(page)
    write(page, "好" * 10_001)
    summary = page.locator(".problem")
    expect(summary).to_be_focused()
    assert page.title().startswith("Error:")
    assert page.input_value("#text") == "好" * 10_001
    assert page.get_attribute("#text", "aria-invalid") == "true"
    assert page.locator("[data-state]").count() == 0
    summary.get_by_role("link").click()
    expect(page.locator("#text")).to_be_focused()
    write(page, "好")
    expect(summary).to_have_count(0)
    assert not page.title().startswith("Error:")
    assert page.get_attribute("#text", "aria-invalid") is None


def test_w19_without_script(visit: Visit) -> None:
    page = visit(java_script_enabled=False)
    page.click(".start")
    page.click("fieldset >> text=预约上门评定")
    page.click("fieldset >> text=我自己")
    page.fill("#text", "张三")
    page.click("text=Send")
    expect(page.locator("#lines")).to_contain_text("您写的是：张三")
    assert page.url.endswith("/#latest")
    expect(page.locator("li", has_text="您写的是：张三")).to_be_in_viewport()
    page.set_input_files("#photo", {"name": "a.txt", "mimeType": "image/png", "buffer": b"no"})
    page.fill("#text", "这是照片")
    page.click("text=Send")
    expect(page.locator(".problem")).to_contain_text("cannot be taken")
    assert page.title().startswith("Error:")
    assert page.input_value("#text") == "这是照片"
    page.click("text=See whether there are new messages")
    expect(page.locator("#lines")).to_contain_text("您写的是：张三")


def test_w20_offline_nothing_is_lost_or_doubled(visit: Visit, site: Served) -> None:
    page = visit()
    begin(page)
    page.context.set_offline(True)
    expect(page.get_by_role("status")).to_contain_text("no internet connection")
    write(page, "没有网也不丢")
    mine = page.locator("li", has_text="没有网也不丢")
    expect(mine.get_by_text("Not sent.")).to_be_visible()
    again = mine.get_by_role("button", name="Send again")
    again.click()
    expect(again).to_be_visible()
    assert axe(page) == []
    page.context.set_offline(False)  # it goes by itself
    expect(page.locator("#lines")).to_contain_text("您写的是：没有网也不丢")
    expect(again).to_be_hidden()
    expect(mine.locator(".words")).to_have_count(1)
    assert [one.text for one in site.ears.heard].count("没有网也不丢") == 1


def test_w20_an_answer_that_was_lost_doubles_nothing(visit: Visit, site: Served) -> None:
    page = visit()
    begin(page)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/chat", lose, times=1)
    write(page, "答复丢了")
    expect(page.locator("#lines")).to_contain_text("您写的是：答复丢了")
    site.ears.down = True
    write(page, "存不下来")
    mine = page.locator("li", has_text="存不下来")
    expect(mine.get_by_role("button", name="Send again")).to_be_visible()
    site.ears.down = False
    mine.get_by_role("button", name="Send again").click()
    expect(page.locator("#lines")).to_contain_text("您写的是：存不下来")
    texts = [one.text for one in site.ears.heard]
    assert texts.count("答复丢了") == texts.count("存不下来") == 1
    for words in ("答复丢了", "存不下来"):
        expect(page.locator(".words", has_text=words)).to_have_count(1)
    expect(page.locator("[data-state=failed]")).to_have_count(0)


def test_a_double_press_is_one_answer(visit: Visit, site: Served) -> None:
    page = visit()
    begin(page)
    site.ears.slow = 0.3
    before = len(site.ears.heard)
    page.dblclick("fieldset >> text=预约上门评定")
    expect(page.locator("fieldset button")).to_have_count(2)
    page.wait_for_timeout(400)
    assert len(site.ears.heard) == before + 1


def test_enter_belongs_to_the_input_method_while_it_composes(visit: Visit, site: Served) -> None:
    page = visit()
    before = len(site.ears.heard)
    page.fill("#text", "ni")
    page.evaluate(
        "document.getElementById('text').dispatchEvent(new KeyboardEvent('keydown',"
        " { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }))"
    )
    assert page.input_value("#text") == "ni"
    assert len(site.ears.heard) == before


def test_a_photo_is_named_can_be_taken_away_and_is_sent(visit: Visit, site: Served) -> None:
    page = visit()
    begin(page)
    photo = {"name": "证.png", "mimeType": "image/png", "buffer": a_picture("PNG")}
    page.set_input_files("#photo", photo)
    expect(page.locator("#chosen")).to_contain_text("证.png")
    page.click("text=Remove it")
    expect(page.locator("#chosen")).to_be_hidden()
    page.set_input_files("#photo", photo)
    write(page, "我的证")
    expect(page.locator("#lines")).to_contain_text("照片收到了")
    expect(page.locator(".words", has_text="我的证")).to_have_count(1)
    assert len(site.ears.files) == 1


def test_staff_lines_are_told_apart_by_words(visit: Visit, site: Served) -> None:
    page = visit()
    begin(page)
    who = site.who()
    line = Line("", "staff", NOON, "您好，我是工作人员小陈。")
    site.loop.call_soon_threadsafe(lambda: site.ears.add(who, line))
    expect(page.locator("li", has_text="小陈")).to_contain_text("Staff member:")
    assert axe(page) == []


def test_the_choices_of_a_staff_reply_are_shown_once(visit: Visit, site: Served) -> None:
    """As buttons; the list in its bubble stands for those that are no buttons any more."""
    page = visit()
    begin(page)
    reply = Reply(
        question=verbatim("您的事解决了吗？"),
        choices=(Choice("!settled:1", verbatim("解决了")), Choice("!not:1", verbatim("没解决"))),
    )
    who = site.who()
    line = Line("", "staff", NOON, reply=reply)
    site.loop.call_soon_threadsafe(lambda: site.ears.add(who, line))
    expect(page.locator("#answers button", has_text="没解决")).to_be_visible()
    expect(page.locator("li.offered")).to_have_count(1)
    expect(page.locator("li.offered")).to_have_attribute("data-who", "staff")


# What staff hear of a page, and what a device can give

WHERE = Reply(question=verbatim("具体在哪里？"), wants=frozenset({Kind.LOCATION, Kind.VOICE}))
HERE = {"latitude": 23.129114, "longitude": 113.264381}


def staff_writes(page: Page, site: Served, words: str) -> None:
    who = site.who()
    line = Line("", "staff", NOON, reply=Reply(paragraphs=(verbatim(words),)))
    site.loop.call_soon_threadsafe(lambda: site.ears.add(who, line))
    page.wait_for_selector(f"li >> text={words}", state="attached")


def shown(site: Served) -> int:
    return len(site.ears.shown)


def test_staff_hear_what_came_into_sight_and_nothing_earlier(visit: Visit, site: Served) -> None:
    """Delivered is not seen: not in a tab behind, not below the fold."""
    page = visit(talked=True)
    page.evaluate("scrollTo(0, 100000)")
    settle(page)
    before = shown(site)
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, writable: true })")
    staff_writes(page, site, "第一封回信")
    page.wait_for_timeout(300)
    assert shown(site) == before, "the page lies in a tab behind"
    with page.expect_response("**/chat/seen") as told:
        page.evaluate(
            "document.hidden = false; document.dispatchEvent(new Event('visibilitychange'))"
        )
    assert told.value.status == 204
    assert shown(site) == before + 1
    page.evaluate("scrollTo(0, 0)")
    settle(page)
    staff_writes(page, site, "第二封回信")
    page.wait_for_timeout(300)
    assert shown(site) == before + 1, "it lies below the fold"
    with page.expect_response("**/chat/seen"):
        page.locator("#newer").click()
    page.wait_for_timeout(300)
    assert shown(site) > before + 1


def test_where_i_am_is_one_press_where_it_is_asked(visit: Visit, site: Served) -> None:
    page = visit(geolocation=HERE, permissions=["geolocation"])
    begin(page)
    assert page.locator("[name=place]").count() == 0, "only where the question takes it"
    site.say(WHERE)
    press_by_tab(page, "[name=place]")
    expect(page.locator(".words", has_text="My location: 23.12911, 113.26438")).to_have_count(1)
    expect(page.locator("[data-state=sending]")).to_have_count(0)
    heard = site.ears.heard[-1]
    assert (heard.kind, heard.text) == (Kind.LOCATION, "geo:23.12911,113.26438")
    page.reload()
    expect(page.locator(".words", has_text="My location: 23.12911, 113.26438")).to_have_count(1)


def test_a_device_that_keeps_its_place_to_itself(visit: Visit, site: Served) -> None:
    page = visit(permissions=[])
    begin(page)
    site.say(WHERE)
    before = len(site.ears.heard)
    press_by_tab(page, "[name=place]")
    expect(page.get_by_role("status")).to_contain_text("Please write the place.")
    assert len(site.ears.heard) == before
    assert axe(page) == []


def test_a_voice_message_is_recorded_by_keyboard(visit: Visit, site: Served) -> None:
    """Recorded, shown by name, taken away or sent; nothing leaves before 'send'."""
    page = visit(NARROW, permissions=["microphone"])
    begin(page)
    site.say(WHERE)
    before = len(site.ears.files)
    press_by_tab(page, "[name=voice]")
    expect(page.locator("#recording button")).to_be_focused()
    expect(page.get_by_role("status")).to_contain_text("Recording.")
    assert axe(page) == []
    assert page.evaluate(OVERFLOWS) == []
    page.wait_for_timeout(700)
    page.keyboard.press("Enter")
    expect(page.locator("#chosen")).to_contain_text("Voice message")
    expect(page.locator(".send")).to_be_focused()
    assert len(site.ears.files) == before
    page.keyboard.press("Enter")
    expect(page.locator("#chosen")).to_be_hidden()
    expect(page.locator("[data-state=sending]")).to_have_count(0)
    content, media_type, _name = site.ears.files[-1]
    assert len(site.ears.files) == before + 1
    assert media_type == "audio/webm"
    assert len(content) > 500
    assert site.ears.heard[-1].kind is Kind.VOICE
    expect(page.locator(".words", has_text="Voice message")).to_have_count(1)


def test_without_a_script_nothing_is_offered_that_does_not_work(visit: Visit, site: Served) -> None:
    page = visit(java_script_enabled=False)
    page.fill("#text", "/start")
    page.click(".send")
    site.say(WHERE)
    page.goto(f"{site.url}/?again")
    expect(page.locator("li", has_text="具体在哪里").first).to_be_visible()
    assert page.locator("[name=place], [name=voice]").count() == 2
    for one in ("place", "voice"):
        expect(page.locator(f"[name={one}]")).to_be_hidden()


def press_by_tab(page: Page, selector: str) -> None:
    page.wait_for_selector(selector)
    page.locator("#answers").focus()
    for _stop in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("what => document.activeElement.matches(what)", selector):
            break
    page.keyboard.press("Enter")


def test_nothing_is_kept_in_the_browser(visit: Visit) -> None:
    page = visit(talked=True)
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert page.evaluate("document.cookie") == ""


# The checks themselves

DEFECTS = {
    "no language": "document.documentElement.removeAttribute('lang')",
    "no label": "document.querySelector('label[for=text]').remove()",
    "faint text": "document.querySelector('.words').style.color = '#b8d4ca'",
    "no h1": "document.querySelector('h1').outerHTML = '<p>x</p>'",
    "a tab order of its own": "document.querySelector('#text').tabIndex = 3",
    "no log": "document.querySelector('[role=log]').removeAttribute('role')",
    "an assertive log": "document.querySelector('[role=log]').ariaLive = 'assertive'",
    "a clickable div": "document.querySelector('.send').outerHTML = '<div role=button>x</div>'",
    "small targets": "document.querySelector('.send').style.cssText = 'min-height:16px;height:9px'",
    "no focus ring": "document.querySelector('.send').style.outline = 'none'",
    "a picture over words": "document.querySelector('.logo').style.position = 'absolute'",
    "a wide block": "document.querySelector('.top').style.minWidth = '600px'",
    "a dock over the focus": "document.documentElement.style.scrollPadding = '0'",
    "log hidden from readers": "document.querySelector('main').ariaHidden = 'true'",
}


def everything(page: Page) -> Iterator[str]:
    """Every check that a defect of one page can fall through, the quick ones first."""
    yield from page.evaluate(OVERFLOWS)
    yield from page.evaluate(OVERLAPS)
    yield from page.evaluate(SMALL_TARGETS, 44)
    yield from page.evaluate(LOG_FAULTS)
    yield from page.evaluate(FAINT)
    yield from page.evaluate(SMALL_TEXT, 18)
    yield from (one for one in problems_of(page.content()) if "inline" not in one)
    yield from axe(page)
    page.evaluate("scrollTo(0, 0)")
    for _stop in tab_stops(page):
        yield from page.evaluate(FOCUS_FAULTS)


def test_planted_defects_are_found(visit: Visit) -> None:
    page = visit(NARROW | {"height": 640}, talked=True)
    assert list(everything(page)) == []
    missed = []
    for name, plant in DEFECTS.items():
        page.reload()
        page.evaluate(plant)
        if not any(everything(page)):
            missed.append(name)
    assert missed == []
