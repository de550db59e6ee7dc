"""What the tests of the chat page share: a conversation in memory, and checks of any page.

`MemoryEars` stands for the application; `problems_of` reads HTML as a strict reader would; the rest
measures a page in a real browser (accessibility rules W1 to W24 name what each is for).
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from gettext import NullTranslations
from html.parser import HTMLParser
from typing import Any

from aiohttp import web

from bot.channels.base import FileNotTaken, StoreDown
from bot.channels.web import WebChat
from bot.channels.web_session import Pace
from bot.domain.uploads import NotTaken, harmless
from bot.i18n import Text, Translator, verbatim
from bot.messages import (
    Address,
    Attachment,
    Choice,
    IncomingMessage,
    Kind,
    Line,
    Link,
    Milestone,
    Progress,
    Reply,
    Timeline,
)

NOON = datetime(2026, 3, 5, 1, 30, tzinfo=UTC)


def in_english(language: str) -> Translator:
    """A translator without a catalogue: it says the msgids."""
    return Translator(language, NullTranslations())  # type: ignore[arg-type]


def _t(words: str) -> Text:
    return verbatim(words)


GREETING = Reply(
    heading=_t("您好，我是上门办小助手"),
    paragraphs=(
        _t("我是残联的自动小助手，不是真人。我可以讲解残疾人证怎么办，也可以预约上门评定。"),
        _t("直接写您想办的事就行。随时说“人工”，就能找工作人员。"),
    ),
    question=_t("您想做什么？"),
    choices=(
        Choice("ask", _t("问办证的事")),
        Choice("book", _t("预约上门评定")),
        Choice("status", _t("查办理进度")),
        Choice("feedback", _t("提意见或投诉")),
    ),
)
PAPERS = Reply(
    heading=_t("上门评定要准备什么"),
    paragraphs=(_t("评定人员来之前，请把这些放在手边。"),),
    items=(
        _t("身份证和户口本"),
        _t("最近的病历和检查报告"),
        _t("两寸近照两张，白底"),
    ),
    caution=_t("残疾人证免费办。谁要收钱，请告诉我们。"),
    sources=(_t("《残疾人证管理办法》第九条，2026年2月20日核对"),),
    link=Link("https://example.test/zj", _t("看全部材料的说明")),
)
WAY = Reply(
    heading=_t("妈妈的申请正在公示，到2026年3月6日（星期五）为止。"),
    paragraphs=(_t("现在不用做什么。"),),
    timeline=Timeline(
        (
            Milestone(Progress.DONE, _t("已受理"), _t("2026年2月13日（星期五）")),
            Milestone(Progress.DONE, _t("已评定"), _t("这里没有记录日期")),
            Milestone(Progress.NOW, _t("公示中"), _t("规定最迟到2026年3月6日（星期五）")),
            Milestone(Progress.NEXT, _t("审核中"), _t("规定10个工作日")),
            Milestone(Progress.NEXT, _t("可以领证")),
        ),
        _t("没写期限的，是法规没有规定，我不能承诺。"),
    ),
)
"""An application on its way."""
WHO = Reply(
    paragraphs=(_t("预约一共六个问题。随时可以说“返回”或“取消”。"),),
    question=_t("谁需要上门评定？"),
    choices=(
        Choice("me", _t("我自己")),
        Choice("other", _t("我照顾的人")),
    ),
)
WHEN = Reply(
    paragraphs=(_t("好的，是您照顾的人。"),),
    question=_t("哪一天方便？"),
    choices=(
        Choice("d1", _t("3月9日（星期一）"), _t("上午9点到11点，还有2个名额")),
        Choice("d2", _t("3月10日（星期二）"), _t("下午2点到4点，还有5个名额")),
        Choice("d3", _t("别的日子")),
    ),
)
NAME = Reply(question=_t("请问身份证上的姓名怎么写？"))


@dataclass
class MemoryEars:
    """The application in memory: a scripted conversation, and switches that break it."""

    now: Callable[[], datetime] = lambda: NOON
    chats: dict[Address, list[Line]] = field(default_factory=dict)
    heard: list[IncomingMessage] = field(default_factory=list)
    files: list[tuple[bytes, str, str]] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    """Lines of staff that a page said it had shown."""
    down: bool = False
    slow: float = 0
    _changed: list[asyncio.Event] = field(default_factory=list)

    async def hear(self, message: IncomingMessage) -> None:
        await self.hear_and_answer(message)

    async def hear_all(self, messages: Sequence[IncomingMessage]) -> None:
        for message in messages:
            await self.hear(message)

    async def hear_and_answer(self, message: IncomingMessage) -> None:
        if self.down:
            raise StoreDown("switched off")
        if self.slow:
            await asyncio.sleep(self.slow)
        if any(message.event_id == one.event_id for one in self.heard):
            return
        self.heard.append(message)
        who = message.sender
        lines = self.chats.get(who, [])
        labels = [c.label.msgid for line in lines if line.reply for c in line.reply.choices
                  if c.token == message.tap]  # fmt: skip
        said = labels[-1] if message.kind is Kind.TAP and labels else message.text
        language = message.language
        if message.text.startswith("/language "):
            language = message.text.split()[1]
        self.add(who, Line("", "person", self.now(), said, attachment=message.attachment))
        for reply in self._replies(message):
            self.say(who, reply, language)

    def _replies(self, message: IncomingMessage) -> Sequence[Reply]:
        scripted = {"/start": GREETING, "Menu": GREETING, "ask": PAPERS, "book": WHO, "查进度": WAY}
        scripted |= {"me": NAME, "other": WHEN}
        key = message.tap or message.text.replace("/language en", "/start")
        if key in scripted:
            return (scripted[key],)
        if message.kind is Kind.PHOTO:
            return (Reply(paragraphs=(_t("照片收到了，工作人员会看。"),)),)
        return (Reply(paragraphs=(_t(f"您写的是：{message.text[:40] or message.tap}"),)), WHO)

    def say(self, who: Address, reply: Reply, language: str = "zh_Hans", kind: str = "bot") -> None:
        """A reply, or a notice that nobody asked for."""
        self.add(who, Line("", kind, self.now(), reply=reply, language=language))

    def add(self, who: Address, line: Line) -> None:
        lines = self.chats.setdefault(who, [])
        numbered = Line(
            f"{len(lines) + 1:08}", line.who, line.at, line.text, line.reply, line.language,
            line.attachment,
        )  # fmt: skip
        lines.append(numbered)
        for changed in self._changed:
            changed.set()

    async def park(self, channel: str, event_id: str, raw: str, why: str) -> None:
        raise NotImplementedError

    async def transcript(self, who: Address, after: str = "") -> Sequence[Line]:
        if self.down:
            raise StoreDown("switched off")
        return [line for line in self.chats.get(who, []) if line.id > after][-200:]

    async def changes(self, who: Address) -> AsyncIterator[None]:
        changed = asyncio.Event()
        self._changed.append(changed)
        try:
            while True:
                await changed.wait()
                changed.clear()
                yield
        finally:
            self._changed.remove(changed)

    async def keep_file(self, content: bytes, event: str) -> Attachment:
        try:
            kept = harmless(content)
        except NotTaken as error:
            raise FileNotTaken(error.why) from error
        self.files.append((kept.content, kept.media_type, kept.name))
        return Attachment(f"file-{len(self.files)}", kept.media_type, kept.name, len(content))

    async def seen(self, who: Address, lines: Sequence[Line]) -> None:
        self.shown += [line.id for line in lines if line.who == "staff"]

    async def sent_file(self, who: Address, reference: str) -> None:
        return None


def an_app(
    ears: MemoryEars,
    *,
    secure: bool = False,
    pace: Pace | None = None,
    translate_for: Callable[[str], Translator] = in_english,
) -> web.Application:
    chat = WebChat(ears, secure=secure, now=ears.now, translate_for=translate_for, pace=pace)
    app = web.Application()
    app.add_routes(chat.routes())

    async def running(app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(chat.run())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def end_streams(app: web.Application) -> None:
        chat._listeners.close()

    app.cleanup_ctx.append(running)
    app.on_shutdown.append(end_streams)
    return app


@dataclass
class Served:
    """The page on a real port, in a thread of its own."""

    url: str
    ears: MemoryEars
    loop: asyncio.AbstractEventLoop

    def who(self) -> Address:
        """The newest chat."""
        return list(self.ears.chats)[-1]

    def talked(self, user_id: str) -> None:
        """Put a conversation with every kind of drawing into this person's chat."""
        who = Address("web", user_id)

        def add() -> None:
            for said, reply in (
                ("/start", GREETING),
                ("问办证的事", PAPERS),
                ("查进度", WAY),
                ("预约", WHO),
            ):
                self.ears.add(who, Line("", "person", NOON, said))
                self.ears.say(who, reply)
            self.ears.add(who, Line("", "person", NOON, "我妈妈82岁了\n走不动"))
            self.ears.say(who, NAME)
            self.ears.say(who, WHEN)

        self.loop.call_soon_threadsafe(add)

    def say(self, reply: Reply, who: Address | None = None, kind: str = "bot") -> None:
        """A line that nobody asked for."""
        to = who or self.who()
        self.loop.call_soon_threadsafe(lambda: self.ears.say(to, reply, kind=kind))


async def _end_streams() -> None:
    """Pages that listen would keep their handlers beyond the loop's end."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


@contextmanager
def served(app: web.Application, ears: MemoryEars, port: int = 0) -> Iterator[Served]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def begin() -> tuple[web.AppRunner, int]:
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        return runner, runner.addresses[0][1]

    runner, bound = asyncio.run_coroutine_threadsafe(begin(), loop).result()
    try:
        yield Served(f"http://127.0.0.1:{bound}", ears, loop)
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
        asyncio.run_coroutine_threadsafe(_end_streams(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class _Reader(HTMLParser):
    """Remembers what a strict reader needs."""

    VOID = frozenset({"meta", "link", "input", "img", "br", "hr"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.title = ""
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _value in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"<{tag}> has an attribute twice")
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "title":
            self.title += data
        if self.open and self.open[-1] in {"script", "style"} and data.strip():
            self.faults.append("inline script or style")

    def having(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def problems_of(html: str) -> list[str]:
    """What is wrong with a whole page, by rules that hold for every page."""
    page = _Reader()
    page.feed(html)
    ids = [a["id"] for _tag, a in page.tags if "id" in a]
    checks = [
        (page.open, f"never closed: {page.open}"),
        (not html.startswith("<!DOCTYPE html>"), "no doctype"),
        (not any(a.get("lang") for a in page.having("html")), "no language"),
        (len(page.having("h1")) != 1, "not exactly one h1"),
        (not page.title.strip(), "no title"),
        (len(ids) != len(set(ids)), "an id twice"),
        (any(a.get("tabindex", "0") not in {"-1", "0"} for _tag, a in page.tags), "tab order"),
        (not any(a.get("role") == "log" for _tag, a in page.tags), "no log"),
    ]
    found = [words for wrong, words in checks if wrong]
    return page.faults + found + _unlabelled(page) + _inline_or_foreign(page, ids)


def _unlabelled(page: _Reader) -> list[str]:
    labelled = {a.get("for") for a in page.having("label")}
    return [
        f"no label: {attributes}"
        for attributes in page.having("input") + page.having("textarea")
        if attributes.get("type") != "hidden"
        and attributes.get("id") not in labelled
        and "aria-label" not in attributes
    ]


def _inline_or_foreign(page: _Reader, ids: Sequence[str]) -> list[str]:
    faults = []
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            if name == "style" or name.startswith("on"):
                faults.append(f"inline {name} on <{tag}>")
            if name in {"aria-labelledby", "aria-describedby", "form", "for"}:
                faults += [f"{name} points nowhere: {one}" for one in value.split()
                           if one not in ids]  # fmt: skip
            if tag != "a" and name in {"src", "href", "action", "formaction"}:
                faults += [] if value.startswith("/") else [f"not ours: {value}"]
    return faults


# In the browser. Each script gives a list of what is wrong.

SMALL_TARGETS = """least => [
    ...document.querySelectorAll('button, a, textarea, input, label[for=photo]')]
  .filter(e => e.type !== 'hidden' && e.getClientRects().length && !e.closest('.skip'))
  .filter(e => !(e.id === 'photo' && getComputedStyle(e).opacity === '0'))
  .filter(e => e.tagName !== 'A' || !e.closest('p:not(.link)') || e.closest('footer'))
  .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
  .filter(([_, box]) => box.width < least - 0.5 || box.height < least - 0.5)
  .map(([html, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${html}`)"""

OVERFLOWS = """() => {
  const wide = document.documentElement.clientWidth;
  const faults = document.documentElement.scrollWidth > wide
    ? [`page ${document.documentElement.scrollWidth} > ${wide}`] : [];
  for (const e of document.querySelectorAll('body *')) {
    if (!e.getClientRects().length) continue;
    if (e.closest('.unseen, .skip, svg, [data-kind=count], .offered .choices')) continue;
    const style = getComputedStyle(e), box = e.getBoundingClientRect();
    if (box.right > wide + 1 || box.left < -1) faults.push('outside: ' + e.outerHTML.slice(0, 90));
    if (e.tagName !== 'TEXTAREA' && e.tagName !== 'INPUT' && style.overflow !== 'visible' &&
        (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1))
      faults.push('clipped: ' + e.outerHTML.slice(0, 90));
  }
  return faults;
}"""

OVERLAPS = """() => {
  const hidden = '.unseen, .skip, [data-kind=count], .offered .choices, .newer, [hidden]';
  const parts = {};
  const add = (e, box, name) => {
    if (e.closest(hidden) || !e.checkVisibility({ opacityProperty: true })) return;
    if (box.width < 2 || box.height < 2) return;
    const layer = e.closest('.dock') ? 'dock' : 'page';  // the dock lies over the page on purpose
    (parts[layer] ||= []).push({ e, box, name });
  };
  for (const e of document.querySelectorAll('img, svg, .mark'))
    add(e, e.getBoundingClientRect(), e.outerHTML.slice(0, 60));
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(walk.currentNode);
    for (const box of range.getClientRects())
      add(walk.currentNode.parentElement, box, walk.currentNode.data.trim().slice(0, 30));
  }
  const faults = [];
  for (const layer of Object.values(parts))
    layer.forEach((one, at) => layer.slice(at + 1).forEach(other => {
      if (one.e === other.e) return;
      const a = one.box, b = other.box;
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      // Lines of one paragraph may touch: a quarter of a line is more than that.
      if (wide > 2 && high > 6) faults.push(`${one.name} over ${other.name}`);
    }));
  return faults;
}"""

SMALL_TEXT = """least => {
  const faults = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !e.getClientRects().length) continue;
    if (e.closest('.unseen, svg, template, noscript, .who, .when, .sources, .day, .quick, small, ' +
      '.brand p, .switch, .photo, .writing label, .bottom, .status')) continue;
    const style = getComputedStyle(e);
    if (parseFloat(style.fontSize) < least) faults.push(style.fontSize + ' ' + e.textContent);
  }
  for (const e of document.querySelectorAll('.bubble p, .bubble li, textarea')) {
    const style = getComputedStyle(e);
    if (parseFloat(style.lineHeight) / parseFloat(style.fontSize) < 1.495)
      faults.push('line-height ' + style.lineHeight + ' ' + e.outerHTML.slice(0, 60));
    if (parseFloat(style.fontSize) < 16 && !e.matches('.day'))
      if (parseFloat(style.fontSize) < 14) faults.push('tiny ' + e.outerHTML.slice(0, 60));
  }
  return faults;
}"""

LOG_FAULTS = """() => {
  const faults = [], logs = document.querySelectorAll('[role=log]');
  if (logs.length !== 1) return ['logs: ' + logs.length];
  const log = logs[0];
  if (log.getAttribute('aria-live') !== 'polite') faults.push('not polite');
  if (log.getAttribute('aria-atomic') !== 'false') faults.push('atomic');
  if (log.closest('[aria-hidden=true]')) faults.push('hidden');
  if (!document.getElementById(log.getAttribute('aria-labelledby') || '-')) faults.push('no name');
  for (const e of document.querySelectorAll('[aria-live=assertive], [role=alert]'))
    faults.push('assertive: ' + e.outerHTML.slice(0, 60));
  for (const e of document.querySelectorAll('div[onclick], span[onclick], [role=button]'))
    faults.push('not a real button: ' + e.outerHTML.slice(0, 60));
  return faults;
}"""

FOCUS_FAULTS = """() => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  const drawn = e.id === 'photo' ? getComputedStyle(e.nextElementSibling) : style;
  const name = e.outerHTML.slice(0, 80), faults = [];
  if (drawn.outlineStyle === 'none' || parseFloat(drawn.outlineWidth) < 2)
    faults.push('no ring: ' + name);
  const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 2);
  const inside = y => y >= 0 && y < innerHeight;
  const points = [box.top + 3, box.top + box.height / 2, box.bottom - 3];
  for (const y of points) {
    if (!inside(y)) {
      if (box.height < innerHeight / 2) faults.push('out of sight: ' + name);
      continue;
    }
    const top = document.elementFromPoint(x, y);
    if (top && !e.contains(top) && !top.contains(e)) faults.push('covered: ' + name);
  }
  return faults;
}"""

TEXT_SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
  word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }"""


FAINT = """() => {
  const parse = c => (c.match(/[0-9.]+/g) || []).map(Number);
  const light = c => { const [r, g, b] = parse(c).map(v => v / 255).map(v =>
    v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = e => { for (; e; e = e.parentElement) {
    const c = getComputedStyle(e).backgroundColor; if ((parse(c)[3] ?? 1) > 0) return c; }
    return 'rgb(255,255,255)'; };
  const faults = [];
  for (const e of document.querySelectorAll('textarea, fieldset button, label[for=photo], .send')) {
    if (!e.getClientRects().length) continue;
    const a = light(getComputedStyle(e).borderTopColor), b = light(behind(e.parentElement));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 3) faults.push(ratio.toFixed(2) + ' ' + e.outerHTML.slice(0, 80));
  }
  return faults;
}"""


def tab_stops(page: Any, most: int = 60) -> Iterator[str]:
    """Press Tab from the top of the page; the description of each stop, until they repeat."""
    page.evaluate("document.querySelector('.skip').focus()")
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    seen: set[str] = set()
    for _number in range(most):
        here = page.evaluate(
            "() => { const e = document.activeElement; return e === document.body ? '' :"
            " e.tagName + ' ' + (e.id || e.name || '') + ' ' + (e.value || e.textContent).trim()"
            " + ' ' + [...document.querySelectorAll('*')].indexOf(e); }"
        )
        if not here or here in seen:
            return
        seen.add(here)
        yield here
        page.keyboard.press("Tab")


def an_hour_later(ears: MemoryEars, start: datetime = NOON) -> None:
    """From now on the clock of this conversation stands an hour later."""
    ears.now = lambda: start + timedelta(hours=1)
