"""Feeding replicas and killing them: every event is sent again until one says that it has it."""

import asyncio
import contextlib
import json
import os
import random
import signal
import sys
from collections import defaultdict
from pathlib import Path

PROVE = os.environ.get("PROVE") == "1"
SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
REPEATED = "（重复发送）"


class Worker:
    """One replica's process; started again after each death."""

    def __init__(self, url: str, sent: Path, chance: float) -> None:
        self._arguments = ["-m", "tests.replica", url, str(sent), str(chance)]
        self._process: asyncio.subprocess.Process | None = None
        self._waiting: dict[str, asyncio.Future[bool]] = {}
        self._ready = asyncio.Event()
        self._living: asyncio.Task[None] | None = None
        self.kills = 0

    async def start(self) -> None:
        self._living = asyncio.create_task(self._live())
        await self._ready.wait()

    async def _live(self) -> None:
        while True:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *self._arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
            assert self._process.stdout
            while line := (await self._process.stdout.readline()).decode().split():
                if line == ["ready"]:
                    self._ready.set()
                else:
                    future = self._waiting.pop(line[1], None)
                    if future and not future.done():
                        future.set_result(line[0] == "ok")
            self._ready.clear()
            await self._process.wait()
            for future in self._waiting.values():
                if not future.done():
                    future.set_result(False)
            self._waiting.clear()

    async def give(self, event: dict[str, str]) -> bool:
        """True: it is stored. False: nobody knows."""
        await self._ready.wait()
        assert self._process
        assert self._process.stdin
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting[event["event"]] = future
        with contextlib.suppress(OSError):
            self._process.stdin.write(json.dumps(event).encode() + b"\n")
            await self._process.stdin.drain()
            return await future
        return False

    def kill(self) -> None:
        if self._ready.is_set() and self._process:
            self._ready.clear()
            self._process.send_signal(signal.SIGKILL)
            self.kills += 1

    async def stop(self) -> None:
        if self._living:
            self._living.cancel()
            await asyncio.gather(self._living, return_exceptions=True)
        if self._process and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()


def received(path: Path) -> dict[str, list[str]]:
    """What reached each chat, in order."""
    chats: dict[str, list[str]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        one = json.loads(line)
        chats[one["user"]].append(one["text"])
    return chats


def unmarked(texts: list[str]) -> list[str]:
    """Without what said of itself that it may stand twice."""
    return [text for text in texts if not text.startswith(REPEATED)]


def distinct(texts: list[str]) -> list[str]:
    """In the order of their first arrival, whichever try that was."""
    plain = (text.removeprefix(REPEATED).strip() for text in texts)
    return list(dict.fromkeys(plain))
