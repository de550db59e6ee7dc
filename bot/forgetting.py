"""Once an hour, what is kept for a time only goes: drafts, lines of chats, files of no letter.

docs/privacy.md says for how long what is kept, and why.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from bot.dialog import Conversation, Handlers, Unreadable
from bot.dialog.repair import kept_until, without_drafts
from bot.storage import conversations, files, forgetting
from bot.storage.db import Connection, Database, Unavailable
from bot.storage.vault import Unsealable

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
BATCH = 200
MOST_BATCHES = 100
"""Of one kind in one round: whoever has more waits for the next, and nobody's turn waits long."""
PERSONAL_FOR = timedelta(days=7)
"""As long as an open draft: whoever comes back to it sees what they had answered."""
UNUSED_FOR = timedelta(days=1)
"""A file that no letter and no open draft holds: its message is being answered, or never came."""
UNREADABLE_AGAIN = timedelta(days=1)


class Forgetting:
    """Every replica may do it: what one has deleted the other does not find."""

    def __init__(
        self,
        database: Database,
        handlers: Handlers,
        now: Callable[[], datetime],
        lines_for: timedelta,
    ) -> None:
        """`lines_for`: how long the lines of a chat are kept (DOORSTEP_KEEP_CHAT_DAYS)."""
        self._database = database
        self._handlers = handlers
        self._now = now
        self._lines_for = lines_for
        self._done: datetime | None = None

    async def round(self) -> None:
        """Called every few seconds; does something once an hour. Raises Unavailable."""
        now = self._now()
        if self._done and now - self._done < EVERY:
            return
        self._done = now
        for work in (self._drafts, self._lines, self._files):
            try:
                await work(now)
            except Unavailable:
                self._done = None
                raise
            except Exception:  # one kind's trouble must not keep the others
                log.exception("forgetting_failed", extra={"part": work.__name__})

    async def _drafts(self, now: datetime) -> None:
        async def batch() -> int:
            due = await self._database.read(
                lambda connection: forgetting.chats_with_drafts(connection, now, BATCH)
            )
            for chat in due:
                await self._database.write(partial(self._draft, chat=chat, now=now))
            return len(due)

        await _in_batches(batch)

    def _draft(self, connection: Connection, *, chat: int, now: datetime) -> None:
        """Its answers are deleted. What cannot be read is left, and does not hold up the others."""
        locked = conversations.lock(connection, chat)
        if locked is None:
            return
        try:
            state = conversations.state_of(connection, locked)
            before = Conversation.load(state) if state else Conversation(locked.language)
        except (Unsealable, Unreadable):
            log.warning("draft_unreadable", extra={"conversation": chat})
            forgetting.look_again(connection, chat, now + UNREADABLE_AGAIN)
            return
        until = kept_until(before, self._handlers)
        if until is not None and until < now:
            conversations.keep_state(connection, locked, without_drafts(before).dump())
            until = None
        forgetting.look_again(connection, chat, until)

    async def _lines(self, now: datetime) -> None:
        for forget, kept in (
            (forgetting.personal_lines, PERSONAL_FOR),
            (forgetting.heard_lines, self._lines_for),
            (forgetting.said_lines, self._lines_for),
        ):
            one = partial(forget, before=now - kept, limit=BATCH)
            await _in_batches(partial(self._database.write, one))

    async def _files(self, now: datetime) -> None:
        async def batch() -> int:
            found = await self._database.read(
                lambda connection: files.unsent(connection, now, now - UNUSED_FOR, BATCH)
            )
            if found:
                await self._database.write(lambda connection: files.forget(connection, found))
            return len(found)

        await _in_batches(batch)


async def _in_batches(batch: Callable[[], Awaitable[int]]) -> None:
    for _at in range(MOST_BATCHES):
        if await batch() < BATCH:
            return
        await asyncio.sleep(0)
