"""Slow hashes of passwords, outside the loop: a few at once, and not without end."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
AT_ONCE = 2
"""More would stop the service on a small machine."""
LONGEST_QUEUE = 50
"""Two seconds of work: whoever comes then is told to try again."""


class Busy(Exception):
    """Too many passwords wait to be checked."""


class Hashing:
    """A small pool of threads."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, "passwords")
        self._waiting = 0

    async def run(self, hashing: Callable[..., T], *arguments: object) -> T:
        """Raises Busy, and what `hashing` raises."""
        if self._waiting >= LONGEST_QUEUE:
            raise Busy
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, hashing, *arguments
            )
        finally:
            self._waiting -= 1
