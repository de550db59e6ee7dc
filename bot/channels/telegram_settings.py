"""What the Telegram channel is told when it is made. Nothing here imports Telegram's library."""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """The settings DOORSTEP_TELEGRAM_… and DOORSTEP_PUBLIC_URL."""

    token: str = field(repr=False)
    api_url: str
    """https://api.telegram.org, or a Bot API server of one's own."""
    mode: str
    """'polling' or 'webhook'; the two fields below are for the webhook."""
    secret: str = field(default="", repr=False)
    public_url: str = ""
    one_each: float = 1.0
    """Seconds between messages to one chat, once it got several at a stroke; 0: no pacing."""


class OffsetStore(Protocol):
    """Where polling goes on after a restart. It spares repetitions; nothing is lost without it."""

    async def load(self) -> int:
        """0 where nothing was saved."""

    async def save(self, offset: int) -> None: ...


def webhook_path(token: str) -> str:
    """The webhook's path: nobody guesses it without the token, and it does not tell the token."""
    digest = hmac.new(token.encode(), b"doorstep telegram webhook path", hashlib.sha256)
    return f"/telegram/{digest.hexdigest()[:40]}"
