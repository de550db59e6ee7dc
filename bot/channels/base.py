"""What a channel is: a record of what it can do, and the few things that it does."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Literal, Protocol, runtime_checkable

from aiohttp.web import AbstractRouteDef

from bot.i18n import Text, Translator
from bot.messages import Address, Attachment, IncomingMessage, Line, Reply

Payload = dict[str, Any]
"""One call of the channel's own, as plain JSON."""


NOTHING_COUNTED: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The channel's limits as numbers; `drawing` keeps inside them, in one place."""

    max_text: int
    text_unit: Literal["characters", "utf16", "bytes"]
    max_buttons: int
    """0: the channel has none, and numbers lead to every choice."""
    proactive: bool
    """May we write first, at any time?"""
    idempotent_send: bool = False
    """Sending the same outbox row twice shows it once."""


class TryLater(Exception):
    """Throttled, 5xx, no connection: certainly not delivered. Try again after that long."""

    def __init__(self, why: str, after: timedelta | None = None) -> None:
        super().__init__(why)
        self.after = after


class Unreachable(Exception):
    """The person blocked us or the window is over: wait until they write; staff must see it."""


class Refused(Exception):
    """The channel refuses this very message, and will again: park it where staff see it."""


class OutcomeUnknown(Exception):
    """Time-out or reset after the request left: it may have been delivered."""


class FileNotTaken(Exception):
    """A file that we do not keep: why, and what can be sent instead."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.msgid)
        self.why = why


@dataclass(frozen=True, slots=True)
class Delivered:
    """How far several messages to one chat went."""

    external: Sequence[str]
    """The channel's ids of those that went out, in order from the first."""
    trouble: Exception | None = None
    """Why the next one did not: TryLater, Unreachable, Refused or OutcomeUnknown."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A reply that went out, in its language, and the channel's id of it."""

    reply: Reply
    language: str
    external: str


class Ears(Protocol):
    """What the application gives a channel, so that it needs to know nothing else of ours."""

    async def hear(self, message: IncomingMessage) -> None:
        """Stored when this returns, and answered soon after. Raises StoreDown."""

    async def hear_all(self, messages: Sequence[IncomingMessage]) -> None:
        """The same for a batch, in one transaction."""

    async def hear_and_answer(self, message: IncomingMessage) -> None:
        """Stored, and the turn has been taken when this returns (a page without script)."""

    async def hear_then(self, message: IncomingMessage) -> Awaitable[None]:
        """Stored when this returns; await what it gives: answered, and handed to the channel.

        For a channel that answers in the connection in which it heard; it goes on also when
        nobody awaits it. An event that was
        answered before is not answered again; what still waits for that chat goes out then.
        """

    async def answered(self, who: Address, mark: str) -> Sequence[Answered]:
        """What went out to that chat under an id that ends with ':' and this mark."""

    async def park(self, channel: str, event_id: str, raw: str, why: str) -> None:
        """Keep what nobody could parse, where staff see it."""

    async def transcript(self, who: Address, after: str = "") -> Sequence[Line]:
        """The chat's lines after that line, oldest first, at most the last 200."""

    def changes(self, who: Address) -> AsyncIterator[None]:
        """Yields whenever new lines may stand in this chat, from whichever replica."""

    async def opens_private(self, token: str) -> bool:
        """Would that one-time link still open our page? Looking does not use it."""

    async def open_private(self, token: str, session: str) -> Address | None:
        """Use a one-time link; None: unknown, used or too old."""

    async def private_chat(self, session: str) -> Address | None:
        """The chat that this session may answer personal questions of; None: none."""

    async def keep_file(self, content: bytes, event: str) -> Attachment:
        """Store a file that came with that event, made harmless and encrypted; the same one once.

        Raises FileNotTaken and StoreDown.
        """

    async def seen(self, who: Address, lines: Sequence[Line]) -> None:
        """A page of ours showed these lines to the person; staff see when."""

    async def sent_file(self, who: Address, reference: str) -> tuple[bytes, Attachment] | None:
        """A file of ours that a reply in this chat carries; None for any other."""


@runtime_checkable
class Gathers(Protocol):
    """A channel that counts its messages: all that waits for one chat goes out in one call."""

    async def send_all(self, to: Address, payloads: Sequence[Payload]) -> Delivered:
        """In order, as many as can go now."""


class StoreDown(Exception):
    """The database cannot be reached: nothing was stored, the sender should try again."""


class Channel(Protocol):
    """One way to reach people."""

    name: str
    capabilities: Capabilities

    @property
    def trouble(self) -> str:
        """What keeps it from hearing people at the moment, for whoever runs it; '': nothing."""

    @property
    def counts(self) -> Mapping[str, int]:
        """What came and went since the start, by kind, for /metrics."""

    def render(self, reply: Reply, translator: Translator) -> Sequence[Payload]:
        """Pure. One payload is one message of the channel; choices are on the last."""

    def decode(self, raw: Payload) -> IncomingMessage | None:
        """Pure. None: an event that says nothing to us. Raises ValueError: not ours to parse."""

    async def send(self, to: Address, payload: Payload) -> str:
        """The channel's id of what it sent.

        Raises TryLater, Unreachable, Refused or OutcomeUnknown.
        """

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of a file that a message of this channel named. Raises TryLater, Refused."""

    def routes(self) -> Sequence[AbstractRouteDef]:
        """Webhooks and pages."""

    async def run(self) -> None:
        """Set-up calls, or pulling what people said; returns or runs until cancelled.

        A channel that is told of news and pulls them (WeCom's 微信客服: a cursor, as Telegram's
        polling has its offset) hears here and needs no route that carries messages.
        """

    async def close(self) -> None:
        """After the last send: let connections go."""


Wait = Callable[[float], Awaitable[None]]
