"""Open chat pages waiting for new lines, each on one long answer (server-sent events)."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress

from bot.channels.base import Ears
from bot.messages import Address, Line

MOST_PER_CHAT = 6
HEARTBEAT_SECONDS = 20.0
"""A silent connection is cut by phones' networks and by proxies."""


class TooMany(Exception):
    """This chat is open in too many tabs: they should ask from time to time instead."""


class Listeners:
    """Who waits, so that a new line wakes them."""

    def __init__(self, ears: Ears) -> None:
        self._ears = ears
        self._waiting: dict[Address, set[asyncio.Event]] = {}
        self._closed = False

    def poke(self, who: Address) -> None:
        """Something new may stand in this chat."""
        for woken in self._waiting.get(who, ()):
            woken.set()

    def close(self) -> None:
        """End every stream; browsers come back by themselves, to whichever replica answers."""
        self._closed = True
        for who in list(self._waiting):
            self.poke(who)

    async def follow(self, who: Address, after: str) -> AsyncGenerator[Sequence[Line], None]:
        """The chat's lines after that one, as they come; an empty sequence is a heartbeat.

        A line may come to stand before one that was sent already, when two replicas write at
        once; so what was sent is remembered. Ends when we shut down or the news do.
        Raises TooMany.
        """
        waiting = self._waiting.setdefault(who, set())
        if len(waiting) >= MOST_PER_CHAT:
            raise TooMany
        woken = asyncio.Event()
        waiting.add(woken)
        news = asyncio.create_task(self._pass_on(who, woken))
        try:
            await asyncio.sleep(0)  # so that the news are asked for before the first look
            clock = asyncio.get_running_loop().time
            sent: set[str] | None = None
            quiet_since = clock() - HEARTBEAT_SECONDS
            while not (self._closed or news.done()):
                lines = await self._ears.transcript(who)
                if sent is None:
                    sent = {line.id for line in lines if line.id <= after}
                new = [line for line in lines if line.id not in sent]
                sent = {line.id for line in lines}
                # News without a line are not passed on: each would wake a phone's radio.
                if new or clock() - quiet_since >= HEARTBEAT_SECONDS:
                    yield new
                    quiet_since = clock()
                with suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), HEARTBEAT_SECONDS)
                woken.clear()
        finally:
            waiting.discard(woken)
            if not waiting:
                self._waiting.pop(who, None)
            news.cancel()
            # What ended the news (the store is down, most likely) meets the browser again when
            # it comes back, and is answered there.
            await asyncio.gather(news, return_exceptions=True)

    async def _pass_on(self, who: Address, woken: asyncio.Event) -> None:
        try:
            async for _change in self._ears.changes(who):
                woken.set()
        finally:
            woken.set()
