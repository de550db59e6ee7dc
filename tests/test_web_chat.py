"""The chat page as a browser without script meets it, and as its own script does.

`Visitor` checks every page that it fetches: one h1, labels, unique ids, nothing inline, headers.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from aiohttp import ClientResponse, CookieJar, DummyCookieJar, FormData, MultipartWriter, web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from bot.channels.base import Channel, Refused
from bot.channels.web import MOST_OF_A_NETWORK, WebChat
from bot.channels.web_session import Networks, Pace, Session, new_session
from bot.i18n import verbatim
from bot.messages import Address, Attachment, Choice, Kind, Line, Reply
from tests.browser_checks import (
    GREETING,
    NOON,
    WHEN,
    MemoryEars,
    an_app,
    an_hour_later,
    in_english,
    problems_of,
)
from tests.pictures import a_picture

# aiohttp's own reader of large parts calls a method that aiohttp has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:unread_data:DeprecationWarning")

PNG = a_picture("PNG")
JPEG = a_picture("JPEG")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


class Visitor:
    """A browser without script: it keeps cookies, follows redirects, and checks every page."""

    def __init__(self, client: TestClient[Any, Any]) -> None:
        self.client = client
        self.html = ""
        self.status = 0
        self.url = ""

    async def look(self, path: str = "/", **more: Any) -> str:
        return await self.read(await self.client.get(path, **more))

    async def read(self, response: ClientResponse) -> str:
        self.html = await response.text()
        self.status = response.status
        self.url = str(response.url.relative())
        check_headers(response)
        assert response.content_type == "text/html"
        assert problems_of(self.html) == []
        return self.html

    def hidden(self, name: str) -> str:
        found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', self.html)
        assert found
        return unescape(found[1])

    def form(self, photo: tuple[bytes, str] | None = None, **fields: str) -> FormData:
        form = FormData()
        fields = {"form_token": self.hidden("form_token"), "text": "", **fields}
        fields.setdefault("message_id", self.hidden("message_id"))
        for name, value in fields.items():
            form.add_field(name, value)
        content, filename = photo or (b"", "")
        form.add_field("photo", BytesIO(content), filename=filename, content_type="image/jpeg")
        return form

    async def press(
        self, path: str = "/chat", photo: tuple[bytes, str] | None = None, **fields: str
    ) -> str:
        """Send the page's form as a browser does."""
        headers = {"Sec-Fetch-Site": "same-origin"}
        form = self.form(photo, **fields)
        return await self.read(await self.client.post(path, data=form, headers=headers))

    async def script(self, **fields: str) -> tuple[int, dict[str, Any]]:
        """Send as the page's script does."""
        headers = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
        response = await self.client.post("/chat", data=self.form(**fields), headers=headers)
        check_headers(response)
        return response.status, await response.json()

    def buttons(self) -> list[tuple[str, str]]:
        """The choices that can be pressed: what they send, what they say."""
        pressed = re.findall(
            r'<button name="(?:tap|word)" value="([^"]*)" data-label="([^"]*)"', self.html
        )
        return [(unescape(value), unescape(label)) for value, label in pressed]


def check_headers(response: ClientResponse) -> None:
    headers = response.headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    if "/static/" not in str(response.url):
        assert headers["Cache-Control"] == "no-store"


@asynccontextmanager
async def visiting(ears: MemoryEars, **more: Any) -> AsyncIterator[Visitor]:
    server = TestServer(an_app(ears, **more))
    async with TestClient(server, cookie_jar=CookieJar(unsafe=True)) as client:
        yield Visitor(client)


@pytest.fixture
def ears() -> MemoryEars:
    return MemoryEars()


@pytest.fixture
async def visitor(ears: MemoryEars) -> AsyncIterator[Visitor]:
    async with visiting(ears) as visitor:
        yield visitor


async def test_first_page_says_who_we_are_and_offers_to_start(visitor: Visitor) -> None:
    html = await visitor.look()
    assert visitor.status == 200
    assert 'name="word" value="/start"' in html
    assert "automatic assistant" in html
    await visitor.press(word="/start")
    assert visitor.url in {"/#latest", "/"}
    assert "您好，我是上门办小助手" in visitor.html
    assert "/start" not in visitor.html


async def test_a_talk_without_script(visitor: Visitor, ears: MemoryEars) -> None:
    await visitor.look()
    await visitor.press(word="/start")
    assert visitor.buttons()[1] == ("book", "预约上门评定")
    await visitor.press(tap="book")
    assert [label for _token, label in visitor.buttons()] == ["我自己", "我照顾的人"]
    assert '<legend class="unseen">谁需要上门评定？</legend>' in visitor.html
    await visitor.press(tap="other")
    await visitor.press(text="我妈妈\r\n82岁了 <b>&amp;")
    assert [one.kind for one in ears.heard] == [Kind.TEXT, Kind.TAP, Kind.TAP, Kind.TEXT]
    assert ears.heard[-1].text == "我妈妈\n82岁了 <b>&amp;"
    assert "我妈妈\n82岁了 &lt;b&gt;&amp;amp;" in visitor.html
    assert all(one.private and one.sender.channel == "web" for one in ears.heard)
    assert ears.heard[0].sent_at == NOON


async def test_only_the_newest_question_has_buttons(visitor: Visitor) -> None:
    await visitor.look()
    await visitor.press(word="/start")
    await visitor.press(tap="book")
    assert visitor.html.count("<fieldset") == 1
    assert "<li>1 问办证的事</li>" in visitor.html  # the older choices are still there, as text
    assert visitor.html.count('class="same-day offered"') == 1


async def test_a_notice_leaves_the_buttons_and_an_answer_takes_them(
    visitor: Visitor, ears: MemoryEars
) -> None:
    await visitor.look()
    await visitor.press(word="/start")
    who = ears.heard[0].sender
    ears.say(who, Reply(paragraphs=(verbatim("明天上午有人上门。"),)))
    await visitor.look()
    assert len(visitor.buttons()) == 4
    await visitor.press(tap="me")  # the next question is open: it has no choices
    assert visitor.buttons() == []


async def test_choices_that_only_words_lead_to_send_their_label(
    visitor: Visitor, ears: MemoryEars
) -> None:
    await visitor.look()
    await visitor.press(word="/start")
    said = Reply(question=verbatim("哪天？"), choices=(Choice("", verbatim("别的日子")),))
    ears.say(ears.heard[0].sender, said)
    await visitor.look()
    assert visitor.buttons() == [("别的日子", "别的日子")]


async def test_every_part_of_a_reply_is_drawn(visitor: Visitor, ears: MemoryEars) -> None:
    await visitor.look()
    await visitor.press(text="ask")
    for part in (
        "<h3>上门评定要准备什么</h3>",
        "<li>身份证和户口本</li>",
        '<p class="caution">Please note: 残疾人证免费办。',
        '<p class="sources">Source: 《残疾人证管理办法》第九条',
        '<a href="https://example.test/zj" rel="noopener">看全部材料的说明</a>',
        "<time datetime=",
        "2026年3月5日（星期四）",
        "上午9点30分",
    ):
        assert part in visitor.html
    ears.say(ears.heard[0].sender, WHEN, kind="staff")
    await visitor.look()
    assert "<li>1 3月9日（星期一）：上午9点到11点，还有2个名额</li>" in visitor.html
    assert "Staff member:" in visitor.html


async def test_a_list_with_headings_is_drawn_as_such(visitor: Visitor, ears: MemoryEars) -> None:
    await visitor.look()
    await visitor.press(text="ask")
    items = ("· 先打电话", "带什么", "· 身份证", "· 照片", "去哪里")
    ears.say(ears.heard[0].sender, Reply(items=tuple(map(verbatim, items))))
    await visitor.look()
    drawn = re.sub(r"\s*\n\s*", "", visitor.html)
    assert (
        "<ul><li>先打电话</li></ul>"
        "<h4>带什么</h4><ul><li>身份证</li><li>照片</li></ul>"
        "<h4>去哪里</h4>" in drawn
    )


async def test_a_way_is_a_list_with_words_for_its_marks(visitor: Visitor, ears: MemoryEars) -> None:
    await visitor.look()
    await visitor.press(text="查进度")
    drawn = re.sub(r"\s*\n\s*", "", visitor.html)
    assert (
        '<li data-progress="now"><span class="mark" aria-hidden="true"></span>'
        '<p><span class="progress">Now:</span> <span class="step">公示中</span></p>'
        '<p class="step-day">规定最迟到2026年3月6日（星期五）</p></li>' in drawn
    )
    assert drawn.count('data-progress="next"') == 2
    assert "</ol><p>没写期限的，是法规没有规定，我不能承诺。</p>" in drawn


async def test_words_of_a_new_day_stand_under_its_date(visitor: Visitor, ears: MemoryEars) -> None:
    await visitor.look()
    await visitor.press(text="第一天")
    ears.now = lambda: NOON + timedelta(days=1)
    await visitor.press(text="第二天")
    assert visitor.html.count('class="same-day') == 4  # two lines begin a day


# The same message twice


async def test_a_post_that_is_repeated_is_one_message(visitor: Visitor, ears: MemoryEars) -> None:
    await visitor.look()
    same = visitor.hidden("message_id")
    for _number in range(3):
        await visitor.press(text="预约", message_id=same)
    assert len(ears.heard) == 1
    await visitor.press(text="改一下", message_id=same)  # from the browser's history
    assert [one.text for one in ears.heard] == ["预约", "改一下"]


async def test_two_browsers_may_use_the_same_id(ears: MemoryEars) -> None:
    async with visiting(ears) as one, visiting(ears) as other:
        for visitor in (one, other):
            await visitor.look()
            await visitor.press(text="你好", message_id="a" * 16)
    assert len(ears.heard) == 2
    assert len({message.event_id for message in ears.heard}) == 2


# Words in the box survive


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/chat", {"word": "Help"}),
        ("/chat", {"tap": "book"}),
        ("/chat/language", {"language": "en"}),
        ("/chat/text-size", {"size": "3"}),
    ],
)
async def test_a_button_never_eats_what_is_being_written(
    visitor: Visitor, path: str, fields: dict[str, str]
) -> None:
    await visitor.look()
    await visitor.press(word="/start")
    await visitor.press(path, text="写到一半", **fields)
    assert ">\n写到一半</textarea>" in visitor.html


async def test_too_long_a_text_is_explained_and_kept(visitor: Visitor, ears: MemoryEars) -> None:
    await visitor.look()
    text = "好" * 10_001
    await visitor.press(text=text)
    assert visitor.status == 422
    assert "<title>Error:" in visitor.html
    assert text in visitor.html
    assert '<a id="problem-words" href="#text">Your message is 10001 characters' in visitor.html
    assert 'aria-invalid="true"' in visitor.html
    assert ears.heard == []
    await visitor.press(text="好" * 10_000)
    assert visitor.status == 200
    assert len(ears.heard[0].text) == 10_000


async def test_an_empty_message_is_explained(visitor: Visitor, ears: MemoryEars) -> None:
    await visitor.look()
    await visitor.press(text=" \r\n\t ")
    assert visitor.status == 422
    assert "Please write something first" in visitor.html
    assert ears.heard == []


# Photos


@pytest.mark.parametrize(("content", "kind"), [(PNG, "image/png"), (JPEG, "image/jpeg")])
async def test_a_photo_is_kept_under_a_name_of_ours(
    visitor: Visitor, ears: MemoryEars, content: bytes, kind: str
) -> None:
    await visitor.look()
    await visitor.press(text="我的证", photo=(content, "../../张三身份证.svg"))
    assert ears.files[0][1] == kind
    assert ears.files[0][0].startswith(content[:3]), "written anew, as the same kind"
    assert "张三" not in ears.files[0][2]
    heard = ears.heard[0]
    assert (heard.kind, heard.text) == (Kind.PHOTO, "我的证")
    assert heard.attachment == Attachment("file-1", kind, ears.files[0][2], len(content))
    assert '<span class="sent-photo">Photo</span>我的证' in visitor.html


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "cannot be taken"),
        (b"GIF89a" + PNG, "cannot be taken"),
        (b"", "cannot be taken"),
        (b"MZ\x90\x00", "cannot be taken"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "cannot be opened"),
        (JPEG + bytes(10 * 1024 * 1024), "larger than 10 MB"),
    ],
)
async def test_other_files_are_refused_kindly(
    visitor: Visitor, ears: MemoryEars, content: bytes, said: str
) -> None:
    await visitor.look()
    await visitor.press(text="这是照片", photo=(content, "photo.jpg"))
    assert visitor.status == 422
    assert said in visitor.html
    assert 'href="#photo"' in visitor.html
    assert ">\n这是照片</textarea>" in visitor.html
    assert (ears.files, ears.heard) == ([], [])


# Language and text size


async def test_the_page_speaks_the_browsers_language_first(visitor: Visitor) -> None:
    await visitor.look(headers={"Accept-Language": "fr, zh-HK;q=0.9, en;q=0.8"})
    assert '<html lang="zh-Hant"' in visitor.html
    await visitor.look(headers={"Accept-Language": "fr"})
    assert '<html lang="zh-Hant"' in visitor.html  # as the page before


async def test_switching_the_language_tells_the_conversation(
    visitor: Visitor, ears: MemoryEars
) -> None:
    await visitor.look()
    assert '<html lang="zh-Hans"' in visitor.html
    await visitor.press("/chat/language", language="zh_Hant")  # nothing was said yet
    assert '<html lang="zh-Hant"' in visitor.html
    assert ears.heard == []
    await visitor.press(word="/start")
    assert ears.heard[-1].language == "zh_Hant"
    await visitor.press("/chat/language", language="en")
    assert ears.heard[-1].text == "/language en"
    assert '<html lang="en"' in visitor.html
    assert "/language en" not in visitor.html
    assert re.search(r'value="en" lang="en" aria-pressed="true"', visitor.html)
    assert 'lang="zh-Hant">' in visitor.html  # what was said before stays as it was said


async def test_the_page_follows_the_conversations_language(
    visitor: Visitor, ears: MemoryEars
) -> None:
    await visitor.look()
    status, answer = await visitor.script(text="/language en")
    assert (status, answer["language"]) == (200, "en")
    await visitor.look()
    assert '<html lang="en"' in visitor.html


async def test_the_text_size_is_remembered(visitor: Visitor) -> None:
    await visitor.look()
    assert 'data-size="1"' in visitor.html
    await visitor.press("/chat/text-size", size="4")
    assert 'data-size="4"' in visitor.html
    await visitor.press("/chat/text-size", size="9")
    assert visitor.status == 400


# The page's script


async def test_the_script_gets_the_lines_that_it_has_not_seen(visitor: Visitor) -> None:
    await visitor.look()
    status, answer = await visitor.script(word="/start", after="")
    assert status == 200
    assert answer["lines"].count("<li id=") == 2
    assert answer["lines"].count("<fieldset") == 1
    response = await visitor.client.get("/chat/lines?after=00000001")
    check_headers(response)
    assert (await response.text()).count("<li id=") == 1


async def test_the_script_hears_what_is_wrong(visitor: Visitor, ears: MemoryEars) -> None:
    await visitor.look()
    status, answer = await visitor.script(text="好" * 10_001)
    assert (status, answer["again"]) == (422, False)
    assert 'href="#text"' in answer["summary"]
    ears.down = True
    status, answer = await visitor.script(text="你好")
    assert (status, answer["again"]) == (503, True)
    assert "cannot take messages" in answer["words"]


async def read_events(response: ClientResponse, most: int) -> list[tuple[str, str]]:
    """The next so many lines of the stream: id and HTML."""
    events: list[tuple[str, str]] = []
    identity, data = "", []
    while len(events) < most:
        row = (await response.content.readline()).decode().removesuffix("\n")
        if row.startswith("id: "):
            identity = row[4:]
        elif row.startswith("data: "):
            data.append(row[6:])
        elif not row and data:
            events.append((identity, "\n".join(data)))
            data = []
    return events


async def test_new_lines_are_pushed_and_missed_ones_come_first(
    visitor: Visitor, ears: MemoryEars
) -> None:
    await visitor.look()
    await visitor.press(word="/start")
    who = ears.heard[0].sender
    async with visitor.client.get("/chat/events?after=00000001") as stream:
        assert stream.content_type == "text/event-stream"
        check_headers(stream)
        [(identity, html)] = await read_events(stream, 1)
        assert identity == "00000002"
        assert "小助手" in html
        ears.add(who, Line("", "staff", NOON, "第一行\r\n\r\n第二行"))
        [(identity, html)] = await read_events(stream, 1)
        assert identity == "00000003"
        assert "第一行\n\n第二行" in html
    headers = {"Last-Event-ID": "00000002"}
    async with visitor.client.get("/chat/events?after=00000001", headers=headers) as stream:
        assert [one for one, _html in await read_events(stream, 1)] == ["00000003"]


async def test_a_line_that_comes_to_stand_before_another_is_not_lost(ears: MemoryEars) -> None:
    chat = WebChat(ears, secure=False, now=ears.now, translate_for=in_english)
    who = Address("web", "one")
    late, early = Line("5", "person", NOON, "后写的"), Line("4", "staff", NOON, "先开始写的")
    ears.chats[who] = [Line("3", "person", NOON, "旧的"), late]
    follow = chat._listeners.follow(who, "3")
    assert list(await anext(follow)) == [late]
    ears.chats[who].insert(1, early)
    await chat.send(who, {})
    assert list(await anext(follow)) == [early]
    await follow.aclose()


async def test_sending_wakes_the_pages_that_wait(visitor: Visitor, ears: MemoryEars) -> None:
    chat = WebChat(ears, secure=False, now=ears.now, translate_for=in_english)
    channel: Channel = chat
    follow = chat._listeners.follow(Address("web", "one"), "")
    assert await anext(follow) == []
    [payload] = channel.render(GREETING, in_english("en"))
    assert Reply.load(payload["reply"]) == GREETING
    ears.chats[Address("web", "one")] = [Line("1", "bot", NOON, reply=GREETING)]  # unannounced
    assert await channel.send(Address("web", "one"), payload) == ""
    assert [line.id for line in await anext(follow)] == ["1"]
    await follow.aclose()


async def test_one_chat_cannot_hold_any_number_of_streams(
    visitor: Visitor, ears: MemoryEars
) -> None:
    await visitor.look()
    streams = [await visitor.client.get("/chat/events") for _number in range(7)]
    assert [stream.status for stream in streams] == [200] * 6 + [429]
    for stream in streams:
        stream.close()


async def test_decode_refuses_what_is_not_a_form(ears: MemoryEars) -> None:
    chat = WebChat(ears, secure=False, now=ears.now, translate_for=in_english)
    for raw in ({}, {"photo": None, "tap": ""}, {"photo": 3, "tap": ""}):
        with pytest.raises(ValueError, match="not a form"):
            chat.decode(raw)
    with pytest.raises(Refused):
        await chat.fetch(Attachment("x", "image/png"))


# Who may post


async def test_the_cookie_is_long_lived_and_guarded(ears: MemoryEars) -> None:
    async with visiting(ears, secure=True) as visitor:
        response = await visitor.client.get("/")
        [cookie] = [one for one in response.headers.getall("Set-Cookie") if "doorstep-chat" in one]
        assert re.match(r"__Host-doorstep-chat=[A-Za-z0-9_-]{43};", cookie)
        for part in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=34560000"):
            assert part in cookie
        assert "max-age=63072000" in response.headers["Strict-Transport-Security"]


async def test_the_store_never_sees_the_cookies_token(visitor: Visitor, ears: MemoryEars) -> None:
    await visitor.look()
    await visitor.press(text="你好")
    [token] = [c.value for c in visitor.client.session.cookie_jar if c.key == "doorstep-chat"]
    kept = f"{ears.heard} {ears.chats}"
    assert token not in kept
    assert Session(token).form_token not in kept
    assert ears.heard[0].sender.user_id == Session(token).user_id


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.test"},
    ],
)
@pytest.mark.parametrize("path", ["/chat", "/chat/language", "/chat/text-size"])
async def test_another_site_can_neither_post_nor_change_cookies(
    visitor: Visitor, ears: MemoryEars, headers: dict[str, str], path: str
) -> None:
    await visitor.look()
    form = visitor.form(text="偷偷发", language="en", size="3")
    visitor.client.session.cookie_jar.clear()  # SameSite keeps them at home
    response = await visitor.client.post(path, data=form, headers=headers)
    assert response.status == 403
    assert "Set-Cookie" not in response.headers
    assert "偷偷发" not in await visitor.read(response)
    assert ears.heard == []


@pytest.mark.parametrize("path", ["/chat", "/chat/language", "/chat/text-size"])
@pytest.mark.parametrize("token", ["", "0" * 32, "é"])
async def test_a_form_without_its_token_is_sent_again_by_hand(
    visitor: Visitor, ears: MemoryEars, path: str, token: str
) -> None:
    await visitor.look()
    await visitor.press(path, text="你好", language="en", size="3", form_token=token)
    assert visitor.status == 403
    assert ears.heard == []
    assert ">\n你好</textarea>" in visitor.html
    await visitor.press(text="你好")
    assert len(ears.heard) == 1


async def test_an_older_browser_may_post(visitor: Visitor, ears: MemoryEars) -> None:
    await visitor.look()
    origins: list[dict[str, str]] = [
        {},
        {"Origin": "null"},
        {"Origin": str(visitor.client.make_url("")).rstrip("/")},
    ]
    for headers in origins:
        await visitor.client.post("/chat", data=visitor.form(text="你好"), headers=headers)
        await visitor.look()
    assert len(ears.heard) == 3


PARTS = "multipart/form-data; boundary=x"
FIELDS = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "multipart/form-data"),
        (b"--x", PARTS),
        (b"--x\r\n\r\n", PARTS),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\nhello\r\n--x--", PARTS),
        (b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nhel', PARTS),
        (b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y--\r\n--x--", PARTS),
        (b"%ff%00=%f0%28", FIELDS),
        (b"text=a", f"{FIELDS}; charset=nonsense"),
        (b"{}", "application/json"),
        (b"a", "text/plain"),
    ],
)
async def test_a_broken_body_is_answered_kindly(
    visitor: Visitor, ears: MemoryEars, body: bytes, kind: str
) -> None:
    await visitor.look()
    response = await visitor.client.post("/chat", data=body, headers={"Content-Type": kind})
    await visitor.read(response)
    assert response.status in {400, 403}
    assert ears.heard == []


async def test_an_enormous_form_is_refused(visitor: Visitor, ears: MemoryEars) -> None:
    await visitor.look()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    body = BytesIO(b"text=" + b"a" * 2_000_000)
    response = await visitor.client.post("/chat", data=body, headers=headers)
    await visitor.read(response)
    assert response.status == 400


async def test_whoever_writes_too_fast_is_asked_to_wait(ears: MemoryEars) -> None:
    async with visiting(ears, pace=Pace(3)) as visitor:
        await visitor.look()
        for number in range(3):
            await visitor.press(text=f"第{number}条")
        await visitor.press(text="第四条")
        assert visitor.status == 429
        assert ">\n第四条</textarea>" in visitor.html
        assert len(ears.heard) == 3
        an_hour_later(ears)
    assert Pace(1).allows("x", NOON)


def test_the_pace_is_a_sliding_window() -> None:
    pace = Pace(2, timedelta(minutes=1))
    second = timedelta(seconds=1)
    assert pace.allows("x", NOON)
    assert pace.allows("x", NOON + 30 * second)
    assert not pace.allows("x", NOON + 59 * second)
    assert pace.allows("x", NOON + 60 * second)
    assert not pace.allows("x", NOON + 61 * second)
    assert pace.allows("y", NOON + 61 * second)


async def test_a_store_that_is_down_loses_nothing(visitor: Visitor, ears: MemoryEars) -> None:
    await visitor.look()
    ears.down = True
    await visitor.press(text="你好")
    assert visitor.status == 503
    assert ">\n你好</textarea>" in visitor.html
    await visitor.look()
    assert visitor.status == 503
    ears.down = False
    await visitor.look()
    await visitor.press(text="你好")
    assert len(ears.heard) == 1


async def test_static_files_are_kept_for_a_year_under_a_name_of_their_content(
    visitor: Visitor,
) -> None:
    html = await visitor.look()
    names = re.findall(r"/chat/static/[a-z]+\.[0-9a-f]{12}\.[a-z]+", html)
    assert {name.rsplit(".", 1)[1] for name in names} == {"css", "js", "svg"}
    for name in names:
        response = await visitor.client.get(name)
        assert response.status == 200
        assert "immutable" in response.headers["Cache-Control"]
        check_headers(response)
    for path in ("/chat/static/chat.js", "/chat/static/..%2fchat.html", "/chat/static/x"):
        response = await visitor.client.get(path)
        assert response.status == 404


async def test_without_a_cookie_there_is_nothing_to_read(visitor: Visitor) -> None:
    for path in ("/chat/lines", "/chat/events"):
        response = await visitor.client.get(path)
        assert response.status == 401
        assert await response.text() == ""


def test_the_checks_can_fail() -> None:
    page = (
        '<!DOCTYPE html><html lang="en"><head><title>t</title></head><body><h1>h</h1>'
        '<div role="log"></div>{}</body></html>'
    )
    assert problems_of(page.format("")) == []
    for broken in (
        "<h1>again</h1>",
        '<p id="a"></p><p id="a"></p>',
        '<input type="text" id="b">',
        "<script>alert(1)</script>",
        '<p style="color:red"></p>',
        '<p onclick="x()"></p>',
        "<p>never closed",
        '<script src="https://elsewhere.test/x.js"></script>',
        '<a tabindex="3" href="/">x</a>',
        '<p aria-describedby="nobody"></p>',
    ):
        assert problems_of(page.format(broken)), broken
    assert problems_of(page.replace("<title>t</title>", ""))
    assert problems_of(page.replace(' lang="en"', ""))
    assert problems_of(page.replace(' role="log"', ""))


async def test_no_template_trusts_words_with_markup(visitor: Visitor, ears: MemoryEars) -> None:
    await visitor.look()
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    await visitor.press(text=evil)
    who = ears.heard[0].sender
    words = verbatim(evil)
    said = Reply(
        heading=words, paragraphs=(words,), items=(words,), caution=words, sources=(words,),
        question=words, choices=(Choice("x", words, words),),
        attachment=Attachment("x", "image/png", evil),
    )  # fmt: skip
    ears.say(who, said)
    await visitor.look()
    assert "<img src=x" not in visitor.html
    assert "<script>" not in visitor.html


async def test_one_network_has_a_pace_of_its_own(ears: MemoryEars) -> None:
    """A script that makes up a new cookie each time is one network all the same."""
    networks = Networks("X-Real-IP")
    chat = WebChat(ears, secure=False, now=ears.now, translate_for=in_english, networks=networks)
    app = web.Application()
    app.router.add_routes(chat.routes())

    async def posts(address: str) -> tuple[int, str]:
        session = new_session()
        fields = {"form_token": session.form_token, "message_id": "m" * 12, "text": "hello"}
        with MultipartWriter("form-data") as form:
            for name, value in fields.items():
                form.append(value).set_content_disposition("form-data", name=name)
        headers = {
            "X-Real-IP": address,
            "Cookie": f"doorstep-chat={session.token}",
            "Sec-Fetch-Site": "same-origin",
        }
        async with client.post("/chat", data=form, headers=headers) as answer:
            return answer.status, await answer.text()

    async with TestClient(TestServer(app), cookie_jar=DummyCookieJar()) as client:
        before = len(ears.heard)
        for _time in range(MOST_OF_A_NETWORK):
            await posts("1.2.3.4")
        status, page = await posts("made up, 1.2.3.4")
        assert status == 429
        assert "from your network" in page
        assert "hello" in page, "nothing that was written is lost"
        assert len(ears.heard) == before + MOST_OF_A_NETWORK
        assert (await posts("1.2.3.5"))[0] != 429, "another network is not held up"


def test_which_network_it_is() -> None:
    def request(peer: str, **headers: str) -> web.Request:
        return make_mocked_request("POST", "/", headers=headers).clone(remote=peer)

    direct, behind = Networks(), Networks("X-Forwarded-For")
    assert direct.of(request("1.2.3.4")) == "1.2.3.4"
    assert direct.of(request("127.0.0.1")) == "", "a proxy that says nothing"
    assert direct.of(request("1.2.3.4", **{"X-Forwarded-For": "5.6.7.8"})) == "1.2.3.4", "no trust"
    assert behind.of(request("127.0.0.1", **{"X-Forwarded-For": "9.9.9.9, 5.6.7.8"})) == "5.6.7.8"
    assert behind.of(request("127.0.0.1", **{"X-Forwarded-For": "rubbish"})) == ""
    one = behind.of(request("::1", **{"X-Forwarded-For": "2400:1:2:3:aaaa::1"}))
    assert one == behind.of(request("::1", **{"X-Forwarded-For": "2400:1:2:3:bbbb::2"})), (
        "one house"
    )
