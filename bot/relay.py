"""The outbox relay: delivers what is due, in each chat's order, retries, gives up to staff.

A row is sent by whoever holds its lease: at once by the process that wrote it, later by any
replica. At least once: where the outcome of a try is unknown, the repetition says so.
"""

import asyncio
import logging
import os
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.channels.base import Channel, OutcomeUnknown, Refused, TryLater, Unreachable
from bot.domain.applications import after_the_night
from bot.i18n import Translator, _
from bot.messages import Address, Reply
from bot.storage import conversations, messages
from bot.storage.db import Connection, Database, Unavailable
from bot.storage.messages import OutgoingRow

log = logging.getLogger(__name__)

GIVE_UP_AFTER = 48
"""Tries: with the pauses below about four hours, then the message is parked for staff."""
UNKNOWN_AFTER = 5
"""Tries whose outcome nobody knows: more repetitions would only annoy."""
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)
LEASE_LEFT = timedelta(seconds=25)
"""A send takes less than this; with less of its lease left, a row goes back instead."""
SENT_AGAIN = _("(Sent again)")


class Relay:
    """Sends outbox rows through their channels."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        translate: Callable[[str], Translator],
        now: Callable[[], datetime],
        me: str,
    ) -> None:
        self._database = database
        self._channels = channels
        self._translate = translate
        self._now = now
        self._me = me
        self._queues: dict[int, deque[OutgoingRow]] = {}
        self._senders: set[asyncio.Task[None]] = set()
        self._sent: list[tuple[str, str]] = []
        self._marking: asyncio.Task[None] | None = None

    def deliver(self, rows: Sequence[OutgoingRow]) -> None:
        """Send rows that this process holds; those that it does not hold come later."""
        for row in rows:
            if row.lease_until is None:
                continue
            waiting = self._queues.get(row.conversation_id)
            if waiting is not None:
                waiting.append(row)
                continue
            self._queues[row.conversation_id] = deque([row])
            task = asyncio.create_task(self._send_all(row.conversation_id))
            self._senders.add(task)
            task.add_done_callback(self._senders.discard)

    async def deliver_due(self, limit: int = 100) -> int:
        """Lease what is due and nobody's, and send it; how many rows that were."""
        now = self._now()
        morning = after_the_night(now)

        def work(connection: Connection) -> list[OutgoingRow]:
            if morning != now:  # what we send by our own wish waits (accessibility rule C23)
                messages.put_off(connection, now, morning)
            return messages.lease_due(connection, self._me, now, limit)

        rows = await self._database.write(work)
        self.deliver(rows)
        return len(rows)

    def take_over(self, connection: Connection) -> None:
        """At the start: leases of processes of this machine that are dead wait for nobody."""
        now = self._now()
        for owner in messages.owners(connection):
            if owner != self._me and is_dead(owner, self._me):
                messages.end_leases(connection, owner, now)

    async def run(self, every: float = 1.0) -> None:
        """Look for due rows until cancelled; an outage of the store is waited out."""
        started = False
        while True:
            try:
                if not started:
                    await self._database.write(self.take_over)
                    started = True
                while await self.deliver_due():
                    await self.settle()
            except Unavailable:
                log.warning("store_down", extra={"seconds": every})
            await asyncio.sleep(every)

    async def settle(self) -> None:
        """Wait until all that is being sent has been sent and marked."""
        while self._senders or self._marking:
            tasks = [*self._senders, *([self._marking] if self._marking else [])]
            await asyncio.wait(tasks)

    async def _send_all(self, conversation_id: int) -> None:
        """One chat's rows, one after the other; a row that must wait holds the rest back."""
        rows = self._queues[conversation_id]
        try:
            while rows:
                if not await self._send(rows[0]):
                    await self._give_back(list(rows)[1:])
                    return
                rows.popleft()
        except Unavailable:
            log.warning("store_down", extra={"conversation": conversation_id})
        finally:
            del self._queues[conversation_id]

    async def _send(self, row: OutgoingRow) -> bool:
        """True: go on with the next row of this chat."""
        now = self._now()
        if row.lease_until is None or row.lease_until - now < LEASE_LEFT:
            await self._later(row, "waiting", "the lease ran out", now, count=False)
            return False
        channel = self._channels.get(row.channel)
        if channel is None:
            await self._later(row, "held", "this channel is not running here", now)
            return True
        try:
            external = await self._send_reply(channel, row)
        except TryLater as trouble:
            after = trouble.after or pause(row.tries)
            state = "waiting" if row.tries + 1 < GIVE_UP_AFTER else "parked"
            await self._later(row, state, str(trouble), now + after)
            return state == "parked"
        except OutcomeUnknown as trouble:
            state = "unknown" if row.tries + 1 < UNKNOWN_AFTER else "parked"
            await self._later(row, state, str(trouble), now + pause(row.tries))
            return state == "parked"
        except Unreachable as trouble:
            await self._hold(row, str(trouble))
            return False
        except Refused as trouble:
            await self._later(row, "parked", str(trouble), now)
            return True
        except Exception:  # a bug in a channel must not stop the relay
            log.exception("send_failed", extra={"channel": row.channel, "uid": row.uid})
            state = "unknown" if row.tries + 1 < UNKNOWN_AFTER else "parked"
            await self._later(row, state, "the channel broke", now + pause(row.tries))
            return state == "parked"
        self._mark(row.uid, external)
        return True

    async def _send_reply(self, channel: Channel, row: OutgoingRow) -> str:
        reply = row.reply
        if reply.private and not channel.capabilities.idempotent_send:
            return ""  # our own page shows it; this channel must not carry it
        if row.repeated and not channel.capabilities.idempotent_send:
            reply = _marked(reply)
        external = ""
        address = Address(row.channel, row.user_id)
        for payload in channel.render(reply, self._translate(row.language)):
            external = await channel.send(address, payload)
        return external

    async def _later(
        self, row: OutgoingRow, state: str, why: str, due: datetime, *, count: bool = True
    ) -> None:
        if state in ("parked", "held"):
            log.warning("undelivered", extra={"channel": row.channel, "uid": row.uid})
        await self._database.write(
            lambda connection: messages.mark_unsent(
                connection, row.uid, state, why, due, count=count
            )
        )

    async def _give_back(self, rows: Sequence[OutgoingRow]) -> None:
        def work(connection: Connection) -> None:
            for row in rows:
                messages.give_back(connection, row.uid)

        if rows:
            await self._database.write(work)

    async def _hold(self, row: OutgoingRow, why: str) -> None:
        def work(connection: Connection) -> None:
            messages.hold_all(connection, row.conversation_id, why)
            conversations.set_unreachable(connection, row.conversation_id)

        log.info("unreachable", extra={"channel": row.channel, "uid": row.uid})
        await self._database.write(work)

    def _mark(self, uid: str, external: str) -> None:
        """Sent rows are marked together, as fast as the database takes them."""
        self._sent.append((uid, external))
        if self._marking is None:
            self._marking = asyncio.create_task(self._mark_all())

    async def _mark_all(self) -> None:
        try:
            while self._sent:
                sent, self._sent = self._sent, []
                now = self._now()
                await self._database.write(
                    lambda connection, sent=sent, now=now: messages.mark_sent(  # type: ignore[misc]
                        connection, sent, now
                    )
                )
        except Unavailable:
            log.warning("store_down", extra={"count": len(self._sent)})
        finally:
            self._marking = None


def pause(tries: int) -> timedelta:
    """1, 2, 4 … seconds, at most LONGEST_PAUSE."""
    doubled: timedelta = FIRST_PAUSE * 2 ** min(tries, 12)
    return min(doubled, LONGEST_PAUSE)


def is_dead(owner: str, me: str) -> bool:
    """Owners are 'host:pid:random'. Another host's processes are nobody's to judge."""
    host, _colon, rest = owner.partition(":")
    my_host, _colon, my_rest = me.partition(":")
    pid, my_pid = rest.partition(":")[0], my_rest.partition(":")[0]
    if host != my_host or not pid.isdecimal():
        return False
    if pid == my_pid:
        return True  # its number is ours now
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _marked(reply: Reply) -> Reply:
    """Harmless when it stands twice: it says so first, and carries the same reference."""
    return replace(reply, paragraphs=(SENT_AGAIN, *reply.paragraphs))
