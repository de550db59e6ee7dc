"""A stand-in for api.telegram.org, to test against and to talk with by hand.

It behaves as Telegram's server does where its source or its documentation says how: every call is
checked against the Bot API's table, getUpdates ends the one before it, an update is delivered to
a webhook until it answers 2xx, in order for each chat, and a tap has a queue of its own.

By hand: `python -m tests.standin_telegram --port 8081`, then run the service with
DOORSTEP_TELEGRAM_API_URL=http://127.0.0.1:8081 and DOORSTEP_TELEGRAM_TOKEN=1:test, and type:
words are sent, [words] taps a button, /block and /unblock do so.
"""

import argparse
import asyncio
import contextlib
import json
import sys
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests import standin_telegram_schema as schema
from tests.standin_telegram_api import Api, Fault, Refusal, refuse, webhook_queue_of
from tests.standin_telegram_person import Person

__all__ = ["Fault", "Person", "StandIn"]


@dataclass
class Call:
    """One call that came in."""

    method: str
    values: dict[str, Any]
    at: float


@dataclass
class StandIn(Api):
    """The server. `async with StandIn() as telegram:` starts it on a free port."""

    token: str = ""
    """The only one that is accepted; '': any."""
    port: int = 0
    retry_scale: float = 0.01
    """Webhook pauses are Telegram's times this."""
    table: schema.Table = field(default_factory=schema.at_hand)
    calls: Counter[str] = field(default_factory=Counter)
    """How often each method was called."""
    log: list[Call] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """What the table says against our calls: must stay empty."""
    deliveries: list[tuple[int, int]] = field(default_factory=list)
    """Webhook tries: update_id, status (0: no answer)."""
    ambiguous: int = 0
    """Messages that arrived although the bot could not know."""

    def __post_init__(self) -> None:
        self._queues: dict[int, deque[dict[str, Any]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    # --- life

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_trouble: object) -> None:
        await self.stop()

    async def start(self) -> None:
        made = web.Application(client_max_size=60 * 1024 * 1024)
        made.router.add_route("*", "/bot{token}/{method}", self._called)
        made.router.add_get("/file/bot{token}/{path:.+}", self._file)
        self._runner = web.AppRunner(made, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def person(self, user_id: int = 7001, language: str = "zh-hans") -> Person:
        if user_id not in self.people:
            self.people[user_id] = Person(self, user_id, language)
        return self.people[user_id]

    @property
    def sent(self) -> dict[int, list[dict[str, Any]]]:
        """What reached each person."""
        return {user_id: person.messages for user_id, person in self.people.items()}

    def calls_of(self, method: str) -> list[dict[str, Any]]:
        return [call.values for call in self.log if call.method == method]

    # --- updates towards the bot

    def deliver(self, **content: Any) -> int:
        """Queue an update; its id."""
        update = {"update_id": next(self.ids), **content}
        self.pending.append(update)
        if self.webhook:
            self._enqueue(update)
        else:
            self._start(self._wake())
        return int(update["update_id"])

    async def deliver_all(self, timeout: float = 10) -> None:
        """Wait until the bot has acknowledged everything."""
        async with asyncio.timeout(timeout):
            while self.pending:
                await asyncio.sleep(0.01)

    def webhook_set(self) -> None:
        for update in self.pending if self.webhook else ():
            self._enqueue(update)

    async def _wake(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    def _enqueue(self, update: dict[str, Any]) -> None:
        key = webhook_queue_of(update)
        if key in self._queues:
            if update not in self._queues[key]:
                self._queues[key].append(update)
            return
        self._queues[key] = deque([update])
        self._start(self._post_all(key))

    async def _post_all(self, key: int) -> None:
        """The head of a queue blocks it: a retry at once, then after 2, 4, 8 … seconds."""
        queue = self._queues[key]
        tries = 0
        while queue and self.webhook:
            status = await self._post(queue[0])
            if 200 <= status < 300:
                self.pending.remove(queue.popleft())
                tries = 0
                continue
            tries += 1
            await asyncio.sleep(min(2 ** (tries - 1), 60) * self.retry_scale if tries > 1 else 0)
        del self._queues[key]

    async def _post(self, update: dict[str, Any]) -> int:
        headers = {"Content-Type": "application/json"}
        if self.webhook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.webhook["secret_token"]
        status = 0
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with self._session.post(
                self.webhook["url"], data=json.dumps(update), headers=headers
            ) as answer:
                status = answer.status
                if await answer.read():
                    self.wrong.append("the webhook's answer has a body: it would be a call")
        self.deliveries.append((int(update["update_id"]), status))
        return status

    def _start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- calls of the bot

    async def _called(self, request: web.Request) -> web.StreamResponse:
        method = _METHODS.get(request.match_info["method"].lower(), "")
        try:
            self._let_in(request.match_info["token"], method)
            given = await request.json() if request.content_type == JSON else await request.post()
            form = {name: str(value) for name, value in given.items()}
            values = self._checked(method, form)
            fault = self.faults.of(method)
            refuse(fault)
            if fault and fault.kind == "html":
                return web.Response(status=502, text="<html>Bad Gateway</html>")
            if fault and fault.kind == "reset before":
                return _reset(request)
            result = await getattr(self, _snake(method))(**values)
        except Refusal as refusal:
            return web.json_response(refusal.body, status=refusal.body["error_code"])
        if fault and fault.kind in ("slow", "reset after", "garbled"):
            self.ambiguous += 1
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault and fault.kind == "reset after":
            return _reset(request)
        if fault and fault.kind == "garbled":
            return web.Response(text="OK")
        return web.json_response({"ok": True, "result": result})

    def _let_in(self, token: str, method: str) -> None:
        if token != (self.token or token):
            raise Refusal(401, "Unauthorized")
        if not method:
            raise Refusal(404, "Not Found")

    def _checked(self, method: str, form: dict[str, str]) -> dict[str, Any]:
        try:
            values = schema.decoded(method, form, self.table)
        except ValueError as error:
            self.wrong.append(f"{method}: {error}")
            raise Refusal(400, "Bad Request: can't parse JSON") from error
        self.calls[method] += 1
        self.log.append(Call(method, values, time.monotonic()))
        faults = schema.faults_of(method, values, self.table)
        self.wrong += faults
        if any("callback_data" in fault for fault in faults):
            raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
        if faults:
            raise Refusal(400, f"Bad Request: {faults[0]}")
        return values

    async def _file(self, request: web.Request) -> web.Response:
        content = self.files.get(request.match_info["path"].removeprefix("files/"))
        known = self.token in ("", request.match_info["token"]) and content is not None
        return web.Response(body=content) if known else web.Response(status=404)


def _snake(method: str) -> str:
    return "".join(f"_{one.lower()}" if one.isupper() else one for one in method)


JSON = "application/json"
_METHODS = {name.lower(): name for name in schema.own() if hasattr(Api, _snake(name))}


def _reset(request: web.Request) -> web.StreamResponse:
    if request.transport:
        request.transport.abort()
    return web.Response()


async def _by_hand(port: int, token: str, webhook: str, secret: str) -> None:
    async with StandIn(token=token, port=port, retry_scale=1.0) as telegram:
        me = telegram.person()
        if webhook:
            telegram.webhook = {"url": webhook, "secret_token": secret}
        print(f"{telegram.url} stands for https://api.telegram.org, with the token {token}")
        typing = asyncio.create_task(_type(me))
        while not typing.done():
            await asyncio.sleep(0.2)
            for message in me.news():
                print("\n" + message.get("text", f"<{sorted(message)}>"))
                print(*(f"[{label}]" for label in me.buttons(message)))
            for mistake in telegram.wrong:
                print("MISTAKE", mistake)
            telegram.wrong.clear()


async def _type(me: Person) -> None:
    while line := await asyncio.to_thread(sys.stdin.readline):
        words = line.strip()
        if words[:1] in ("[", "［"):
            try:
                me.taps(words[1:-1])
            except LookupError:
                print("no such button")
        elif words in ("/block", "/unblock"):
            me.blocks(blocked=words == "/block")
        elif words:
            me.says(words)


def main() -> None:
    parser = argparse.ArgumentParser(description="a stand-in for Telegram's Bot API")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--token", default="1:test")
    parser.add_argument("--webhook", default="", help="deliver there although nobody set it")
    parser.add_argument("--secret", default="", help="the secret header of --webhook")
    chosen = parser.parse_args()
    asyncio.run(_by_hand(chosen.port, chosen.token, chosen.webhook, chosen.secret))


if __name__ == "__main__":
    main()
