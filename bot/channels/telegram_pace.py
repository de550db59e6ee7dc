"""Not too fast for one chat: about one message a second, a few at a stroke.

Source: core.telegram.org/bots/faq. Telegram's true limits are unknown and change, so beyond this
its 'retry after' is obeyed; there is no limit here over all chats.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta

from bot.channels.base import TryLater, Wait

AT_A_STROKE = 5
LONGEST_WAIT = 4.0
"""Seconds that a send may wait here; what must wait longer goes back to the outbox."""
_REMEMBERED = 10_000


class Pace:
    """One process' view; `one_each` is in seconds."""

    def __init__(
        self,
        one_each: float,
        clock: Callable[[], float] = time.monotonic,
        wait: Wait = asyncio.sleep,
    ) -> None:
        self._one_each = one_each
        self._clock = clock
        self._wait = wait
        self._free: dict[str, float] = {}
        """When a chat's allowance will be whole again."""

    async def turn(self, chat: str) -> None:
        """Returns when a message may go to that chat. Raises TryLater."""
        now = self._clock()
        free = max(now, self._free.get(chat, now))
        wait = free - now - (AT_A_STROKE - 1) * self._one_each
        if wait > LONGEST_WAIT:
            raise TryLater("too many messages to one chat", timedelta(seconds=wait))
        self._forget(now)
        self._free[chat] = free + self._one_each
        if wait > 0:
            await self._wait(wait)

    def hold(self, chat: str, seconds: float) -> None:
        """Telegram said so: nothing goes to that chat before."""
        whole = self._clock() + seconds + (AT_A_STROKE - 1) * self._one_each
        self._free[chat] = max(whole, self._free.get(chat, whole))

    def _forget(self, now: float) -> None:
        if len(self._free) >= _REMEMBERED:
            self._free = {chat: free for chat, free in self._free.items() if free > now}
