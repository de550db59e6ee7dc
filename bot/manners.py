"""How one channel's conversations are held, and what comes of a turn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.dialog import Carrying
from bot.messages import IncomingMessage
from bot.storage.db import Connection
from bot.storage.leases import OutgoingRow


@dataclass(frozen=True, slots=True)
class Manners:
    """How one channel's conversations are held."""

    carrying: Carrying = Carrying.CONSENT
    gathers: bool = False
    """All that waits for a chat goes out together, as soon as its person does anything."""
    more: frozenset[str] = frozenset()
    """Words that ask for what waits, and for nothing else (as Hearing.plain writes them)."""
    erases_who_leaves: bool = False
    """Who leaves must be forgotten at once: the platform's own rule."""
    stored: Callable[[Connection, IncomingMessage, datetime], None] | None = None
    """Done with each new message, in the transaction that stores it."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of one turn. Whoever stores a message later sees to it himself."""

    outgoing: Sequence[OutgoingRow] = ()
    more: bool = False
    """Another message of this conversation waits."""


USUAL = Manners()
