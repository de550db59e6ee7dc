"""Tell a person something, in their language, wherever they talk with us."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.allowance import Allowance
from bot.i18n import Text
from bot.messages import Address, Reply
from bot.storage import conversations, messages, wechat
from bot.storage.messages import Saying

if TYPE_CHECKING:
    from bot.services import Services


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell a chat, with what can be chosen; visit_upkeep says it."""

    conversation_id: int
    reply: Reply
    options: tuple[tuple[str, Text], ...] = ()
    """What a choice opens ('mine:B7K2-9QXM'), and its label."""


class Notices:
    """A notice never changes what is being asked in the chat."""

    def __init__(self, services: "Services") -> None:
        self._connection = services.connection
        self._now = services.now

    def address(self, conversation_id: int) -> Address | None:
        """Where that chat is held."""
        return conversations.address_of(self._connection, conversation_id)

    def allowance(self, conversation_id: int) -> Allowance | None:
        """What that chat's channel still lets us send; None: it does not count."""
        who = conversations.address_of(self._connection, conversation_id)
        if who is None or who.channel != "wechat":
            return None
        return wechat.left(self._connection, who.user_id, self._now)

    def tell(
        self,
        conversation_id: int,
        reply: Reply,
        *,
        who: str = "bot",
        subject: str | None = None,
        due: datetime | None = None,
        withheld: str = "",
    ) -> str:
        """Into the outbox, in this transaction; its uid."""
        language = conversations.language_of(self._connection, conversation_id)
        saying = Saying(reply, language, who=who, subject=subject, due=due, withheld=withheld)
        (uid,) = messages.say(self._connection, conversation_id, [saying], self._now)
        return uid
