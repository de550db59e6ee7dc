"""What the console is given: use cases in a transaction, and news of the queue."""

from collections.abc import AsyncIterator, Callable
from typing import Protocol, TypeVar

from bot.services import Services

T = TypeVar("T")


class Office(Protocol):
    """bot.app.App is one."""

    async def read(self, use: Callable[[Services], T]) -> T:
        """One use case that changes nothing."""

    async def write(self, use: Callable[[Services], T]) -> T:
        """One use case; all of it is kept, or nothing."""

    def changes(self) -> AsyncIterator[None]:
        """Yields whenever the queue may have changed."""
