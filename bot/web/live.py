"""What is new in the queue, told to every open page: server-sent events.

One task looks for everybody: each region is counted once, however many clerks listen.
"""

import asyncio
import logging
from dataclasses import dataclass, field

from aiohttp import web

from bot.domain.staff import Member
from bot.web.guard import SESSION
from bot.web.office import Office
from bot.web.pages import Pages

log = logging.getLogger(__name__)

HEARTBEAT = 20.0
"""Seconds without news after which a line is sent, and the session looked at again."""


@dataclass(slots=True, eq=False)
class Listener:
    """One open page."""

    region: str
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0
    arrived: int = 0


class Live:
    """The stream behind rules.news."""

    def __init__(self, office: Office, pages: Pages, cookie: str) -> None:
        self._office = office
        self._pages = pages
        self._cookie = cookie
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None
        self._newest = 0

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Until the page goes away or its session ends."""
        member = request[SESSION].member
        token = request.cookies[self._cookie]
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        listener = await self._join(member)
        try:
            await self._tell(response, listener, member)
            while await self._is_on(token):
                try:
                    await asyncio.wait_for(listener.changed.wait(), HEARTBEAT)
                except TimeoutError:
                    await response.write(b": still here\n\n")
                    continue
                listener.changed.clear()
                await self._tell(response, listener, member)
            await response.write(b"event: over\ndata: {}\n\n")
        except ConnectionResetError:
            pass
        finally:
            self._leave(listener)
        return response

    async def _is_on(self, token: str) -> bool:
        """Ended sessions hear nothing more."""
        session = await self._office.read(
            lambda services: services.sign_ins.session(token, quiet=True)
        )
        return session is not None and session.complete

    async def _tell(self, response: web.StreamResponse, one: Listener, member: Member) -> None:
        told = self._pages.counted(member.language, one.waiting, one.arrived)
        await response.write(f"event: queue\ndata: {told}\n\n".encode())

    async def _join(self, member: Member) -> Listener:
        listener = Listener(member.region)
        self._listeners.add(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
        _newest, told = await self._office.read(
            lambda services: services.tickets.news([member.region], self._newest)
        )
        listener.waiting = told[member.region][0]
        return listener

    def _leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)
        if not self._listeners and self._task:
            self._task.cancel()
            self._task = None

    async def _watch(self) -> None:
        """As long as anybody listens."""
        self._newest, _none = await self._office.read(lambda s: s.tickets.news([], 0))
        async for _change in self._office.changes():
            try:
                await self._look()
            except Exception:  # the next change must be heard
                log.exception("live_failed")

    async def _look(self) -> None:
        regions = sorted({one.region for one in self._listeners})
        after = self._newest
        self._newest, told = await self._office.read(
            lambda services: services.tickets.news(regions, after)
        )
        for one in self._listeners:
            waiting, arrived = told.get(one.region, (one.waiting, 0))
            if arrived or waiting != one.waiting:
                one.waiting, one.arrived = waiting, one.arrived + arrived
                one.changed.set()
