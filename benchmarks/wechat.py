"""WeChat's webhook in, the answer out in the same connection: one processor, SQLite, encrypted.

Then the same while the platform's API takes connections and never answers, and people have more
waiting for them than one answer holds: nobody may wait for it.
"""

import asyncio
import os
import random
import re
import tempfile
import time
from pathlib import Path
from typing import Self

import aiohttp
from aiohttp import web

from benchmarks.measure import Bar, Process, doorstep, median, percentile
from benchmarks.webhook import TEXTS, at_a_rate, counted, free_port
from tests.standin_wechat import ACCOUNT, AES_KEY, StandIn

RATE, PEOPLE = 100, 400
DEADLINE = 4.5


async def latencies(*, dead: bool) -> tuple[list[float], int, int, float]:
    """Seconds from the push to its answer; errors; late ones; the service's processor share."""
    async with StandIn() as platform, Hanging() as hanging:
        platform.mode = "encrypted"
        port = free_port()
        platform.service = f"http://127.0.0.1:{port}"
        more = {"DOORSTEP_WECHAT_AES_KEY": AES_KEY}
        if dead:
            more["DOORSTEP_WECHAT_API_URL"] = hanging.url
        with tempfile.TemporaryDirectory(prefix="doorstep-bench-") as folder:
            service = await asyncio.to_thread(
                doorstep, Path(folder), port, **{**platform.settings(), **more}
            )
            try:
                service.pin(0)
                return await load(service, platform)
            finally:
                await asyncio.to_thread(service.stop)


class Hanging:
    """An API server that never answers."""

    async def __aenter__(self) -> Self:
        async def hang(_request: web.Request) -> web.Response:
            await asyncio.sleep(60)
            return web.Response()

        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", hang)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        port = free_port()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._runner.cleanup()


async def load(service: Process, platform: StandIn) -> tuple[list[float], int, int, float]:
    errors = 0
    people = [platform.person(str(at)).openid for at in range(PEOPLE)]
    draw = random.Random(1)
    # As many as it takes: the platform does not wait for a connection either.
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as client:

        async def post(number: int) -> float:
            nonlocal errors
            query, body = platform.pushed(
                {
                    "ToUserName": ACCOUNT,
                    "FromUserName": people[number % PEOPLE],
                    "CreateTime": int(time.time()),
                    "MsgType": "text",
                    "Content": draw.choice(TEXTS),
                    "MsgId": number + 1,
                }
            )
            sent = time.perf_counter()
            async with client.post(
                f"{platform.service}/wechat", params=query, data=body.encode()
            ) as answer:
                await answer.read()
                errors += answer.status != 200
            return time.perf_counter() - sent

        cpu, wall = service.cpu, time.perf_counter()
        found = await at_a_rate(RATE, post, counted(RATE))
        share = (service.cpu - cpu) / (time.perf_counter() - wall)
        print(f"  {(service.cpu - cpu) / len(found) * 1000:.1f} ms of a processor a message")
        async with client.get(f"{platform.service}/metrics") as answer:
            metrics = await answer.text()
    late = sum(map(int, re.findall(r'what="(?:late|store_slow|store_down)"} (\d+)', metrics)))
    return found, errors, late, share


def measure() -> list[Bar]:
    runs = [asyncio.run(latencies(dead=False)) for _run in range(3)]
    p50 = median([percentile(one[0], 0.5) for one in runs]) * 1000
    p99 = median([percentile(one[0], 0.99) for one in runs]) * 1000
    cpu = median([one[3] for one in runs]) * 100
    errors, late = sum(one[1] for one in runs), sum(one[2] for one in runs)
    print(f"WeChat: {RATE} messages a second, encrypted, one processor of {os.cpu_count()}, 3 runs")
    print(f"  answered       p50 {p50:6.1f} ms  p99 {p99:6.1f} ms  {cpu:.0f} % of a processor")
    dead = asyncio.run(latencies(dead=True))
    longest = max(dead[0])
    print(
        f"  API never answers: p50 {percentile(dead[0], 0.5) * 1000:.1f} ms  "
        f"longest {longest * 1000:.0f} ms  {dead[2]} of {len(dead[0])} not answered at once"
    )
    return [
        Bar(f"WeChat, message to answer at {RATE}/s, p99", f"{p99:.1f} ms", "100 ms", p99 < 100),
        Bar("... errors and late answers", str(errors + late), "0", errors + late == 0),
        Bar("... longest while the API hangs", f"{longest:.2f} s", "4.5 s", longest < DEADLINE),
    ]
