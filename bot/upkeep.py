"""What is done now and then: sweep up what a crash left, fetch files, tell staff what waits."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot import sound
from bot.channels.base import Channel, OutcomeUnknown, Refused, TryLater
from bot.domain import uploads
from bot.i18n import Text
from bot.inbox import Inbox
from bot.messages import Attachment
from bot.services import Services
from bot.speech import Speech
from bot.storage import files, ticket_letters, upkeep
from bot.storage.db import Database, Unavailable
from bot.understanding.intents import is_emergency
from bot.web.office import Office

T = TypeVar("T")

log = logging.getLogger(__name__)

EVERY = 2.0
"""Seconds between two rounds."""
NEWS_EVERY = 0.4
"""Seconds between two looks for a new message to staff, who hear of it within one second."""
ITEMS_EVERY = timedelta(seconds=30)
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
        office: Office | None = None,
        speech: Speech | None = None,
    ) -> None:
        """`also` is done in every round; `office` runs use cases, of items and their files.

        `speech` listens to voice messages; None: only people do.
        """
        self._speech = speech
        self._also = also
        self._office = office
        self._database = database
        self._inbox = inbox
        self._channels = channels
        self._now = now
        self._changed = asyncio.Condition()
        self.figures = Figures()
        self._items_due = now()
        self._fetched = ""
        """Of the files that channels hold, the one that was asked for last: each gets its turn."""

    async def watch(self) -> None:
        """Between the rounds: has anybody written to staff, here or at another replica?"""
        seen = -1
        while True:
            newest = await self._quietly(self._newest)
            if newest is None:
                await asyncio.sleep(EVERY)
            elif newest != seen and await self._quietly(self._look):
                seen = newest
            await asyncio.sleep(NEWS_EVERY)

    async def run(self) -> None:
        """Round after round; what goes wrong in one step keeps none of the others from its turn."""
        before = self._now()  # at the start, everything that waits was left by somebody
        while True:
            await self._quietly(lambda: self._inbox.answer_left_over(before))  # noqa: B023
            for step in (self._look_after_items, self.listen, self._look, *self._also):
                await self._quietly(step)
            await asyncio.sleep(EVERY)
            before = self._now() - LEFT_OVER_AFTER

    async def fetch(self) -> None:
        """Files, beside the rounds: a channel that hangs takes its time for each."""
        while True:
            await self._quietly(self.fetch_files)
            await asyncio.sleep(EVERY)

    @staticmethod
    async def _quietly(step: Callable[[], Awaitable[T]]) -> T | None:
        """None: it went wrong, and that is written down."""
        try:
            return await step()
        except Unavailable:
            log.warning("store_down", extra={"seconds": EVERY})
        except Exception:  # the next round must come
            log.exception("upkeep_failed")
        return None

    async def _newest(self) -> int:
        return await self._database.read(ticket_letters.newest_message)

    async def _look_after_items(self) -> None:
        """Warnings, escalations, leave: they count in hours, so twice a minute is enough."""
        if self._office and self._now() >= self._items_due:
            self._items_due = self._now() + ITEMS_EVERY
            await self._office.write(lambda services: services.tickets.look_after())

    async def listen(self) -> None:
        """Voice messages, written down beside the sound; an emergency in them jumps the queue."""
        if self._speech is None or self._office is None:
            return
        for file in await self._database.read(files.unheard):
            words = await self._speech.transcribe(file.content or b"")
            await self._office.write(_transcribed(file.reference, words))

    async def changes(self) -> AsyncIterator[None]:
        """Yields when the figures have changed."""
        seen = self.figures.stamp
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: self.figures.stamp != seen)  # noqa: B023
                seen = self.figures.stamp
            yield

    async def _look(self) -> bool:
        now = self._now()
        counted = await self._database.read(lambda connection: upkeep.count(connection, now))
        figures = Figures(**counted)
        if figures != self.figures:
            async with self._changed:
                self.figures = figures
                self._changed.notify_all()
        return True

    async def fetch_files(self) -> None:
        """Files that a channel still holds: theirs go away after a while, ours stay."""
        after, running = self._fetched, [*self._channels]
        found = await self._database.read(
            lambda connection: files.missing(connection, running, after)
        )
        self._fetched = ""  # at the end: from the beginning again
        for file in found:
            self._fetched = file.reference
            try:
                content = await self._channels[file.channel].fetch(
                    Attachment(file.origin, file.media_type)
                )
            except (TryLater, OutcomeUnknown):
                continue
            except Refused:
                content = b""
            await self._keep(file.reference, content)

    async def _keep(self, reference: str, content: bytes) -> None:
        """Made harmless; what is not taken leaves its place empty, and its sender hears why."""
        try:
            kept = await sound.harmless(content)
        except uploads.NotTaken as error:
            why = error.why
            await self._database.write(lambda connection: files.give_up(connection, reference))
            if self._office:
                await self._office.write(_not_taken(reference, why))
            return
        await self._database.write(
            lambda connection: files.fill(connection, reference, kept.content, kept.media_type)
        )


def _not_taken(reference: str, why: Text) -> Callable[[Services], None]:
    return lambda services: services.tickets.not_taken(reference, why)


def _transcribed(reference: str, words: str) -> Callable[[Services], None]:
    urgent = is_emergency(words)
    return lambda services: services.tickets.transcribed(reference, words, urgent=urgent)
