"""The Telegram channel: reading, drawing, sending, polling and the webhook.

Its library speaks over loopback to tests/standin_telegram.py, which checks every call against the
Bot API's own table.
"""

import asyncio
import base64
import contextlib
import copy
import io
import json
import logging
import os
import random
from collections import Counter, deque
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from telegram import Update

from bot.channels import telegram_request
from bot.channels.base import OutcomeUnknown, Refused, StoreDown, TryLater, Unreachable
from bot.channels.drawing import blocks
from bot.channels.telegram import Telegram, TelegramSettings, webhook_path
from bot.channels.telegram_commands import COMMANDS
from bot.channels.telegram_draw import keyboard, width
from bot.channels.telegram_pace import AT_A_STROKE, Pace
from bot.i18n import Translator, verbatim
from bot.messages import Address, Attachment, Choice, IncomingMessage, Kind, Line, Link, Reply
from tests import standin_telegram_schema as schema
from tests.standin_telegram import Fault, StandIn
from tests.standin_telegram_person import Person

FULL = os.environ.get("PROVE") == "1"
MALFORMED = 10_000 if FULL else 500
FORGED = 2_000 if FULL else 200
SECRET = "a-secret_of-the-webhook"
TOKEN = "123456:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
ENGLISH = Translator("en", NullTranslations())  # type: ignore[arg-type]
QUICK = settings(
    max_examples=500 if FULL else 100, deadline=None, suppress_health_check=list(HealthCheck)
)


def said(words: str) -> Any:
    return verbatim(words)


class MemoryEars:
    """bot.channels.base.Ears, as far as Telegram needs it."""

    def __init__(self) -> None:
        self.heard: dict[str, IncomingMessage] = {}
        self.batches: list[list[str]] = []
        self.parked: dict[str, str] = {}
        self.down = 0
        """So many calls fail from here on."""
        self.poison = ""

    async def hear_all(self, messages: Sequence[IncomingMessage]) -> None:
        self._fail()
        if any(message.text == self.poison for message in messages if self.poison):
            raise OverflowError("the database does not take this")
        self.batches.append([message.event_id for message in messages])
        for message in messages:
            self.heard.setdefault(message.event_id, message)

    async def seen(self, who: Address, lines: Sequence[Line]) -> None:
        raise NotImplementedError

    async def sent_file(self, who: Address, reference: str) -> tuple[bytes, Attachment] | None:
        if reference != "ours":
            return None
        return b"%PDF-1.7", Attachment("ours", "application/pdf", "file.pdf")

    async def park(self, channel: str, event_id: str, raw: str, why: str) -> None:
        self._fail()
        raw.encode()
        self.parked[event_id] = why

    def _fail(self) -> None:
        if self.down:
            self.down -= 1
            raise StoreDown("power cut")

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.heard.values()]


class MemoryOffset:
    def __init__(self) -> None:
        self.offset = 0
        self.saved: list[int] = []
        self.crash = False

    async def load(self) -> int:
        return self.offset

    async def save(self, offset: int) -> None:
        if self.crash:
            raise asyncio.CancelledError
        self.offset = offset
        self.saved.append(offset)


class Stand:
    """A stand-in, our channel, and what it heard."""

    def __init__(self, telegram: StandIn, mode: str, public_url: str = "") -> None:
        self.telegram = telegram
        self.ears = MemoryEars()
        self.offset = MemoryOffset()
        self.pauses: list[float] = []
        self.mode = mode
        self.public_url = public_url
        self.channel = self.new_process()

    def new_process(self) -> Telegram:
        wanted = TelegramSettings(
            TOKEN, self.telegram.url, self.mode, SECRET, self.public_url, one_each=0
        )
        return Telegram(wanted, self.ears, self.offset, lambda _: ENGLISH, self._wait)  # type: ignore[arg-type]

    async def _wait(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0.01)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.channel.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def send(self, to: Person, **reply: Any) -> str:
        sent = ""
        for payload in self.channel.render(Reply(**reply), ENGLISH):
            sent = await self.channel.send(Address("telegram", str(to.user_id)), payload)
        return sent


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    """Polling."""
    async with StandIn(token=TOKEN) as telegram:
        made = Stand(telegram, "polling")
        yield made
        await made.channel.close()
        assert telegram.wrong == []


@pytest.fixture
async def hooked() -> AsyncIterator[Stand]:
    """With a webhook that is served."""
    async with StandIn(token=TOKEN) as telegram:
        made = Stand(telegram, "webhook")
        app = web.Application()
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        app.router.add_routes(made.channel.routes())
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        made.public_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        app_channel, made.channel = made.channel, made.new_process()
        yield made
        await made.channel.close()
        await app_channel.close()
        await runner.cleanup()
        assert telegram.wrong == []


async def until(true: Any, seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.005)


# --- reading

USER = {"id": 7001, "is_bot": False, "first_name": "测试", "language_code": "zh-hant"}
CHAT = {"id": 7001, "type": "private", "first_name": "测试"}
MESSAGE = {"message_id": 5, "date": 1_770_000_000, "chat": CHAT, "from": USER}
FILE = {"file_id": "F1", "file_unique_id": "U1", "file_size": 900}
SIZES = [
    FILE | {"width": 90, "height": 60, "file_id": "small"},
    FILE | {"width": 900, "height": 600, "file_id": "large"},
]
CONTACT = {"phone_number": "+8613800138000", "first_name": "测试", "user_id": 7001}
PLACE = {"latitude": 23.1, "longitude": 113.2}
STICKER = FILE | {
    "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False,
}  # fmt: skip
VIDEO = FILE | {"width": 1, "height": 1, "duration": 1}
ORIGIN = {"type": "hidden_user", "sender_user_name": "x", "date": 1_760_000_000}
TAP = {"id": "q1", "from": USER, "chat_instance": "1", "message": MESSAGE, "data": "tk_1"}
BOT = {"id": 1, "is_bot": True, "first_name": "上门办"}
BLOCKED = {
    "chat": CHAT, "from": USER, "date": 1_770_000_000,
    "old_chat_member": {"user": BOT, "status": "member"},
    "new_chat_member": {"user": BOT, "status": "kicked", "until_date": 0},
}  # fmt: skip

SAID: list[tuple[dict[str, Any], Kind, str, str]] = [
    ({"text": "你好"}, Kind.TEXT, "你好", ""),
    ({"text": "/start abc"}, Kind.TEXT, "/start abc", ""),
    ({"photo": SIZES, "caption": "病历"}, Kind.PHOTO, "病历", "large"),
    ({"voice": FILE | {"duration": 3}}, Kind.VOICE, "", "F1"),
    ({"audio": FILE | {"duration": 3}}, Kind.VOICE, "", "F1"),
    ({"video": VIDEO}, Kind.VIDEO, "", "F1"),
    ({"animation": VIDEO, "document": FILE}, Kind.VIDEO, "", "F1"),
    ({"document": FILE | {"file_name": "a.pdf"}, "caption": "x"}, Kind.DOCUMENT, "x", "F1"),
    ({"sticker": STICKER}, Kind.STICKER, "", ""),
    ({"location": PLACE}, Kind.LOCATION, "geo:23.10000,113.20000", ""),
    (
        {"venue": {"title": "地铁A口", "address": "多宝路", "location": PLACE}, "location": PLACE},
        Kind.LOCATION,
        "地铁A口 多宝路 geo:23.10000,113.20000",
        "",
    ),
    ({"location": {"latitude": "x"}}, Kind.LOCATION, "", ""),
    ({"contact": CONTACT}, Kind.CONTACT, "+8613800138000", ""),
    ({"contact": CONTACT | {"user_id": 8}}, Kind.CONTACT, "+8613800138000", ""),
    ({"dice": {"emoji": "🎲", "value": 1}}, Kind.OTHER, "", ""),
    ({"something_new": {}}, Kind.OTHER, "", ""),
]
UPDATES: list[dict[str, Any]] = [
    *({"update_id": 10 + place, "message": MESSAGE | one[0]} for place, one in enumerate(SAID)),
    {"update_id": 30, "edited_message": MESSAGE | {"text": "改了", "edit_date": 1_770_000_100}},
    {"update_id": 31, "callback_query": TAP},
    {"update_id": 32, "my_chat_member": BLOCKED},
    {"update_id": 33, "message": MESSAGE | {"text": "x", "forward_origin": ORIGIN}},
]


def decoded(**update: Any) -> IncomingMessage | None:
    return CHANNEL.decode({"update_id": 9, **update})


CHANNEL = Telegram(
    TelegramSettings(TOKEN, "http://127.0.0.1:9", "polling"), MemoryEars(), MemoryOffset()  # type: ignore[arg-type]
)  # fmt: skip


@pytest.mark.parametrize(("content", "kind", "text", "file"), SAID)
def test_every_kind_of_message_is_read(content, kind, text, file):
    message = decoded(message=MESSAGE | content)
    assert message
    assert (message.kind, message.text) == (kind, text)
    assert (message.attachment.reference if message.attachment else "") == file
    assert message.sender == Address("telegram", "7001")
    assert (message.event_id, message.language) == ("9", "zh_Hant")
    assert IncomingMessage.load(json.loads(json.dumps(message.dump()))) == message


def test_taps_edits_forwards_and_goodbyes():
    tap = decoded(callback_query=TAP)
    assert tap and (tap.kind, tap.tap, tap.sender.user_id) == (Kind.TAP, "tk_1", "7001")
    without = {key: value for key, value in TAP.items() if key != "message"}
    assert decoded(callback_query=without) == tap.__class__.load(
        tap.dump() | {"at": "1970-01-01T00:00:00+00:00"}
    )
    edited = decoded(edited_message=MESSAGE | {"text": "改了", "edit_date": 1_770_000_100})
    assert edited and (edited.kind, edited.text) == (Kind.EDITED, "改了")
    assert edited.sent_at.timestamp() == 1_770_000_100
    forwarded = decoded(message=MESSAGE | {"text": "x", "forward_origin": ORIGIN})
    assert forwarded and forwarded.forwarded
    left = decoded(my_chat_member=BLOCKED)
    assert left and left.kind is Kind.LEFT


@pytest.mark.parametrize(
    "update",
    [
        {"message": MESSAGE | {"text": "hi", "chat": {"id": -5, "type": "group", "title": "g"}}},
        {"edited_message": MESSAGE | {"location": PLACE}},
        {"message": MESSAGE | {"pinned_message": MESSAGE}},
        {"my_chat_member": BLOCKED | {"new_chat_member": {"user": BOT, "status": "member"}}},
        {"callback_query": {key: TAP[key] for key in ("id", "from")} | {"game_short_name": "g"}},
        {"channel_post": {}},
        {"kind_of_2030": {}},
    ],
)
def test_what_nobody_said_to_us_says_nothing(update):
    assert decoded(**update) is None


def test_what_no_database_takes_is_taken_out():
    message = decoded(message=MESSAGE | {"text": "a\0b\ud83d"})
    assert message
    assert message.text == "ab?"
    large = decoded(message=MESSAGE | {"text": "字" * 10_000})
    assert large and len(large.text) == 10_000


def test_the_library_reads_our_examples_alike():
    """So the examples are Telegram's, as far as its library knows."""
    for raw in UPDATES:
        ours = CHANNEL.decode(raw)
        try:
            theirs = Update.de_json(copy.deepcopy(raw), None)
        except TypeError:
            continue  # half a location: its library cannot read it at all
        assert ours and theirs.effective_chat
        assert str(theirs.effective_chat.id) == ours.sender.user_id
        assert str(theirs.update_id) == ours.event_id
        if theirs.callback_query is None:
            spoken = theirs.effective_message
            assert not spoken or not spoken.text or spoken.text == ours.text


ODD: list[Any] = [
    None, True, False, 0, -1, 1.5, 2**63, 2**200, float("nan"), float("inf"), "", "x", "\0",
    "\ud800", "７", "字" * 5000, [], {}, [[]], [None], {"id": {}}, {"id": "7"}, {"type": 5},
]  # fmt: skip


def broken(seed: int) -> Any:
    """One of our updates with one to five things in it wrong, or nothing like an update."""
    rng = random.Random(seed)
    if rng.random() < 0.05:
        return copy.deepcopy(rng.choice([*ODD, [UPDATES[0]], {"update_id": rng.choice(ODD)}]))
    update = copy.deepcopy(rng.choice(UPDATES))
    for _ in range(rng.randint(1, 5)):
        holder: Any = update
        while True:
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            if not keys:
                break
            key = rng.choice(keys)
            if isinstance(holder[key], dict | list) and rng.random() < 0.7:
                holder = holder[key]
                continue
            if rng.random() < 0.3:
                del holder[key]
            else:
                holder[key] = copy.deepcopy(rng.choice(ODD))
            break
    return update


@pytest.mark.prove
@settings(max_examples=MALFORMED, deadline=None, database=None)
@given(st.integers(0, 2**60))
def test_a_malformed_update_is_a_value_error_or_nothing(seed):
    """Promise 11: no other exception, and what is read can be stored."""
    try:
        message = CHANNEL.decode(broken(seed))
    except ValueError as error:
        assert len(str(error)) < 100
        return
    if message:
        stored = json.dumps(message.dump(), ensure_ascii=False).encode()
        assert b"\\u0000" not in stored
        assert IncomingMessage.load(json.loads(stored)) == message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@QUICK
@given(st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member"]), JSON)
def test_any_json_is_a_value_error_or_nothing(name, content):
    with contextlib.suppress(ValueError):
        CHANNEL.decode({"update_id": 1, name: content})


# --- drawing

WORDS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60
).filter(str.strip)
LONG = st.builds(lambda word, times: word * times, WORDS, st.integers(1, 200))
CHOICES = st.lists(
    st.builds(
        lambda token, label, detail: Choice(token, verbatim(label), detail and verbatim(detail)),
        st.text("abcdefghijklmnop_-0123456789", max_size=24),
        st.text("可以预约评定Yes", min_size=1, max_size=12),
        st.none() | WORDS,
    ),
    max_size=30,
).map(tuple)
REPLIES = st.builds(
    Reply,
    heading=st.none() | WORDS.map(verbatim),
    paragraphs=st.lists(LONG.map(verbatim), max_size=4).map(tuple),
    question=st.none() | WORDS.map(verbatim),
    choices=CHOICES,
)


@QUICK
@given(REPLIES)
def test_every_reply_keeps_telegrams_limits(reply):
    payloads = CHANNEL.render(reply, ENGLISH)
    drawn = "\n".join(payload["text"] for payload in payloads)
    assert payloads or not blocks(reply, ENGLISH)
    for payload in payloads:
        call = {"chat_id": 7001, **json.loads(json.dumps(payload))}
        assert schema.faults_of("sendMessage", call, schema.at_hand()) == []
        assert "parse_mode" not in payload
        assert payload["link_preview_options"] == {"is_disabled": True}
    assert not any("reply_markup" in payload for payload in payloads[:-1])
    if payloads:
        rows = payloads[-1].get("reply_markup", {}).get("inline_keyboard", [])
        buttons = [(one["text"], one["callback_data"]) for row in rows for one in row]
        assert buttons == [(one.label.msgid, one.token) for one in reply.choices if one.token]
        assert all(label in drawn for label, _token in buttons)


def test_any_words_of_a_person_reach_them_as_they_are():
    """Rule T7: nothing is markup."""
    hostile = "<b>*_`[x](tg://user?id=1)</b> & \\* ~ # + - = | { } . !"
    assert CHANNEL.render(Reply(paragraphs=(said(hostile),)), ENGLISH)[0]["text"] == hostile


def rows_of(*labels: str) -> list[list[str]]:
    choices = tuple(Choice(f"t{place}", said(label)) for place, label in enumerate(labels))
    rows = keyboard(Reply(choices=choices), ENGLISH, 100)
    return [[button["text"] for button in row] for row in rows]


def test_rows_are_short_and_few():
    assert rows_of("是", "不是") == [["是", "不是"]]
    assert rows_of("一", "二", "三") == [["一", "二"], ["三"]]
    assert rows_of("我照顾的家里人", "我", "他") == [["我照顾的家里人"], ["我", "他"]]
    assert rows_of("我", "我照顾的家里人", "他") == [["我"], ["我照顾的家里人"], ["他"]]
    many = rows_of(*(f"第{number}项" for number in range(16)))
    assert len(many) == 6
    assert max(map(len, many)) == 3
    assert len(rows_of(*(f"一个很长的选项{number}" for number in range(9)))) == 9
    assert width("Cancel") == 3
    assert width("取消，再见") == 5


def test_a_choice_without_a_token_has_no_button_but_its_number():
    reply = Reply(choices=(Choice("", said("Type it")), Choice("x" * 65, said("Too long"))))
    payload = CHANNEL.render(reply, ENGLISH)[0]
    assert payload["text"] == "1 Type it\n2 Too long"
    assert "reply_markup" not in payload


def test_a_link_stands_alone_and_a_file_goes_first():
    link = Link("https://doorstep.example/private/x", said("Open this page:"))
    file = Attachment("https://doorstep.example/form.pdf", "application/pdf", "The form")
    payloads = CHANNEL.render(Reply(link=link, attachment=file), ENGLISH)
    assert payloads[0] == {"document": file.reference, "caption": "The form"}
    assert payloads[1]["text"] == f"Open this page:\n{link.url}"
    (ours,) = CHANNEL.render(Reply(attachment=Attachment("ours", "image/png", "a.png")), ENGLISH)
    assert (ours["photo"], ours["stored"]) == ("ours", "a.png")
    assert ours["caption"].endswith("Federation: a.png")
    assert CHANNEL.render(Reply(), ENGLISH) == []


# --- sending


async def test_what_is_sent_arrives(stand: Stand):
    person = stand.telegram.person()
    number = await stand.send(
        person,
        heading=said("Home visit"),
        question=said("Who needs the visit?"),
        choices=(Choice("a", said("Me")), Choice("b", said("Somebody I care for"))),
    )
    (message,) = person.news()
    assert str(message["message_id"]) == number
    assert message["text"] == "Home visit\n\nWho needs the visit?\n1 Me\n2 Somebody I care for"
    assert person.buttons(message) == ["Me", "Somebody I care for"]
    (call,) = stand.telegram.calls_of("sendMessage")
    assert "reply_parameters" not in call
    pdf = Attachment("https://doorstep.example/form.pdf", "application/pdf", "The form, two pages")
    await stand.send(person, attachment=pdf)
    image = Attachment("https://doorstep.example/map.png", "image/png", "Where to find the office")
    await stand.send(person, attachment=image)
    await stand.send(person, attachment=Attachment("ours", "application/pdf", "file.pdf"))
    document = ["caption", "chat", "date", "document", "from", "message_id"]
    assert [sorted(one) for one in person.news()] == [
        document,
        ["caption", "chat", "date", "from", "message_id", "photo"],
        document,
    ]
    with pytest.raises(Refused):
        await stand.send(person, attachment=Attachment("gone", "application/pdf", "file.pdf"))


@pytest.mark.parametrize(
    ("fault", "error", "arrived"),
    [
        (Fault("flood", 7), TryLater, 0),
        (Fault("error"), TryLater, 0),
        (Fault("html"), TryLater, 0),
        (Fault("blocked"), Unreachable, 0),
        (Fault("reset before"), OutcomeUnknown, 0),
        (Fault("reset after"), OutcomeUnknown, 1),
        (Fault("garbled"), OutcomeUnknown, 1),
    ],
)
async def test_errors_say_whether_it_may_be_sent_again(stand: Stand, fault, error, arrived):
    person = stand.telegram.person()
    stand.telegram.faults.next["sendMessage"] = deque([fault])
    with pytest.raises(error) as raised:
        await stand.send(person, heading=said("Hello"))
    assert len(person.news()) == arrived
    if fault.kind == "flood":
        assert raised.value.after == timedelta(seconds=7)
    assert TOKEN not in str(raised.value)


async def test_a_slow_answer_is_an_unknown_outcome(stand: Stand, monkeypatch):
    person = stand.telegram.person()
    stand.telegram.faults.always = Fault("slow", 1.0)
    monkeypatch.setattr(telegram_request, "READ", 0.2)
    with pytest.raises(OutcomeUnknown):
        await stand.send(person, heading=said("Hello"))
    assert len(person.news()) == 1


@pytest.mark.parametrize("bypassed", [False, True])
async def test_it_goes_through_the_proxy_of_the_environment(stand: Stand, monkeypatch, bypassed):
    """With its password; not where NO_PROXY names the server."""
    asked: list[str] = []

    async def forward(request: web.Request) -> web.Response:
        asked.append(request.headers.get("Proxy-Authorization", ""))
        async with (
            aiohttp.ClientSession() as client,
            client.post(request.raw_path, json=await request.json()) as answer,
        ):
            return web.json_response(await answer.json(), status=answer.status)

    runner = web.ServerRunner(web.Server(forward))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    monkeypatch.setenv("http_proxy", f"http://clerk:secret@127.0.0.1:{port}")
    monkeypatch.setenv("no_proxy", "127.0.0.1" if bypassed else "")
    person = stand.telegram.person()
    await stand.send(person, heading=said("Hello"))
    assert [message["text"] for message in person.news()] == ["Hello"]
    basic = "Basic " + base64.b64encode(b"clerk:secret").decode()
    assert asked == ([] if bypassed else [basic])
    await runner.cleanup()


async def test_nobody_there_is_told_apart_from_a_refused_message(stand: Stand):
    with pytest.raises(Unreachable):
        await stand.channel.send(Address("telegram", "404"), _text("Hello"))
    with pytest.raises(Refused):
        await stand.channel.send(Address("telegram", "not a number"), _text("Hello"))
    stand.telegram.person()
    with pytest.raises(Refused):
        await stand.channel.send(Address("telegram", "7001"), _text("x" * 4097))
    assert stand.telegram.wrong.pop().startswith("sendMessage.text: 4097")


def _text(words: str) -> dict[str, Any]:
    return {"text": words, "link_preview_options": {"is_disabled": True}}


async def test_without_a_connection_or_with_a_wrong_token_it_waits():
    down = TelegramSettings(TOKEN, "http://127.0.0.1:9", "polling")
    channel = Telegram(down, MemoryEars(), MemoryOffset())  # type: ignore[arg-type]
    with pytest.raises(TryLater) as raised:
        await channel.send(Address("telegram", "1"), _text("x"))
    assert raised.value.after is None
    await channel.close()
    async with StandIn(token=TOKEN) as telegram:
        wrong = TelegramSettings("9:wrong", telegram.url, "polling")
        channel = Telegram(wrong, MemoryEars(), MemoryOffset())  # type: ignore[arg-type]
        with pytest.raises(TryLater) as raised:
            await channel.send(Address("telegram", "1"), _text("x"))
        assert raised.value.after == timedelta(minutes=10)
        await channel.close()


async def test_one_chat_gets_a_few_at_a_stroke_then_one_a_second():
    now, waited = [0.0], []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    pace = Pace(1.0, clock=lambda: now[0], wait=wait)
    for _ in range(AT_A_STROKE):
        await pace.turn("1")
    assert waited == []
    await pace.turn("1")
    await pace.turn("2")
    assert waited == [1.0]
    for _ in range(3):
        await pace.turn("1")
    with pytest.raises(TryLater) as raised:
        await pace.turn("1")
    assert raised.value.after == timedelta(seconds=5)
    now[0] = 100.0
    await pace.turn("1")
    pace.hold("1", 30)
    with pytest.raises(TryLater) as raised:
        await pace.turn("1")
    assert raised.value.after == timedelta(seconds=30)


async def test_files_are_fetched(stand: Stand):
    stand.telegram.files["F1"] = b"voice" * 1000
    assert await stand.channel.fetch(Attachment("F1", "audio/ogg")) == b"voice" * 1000
    with pytest.raises(Refused):
        await stand.channel.fetch(Attachment("gone", "audio/ogg"))
    with pytest.raises(Refused):
        await stand.channel.fetch(Attachment("F1", "video/mp4", size=21 * 1024 * 1024))
    stand.telegram.faults.always = Fault("error")
    with pytest.raises(TryLater):
        await stand.channel.fetch(Attachment("F1", "audio/ogg"))


async def test_the_token_is_never_logged(stand: Stand, caplog):
    caplog.set_level(logging.DEBUG)
    await stand.send(stand.telegram.person(), heading=said("Hello"))
    stand.telegram.faults.always = Fault("reset before")
    with pytest.raises(OutcomeUnknown):
        await stand.send(stand.telegram.person(), heading=said("Hello"))
    logging.getLogger("httpx").warning("POST %s/bot%s/getMe", stand.telegram.url, TOKEN)
    assert "***" in caplog.text
    assert TOKEN not in caplog.text
    assert TOKEN not in repr(stand.channel._settings)
    assert SECRET not in repr(stand.channel._settings)


# --- polling


async def test_polling_hears_in_order_and_acknowledges_what_is_stored(stand: Stand):
    stand.telegram.webhook = {"url": "https://elsewhere.example/"}
    person = stand.telegram.person()
    first = person.says("一")
    async with stand.running():
        await until(lambda: stand.ears.texts == ["一"])
        for number in range(20):
            person.says(f"第{number}条")
        await until(lambda: len(stand.ears.heard) == 21)
        await until(lambda: not stand.telegram.pending)
        await until(lambda: len(stand.telegram.commands) == 3)
    assert stand.ears.texts == ["一", *(f"第{number}条" for number in range(20))]
    assert stand.ears.batches[0] == [str(first)]
    assert stand.telegram.calls_of("deleteWebhook") == [{"drop_pending_updates": False}]
    assert stand.telegram.calls_of("getUpdates")[0]["allowed_updates"] == [
        "message", "edited_message", "callback_query", "my_chat_member",
    ]  # fmt: skip
    names = [name for name, _text in COMMANDS]
    assert set(stand.telegram.commands) == {"", "zh", "en"}
    assert all(
        [one["command"] for one in menu] == names for menu in stand.telegram.commands.values()
    )


async def test_a_crash_between_storing_and_the_offset_repeats_the_same_events(stand: Stand):
    event = str(stand.telegram.person().says("我想预约"))
    stand.offset.crash = True
    async with stand.running():
        await until(lambda: stand.ears.batches)
    assert stand.offset.saved == []
    stand.offset.crash = False
    await stand.channel.close()
    stand.channel = stand.new_process()
    async with stand.running():
        await until(lambda: stand.offset.saved)
    assert stand.ears.batches == [[event], [event]]
    assert list(stand.ears.heard) == [event]


async def test_while_the_store_is_down_nothing_is_acknowledged(stand: Stand):
    stand.ears.down = 3
    event = stand.telegram.person().says("在吗")
    async with stand.running():
        await until(lambda: stand.offset.saved == [event + 1])
    assert stand.ears.texts == ["在吗"]
    assert stand.pauses[-3:] == [1.0, 2.0, 4.0]


async def test_one_update_that_harms_does_not_hold_up_the_others(stand: Stand):
    stand.ears.poison = "毒"
    person = stand.telegram.person()
    person.says("前")
    harmful = person.says("毒")
    strange = stand.telegram.deliver(message={"chat": {"id": "x"}})
    person.says("后")
    async with stand.running():
        await until(lambda: stand.offset.saved)
    assert stand.ears.texts == ["前", "后"]
    assert stand.ears.parked == {
        str(harmful): "could not be stored: OverflowError",
        str(strange): "id: int expected",
    }


async def test_polling_waits_out_telegrams_troubles(stand: Stand):
    faults = [Fault("error"), Fault("flood", 33), Fault("html"), Fault("garbled")]
    stand.telegram.faults.next["getUpdates"] = deque(faults)
    async with stand.running():
        stand.telegram.person().says("还在")
        await until(lambda: stand.ears.texts)
    assert stand.pauses == [1.0, 33.0, 4.0, 8.0]


async def test_two_pollers_give_way_to_each_other(stand: Stand):
    other = Stand(stand.telegram, "polling")
    async with stand.running(), other.running():
        await until(lambda: stand.pauses and other.pauses)
        stand.telegram.person().says("喂")
        await until(lambda: stand.ears.texts or other.ears.texts)
    await other.channel.close()


async def test_it_stops_at_once_and_still_sends(stand: Stand):
    async with stand.running():
        await until(lambda: stand.telegram.calls_of("getUpdates"))
        started = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - started < 1
    await stand.send(stand.telegram.person(), heading=said("Bye"))
    assert len(stand.telegram.person().news()) == 1


# --- taps


async def test_a_tap_is_answered_at_once_and_loses_its_keyboard(stand: Stand):
    person = stand.telegram.person()
    async with stand.running():
        await stand.send(person, question=said("Well?"), choices=(Choice("yes", said("Yes")),))
        person.taps("Yes")
        await until(lambda: stand.ears.heard)
        await until(lambda: stand.telegram.calls_of("editMessageReplyMarkup"))
        await until(lambda: stand.telegram.calls_of("answerCallbackQuery"))
    (tap,) = stand.ears.heard.values()
    assert (tap.kind, tap.tap) == (Kind.TAP, "yes")
    assert [list(call) for call in stand.telegram.calls_of("answerCallbackQuery")] == [
        ["callback_query_id"]
    ]
    with pytest.raises(LookupError):
        person.taps("Yes")


async def test_a_tap_that_is_too_old_is_heard_all_the_same(stand: Stand):
    person = stand.telegram.person()
    async with stand.running():
        person.taps_data({"message_id": 1, "date": 0, "chat": person.chat}, "old")
        stand.telegram.taps.clear()
        await until(lambda: stand.ears.heard)
        await until(lambda: stand.telegram.calls_of("answerCallbackQuery"))
    assert not stand.telegram.calls_of("editMessageReplyMarkup")


async def test_the_keyboard_stays_until_the_tap_is_stored(stand: Stand):
    person = stand.telegram.person()
    await stand.send(person, question=said("Well?"), choices=(Choice("yes", said("Yes")),))
    person.taps("Yes")
    stand.ears.down = 10_000
    async with stand.running():
        await until(lambda: len(stand.pauses) > 3)
    assert person.buttons(person.messages[0]) == ["Yes"]


# --- webhook


async def test_the_webhook_hears_in_order_and_retries(hooked: Stand):
    person = hooked.telegram.person()
    early = person.says("早")
    await hooked.channel.run()
    (call,) = hooked.telegram.calls_of("setWebhook")
    assert call == {
        "url": hooked.public_url + webhook_path(TOKEN),
        "secret_token": SECRET,
        "allowed_updates": ["message", "edited_message", "callback_query", "my_chat_member"],
        "max_connections": 40,
        "drop_pending_updates": False,
    }
    await until(lambda: hooked.ears.texts == ["早"])
    hooked.ears.down = 2
    second = person.says("二")
    person.says("三")
    await until(lambda: not hooked.telegram.pending)
    strange = hooked.telegram.deliver(message={"chat": []})
    await until(lambda: not hooked.telegram.pending)
    assert hooked.ears.texts == ["早", "二", "三"]
    assert list(hooked.ears.parked) == [str(strange)]
    statuses = [status for event, status in hooked.telegram.deliveries if event == second]
    assert statuses == [503, 503, 200]
    assert (early, 200) in hooked.telegram.deliveries


async def test_a_conversation_by_webhook(hooked: Stand):
    person = hooked.telegram.person()
    await hooked.channel.run()
    await hooked.send(person, question=said("Well?"), choices=(Choice("yes", said("Yes")),))
    person.taps("Yes")
    await until(lambda: hooked.telegram.calls_of("answerCallbackQuery"))
    person.blocks()
    await until(lambda: len(hooked.ears.heard) == 2)
    assert [one.kind for one in hooked.ears.heard.values()] == [Kind.TAP, Kind.LEFT]
    with pytest.raises(Unreachable):
        await hooked.send(person, heading=said("Hello"))


async def post(session: aiohttp.ClientSession, url: str, body: Any, **headers: Any) -> int:
    async with session.post(url, data=body, headers=headers) as answer:
        assert await answer.read() == b"" or answer.status in (404, 405)
        return answer.status


RIGHT = {"X-Telegram-Bot-Api-Secret-Token": SECRET}


@pytest.mark.prove
async def test_forged_updates_are_refused(hooked: Stand):
    """Promise 12."""
    rng = random.Random(12)
    right = hooked.public_url + webhook_path(TOKEN)
    body = json.dumps(UPDATES[0])
    alphabet = "abcXYZ019_-" + "".join(map(chr, range(0xA1, 0x180))) + "密钥"
    statuses: Counter[int] = Counter()
    async with aiohttp.ClientSession() as session:
        for number in range(FORGED):
            secret: str | None = "".join(rng.choices(alphabet, k=rng.randint(0, 300)))
            url = right
            match number % 8:
                case 0:
                    secret = None
                case 1:
                    secret = SECRET[: rng.randint(0, len(SECRET) - 1)]
                case 2:
                    secret = SECRET + rng.choice(alphabet)
                case 3:
                    place = rng.randrange(len(SECRET))
                    secret = SECRET[:place] + "é" + SECRET[place + 1 :]
                case 4:
                    secret = SECRET.swapcase()
                case 5:
                    secret = SECRET
                    place = rng.randrange(2)
                    url = right[:-1] + rng.choice("ghxyz%") if place else right + "0"
                case 6:
                    secret = TOKEN
            headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
            status = await post(session, url, body, **headers)
            statuses[status] += 1
    assert statuses == {403: FORGED}
    assert not hooked.ears.heard
    assert not hooked.ears.parked


async def test_odd_bytes_in_the_secret_are_refused(hooked: Stand):
    """They do not even reach Python's string comparison."""
    host, port = hooked.public_url.removeprefix("http://").split(":")
    for secret in (
        b"\xff\xfe",
        "é".encode("latin-1"),
        "密".encode(),
        b"",
        SECRET.encode() + b"\x80",
    ):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(
            b"POST " + webhook_path(TOKEN).encode() + b" HTTP/1.1\r\nHost: x\r\n"
            b"X-Telegram-Bot-Api-Secret-Token: " + secret + b"\r\n"
            b"Connection: close\r\nContent-Length: 2\r\n\r\n{}"
        )
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 403"), answer[:60]
        writer.close()
        await writer.wait_closed()
    async with aiohttp.ClientSession() as session:
        twice = [("X-Telegram-Bot-Api-Secret-Token", SECRET)] * 2
        async with session.post(
            hooked.public_url + webhook_path(TOKEN), data=b"{}", headers=twice
        ) as refused:
            assert refused.status == 403


async def test_without_a_secret_nobody_gets_in():
    wanted = TelegramSettings(TOKEN, "http://127.0.0.1:9", "webhook", "", "https://x.example")
    channel = Telegram(wanted, MemoryEars(), MemoryOffset())  # type: ignore[arg-type]
    app = web.Application()
    app.router.add_routes(channel.routes())
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}{webhook_path(TOKEN)}"
    async with aiohttp.ClientSession() as session:
        empty = {"X-Telegram-Bot-Api-Secret-Token": ""}
        assert await post(session, url, json.dumps(UPDATES[0]), **empty) == 403
        assert await post(session, url, json.dumps(UPDATES[0])) == 403
    await runner.cleanup()


async def test_bodies_that_are_too_long_or_no_update(hooked: Stand):
    url = hooked.public_url + webhook_path(TOKEN)
    async with aiohttp.ClientSession() as session:
        padding = {"update_id": 1, "x": "y" * 1024 * 1024}
        assert await post(session, url, io.BytesIO(json.dumps(padding).encode()), **RIGHT) == 413

        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(20):
                yield b"[" * 100_000

        assert await post(session, url, pieces(), **RIGHT) == 413
        for body in (
            b"",
            b"{",
            b"[]",
            b"null",
            b"7",
            b"{}",
            b'{"update_id": "7"}',
            b"[" * 90_000,
            b'{"update_id": true}',
            b'{"update_id": -1}',
            b"\xff\xfe",
            b'{"update_id": 1.0}',
        ):
            assert await post(session, url, body, **RIGHT) == 400, body[:30]
        async with session.get(url, headers=RIGHT) as answer:
            assert answer.status == 405
    assert not hooked.ears.heard
    assert not hooked.ears.parked

    host, port = hooked.public_url.removeprefix("http://").split(":")
    update = json.dumps({"update_id": 77, "message": MESSAGE | {"text": "分两次到"}}).encode()
    _reader, writer = await asyncio.open_connection(host, int(port))
    head = (
        f"POST {webhook_path(TOKEN)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {len(update)}\r\n\r\n"
    )
    writer.write(head.encode() + update[:9])
    await asyncio.sleep(0.05)
    writer.write(update[9:])
    assert (await _reader.read()).startswith(b"HTTP/1.1 200")
    writer.close()
    await writer.wait_closed()
    assert hooked.ears.texts == ["分两次到"]


@pytest.mark.prove
async def test_malformed_updates_never_make_a_server_error(hooked: Stand):
    """Promise 11, through the webhook: read, parked, or no update at all."""
    url = hooked.public_url + webhook_path(TOKEN)
    statuses: Counter[int] = Counter()
    async with aiohttp.ClientSession() as session:
        for seed in range(MALFORMED):
            status = await post(session, url, json.dumps(broken(seed)), **RIGHT)
            statuses[status] += 1
    assert set(statuses) == {200, 400}
    assert hooked.ears.parked
    assert all(hooked.ears.parked.values())


def test_the_path_tells_nothing_and_is_the_tokens():
    assert webhook_path(TOKEN) == webhook_path(TOKEN)
    assert webhook_path(TOKEN) != webhook_path(TOKEN + "x")
    assert TOKEN.split(":")[1] not in webhook_path(TOKEN)
    assert CHANNEL.routes() == ()


# --- the stand-in itself


def _agrees(official: schema.Table) -> None:
    for name, fields in schema.own().items():
        for key, field in fields.items():
            theirs = official[name][key]
            assert field.required == theirs.required, (name, key)
            assert set(field.types) == set(theirs.types), (name, key)
            limit = schema._RANGE.search(theirs.description)
            if limit or field.description:
                assert limit and field.description.strip(".") in limit[0], (name, key)
        missing = {key for key, field in official[name].items() if field.required} - set(fields)
        assert not missing, (name, missing)


@pytest.mark.skipif(not schema.SHARED.exists(), reason="the copy of Telegram's page is not here")
def test_our_table_agrees_with_telegrams():
    _agrees(schema.at_hand())


@pytest.mark.prove
@pytest.mark.skipif(not FULL, reason="fetches a package: make prove")
def test_our_table_agrees_with_aiograms(tmp_path: Path):
    _agrees(schema.by_pip(tmp_path))


@pytest.mark.parametrize(
    ("method", "values", "fault"),
    [
        ("sendMessage", {"chat_id": 1}, "text is missing"),
        ("sendMessage", {"chat_id": 1, "text": "x", "txet": "y"}, "txet is unknown"),
        ("sendMessage", {"chat_id": 1, "text": "字" * 4097}, "4097 is not within"),
        ("sendMessage", {"chat_id": 1, "text": "😀" * 2049}, "4098 is not within"),
        (
            "editMessageReplyMarkup",
            {"reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "é" * 33}]]}},
            "66 is not within",
        ),
        (
            "editMessageReplyMarkup",
            {"reply_markup": {"inline_keyboard": [{"text": "a"}]}},
            "an array is expected",
        ),
    ],
)
def test_the_table_finds_mistakes(method, values, fault):
    for table in (schema.own(), schema.at_hand()):
        assert any(fault in one for one in schema.faults_of(method, values, table))
