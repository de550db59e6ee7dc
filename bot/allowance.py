"""How much may still be said to somebody, on a channel that counts its messages (WeChat)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Grant(StrEnum):
    """What a person did that lets us write to them for a while."""

    MESSAGE = "message"
    TAP = "tap"
    """Tapped a menu or one of its choices, followed, scanned."""


LIMITS: dict[Grant, tuple[int, timedelta]] = {
    Grant.MESSAGE: (5, timedelta(hours=48)),
    Grant.TAP: (3, timedelta(minutes=1)),
}
"""Messages, and for how long (customer-service messages of WeChat, in force since June 2023)."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What may still be sent to one person."""

    left: int
    until: datetime | None
    """None: nothing was ever allowed, or it is used up."""
