"""One message: stored before it is acknowledged, then one turn in one transaction.

`hear` stores; `answer_waiting` locks the conversation, takes its oldest unhandled message,
runs the engine, and commits state, domain rows and replies together. A message on which the
turn breaks is tried again and, after the third time, goes to a person.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from weakref import WeakValueDictionary

from bot.dialog import Conversation, Engine
from bot.dialog.repair import kept_until
from bot.discretion import Discretion, Marks, pass_on_broken
from bot.i18n import LANGUAGES, _
from bot.kept_state import kept_conversation
from bot.manners import USUAL, Manners, Taken
from bot.messages import IncomingMessage, Link, Reply
from bot.services import Known, Turn
from bot.storage import conversations, files, gathering, heard, messages
from bot.storage.db import Connection, Database, Unavailable
from bot.storage.leases import OutgoingRow
from bot.storage.messages import Saying

__all__ = ["Inbox", "Manners", "Taken"]

log = logging.getLogger(__name__)

TRIES = 3
"""After so many broken turns a person gets the message."""
APOLOGY = -1
"""Its position among the replies to a message: an answer may follow when staff try again."""
PAUSES = (0.05, 0.5)
"""Seconds before the second and the third try."""

Deliver = Callable[[Sequence[OutgoingRow]], object]


class Inbox:
    """Receives messages and has them answered. Several processes may share one database."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        known: Known,
        now: Callable[[], datetime],
        me: str,
        deliver: Deliver,
        manners: dict[str, Manners],
        private_link: Callable[[str], str],
    ) -> None:
        self._database = database
        self._engine = engine
        self._known = known
        self._now = now
        self._me = me
        self._deliver = deliver
        self._manners = manners
        self._private_link = private_link
        self._answering: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def hear(self, arrived: Sequence[IncomingMessage]) -> list[Coroutine[Any, Any, None]]:
        """Durable when it returns; await what it returns to have them answered.

        Raises Unavailable: nothing was stored. The coroutines, one a conversation, raise it too.
        """
        if not arrived:
            return []
        now = self._now()
        ids: list[int] = []

        def store(connection: Connection) -> None:
            ids[:] = self._store(connection, arrived, now)

        def turn(connection: Connection) -> Taken:
            return self._turn(connection, ids[0], arrived[0].event_id)

        _stored, begun = await self._database.write_then(store, turn)
        return [
            self.answer_waiting(conversation_id, None if number else begun)
            for number, conversation_id in enumerate(ids)
        ]

    def _store(
        self, connection: Connection, arrived: Sequence[IncomingMessage], now: datetime
    ) -> list[int]:
        ids: dict[int, None] = {}
        for message in arrived:
            language = message.language or LANGUAGES[0]
            conversation_id = conversations.ensure(connection, message.sender, language, now)
            new = heard.store(connection, message, conversation_id, now)
            also = self._manners.get(message.sender.channel, USUAL).stored
            if new and also:
                also(connection, message, now)
            ids[conversation_id] = None
        return list(ids)

    async def answer_waiting(
        self, conversation_id: int, begun: Awaitable[Taken] | None = None
    ) -> None:
        """Take turns until no message of this conversation waits. Raises Unavailable.

        `begun`: the first one, on its way already.
        """
        # What is said goes out in the order of the turns, not of the threads that took them.
        async with self._answering.setdefault(conversation_id, asyncio.Lock()):
            await self._answer_all(conversation_id, begun)

    async def _answer_all(self, conversation_id: int, begun: Awaitable[Taken] | None) -> None:
        tries, taken = 0, Taken(more=True)
        while taken.more:
            try:
                taken = await (
                    begun
                    or self._database.write(
                        lambda connection: self._turn(connection, conversation_id)
                    )
                )
            except Unavailable:
                raise
            except Exception:  # every bug ends here: the message is kept and tried again
                tries += 1
                log.exception(
                    "turn_failed", extra={"conversation": conversation_id, "tries": tries}
                )
                taken = await self._database.write(
                    lambda connection: self._failed(connection, conversation_id)
                )
                if not taken.outgoing:
                    await asyncio.sleep(PAUSES[min(tries, len(PAUSES)) - 1])
            else:
                tries = 0
            begun = None
            self._deliver(taken.outgoing)

    def _turn(self, connection: Connection, conversation_id: int, event: str = "") -> Taken:
        """One message, in one transaction. `event`: what has just come, perhaps once more."""
        locked = conversations.lock(connection, conversation_id)
        if locked is None:
            return Taken()
        now = self._now()  # the turn begins where the lock is had: the wait may be long
        manners = self._manners.get(locked.address.channel, USUAL)
        row = heard.next_heard(connection, conversation_id, self._me, now)
        if row is None:
            answered = not event or gathering.went_out(connection, locked.id, event)
            return Taken() if answered else self._gathered(connection, locked, manners)
        message = heard.opened(connection, row)
        if self._wants_more(connection, manners, locked.id, message.text):
            heard.mark_handled(connection, row.id)
            return replace(self._gathered(connection, locked, manners), more=row.more)
        turn = Turn(connection, now, self._known, locked.address, conversation_id, message.event_id)
        before = self._conversation(connection, locked, message)
        after, replies = self._engine.take_turn(
            before,
            message,
            turn,
            now=now,
            carrying=manners.carrying,
            private_page=lambda: self._private_page(turn),
        )
        gone = message.kind == "left"
        if gone:
            messages.hold_all(connection, conversation_id, "the person left this chat")
        elif not locked.reachable:
            messages.release_held(connection, conversation_id, now)
        marks = Discretion(self._engine.handlers, before, after, turn, now).settle(connection)
        if after.consented != before.consented:
            conversations.record_consent(
                connection, locked, "sensitive", now, given=after.consented
            )
        conversations.save(
            connection,
            locked,
            after.dump(),
            after.language,
            now,
            reachable=not gone,
            draft_until=kept_until(after, self._engine.handlers),
        )
        if before.frames and not after.frames:
            files.forget_drafts(connection, locked.id, message.sent_at)
        heard.mark_handled(connection, row.id, marks.withheld, personal=marks.heard_personal)
        speaks = replace(locked, language=after.language)
        said = self._say(connection, speaks, replies, row, marks, now)
        if gone and manners.erases_who_leaves:
            turn.privacy.leave(locked.address)
            return Taken()
        if manners.gathers and (not said or any(one.lease_until is None for one in said)):
            said = gathering.lease_chat(connection, locked.id, self._me, now)
        return Taken(said, row.more)

    def _wants_more(self, connection: Connection, manners: Manners, row: int, text: str) -> bool:
        """'More', where something waits: no turn, and nothing new is said."""
        asked = bool(manners.more) and self._engine.hearing.plain(text) in manners.more
        return asked and gathering.rest_waits(connection, row)

    def _gathered(
        self, connection: Connection, locked: conversations.Locked, manners: Manners
    ) -> Taken:
        """What waits for this chat, although nothing new is said."""
        if not manners.gathers:
            return Taken()
        now = self._now()
        if not locked.reachable:
            messages.release_held(connection, locked.id, now)
            conversations.set_reachable(connection, locked.id)
        return Taken(gathering.lease_chat(connection, locked.id, self._me, now))

    def _conversation(
        self, connection: Connection, locked: conversations.Locked, message: IncomingMessage
    ) -> Conversation:
        kept = kept_conversation(connection, locked)
        if kept:
            return kept
        guess = self._engine.hearing.language_of(message.text)
        return Conversation(language=guess or locked.language)

    def _say(
        self,
        connection: Connection,
        locked: conversations.Locked,
        replies: Sequence[Reply],
        row: heard.HeardRow,
        marks: Marks,
        now: datetime,
        first: int = 0,
    ) -> list[OutgoingRow]:
        """Into the outbox; at once on our way unless something older of this chat still waits."""
        sayings = [
            Saying(reply, locked.language, inbox_id=row.id, position=at, **marks.of_what_is_said)
            for at, reply in enumerate(replies, first)
        ]
        owner = None if row.must_queue or not locked.reachable else self._me
        uids = messages.say(connection, locked.id, sayings, now, owner)
        return [
            OutgoingRow(
                uid=uid,
                channel=locked.address.channel,
                user_id=locked.address.user_id,
                conversation_id=locked.id,
                language=locked.language,
                reply=reply,
                lease_until=now + messages.LEASE if owner else None,
            )
            for uid, reply in zip(uids, replies, strict=True)
        ]

    def _private_page(self, turn: Turn) -> Link:
        token = turn.privacy.new_link(turn.conversation_id)
        return Link(self._private_link(token), _("Answer on our own page"))

    def _failed(self, connection: Connection, conversation_id: int) -> Taken:
        """Count the broken turn; the last time, a person gets it and the resident an apology."""
        locked = conversations.lock(connection, conversation_id)
        if locked is None:
            return Taken()
        now = self._now()  # the turn begins where the lock is had: the wait may be long
        row = heard.next_heard(connection, conversation_id, self._me, now)
        if row is None:
            return Taken()
        last = row.tries + 1 >= TRIES
        heard.mark_failed(connection, row.id, "the turn broke on this message", park=last)
        if not last or row.tries >= TRIES:
            # To be tried again; or tried again by staff, in vain: they know of it.
            return Taken(more=row.more or not last)
        turn = Turn(connection, now, self._known, locked.address, conversation_id, row.event_id)
        number, marks = pass_on_broken(connection, self._engine.handlers, locked, row, turn)
        apology = Reply(
            paragraphs=(
                _(
                    "I am sorry: I could not deal with your last message. "
                    "It is not lost. A person will read it and answer you here."
                ),
                _("Your number is {number}.").fill(number=number),
            )
        )
        outgoing = self._say(connection, locked, [apology], row, marks, now, APOLOGY)
        return Taken(outgoing, row.more)

    async def answer_left_over(self, before: datetime, limit: int = 200) -> int:
        """Answer what a crash or an outage left waiting; how many conversations."""
        ids = await self._database.read(
            lambda connection: heard.conversations_waiting(connection, before, limit)
        )
        for conversation_id in ids:
            try:
                await self.answer_waiting(conversation_id)
            except Unavailable:
                raise
            except Exception:  # one chat's trouble must not hold up the others
                log.exception("left_over_failed", extra={"conversation": conversation_id})
        return len(ids)
