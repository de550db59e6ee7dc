"""A stand-in for WeChat: its API server, which misbehaves when told to, and people who write.

The people's side signs and encrypts with wechatpy and plain hashlib, never with our own code, and
keeps the platform's rules: five seconds an attempt, the same MsgId three times, then
'该公众号提供的服务出现故障'. The API keeps its own count of what may be sent to whom.
"""

import asyncio
import hashlib
import itertools
import json
import time
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
import wechatpy.crypto
from aiohttp import web

APP_ID, SECRET, TOKEN = "wx0123456789abcdef", "5f4dcc3b5aa765d61d8327deb882cf99", "Token1"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ACCOUNT = "gh_0123456789ab"
FAULT = "该公众号提供的服务出现故障，请稍后再试"
ALLOWED = {"message": (5, 48 * 3600.0), "tap": (3, 60.0)}

_ids = itertools.count(6_054_768_590_064_713_728)


def signed(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324


@dataclass
class Sent:
    """One thing that reached a person."""

    how: str
    """'passive', 'service' (the customer-service interface), 'picture', 'notice', 'fault'."""
    text: str


@dataclass
class Faults:
    """What goes wrong at the API: by the end of the path, what happens to its next calls."""

    next: dict[str, deque[Any]] = field(default_factory=lambda: defaultdict(deque))
    always: dict[str, Any] = field(default_factory=dict)
    """A code (int), 'reset', 'reset after', 'garbled', 'html', or seconds to wait (float)."""

    def of(self, path: str) -> Any:
        for end, planned in self.next.items():
            if path.endswith(end) and planned:
                return planned.popleft()
        return next((what for end, what in self.always.items() if path.endswith(end)), None)


class StandIn:
    """The platform, for one account whose service listens at `service`."""

    def __init__(self, service: str = "", *, passive_only: bool = False) -> None:
        self.service = service
        self.passive_only = passive_only
        self.faults = Faults()
        self.calls: Counter[str] = Counter()
        self.wrong: list[str] = []
        """Calls that the real platform would not have understood."""
        self.menu: Any = None
        self.files: dict[str, tuple[str, bytes]] = {}
        self.tokens: list[str] = []
        self.agreed: Counter[str] = Counter()
        self.mode = "plain"
        """How the platform pushes: 'plain', 'compatible', 'encrypted'."""
        self.received: dict[str, list[Sent]] = defaultdict(list)
        self.allowed: dict[str, dict[str, list[float]]] = defaultdict(dict)
        self.crypto = wechatpy.crypto.WeChatCrypto(TOKEN, AES_KEY, APP_ID)
        self.times: list[float] = []
        """Seconds from each push to its answer."""
        self.clock = time.time
        self.patience = 5.0
        self.port = 0
        self._runner: web.AppRunner | None = None
        self.client: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=11 * 1024 * 1024)
        app.router.add_route("*", "/cgi-bin/{tail:.*}", self._called)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.client = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self.client and self._runner
        await self.client.close()
        await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def stop_api(self) -> None:
        """Dead: nobody listens any more."""
        assert self._runner
        await self._runner.cleanup()

    def settings(self, **more: str) -> dict[str, str]:
        return {
            "DOORSTEP_WECHAT_APP_ID": APP_ID,
            "DOORSTEP_WECHAT_SECRET": SECRET,
            "DOORSTEP_WECHAT_TOKEN": TOKEN,
            "DOORSTEP_WECHAT_API_URL": self.api_url,
            **more,
        }

    def person(self, name: str = "person") -> "Person":
        return Person(self, f"o{hashlib.sha256(name.encode()).hexdigest()[:27]}")

    # --- the API

    async def _called(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        name = path.removeprefix("/cgi-bin/")
        self.calls[name] += 1
        fault = self.faults.of(path)
        if isinstance(fault, float):
            await asyncio.sleep(fault)
        elif fault == "reset":
            assert request.transport
            request.transport.abort()
            return web.Response()
        elif fault == "garbled":
            return web.Response(text='{"errcode":', content_type="application/json")
        elif fault == "html":
            return web.Response(text="<html>502</html>", status=502, content_type="text/html")
        elif isinstance(fault, int):
            return self._refused(fault)
        told = await self._done(name, request)
        if fault == "reset after":
            assert request.transport
            request.transport.abort()
        return told

    async def _done(self, name: str, request: web.Request) -> web.StreamResponse:
        if name == "stable_token":
            return await self._stable_token(request)
        if request.query.get("access_token", "") not in self.tokens[-2:]:
            return self._refused(40001)
        if name == "media/get":
            return self._file(request.query.get("media_id", ""))
        if name == "media/upload":
            if self.passive_only:
                return self._refused(48001)
            form = await request.post()
            media_id = f"M{len(self.files)}"
            part = form["media"]
            assert isinstance(part, web.FileField)
            self.files[media_id] = (part.content_type, part.file.read())
            return web.json_response({"type": "image", "media_id": media_id, "created_at": 1})
        raw = await request.read()
        if b"\\u" in raw:
            self.wrong.append("escapes that people would see")
        body = json.loads(raw)
        if name == "menu/create":
            self.menu = body
            return self._refused(0)
        if name == "message/subscribe/bizsend":
            return self._notice(body)
        if name == "message/custom/send":
            return self._custom(body)
        self.wrong.append(name)
        return self._refused(40066)

    async def _stable_token(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if (body.get("appid"), body.get("secret")) != (APP_ID, SECRET):
            return self._refused(40125)
        if not self.tokens or body.get("force_refresh"):
            self.tokens.append(f"{len(self.tokens)}_access_token_of_the_stand_in")
        return web.json_response({"access_token": self.tokens[-1], "expires_in": 7200})

    def expire_token(self) -> None:
        """As if somebody had pressed 'reset' at the platform."""
        self.tokens += [f"{len(self.tokens)}_x", f"{len(self.tokens)}_new"]

    def _custom(self, body: dict[str, Any]) -> web.StreamResponse:
        if self.passive_only:
            return self._refused(48001)
        openid = body.get("touser", "")
        if openid not in self.received and openid not in self.allowed:
            return self._refused(40003)
        kind = body.get("msgtype")
        if kind == "text" and not 0 < len(body["text"]["content"].encode()) <= 2048:
            self.wrong.append("too long")
            return self._refused(45002)
        if not self._spent(openid):
            windows = self.allowed[openid].values()
            late = all(until < self.clock() for _left, until in windows)
            return self._refused(45015 if late else 45047)
        if kind == "image":
            _type, content = self.files[body["image"]["media_id"]]
            self.received[openid].append(Sent("picture", content.hex()))
        elif kind == "text":
            self.received[openid].append(Sent("service", body["text"]["content"]))
        else:
            self.wrong.append(f"msgtype {kind}")
        return self._refused(0)

    def _spent(self, openid: str) -> bool:
        for kind in ("tap", "message"):
            window = self.allowed[openid].get(kind)
            if window and window[0] > 0 and window[1] > self.clock():
                window[0] -= 1
                return True
        return False

    def _notice(self, body: dict[str, Any]) -> web.StreamResponse:
        openid = body["touser"]
        if self.agreed[openid] < 1:
            return self._refused(43101)
        for name, one in body["data"].items():
            if name.startswith("thing") and len(one["value"]) > 20:
                self.wrong.append("a notice's field is too long")
        self.agreed[openid] -= 1
        self.received[openid].append(Sent("notice", json.dumps(body["data"], ensure_ascii=False)))
        return self._refused(0)

    def _file(self, media_id: str) -> web.StreamResponse:
        if media_id not in self.files:
            return self._refused(40007)
        media_type, content = self.files[media_id]
        return web.Response(body=content, content_type=media_type)

    @staticmethod
    def _refused(code: int) -> web.StreamResponse:
        words = "ok" if code == 0 else f"error {code} rid: 1234-5678"
        return web.json_response({"errcode": code, "errmsg": words})

    # --- the push

    def query(self, encrypted: str = "", *, at: float | None = None) -> dict[str, str]:
        timestamp, nonce = str(int(self.clock() if at is None else at)), str(next(_ids) % 10**9)
        query = {
            "timestamp": timestamp,
            "nonce": nonce,
            "signature": signed(TOKEN, timestamp, nonce),
        }
        if encrypted:
            query["encrypt_type"] = "aes"
            query["msg_signature"] = signed(TOKEN, timestamp, nonce, encrypted)
        return query

    def pushed(self, fields: dict[str, Any]) -> tuple[dict[str, str], str]:
        """The query and the body of a push in the platform's mode."""
        plain = xml(fields)
        if self.mode == "plain":
            return self.query(), plain
        sealed = self.crypto.encrypt_message(plain, "nonce", int(self.clock()))
        encrypted = ET.fromstring(sealed).findtext("Encrypt") or ""
        beside = fields if self.mode == "compatible" else {"ToUserName": fields["ToUserName"]}
        return self.query(encrypted), xml({**beside, "Encrypt": encrypted})

    async def push(self, fields: dict[str, Any], attempts: int = 3) -> str | None:
        """What the person sees in answer: None for silence."""
        assert self.client
        for _attempt in range(attempts):
            query, body = self.pushed(fields)
            began = time.monotonic()
            try:
                async with self.client.post(
                    f"{self.service}/wechat",
                    params=query,
                    data=body.encode(),
                    timeout=aiohttp.ClientTimeout(total=self.patience),
                ) as answer:
                    told = await answer.text()
                    self.times.append(time.monotonic() - began)
                    if answer.status == 200:
                        return self._shown(told, fields)
            except (TimeoutError, aiohttp.ClientError):
                self.times.append(time.monotonic() - began)
        return FAULT

    def _shown(self, told: str, fields: dict[str, Any]) -> str | None:
        if told in ("", "success"):
            return None
        if self.mode != "plain":
            root = ET.fromstring(told)
            if root.find("Encrypt") is None:
                self.wrong.append("a plain answer to a sealed message")
            signature = root.findtext("MsgSignature") or ""
            told = self.crypto.decrypt_message(
                told, signature, root.findtext("TimeStamp"), root.findtext("Nonce")
            )
        root = ET.fromstring(told)
        if [one.tag for one in root][:4] != ["ToUserName", "FromUserName", "CreateTime", "MsgType"]:
            self.wrong.append("fields of an answer")
        if root.findtext("ToUserName") != fields["FromUserName"]:
            self.wrong.append("an answer to somebody else")
        content = root.findtext("Content") or ""
        if not 0 < len(content.encode()) <= 2047:
            self.wrong.append("an answer too long to be shown")
        return content


def xml(fields: dict[str, Any]) -> str:
    def one(name: str, value: Any) -> str:
        if isinstance(value, list):
            return "".join(one(name, each) for each in value)
        if isinstance(value, dict):
            return f"<{name}>{''.join(one(*pair) for pair in value.items())}</{name}>"
        if isinstance(value, int):
            return f"<{name}>{value}</{name}>"
        return f"<{name}><![CDATA[{str(value).replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"

    return f"<xml>{''.join(one(*pair) for pair in fields.items())}</xml>"


class Person:
    """Somebody who follows the account, and sees only what reaches them."""

    def __init__(self, platform: StandIn, openid: str) -> None:
        self.platform = platform
        self.openid = openid
        self.last_event: dict[str, Any] = {}

    @property
    def received(self) -> list[Sent]:
        return self.platform.received[self.openid]

    def texts(self) -> list[str]:
        return [one.text for one in self.received]

    async def says(self, words: str, **more: Any) -> str | None:
        return await self._does("message", MsgType="text", Content=words, **more)

    async def taps_link(self, label: str) -> str | None:
        """A link of ours that sends a choice."""
        for one in reversed(self.received):
            for link in one.text.split('<a href="weixin://bizmsgmenu?msgmenucontent=')[1:]:
                content, _amp, rest = link.partition("&msgmenuid=")
                token, _quote, shown = rest.partition('">')
                if shown.partition("</a>")[0] == label:
                    return await self._does(
                        "tap", MsgType="text", Content=content, bizmsgmenuid=token
                    )
        raise AssertionError(f"no link {label}")

    async def sends(self, kind: str, **fields: Any) -> str | None:
        return await self._does("message", MsgType=kind, **fields)

    async def event(self, name: str, key: str = "", **more: Any) -> str | None:
        taps = ("CLICK", "subscribe", "SCAN", "scancode_push", "scancode_waitmsg")
        fields = {"MsgType": "event", "Event": name, "EventKey": key, **more}
        return await self._does("tap" if name in taps else "", is_event=True, **fields)

    async def again(self) -> str | None:
        """The platform sends the same thing once more."""
        return self._sees(await self.platform.push(self.last_event, attempts=1))

    async def _does(self, grants: str, *, is_event: bool = False, **fields: Any) -> str | None:
        platform = self.platform
        if grants:
            count, seconds = ALLOWED[grants]
            platform.allowed[self.openid][grants] = [count, platform.clock() + seconds]
        event = {
            "ToUserName": ACCOUNT,
            "FromUserName": self.openid,
            "CreateTime": int(platform.clock()),
            **fields,
        }
        if not is_event:
            event["MsgId"] = next(_ids)
        self.last_event = event
        return self._sees(await platform.push(event))

    def _sees(self, text: str | None) -> str | None:
        if text is not None:
            self.received.append(Sent("fault" if text == FAULT else "passive", text))
        return text

    async def hears(self, count: int, seconds: float = 8.0) -> list[Sent]:
        """Wait until so many things have reached this person."""
        until = time.monotonic() + seconds
        while len(self.received) < count:
            assert time.monotonic() < until, f"only {self.received}"
            await asyncio.sleep(0.02)
        return self.received

    async def does_all(self, words: Iterable[str]) -> str | None:
        said = None
        for one in words:
            said = await self.says(one)
        return said
