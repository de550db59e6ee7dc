"""What the Telegram channel is told when it is made."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """`mode` is 'polling' or 'webhook'; the last two are for the webhook only."""

    token: str
    api_url: str
    mode: str
    secret: str
    public_url: str

    @property
    def path(self) -> str:
        """The webhook's path: nobody guesses it without the token."""
        key = f"{self.token}:{self.secret}".encode()
        return f"/telegram/{hmac.new(key, b'path', hashlib.sha256).hexdigest()[:40]}"


class OffsetStore(Protocol):
    """Where polling goes on after a restart."""

    async def load(self) -> int: ...

    async def save(self, offset: int) -> None: ...
