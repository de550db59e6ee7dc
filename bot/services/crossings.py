"""Going on at another channel: a code from the first chat, typed in the second.

Confirmed in the first, it moves bookings, letters and the conversation (decision 5).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.i18n import Json, Text, _
from bot.messages import Reply
from bot.storage import conversations, tries
from bot.storage import crossings as stored
from bot.storage.crossings import Claim
from bot.storage.vault import vault_of

if TYPE_CHECKING:
    from bot.services import Services

LASTS = timedelta(minutes=10)
DIGITS = 8
LIMITS = ((timedelta(minutes=10), 5), (timedelta(days=1), 20))
"""Wrong codes of one chat."""
EVERYBODY = ((timedelta(hours=1), 300),)
"""Of all chats together: who opens many to guess is stopped as well."""


class TooManyTries(Exception):
    def __init__(self, until: datetime) -> None:
        super().__init__("too many wrong codes")
        self.until = until


@dataclass(frozen=True, slots=True)
class Moved:
    """What went over."""

    bookings: int
    letters: int


class Crossings:
    """Codes are stored as keyed hashes; nobody can read one again."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._connection = services.connection
        self._now = services.now

    def new_code(self, conversation_id: int) -> str:
        """Eight digits, good for LASTS and for one; an older code of this chat is void."""
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        stored.add(self._connection, self._hashed(code), conversation_id, self._now + LASTS)
        return code

    def claim(self, code: str, conversation_id: int, channel: Text) -> bool:
        """True: the first chat is asked now. Raises TooManyTries, also for a right code."""
        subjects = ((f"crossing:{conversation_id}", LIMITS), ("crossing:everybody", EVERYBODY))
        for subject, limits in subjects:
            for span, most in limits:
                made = tries.latest(self._connection, subject, self._now - span, most)
                if len(made) >= most:
                    raise TooManyTries(made[-1] + span)
        first = stored.claim(
            self._connection, self._hashed(code), conversation_id, self._now, self._now + LASTS
        )
        if first is None:
            for subject, _limits in subjects:
                tries.add(self._connection, subject, self._now)
            return False
        asked = Reply(
            heading=_("Somebody typed your number"),
            paragraphs=(
                _("It was typed in: {channel}.").fill(channel=channel),
                _("If it was you, write 'confirm moving' here. If not, do nothing."),
            ),
        )
        self._services.notices.tell(first, asked)
        return True

    def claimed(self, conversation_id: int) -> Claim | None:
        """Who typed this chat's code, and may be confirmed now."""
        return stored.claimed(self._connection, conversation_id, self._now)

    def refuse(self, conversation_id: int) -> None:
        """It was somebody else: the code is void."""
        stored.end(self._connection, conversation_id)

    def states(self, here: int, there: int) -> tuple[Json, Json]:
        """Both conversations as they are stored; from here on nobody else changes the second."""
        found = []
        for chat in (here, there):
            locked = conversations.lock(self._connection, chat)
            found.append(locked and conversations.state_of(self._connection, locked))
        return found[0], found[1]

    def move(self, conversation_id: int, claim: Claim, state: Json) -> Moved:
        """Everything of this chat belongs to the other, which goes on with that state."""
        moved = stored.move(self._connection, conversation_id, claim.chat)
        locked = conversations.lock(self._connection, claim.chat)
        assert locked is not None  # noqa: S101 - the claim names it, and it is locked
        conversations.save(
            self._connection,
            locked,
            state,
            locked.language,
            self._now,
            reachable=locked.reachable,
            draft_until=self._now,
        )
        stored.end(self._connection, conversation_id)
        return Moved(*moved)

    def _hashed(self, code: str) -> str:
        return vault_of(self._connection).finding("crossing", code)
