"""The outbox relay: delivers what is due, in each chat's order, retries, gives up to staff.

A row is sent by whoever holds its lease: at once by the process that wrote it, later by any
replica. At least once: where the outcome of a try is unknown, the repetition says so.
"""

import asyncio
import functools
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from bot.channels.base import Channel, Delivered, Gathers, OutcomeUnknown, Payload
from bot.domain.applications import after_the_night
from bot.i18n import Translator, _
from bot.messages import Address, Reply
from bot.outcomes import Outcomes
from bot.retrying import LEASE_LEFT, LONGEST_PAUSE, is_dead
from bot.storage import gathering, leases, messages
from bot.storage.db import Connection, Database, Unavailable
from bot.storage.leases import OutgoingRow

log = logging.getLogger(__name__)

SENT_AGAIN = _("(Sent again)")
AT_ONCE = 100
"""Chats to which the relay sends at the same time, beside those that take a turn."""


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
        # Not the inbox's name: a turn may send at once behind what turns of its process began,
        # but what was leased here may not have been handed over yet.
        self._me = f"{me}:r"
        self._outcomes = Outcomes(database, now)
        self._queues: dict[int, deque[OutgoingRow]] = {}
        self._senders: set[asyncio.Task[None]] = set()
        self._sending: dict[Address, asyncio.Task[None]] = {}

    def deliver(self, rows: Sequence[OutgoingRow]) -> list[asyncio.Task[None]]:
        """Send the rows that this process holds; the others come later. What was begun for it."""
        begun = []
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
            self._sending[Address(row.channel, row.user_id)] = task
            task.add_done_callback(self._senders.discard)
            begun.append(task)
        return begun

    async def deliver_due(self, limit: int = AT_ONCE) -> list[asyncio.Task[None]]:
        """Lease what is due and nobody's, and begin to send it."""
        now = self._now()
        morning = after_the_night(now)

        def work(connection: Connection) -> list[OutgoingRow]:
            if morning != now:  # what we send by our own wish waits (accessibility rule C23)
                messages.put_off(connection, now, morning)
            return leases.lease_due(connection, self._me, now, limit)

        return self.deliver(await self._database.write(work))

    def take_over(self, connection: Connection) -> None:
        """At the start: leases of processes of this machine that are dead wait for nobody."""
        now = self._now()
        for owner in leases.owners(connection):
            if owner != self._me and is_dead(owner, self._me):
                leases.end_leases(connection, owner, now)

    async def run(self, every: float = 1.0) -> None:
        """Look for due rows until cancelled; an outage of the store is waited out."""
        started = False
        ours: set[asyncio.Task[None]] = set()
        while True:
            try:
                if not started:
                    await self._database.write(self.take_over)
                    started = True
                ours.update(await self.deliver_due(AT_ONCE - len(ours)))
            except Unavailable:
                log.warning("store_down", extra={"seconds": every})
            except Exception:  # the next look must come
                log.exception("relay_failed")
            if ours:
                # Not for those that turns begin: where many people write, there are always some.
                await asyncio.wait([*ours, *self._outcomes.being_written], timeout=every)
                ours = {task for task in ours if not task.done()}
            else:
                await asyncio.sleep(every)

    async def settle(self) -> None:
        """Wait until all that is being sent has been sent and marked."""
        while tasks := [*self._senders, *self._outcomes.being_written]:
            await asyncio.wait(tasks)

    async def quiet(self, who: Address) -> None:
        """Wait until nothing of this chat is on its way from here."""
        task = self._sending.get(who)
        if task:
            await asyncio.wait({task})

    async def _send_all(self, conversation_id: int) -> None:
        """One chat's rows, one after the other; a row that must wait holds the rest back."""
        rows = self._queues[conversation_id]
        who = Address(rows[0].channel, rows[0].user_id)
        try:
            while rows:
                channel = self._channels.get(rows[0].channel)
                if channel and _gathers(type(channel)):
                    gatherer = cast("Gathers", channel)
                    count, go_on = await self._send_together(gatherer, list(rows))
                else:
                    count, go_on = 1, await self._send(rows[0])
                if not go_on:
                    await self._outcomes.give_back(list(rows)[count:])
                    return
                for _sent in range(count):
                    rows.popleft()
        except Unavailable:
            log.warning("store_down", extra={"conversation": conversation_id})
        finally:
            del self._queues[conversation_id]
            self._sending.pop(who, None)

    async def _send(self, row: OutgoingRow) -> bool:
        """True: go on with the next row of this chat."""
        now = self._now()
        if row.lease_until is None or row.lease_until - now < LEASE_LEFT:
            await self._outcomes.later(row, "waiting", "the lease ran out", now, count=False)
            return False
        channel = self._channels.get(row.channel)
        if channel is None:
            why, due = "this channel is not running here", now + LONGEST_PAUSE
            await self._outcomes.later(row, "waiting", why, due, count=False)
            return False
        try:
            external = await self._send_reply(channel, row)
        except Exception as trouble:  # noqa: BLE001 - all are told apart in one place
            return await self._outcomes.trouble(row, trouble, now)
        self._outcomes.sent(row.uid, external)
        return True

    async def _send_together(self, channel: Gathers, rows: list[OutgoingRow]) -> tuple[int, bool]:
        """All rows of a chat in one call: how many are done with, and whether to go on."""
        now = self._now()
        payloads: list[Payload] = []
        ends: list[int] = []
        for at, row in enumerate(rows):
            try:
                payloads += self._drawn(channel, row)
            except Exception as trouble:  # noqa: BLE001 - a reply that cannot be drawn
                if at:  # those before it first
                    rows = rows[:at]
                    break
                return 1, await self._outcomes.trouble(row, trouble, now)
            ends.append(len(payloads))
        if any(row.lease_until is None or row.lease_until - now < LEASE_LEFT for row in rows):
            for row in rows:
                await self._outcomes.later(row, "waiting", "the lease ran out", now, count=False)
            return len(rows), False
        try:
            address = Address(rows[0].channel, rows[0].user_id)
            delivered = await channel.send_all(address, payloads) if payloads else Delivered(())
        except Exception as trouble:  # noqa: BLE001 - a bug in a channel
            return 1, await self._outcomes.trouble(rows[0], trouble, now)
        return await self._settled(rows, ends, delivered, now)

    async def _settled(
        self, rows: list[OutgoingRow], ends: list[int], delivered: Delivered, now: datetime
    ) -> tuple[int, bool]:
        """Mark the rows that went out whole; note how far the next one went, and why no farther."""
        count, start = len(delivered.external), 0
        for at, (row, end) in enumerate(zip(rows, ends, strict=True)):
            if end <= count:
                self._outcomes.sent(row.uid, delivered.external[start] if end > start else "")
                start = end
                continue
            went = count - start
            if went:
                await self._note_parts(row, row.parts + went, delivered.external[start])
            trouble = delivered.trouble or OutcomeUnknown("")
            return at + 1, await self._outcomes.trouble(row, trouble, now)
        return len(rows), True

    def _drawn(self, channel: Gathers, row: OutgoingRow) -> Sequence[Payload]:
        """The messages of a row that are still to go out."""
        own = self._channels[row.channel]
        if row.reply.private and not own.capabilities.idempotent_send:
            return ()  # our own page shows it; this channel must not carry it
        reply = row.reply if not row.repeated or row.parts else _marked(row.reply)
        return own.render(reply, self._translate(row.language))[row.parts :]

    async def _send_reply(self, channel: Channel, row: OutgoingRow) -> str:
        """From where an earlier try came to, where that is known; the whole of it where not."""
        reply = row.reply
        if reply.private and not channel.capabilities.idempotent_send:
            return ""  # our own page shows it; this channel must not carry it
        if row.repeated and not channel.capabilities.idempotent_send:
            reply = _marked(reply)
        payloads = channel.render(reply, self._translate(row.language))
        external = ""
        address = Address(row.channel, row.user_id)
        start = 0 if row.repeated else row.parts
        for at, payload in enumerate(payloads[start:], start + 1):
            external = await channel.send(address, payload)
            if at < len(payloads):
                await self._note_parts(row, at, external)
        return external

    async def _note_parts(self, row: OutgoingRow, parts: int, external: str) -> None:
        now = self._now()
        await self._database.write(
            lambda connection: gathering.note_parts(connection, row.uid, parts, external, now)
        )


@functools.cache  # looking at a protocol's methods takes longer than drawing a reply
def _gathers(channel: type) -> bool:
    return issubclass(channel, Gathers)


def _marked(reply: Reply) -> Reply:
    """Harmless when it stands twice: it says so first, and carries the same reference."""
    return replace(reply, paragraphs=(SENT_AGAIN, *reply.paragraphs))
