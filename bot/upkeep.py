"""What is done now and then: sweep up what a crash left, fetch files, tell staff what waits."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.channels.base import Channel, OutcomeUnknown, Refused, TryLater
from bot.inbox import Inbox
from bot.messages import Attachment
from bot.storage import files, upkeep
from bot.storage.db import Connection, Database, Unavailable

log = logging.getLogger(__name__)

EVERY = 2.0
"""Seconds between two rounds."""
NEWS_EVERY = 0.4
"""Seconds between two looks for a new message to staff, who hear of it within one second."""
LEFT_OVER_AFTER = timedelta(seconds=3)
"""A message that waits longer than this was left by a process that died."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How many rows wait, and for how long the oldest has: staff and /metrics see them."""

    inbox_waiting: int = 0
    inbox_parked: int = 0
    outbox_waiting: int = 0
    outbox_stuck: int = 0
    tickets_waiting: int = 0
    oldest_seconds: float = 0.0
    stamp: str = ""
    """Changes whenever the queue may have changed."""


class Upkeep:
    """One round every few seconds, on every replica; each does only what is nobody's."""

    def __init__(
        self,
        database: Database,
        inbox: Inbox,
        channels: Mapping[str, Channel],
        now: Callable[[], datetime],
        also: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        """`also` is done in every round."""
        self._also = also
        self._database = database
        self._inbox = inbox
        self._channels = channels
        self._now = now
        self._changed = asyncio.Condition()
        self.figures = Figures()

    async def watch(self) -> None:
        """Between the rounds: has anybody written to staff, here or at another replica?"""
        seen = -1
        while True:
            try:
                newest = await self._database.read(upkeep.newest_message)
                if newest != seen:
                    seen = newest
                    await self._look()
            except Unavailable:
                await asyncio.sleep(EVERY)
            await asyncio.sleep(NEWS_EVERY)

    async def run(self) -> None:
        before = self._now()  # at the start, everything that waits was left by somebody
        while True:
            try:
                await self._inbox.answer_left_over(before)
                await self._fetch_files()
                await self._look()
                for do in self._also:
                    await do()
            except Unavailable:
                log.warning("store_down", extra={"seconds": EVERY})
            except Exception:  # the next round must come
                log.exception("upkeep_failed")
            await asyncio.sleep(EVERY)
            before = self._now() - LEFT_OVER_AFTER

    async def changes(self) -> AsyncIterator[None]:
        """Yields when the figures have changed."""
        seen = self.figures.stamp
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: self.figures.stamp != seen)  # noqa: B023
                seen = self.figures.stamp
            yield

    async def _look(self) -> None:
        now = self._now()
        counted = await self._database.read(lambda connection: upkeep.count(connection, now))
        figures = Figures(**counted)
        if figures != self.figures:
            async with self._changed:
                self.figures = figures
                self._changed.notify_all()

    async def _fetch_files(self) -> None:
        """Files that a channel still holds: theirs go away after a while, ours stay."""
        for file in await self._database.read(files.missing):
            channel = self._channels.get(file.channel)
            if channel is None:
                continue
            try:
                content = await channel.fetch(Attachment(file.origin, file.media_type))
            except (TryLater, OutcomeUnknown):
                continue
            except Refused:
                content = b""
            reference = file.reference

            def keep(
                connection: Connection, reference: str = reference, content: bytes = content
            ) -> None:
                files.fill(connection, reference, content)

            await self._database.write(keep)
