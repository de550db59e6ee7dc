"""Telegram's webhook in, the reply out at a Bot API server, over loopback; beside a bare echo."""

import asyncio
import json
import random
import socket
import sys
import tempfile
import time
from collections import defaultdict, deque
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from benchmarks.measure import Bar, Process, doorstep, median, percentile

TOKEN, SECRET = "123456:AAH-benchmark_token", "s3cret_Token-1"
RATES, SECONDS, CONNECTIONS, CHATS = (50, 200), 10, 50, 400
WARM_RATE, WARM = 50, range(100)
"""What comes first and is not counted: the catalogues are read, the menus are set."""
TEXTS = ("残疾证丢了怎么补办", "菜单", "残疾证多久换一次", "你好", "怎么办残疾证", "取消")
HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


class BotApi:
    """Just so much of Telegram that a bot can send; it notes when."""

    def __init__(self) -> None:
        self.awaited: dict[int, deque[asyncio.Future[float]]] = defaultdict(deque)
        self.webhook = ""

    async def call(self, request: web.Request) -> web.Response:
        at = time.perf_counter()
        given = await _given(request)
        method = request.match_info["method"].lower()
        result: Any = True
        if method == "getme":
            result = {"id": 1, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
        elif method == "setwebhook":
            self.webhook = given["url"]
        elif method == "sendmessage":
            chat = int(given["chat_id"])
            if self.awaited[chat]:
                self.awaited[chat].popleft().set_result(at)
            result = {"message_id": 1, "date": 1, "chat": {"id": chat, "type": "private"}}
        return web.json_response({"ok": True, "result": result})


async def _given(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    return dict(await request.post())


def update(number: int, chat: int, text: str) -> dict[str, Any]:
    who = {"id": chat, "is_bot": False, "first_name": "B", "language_code": "zh-hans"}
    message = {
        "message_id": number,
        "date": int(time.time()),
        "chat": {"id": chat, "type": "private"},
        "from": who,
        "text": text,
    }
    return {"update_id": number, "message": message}


async def at_a_rate(rate: int, post: Any, numbers: range) -> list[float]:
    """`post(number)` is called at random moments, `rate` a second; what each returned."""
    draw = random.Random(1)
    tasks = []
    next_at = time.perf_counter()
    for number in numbers:
        next_at += draw.expovariate(rate)
        await asyncio.sleep(max(0.0, next_at - time.perf_counter()))
        tasks.append(asyncio.create_task(post(number)))
    return list(await asyncio.gather(*tasks))


def counted(rate: int) -> range:
    return range(len(WARM), len(WARM) + rate * SECONDS)


async def doorstep_latencies(rate: int) -> tuple[list[float], int, float]:
    """Seconds from the webhook's first byte to the reply's arrival; errors; its processor share."""
    api, port, api_port = BotApi(), free_port(), free_port()
    site = web.Application()
    site.router.add_post("/bot{token}/{method}", api.call)
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", api_port).start()
    with tempfile.TemporaryDirectory(prefix="doorstep-bench-") as folder:
        service = await asyncio.to_thread(
            doorstep,
            Path(folder),
            port,
            DOORSTEP_TELEGRAM_TOKEN=TOKEN,
            DOORSTEP_TELEGRAM_API_URL=f"http://127.0.0.1:{api_port}",
            DOORSTEP_TELEGRAM_MODE="webhook",
            DOORSTEP_TELEGRAM_SECRET=SECRET,
            DOORSTEP_PUBLIC_URL=f"http://127.0.0.1:{port}",
        )
        try:
            while not api.webhook:
                await asyncio.sleep(0.05)
            return await _load(service, api, rate)
        finally:
            await asyncio.to_thread(service.stop)
            await runner.cleanup()


async def _load(service: Process, api: BotApi, rate: int) -> tuple[list[float], int, float]:
    errors = 0
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector, headers=HEADERS) as client:

        async def post(number: int) -> float:
            nonlocal errors
            chat = number % CHATS + 1
            reply: asyncio.Future[float] = asyncio.get_running_loop().create_future()
            api.awaited[chat].append(reply)
            sent = time.perf_counter()
            body = update(number + 1, chat, TEXTS[number % len(TEXTS)])
            async with client.post(api.webhook, json=body) as answer:
                await answer.read()
                errors += answer.status != 200
            try:
                return await asyncio.wait_for(reply, 30) - sent
            except TimeoutError:
                errors += 1
                return 30.0

        await at_a_rate(WARM_RATE, post, WARM)
        cpu, wall = service.cpu, time.perf_counter()
        latencies = await at_a_rate(rate, post, counted(rate))
        share = (service.cpu - cpu) / (time.perf_counter() - wall)
    return latencies, errors, share


async def echo_latencies(rate: int) -> list[float]:
    """A bare aiohttp server, a process of its own, that answers with what it got."""
    port = free_port()
    server = await asyncio.to_thread(
        Process, port, (sys.executable, "-m", "benchmarks.echo", str(port))
    )
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    try:
        async with aiohttp.ClientSession(connector=connector) as client:

            async def post(number: int) -> float:
                sent = time.perf_counter()
                body = json.dumps(update(number, 1, TEXTS[0]))
                async with client.post(f"{server.url}/", data=body) as answer:
                    await answer.read()
                return time.perf_counter() - sent

            return await at_a_rate(rate, post, counted(rate))
    finally:
        await asyncio.to_thread(server.stop)


def measure() -> list[Bar]:
    bars = []
    for rate in RATES:
        runs = [asyncio.run(doorstep_latencies(rate)) for _run in range(3)]
        echo = asyncio.run(echo_latencies(rate))
        p50 = median([percentile(one, 0.5) for one, _errors, _cpu in runs]) * 1000
        p99 = median([percentile(one, 0.99) for one, _errors, _cpu in runs]) * 1000
        cpu = median([share for _one, _errors, share in runs]) * 100
        errors = sum(wrong for _one, wrong, _cpu in runs)
        print(f"Webhook in, reply out: {rate} messages a second, {CONNECTIONS} connections, 3 runs")
        print(f"  Doorstep       p50 {p50:6.1f} ms  p99 {p99:6.1f} ms  {cpu:.0f} % of a processor")
        print(
            f"  aiohttp echo   p50 {percentile(echo, 0.5) * 1000:6.1f} ms"
            f"  p99 {percentile(echo, 0.99) * 1000:6.1f} ms"
        )
        bars += [
            Bar(f"webhook to reply, {rate}/s, p99", f"{p99:.1f} ms", "50 ms", p99 < 50),
            Bar(f"errors at {rate}/s", str(errors), "0", errors == 0),
        ]
    return bars
