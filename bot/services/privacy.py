"""What is kept of a person: shown, deleted; and one-time links to our own page."""

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.messages import Address
from bot.storage import (
    application_links,
    application_news,
    conversations,
    export,
    leaving,
    private_links,
    transcript,
    tries,
    wechat,
)

if TYPE_CHECKING:
    from bot.i18n import Json
    from bot.services import Services

LINK_LASTS = timedelta(minutes=30)
TRIES_KEPT = timedelta(days=2)
"""The longest span in which wrong tries are counted is a day."""


class Privacy:
    """Links, export and erasure of one conversation."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._connection = services.connection
        self._now = services.now

    def new_link(self, conversation_id: int) -> str:
        """A token of 192 bits that opens our own page for this chat, once, for LINK_LASTS.

        An older one that nobody has used opens nothing from now on.
        """
        token = secrets.token_urlsafe(24)
        expires = self._now + LINK_LASTS
        private_links.end_unused(self._connection, conversation_id)
        private_links.add(self._connection, hashed(token), conversation_id, expires)
        return token

    def link_opens(self, token: str) -> bool:
        """Would `open_link` find a chat? Whoever only looks does not use the link up."""
        return private_links.is_open(self._connection, hashed(token), self._now)

    def open_link(self, token: str, session: str) -> Address | None:
        """Bind the page's session to the chat; None: unknown, used or too old."""
        conversation_id = private_links.use(
            self._connection, hashed(token), hashed(session), self._now
        )
        if conversation_id is None:
            return None
        return conversations.address_of(self._connection, conversation_id)

    def behind(self, session: str) -> Address | None:
        """The chat whose sensitive questions this page may ask; None: none, or no longer."""
        conversation_id = private_links.behind(self._connection, hashed(session), self._now)
        if conversation_id is None:
            return None
        return conversations.address_of(self._connection, conversation_id)

    def forget_old(self) -> None:
        """Links whose time is over, tries that count no more, questions asked long ago."""
        private_links.forget_old(self._connection, self._now)
        tries.forget(self._connection, self._now - TRIES_KEPT)
        self._services.questions.forget_old()

    def export(self, who: Address) -> "Json":
        """All that is kept of a chat, as plain JSON (PIPL Art. 45)."""
        conversation_id = conversations.find(self._connection, who)
        if conversation_id is None:
            return None
        lines = transcript.lines(self._connection, conversation_id, limit=100_000)
        return {
            "channel": who.channel,
            "lines": [
                {
                    "at": line.at.isoformat(),
                    "who": line.who,
                    "text": line.text,
                    "reply": line.reply and line.reply.dump(),
                }
                for line in lines
            ],
            "records": export.records(self._connection, conversation_id),
        }

    def record_consent(self, conversation_id: int, channel: str, scope: str) -> None:
        """Into the ledger: 'guardian' for a child under 14 (PIPL Art. 31), 'person' for another."""
        conversations.add_consent(
            self._connection, conversation_id, channel, scope, self._now, given=True
        )

    def erase_history(self, conversation_id: int) -> None:
        """All that was heard and said before this turn; the chat itself goes on."""
        application_news.drop_unsent_of(self._connection, conversation_id)
        application_links.forget_chat(self._connection, conversation_id)
        conversations.erase_history(self._connection, conversation_id)

    def erase(self, who: Address) -> bool:
        """Everything of this chat (PIPL Art. 47); False: there is none.

        Tickets and bookings stay as the federation's records, no longer linked to a chat.
        """
        conversation_id = conversations.find(self._connection, who)
        if conversation_id is None:
            return False
        conversations.erase(self._connection, conversation_id)
        wechat.erase(self._connection, who.user_id)
        return True

    def leave(self, who: Address) -> None:
        """Who unfollows an official account is forgotten (the platform's rule; PIPL Art. 47).

        An open letter and a live booking stay whole: staff still have to deal with them. What is
        over stays as a figure without a person.
        """
        conversation_id = conversations.find(self._connection, who)
        if conversation_id is not None:
            leaving.anonymise_what_is_over(self._connection, conversation_id)
            self.erase(who)


def hashed(token: str) -> str:
    """Tokens are stored as their hashes: who reads the table can open nothing."""
    return hashlib.sha256(token.encode()).hexdigest()
