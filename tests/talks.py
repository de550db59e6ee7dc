"""Many people talking to the real inbox, engine and handlers, without a channel between."""

import itertools
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.demo import load_demo
from bot.dialog import Carrying, Conversation, Engine, Handlers
from bot.i18n import GUANGDONG, Json, translator
from bot.inbox import Inbox, Manners
from bot.messages import Address, IncomingMessage, Kind, Reply
from bot.services import Services
from bot.storage.db import Connection, Database
from bot.storage.leases import OutgoingRow
from bot.storage.tables import conversations
from bot.storage.vault import vault_of
from handlers import HANDLERS
from tests.stage import HEARING, KNOWN

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=GUANGDONG)


class Talks:
    """`await talks.hears("anna", "你好")` gives what she is answered with."""

    def __init__(
        self,
        database: Database,
        carrying: Carrying = Carrying.CONSENT,
        handlers: Handlers = HANDLERS,
        me: str = "talks",
    ) -> None:
        """`me`: the replica's name; several may share the database."""
        self.database = database
        self.clock = NOON
        self.replies: dict[str, list[Reply]] = defaultdict(list)
        self.told: list[tuple[str, Reply]] = []
        """Everything, each with the language in which it was said."""
        self.uids: list[str] = []
        """Of all that was handed on, in that order."""
        self._events = itertools.count(1)
        self.inbox = Inbox(
            database,
            Engine(handlers, HEARING, translator),
            KNOWN,
            lambda: self.clock,
            me,
            self._said,
            {"web": Manners(carrying)},
            lambda token: f"https://doorstep.example/private/{token}",
        )
        self.services(load_demo)

    def services(self, use: Any) -> Any:
        return self.database.write_now(
            lambda connection: use(Services(connection, self.clock, KNOWN))
        )

    def _said(self, rows: Sequence[OutgoingRow]) -> None:
        for row in rows:
            self.replies[row.user_id].append(row.reply)
            self.told.append((row.language, row.reply))
            self.uids.append(row.uid)

    def message(
        self, user: str, text: str = "", tap: str = "", kind: Kind | None = None, **more: Any
    ) -> IncomingMessage:
        """A new event."""
        return IncomingMessage(
            Address("web", user),
            f"{user}-{next(self._events)}",
            self.clock,
            kind=kind or (Kind.TAP if tap else Kind.TEXT),
            text=text,
            tap=tap,
            **more,
        )

    async def hears(self, user: str, text: str = "", **more: Any) -> list[Reply]:
        return await self.takes(self.message(user, text, **more))

    async def takes(self, message: IncomingMessage) -> list[Reply]:
        """What this very event, perhaps delivered again, is answered with."""
        said = self.replies[message.sender.user_id]
        before = len(said)
        for answering in await self.inbox.hear([message]):
            await answering
        return said[before:]

    async def all(self, user: str, *words: str) -> list[Reply]:
        """One after the other; what the last is answered with."""
        replies: list[Reply] = []
        for text in words:
            replies = await self.hears(user, text)
        return replies

    def state(self, user: str) -> Conversation:
        """As it is stored."""
        return Conversation.load(self.database.write_now(lambda one: self._stored(one, user)))

    def put(self, user: str, state: Json) -> None:
        """As if another release had written it."""
        self.database.write_now(lambda connection: self._put(connection, user, state))

    @staticmethod
    def _stored(connection: Connection, user: str) -> Json:
        row = connection.execute(
            conversations.select().where(conversations.c.user_id == user)
        ).one()
        return vault_of(connection).open_json(row.sealed, f"conversations.sealed:web:{user}")

    @staticmethod
    def _put(connection: Connection, user: str, state: Json) -> None:
        sealed = vault_of(connection).seal_json(state, f"conversations.sealed:web:{user}")
        connection.execute(
            conversations.update().where(conversations.c.user_id == user).values(sealed=sealed)
        )


def words_of(replies: Sequence[Reply], language: str = "zh_Hans") -> str:
    """All that stands in them."""
    from bot.channels.drawing import blocks

    spoken = translator(language)
    return "\n".join(block for reply in replies for block in blocks(reply, spoken))
