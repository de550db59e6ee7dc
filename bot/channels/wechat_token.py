"""The access token: one for all replicas, asked for early, kept sealed, never logged.

Source: getStableAccessToken. It lasts two hours at most, and the old one stays good for five
minutes after a new one was made, so that no replica is ever without.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.channels.base import TryLater, Wait
from bot.channels.wechat_settings import TokenStore

EARLY = timedelta(minutes=10)
"""So long before its end a new one is asked for."""
_LOOKS = 20
_BETWEEN_LOOKS = 0.25

Ask = Callable[[bool], Awaitable[tuple[str, timedelta]]]
"""The platform's answer: a token, and how long it lasts. True: make the old one invalid."""


class AccessToken:
    """One process' view of the shared token."""

    def __init__(
        self,
        store: TokenStore,
        ask: Ask,
        now: Callable[[], datetime],
        wait: Wait = asyncio.sleep,
    ) -> None:
        self._store = store
        self._ask = ask
        self._now = now
        self._wait = wait
        self._held: tuple[str, datetime] | None = None
        self._asking = asyncio.Lock()

    async def get(self) -> str:
        """Raises what `ask` raises, and TryLater while another replica asks in vain."""
        held = self._held
        if held and held[1] - self._now() > EARLY:
            return held[0]
        async with self._asking:  # one look a process, however many messages wait
            return await self._looked("")

    async def renew(self, refused: str) -> str:
        """Another token than this one, which the platform no longer takes."""
        async with self._asking:
            if self._held and self._held[0] == refused:
                self._held = None
            return await self._looked(refused)

    async def _looked(self, refused: str) -> str:
        for _look in range(_LOOKS):
            stored = await self._store.load()
            if stored and stored[0] != refused and stored[1] - self._now() > EARLY:
                self._held = stored
                return stored[0]
            if await self._store.claim():
                return await self._asked(refused)
            await self._wait(_BETWEEN_LOOKS)
        raise TryLater("no access token: another replica is asking for one")

    async def _asked(self, refused: str) -> str:
        token, lasts = await self._ask(False)  # noqa: FBT003 - Ask has one argument
        if token == refused:  # still theirs, yet refused: it leaked or was revoked
            token, lasts = await self._ask(True)  # noqa: FBT003
        held = (token, self._now() + lasts)
        await self._store.save(*held)
        self._held = held
        return token
