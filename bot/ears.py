"""What the channels are given: store what came, have it answered, show a chat's lines."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, TypeVar

from bot import sound
from bot.channels.base import Answered, FileNotTaken, StoreDown
from bot.domain import uploads
from bot.inbox import Inbox
from bot.messages import Address, Attachment, IncomingMessage, Line
from bot.services import Known, Services
from bot.services.privacy import Privacy
from bot.storage import conversations, files, gathering, heard, transcript
from bot.storage.db import Connection, Database, Unavailable

T = TypeVar("T")

log = logging.getLogger(__name__)

LOOK_EVERY = 3.0
"""Seconds between two looks for lines that another replica wrote."""
LINES = 200
LONGEST_MARKING = 0.5


class OurEars:
    """bot.channels.base.Ears, over the inbox and the database."""

    def __init__(
        self,
        inbox: Inbox,
        database: Database,
        now: Callable[[], datetime],
        known: Known,
        quiet: Callable[[Address], Awaitable[None]] | None = None,
    ) -> None:
        """`quiet` waits until nothing is on its way to a chat."""
        self._known = known
        self._quiet = quiet
        self._inbox = inbox
        self._database = database
        self._now = now
        self._answering: set[asyncio.Task[None]] = set()
        self._decoding = asyncio.Lock()

    async def hear(self, message: IncomingMessage) -> None:
        await self.hear_all([message])

    async def hear_all(self, messages: Sequence[IncomingMessage]) -> None:
        for answering in await self._stored(messages):
            task = asyncio.create_task(self._answer(answering))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)

    async def hear_and_answer(self, message: IncomingMessage) -> None:
        for answering in await self._stored([message]):
            await self._answer(answering)

    async def hear_then(self, message: IncomingMessage) -> Awaitable[None]:
        if self._quiet:
            # What was just handed over is marked first: 'more' must find what is left of it.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LONGEST_MARKING):
                    await self._quiet(message.sender)
        stored = await self._stored([message])
        task = asyncio.create_task(self._answered_and_sent(stored, message.sender))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)
        return asyncio.shield(task)

    async def _answered_and_sent(
        self, stored: Sequence[Coroutine[Any, Any, None]], who: Address
    ) -> None:
        for answering in stored:
            await self._answer(answering)
        if self._quiet:
            await self._quiet(who)

    async def answered(self, who: Address, mark: str) -> Sequence[Answered]:
        def look(connection: Connection) -> Sequence[Answered]:
            conversation_id = conversations.find(connection, who)
            if conversation_id is None:
                return ()
            found = gathering.sent_under(connection, conversation_id, mark)
            return [Answered(*one) for one in found]

        try:
            return await self._database.read(look)
        except Unavailable as error:
            raise StoreDown(str(error)) from error

    async def park(self, channel: str, event_id: str, raw: str, why: str) -> None:
        now = self._now()
        try:
            await self._database.write(
                lambda connection: heard.park_raw(connection, channel, event_id, raw, why, now)
            )
        except Unavailable as error:
            raise StoreDown(str(error)) from error
        log.warning("unreadable_event_parked", extra={"channel": channel})

    async def transcript(self, who: Address, after: str = "") -> Sequence[Line]:
        now = self._now()

        def look(connection: Connection) -> Sequence[Line]:
            conversation_id = conversations.find(connection, who)
            if conversation_id is None:
                return ()
            return transcript.lines(connection, conversation_id, after=after, limit=LINES, now=now)

        try:
            return await self._database.read(look)
        except Unavailable as error:
            raise StoreDown(str(error)) from error

    async def changes(self, who: Address) -> AsyncIterator[None]:
        seen = None
        while True:
            stamp = await self._database.read(lambda connection: _stamp(connection, who))
            if seen is not None and stamp != seen:
                yield
            seen = stamp
            await asyncio.sleep(LOOK_EVERY)

    async def keep_file(self, content: bytes, event: str) -> Attachment:
        try:
            async with self._decoding:  # one picture in memory at a time
                kept = await sound.harmless(content)
        except uploads.NotTaken as error:
            raise FileNotTaken(error.why) from error
        now = self._now()
        try:
            return await self._database.write(
                lambda connection: files.keep_once(
                    connection, event, kept.content, kept.media_type, kept.name, now
                )
            )
        except Unavailable as error:
            raise StoreDown(str(error)) from error

    async def seen(self, who: Address, lines: Sequence[Line]) -> None:
        new = [line.id for line in lines if line.unseen]

        def work(connection: Connection) -> None:
            conversation_id = conversations.find(connection, who)
            if conversation_id is not None:
                transcript.mark_seen(connection, conversation_id, new, self._now())

        if new:  # most pages show nothing that is new, and need no write
            try:
                await self._database.write(work)
            except Unavailable as error:
                raise StoreDown(str(error)) from error

    async def sent_file(self, who: Address, reference: str) -> tuple[bytes, Attachment] | None:
        def look(connection: Connection) -> tuple[bytes, Attachment] | None:
            conversation_id = conversations.find(connection, who)
            if conversation_id is None:
                return None
            lines = transcript.lines(connection, conversation_id, limit=LINES)
            told = (line.reply.attachment for line in lines if line.reply)
            sent = next((one for one in told if one and one.reference == reference), None)
            found = files.find(connection, reference) if sent else None
            return (found.content, sent) if sent and found and found.content else None

        try:
            return await self._database.read(look)
        except Unavailable as error:
            raise StoreDown(str(error)) from error

    async def opens_private(self, token: str) -> bool:
        return await self._privately(lambda privacy: privacy.link_opens(token))

    async def open_private(self, token: str, session: str) -> Address | None:
        return await self._privately(lambda privacy: privacy.open_link(token, session))

    async def private_chat(self, session: str) -> Address | None:
        return await self._privately(lambda privacy: privacy.behind(session))

    async def _privately(self, use: Callable[[Privacy], T]) -> T:
        now = self._now()
        try:
            return await self._database.write(
                lambda connection: use(Services(connection, now, self._known).privacy)
            )
        except Unavailable as error:
            raise StoreDown(str(error)) from error

    async def settle(self) -> None:
        """Wait until every message that was heard has been answered."""
        while self._answering:
            await asyncio.wait(self._answering)

    async def _stored(self, messages: Sequence[IncomingMessage]) -> list[Coroutine[Any, Any, None]]:
        try:
            return await self._inbox.hear(messages)
        except Unavailable as error:
            raise StoreDown(str(error)) from error

    async def _answer(self, answering: Coroutine[Any, Any, None]) -> None:
        try:
            await answering
        except Unavailable:
            # It is stored: the sweep answers it when the store is back.
            log.warning("store_down")


def _stamp(connection: Connection, who: Address) -> tuple[int, int]:
    """Changes with every new line: two looks into an index."""
    conversation_id = conversations.find(connection, who)
    return transcript.stamp(connection, conversation_id) if conversation_id else (0, 0)
