"""Answering in the console: check before sending, canned words, drafts, files, bad input."""

import io
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient

from bot.domain.plain_words import faults
from bot.messages import Address
from bot.storage import conversations, messages
from tests.console_client import Browser, Page
from tests.pictures import a_picture
from tests.test_console import Office, browser, client, office, signed_in

__all__ = ["browser", "client", "office"]

HOSTILE = "<b>粗</b><script>alert(1)</script> **重** [链接](https://evil.example) {{7*7}} &lt;"


async def opened(one: Browser, number: str) -> Page:
    return await one.get(f"/staff/tickets/{number}")


async def test_next_shows_the_item_taken_and_send_then_next_goes_on(
    browser: Browser, office: Office
) -> None:
    first, second = office.writes("第一件"), office.writes("第二件", user="w2")
    page = await signed_in(browser, office)
    page = await browser.post("/staff/next", page)
    assert page.url == f"/staff/tickets/{first}"
    assert "由王小姐处理" in page.html
    page = await browser.post(f"/staff/tickets/{first}/reply", page, words="今天办好。", do="next")
    assert page.url == f"/staff/tickets/{second}"
    assert "这是下一件" in page.html
    page = await browser.post(f"/staff/tickets/{second}/reply", page, words="今天办好。", do="next")
    assert page.url == "/staff/"
    assert "没有别人在等了" in page.html


async def test_what_could_be_plainer_is_shown_before_anything_is_sent(
    browser: Browser, office: Office
) -> None:
    """Rule S14: first shown, then sent if it is sent again as it is."""
    number = office.writes("请回电话")
    await signed_in(browser, office)
    page = await opened(browser, number)
    words = "根据上述规定予以办结😀，" + "请" * 31 + "。3/5来。"
    page = await browser.post(f"/staff/tickets/{number}/reply", page, words=words)
    assert page.status == 409
    for said in ("句子太长", "公文话", "表情会被逐个读出来", "“3/5”请写全"):
        assert said in page.html, said
    assert "对方看到的样子" in page.html
    assert office.heard_by("w1") == []
    page = await browser.post(f"/staff/tickets/{number}/reply", page, words=words, seen=words)
    assert office.heard_by("w1") == [words]


async def test_what_hurts_or_is_unfinished_is_never_sent(browser: Browser, office: Office) -> None:
    number = office.writes("请回电话")
    await signed_in(browser, office)
    page = await opened(browser, number)
    for words in ("您是残废。", "我【日期】打电话给您。"):
        page = await browser.post(f"/staff/tickets/{number}/reply", page, words=words, seen=words)
        assert page.status == 409
        assert "还没有发出" in page.html
        assert words in page.html
    assert office.heard_by("w1") == []


async def test_a_ready_made_reply_is_put_in_with_its_fields(
    browser: Browser, office: Office
) -> None:
    number = office.writes("电梯坏了", region="440103004")
    await signed_in(browser, office)
    page = await opened(browser, number)
    page = await browser.post(
        f"/staff/tickets/{number}/reply",
        page,
        words="您好。",
        do="insert",
        canned="passed_to_owner",
    )
    box = page.html.partition("<textarea")[2].partition("</textarea>")[0]
    assert "您好。\n\n这件事由【单位】管。" in box
    assert number in box
    assert "王小姐" in box


async def test_a_suggested_answer_comes_with_its_source(browser: Browser, office: Office) -> None:
    number = office.writes("残疾人证丢了怎么办")
    await signed_in(browser, office)
    page = await opened(browser, number)
    offered = [one for one in page.all("button") if one.get("name") == "suggest"]
    assert offered
    assert offered[0]["data-key"] == "1"
    page = await browser.post(
        f"/staff/tickets/{number}/reply", page, words="", suggest=offered[0]["value"]
    )
    box = page.html.partition("<textarea")[2].partition("</textarea>")[0]
    assert "管理办法" in box
    assert "补发" in box


async def test_a_preview_is_in_the_persons_language(browser: Browser, office: Office) -> None:
    number = office.writes("hello")

    def english(connection: Any) -> None:
        connection.exec_driver_sql("UPDATE conversations SET language = 'en'")

    office.database.write_now(english)
    await signed_in(browser, office)
    page = await opened(browser, number)
    page = await browser.post(
        f"/staff/tickets/{number}/reply", page, words="It is done.", do="preview", speaks="en"
    )
    assert "A reply from the staff" in page.html
    assert "Is your matter settled?" in page.html


async def test_a_draft_survives_the_end_of_the_session(browser: Browser, office: Office) -> None:
    """Rule S11: what was being written stands in its box after signing in again."""
    number = office.writes("请回电话")
    await signed_in(browser, office)
    page = await opened(browser, number)
    fields = {"csrf": page.hidden("csrf"), "words": "写到一半的话", "speaks": "zh_Hans"}
    async with browser.client.post(f"/staff/tickets/{number}/draft", data=fields) as answer:
        assert (await answer.json())["kept"] == "草稿已保存。"
    office.now += timedelta(minutes=31)
    assert (await opened(browser, number)).url == "/staff/sign-in"
    page = await browser.get("/staff/sign-in")
    await browser.post("/staff/sign-in", page, name="wang", password="four words are easy")
    page = await opened(browser, number)
    assert "写到一半的话</textarea>" in page.html
    assert "您的草稿还在" in page.html
    await browser.post(f"/staff/tickets/{number}/reply", page, words="写完了。")
    assert "写到一半的话" not in (await opened(browser, number)).html


async def test_a_colleague_who_writes_is_seen_and_keeps_the_lock(
    browser: Browser, office: Office
) -> None:
    number = office.writes("请回电话")
    office.do(lambda services: services.staff.add("li", "李先生", "clerk", "44"))
    other = office.do(
        lambda services: next(one for one in services.staff.everyone() if one.name == "li")
    )
    office.do(lambda services: services.tickets.item(number, other))
    await signed_in(browser, office)
    page = await opened(browser, number)
    assert "李先生也在看这一件" in page.html
    office.do(lambda services: services.tickets.keep_draft(number, other, "我来"))
    page = await opened(browser, number)
    assert "李先生正在写回复" in page.html
    page = await browser.post(f"/staff/tickets/{number}/reply", page, words="我回。")
    assert page.status == 409
    assert "我回。</textarea>" in page.html
    assert office.heard_by("w1") == []


async def test_hostile_words_in_every_field_stay_words(browser: Browser, office: Office) -> None:
    number = office.writes(HOSTILE)
    await signed_in(browser, office, role="supervisor")
    base = f"/staff/tickets/{number}"
    page = await opened(browser, number)
    await browser.post(f"{base}/note", page, note=HOSTILE)
    await browser.post(f"{base}/labels", page, labels=HOSTILE)
    page = await browser.post(f"{base}/wait", page, whom=HOSTILE)
    await browser.post("/staff/views", page, name=HOSTILE, query='"><script>')
    page = await opened(browser, number)
    page = await browser.post(f"{base}/reply", page, words=HOSTILE, seen=HOSTILE)
    page = await opened(browser, number)
    for one in (page, await browser.get("/staff/"), await browser.get(f"/staff/?q={HOSTILE}")):
        assert "<script>alert" not in one.html
        assert "<b>粗" not in one.html
    assert office.heard_by("w1") == [HOSTILE], "sent as it was written, drawn as plain text"


def form_with(page: Page, content: bytes, words: str = "请看附件。") -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name in ("csrf", "version"):
        form.add_field(name, page.hidden(name))
    form.add_field("words", words)
    form.add_field("file", io.BytesIO(content), filename="../../身份证.svg")
    return form


async def test_a_file_goes_along_and_is_opened_only_as_one(
    client: TestClient[Any, Any], browser: Browser, office: Office
) -> None:
    number = office.writes("请发表格")
    await signed_in(browser, office)
    page = await opened(browser, number)
    form = form_with(page, a_picture("PNG"))
    async with client.post(f"/staff/tickets/{number}/reply", data=form) as answer:
        assert answer.status == 200
    page = await opened(browser, number)
    (image,) = page.all("img")
    async with client.get(image["src"]) as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "身份证" not in answer.headers["Content-Disposition"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "这个文件收不了"),
        (a_picture("JPEG") + bytes(50 * 1024 * 1024), "超过10MB"),
    ],
    ids=["no picture", "50 MB"],
)
async def test_a_file_that_cannot_go_keeps_the_words(
    client: TestClient[Any, Any], browser: Browser, office: Office, content: bytes, said: str
) -> None:
    number = office.writes("请发表格")
    await signed_in(browser, office)
    page = await opened(browser, number)
    form = form_with(page, content)
    async with client.post(f"/staff/tickets/{number}/reply", data=form) as answer:
        html = await answer.text()
        assert answer.status == 409
    assert said in html
    assert "请看附件。</textarea>" in html
    assert office.heard_by("w1") == []


async def test_who_blocked_us_is_told_of_and_the_reply_waits(
    browser: Browser, office: Office
) -> None:
    number = office.writes("请回电话")
    await signed_in(browser, office)

    def block(connection: Any) -> None:
        chat = conversations.find(connection, Address("web", "w1"))
        assert chat
        conversations.set_reachable(connection, chat, reachable=False)

    office.database.write_now(block)
    page = await opened(browser, number)
    assert "对方屏蔽了我们或离开了" in page.html
    await browser.post(f"/staff/tickets/{number}/reply", page, words="好的。")

    def hold(connection: Any) -> None:
        chat = conversations.find(connection, Address("web", "w1"))
        assert chat
        messages.hold_all(connection, chat, "bot was blocked by the user")

    office.database.write_now(hold)
    page = await opened(browser, number)
    assert "现在联系不到对方: bot was blocked by the user" in page.html


async def test_every_action_on_another_regions_item_is_a_plain_404(
    browser: Browser, office: Office
) -> None:
    ours = office.writes("荔湾的事", region="440103004")
    theirs = office.writes("深圳的事", user="w2", region="440305001")
    await signed_in(browser, office, role="supervisor", region="4401")
    page = await opened(browser, ours)
    fields = {
        "words": "x", "note": "x", "labels": "x", "whom": "x", "priority": "1", "into": ours,
        "kind": "question", "letter": "1", "office": "广州市荔湾区", "reason": "x",
        "said_zh_Hans": "x", "done_zh_Hans": "x", "version": "1",
    }  # fmt: skip
    for action in (
        "take", "give-back", "reply", "draft", "close", "hand-over", "wait", "priority", "labels",
        "note", "merge", "split", "public",
    ):  # fmt: skip
        data = {**fields, "csrf": page.hidden("csrf")}
        async with browser.client.post(f"/staff/tickets/{theirs}/{action}", data=data) as answer:
            assert answer.status == 404, action
            assert "深圳的事" not in await answer.text()
    async with browser.client.get(f"/staff/tickets/{theirs}/public") as answer:
        assert answer.status == 404
    page = await browser.get("/staff/?q=深圳的事")
    assert theirs not in page.html
    page = await opened(browser, ours)
    into = await browser.post(f"/staff/tickets/{ours}/merge", page, into=theirs)
    assert "不能这样办" in into.html


async def test_you_said_we_did_from_draft_to_everybody(
    client: TestClient[Any, Any], browser: Browser, office: Office
) -> None:
    number = office.writes("地铁A口装电梯", region="440103004")
    page = await signed_in(browser, office)
    page = await browser.get(f"/staff/tickets/{number}/public")
    texts = {
        "said_zh_Hans": "地铁A口要有电梯", "said_zh_Hant": "地鐵A口要有電梯",
        "said_en": "Exit A needs a lift", "done_zh_Hans": "电梯已经开通",
        "done_zh_Hant": "電梯已經開通", "done_en": "The lift is open",
    }  # fmt: skip
    bad = await browser.post(
        f"/staff/tickets/{number}/public", page, **{**texts, "done_en": "Call 13800138000"}
    )
    assert bad.status == 422
    assert "可能找到某个人" in bad.html
    page = await browser.post(f"/staff/tickets/{number}/public", page, **texts)
    assert "已存为草稿" in page.html
    assert (await browser.get("/staff/public")).status == 404, "not for clerks"
    assert "电梯已经开通" not in (await browser.get("/said-and-done")).html
    await browser.post("/staff/sign-out", page)
    await signed_in(browser, office, name="li", role="supervisor", region="4401")
    page = await browser.get("/staff/public")
    (action,) = [one["action"] for one in page.all("form") if "release" in one["action"]]
    page = await browser.post(action, page)
    assert "已发布" in page.html
    assert office.heard_by("w1")[-1] == "You said: {words}"
    for language, words in (("en", "The lift is open"), ("zh_Hant", "電梯已經開通")):
        shown = await browser.get(f"/said-and-done?language={language}")
        assert words in shown.html
        assert number not in shown.html
        assert "装电梯" not in shown.html, "never the person's own words"
    (action,) = [one["action"] for one in page.all("form") if "withdraw" in one["action"]]
    await browser.post(action, page)
    assert "电梯已经开通" not in (await browser.get("/said-and-done")).html


async def test_nobody_releases_their_own(browser: Browser, office: Office) -> None:
    number = office.writes("地铁A口装电梯", region="440103004")
    page = await signed_in(browser, office, role="supervisor")
    page = await browser.get(f"/staff/tickets/{number}/public")
    texts = {
        f"{part}_{one}": "x" for part in ("said", "done") for one in ("zh_Hans", "zh_Hant", "en")
    }
    await browser.post(f"/staff/tickets/{number}/public", page, **texts)
    page = await browser.get("/staff/public")
    (action,) = [one["action"] for one in page.all("form") if "release" in one["action"]]
    page = await browser.post(action, page)
    assert page.status == 409
    assert "另一位主管" in page.html


@pytest.mark.parametrize(
    ("words", "language", "count"),
    [
        ("您好，电梯今天修好了。请您再试一试。", "zh_Hans", 0),
        ("The lift works again. Please try it.", "en", 0),
        ("① 请看下方", "zh_Hans", 2),
        ("您的输入无效", "zh_Hans", 1),
        ("14:00来吗？还是15:00？", "zh_Hans", 2),
        ("号码13800138000", "zh_Hans", 1),
        ("一\n二\n三\n四\n五\n六\n七\n八\n九", "zh_Hans", 1),
    ],
)
def test_the_check_of_a_reply(words: str, language: str, count: int) -> None:
    found = faults(words, language)
    assert len(found) == count, [one.words.msgid for one in found]
