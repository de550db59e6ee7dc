"""What the WeChat channel is told when it is made, and what it needs kept for it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.allowance import Allowance

CHANNEL = "wechat"


@dataclass(frozen=True, slots=True)
class WeChatSettings:
    """The settings DOORSTEP_WECHAT_… and DOORSTEP_PUBLIC_URL."""

    app_id: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_keys: tuple[str, ...] = field(default=(), repr=False)
    """Newest first; none: messages come plain."""
    api_url: str = "https://api.weixin.qq.com"
    encryption: str = "plain"
    """'plain', 'compatible' (either) or 'encrypted'."""
    mode: str = "customer_service"
    """... or 'passive': the account has no right to the customer-service interface."""
    public_url: str = ""
    notice_template: str = ""
    """Of the subscription notice that says that an answer waits; '': none."""
    notice_fields: tuple[str, ...] = ("thing1", "time2")
    """Its fields: what, when."""
    answer_within: float = 4.0
    """Seconds from a message to the answer in the same connection, of the 5 that there are."""


class Ledger(Protocol):
    """Per person, in the database: all replicas spend from the same allowance."""

    async def left(self, openid: str) -> Allowance: ...

    async def spend(self, openid: str) -> bool:
        """One message; False: none is allowed now."""

    async def refund(self, openid: str) -> None:
        """It was certainly not sent."""

    async def close(self, openid: str) -> None:
        """The platform says that nothing is allowed any more."""

    async def agreed(self, openid: str, template: str, count: int, event: str) -> None:
        """The person agreed to so many notices more; 0: to none any more.

        `event` counts once: the platform repeats what it got no answer to.
        """

    async def take_agreement(self, openid: str, template: str) -> bool:
        """One notice may go out; False: none was agreed to, or one went out a short while ago."""


class TokenStore(Protocol):
    """The access token that all replicas share."""

    async def load(self) -> tuple[str, datetime] | None:
        """The token and its end."""

    async def claim(self) -> bool:
        """True: it is this process that asks for a new one; for some seconds nobody else does."""

    async def save(self, token: str, until: datetime) -> None: ...


class Nonces(Protocol):
    """Signatures that came, so that none serves for another body."""

    async def first(self, signed: str, body: str) -> bool:
        """True: it is new, or came with this very body."""
