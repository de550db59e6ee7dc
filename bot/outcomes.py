"""What became of outbox rows: sent, to be tried later, held for who is away, parked for staff."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.channels.base import OutcomeUnknown, Refused, TryLater, Unreachable
from bot.retrying import GIVE_UP_AFTER, UNKNOWN_AFTER, pause
from bot.storage import conversations, leases, messages
from bot.storage.db import Connection, Database, Unavailable
from bot.storage.leases import OutgoingRow

log = logging.getLogger(__name__)

MARK_AGAIN = 1.0
"""Seconds until what was sent is marked again, after an outage of the store."""


class Outcomes:
    """Written down for one relay."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._sent: list[tuple[str, str]] = []
        self._marking: asyncio.Task[None] | None = None

    @property
    def being_written(self) -> list[asyncio.Task[None]]:
        return [self._marking] if self._marking else []

    async def trouble(self, row: OutgoingRow, trouble: Exception, now: datetime) -> bool:
        """What becomes of a row that did not go out. True: go on with the next of this chat."""
        match trouble:
            case TryLater():
                after = trouble.after or pause(row.tries)
                # this try did not arrive, but an earlier one may have: the next still says so
                again = "unknown" if row.repeated else "waiting"
                state = again if row.tries + 1 < GIVE_UP_AFTER else "parked"
                await self.later(row, state, str(trouble), now + after)
                return state == "parked"
            case OutcomeUnknown():
                state = "unknown" if row.tries + 1 < UNKNOWN_AFTER else "parked"
                await self.later(row, state, str(trouble), now + pause(row.tries))
                return state == "parked"
            case Unreachable():
                await self._hold(row, str(trouble))
                return False
            case Refused():
                await self.later(row, "parked", str(trouble), now)
                return True
            case Unavailable():
                raise trouble
        # A bug in a channel must not stop the relay.
        log.error("send_failed", exc_info=trouble, extra={"channel": row.channel, "uid": row.uid})
        state = "unknown" if row.tries + 1 < UNKNOWN_AFTER else "parked"
        await self.later(row, state, "the channel broke", now + pause(row.tries))
        return state == "parked"

    async def later(
        self, row: OutgoingRow, state: str, why: str, due: datetime, *, count: bool = True
    ) -> None:
        if state in ("parked", "held"):
            log.warning("undelivered", extra={"channel": row.channel, "uid": row.uid})
        await self._database.write(
            lambda connection: messages.mark_unsent(
                connection, row.uid, state, why, due, count=count
            )
        )

    async def give_back(self, rows: Sequence[OutgoingRow]) -> None:
        def work(connection: Connection) -> None:
            for row in rows:
                leases.give_back(connection, row.uid)

        if rows:
            await self._database.write(work)

    async def _hold(self, row: OutgoingRow, why: str) -> None:
        def work(connection: Connection) -> None:
            # In the order in which a turn takes them: the conversation first.
            conversations.set_reachable(connection, row.conversation_id, reachable=False)
            messages.hold_all(connection, row.conversation_id, why)

        log.info("unreachable", extra={"channel": row.channel, "uid": row.uid})
        while self._marking:  # what went out a moment ago must not be held with the rest
            await asyncio.wait({self._marking})
        await self._database.write(work)

    def sent(self, uid: str, external: str) -> None:
        """Sent rows are marked together, as fast as the database takes them."""
        self._sent.append((uid, external))
        if self._marking is None:
            self._marking = asyncio.create_task(self._mark_all())

    async def _mark_all(self) -> None:
        """Until it is written: what is forgotten here would be sent a second time."""
        try:
            while self._sent:
                sent, self._sent = self._sent, []
                try:
                    await self._mark(sent)
                except Unavailable:
                    self._sent = sent + self._sent
                    log.warning("store_down", extra={"count": len(self._sent)})
                    await asyncio.sleep(MARK_AGAIN)
        finally:
            self._marking = None

    async def _mark(self, sent: Sequence[tuple[str, str]]) -> None:
        now = self._now()
        await self._database.write(lambda connection: messages.mark_sent(connection, sent, now))
