"""The queue and one item of it."""

import asyncio
from typing import Any

from aiohttp import web

from bot.domain.staff import Session
from bot.domain.tickets import AlreadyTaken, NotFound, TicketState
from bot.i18n import Text, _
from bot.services.tickets import Item
from bot.web.guard import SESSION
from bot.web.office import Office
from bot.web.pages import Pages

LONGEST_REPLY = 2000
HEARTBEAT = 20.0
ENDINGS = {
    "audio/amr": ".amr",
    "audio/ogg": ".ogg",
    "audio/mpeg": ".mp3",
    "video/mp4": ".mp4",
    "application/pdf": ".pdf",
}
SAID: dict[str, Text] = {
    "sent": _("Your reply is on its way."),
    "taken": _("It is yours now."),
    "given-back": _("Given back to the queue."),
    "closed": _("Closed."),
}


class Tickets:
    """Every handler is behind guard.member."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office = office
        self._pages = pages

    async def queue(self, request: web.Request) -> web.StreamResponse:
        member = request[SESSION].member
        lines = await self._office.read(lambda services: services.tickets.queue(member))
        waiting = sum(
            line.ticket.state in (TicketState.WAITING, TicketState.TAKEN) for line in lines
        )
        return self._page(
            request, "queue.html", lines=lines, waiting=waiting, said=SAID.get(_said(request))
        )

    async def show(self, request: web.Request) -> web.StreamResponse:
        item = await self._item(request)
        return self._item_page(request, item)

    async def take(self, request: web.Request) -> web.StreamResponse:
        number, version, member = await _of(request)
        await self._office.write(lambda services: services.tickets.take(number, version, member))
        raise web.HTTPSeeOther(f"/staff/tickets/{number}?said=taken")

    async def give_back(self, request: web.Request) -> web.StreamResponse:
        number, version, member = await _of(request)
        await self._office.write(
            lambda services: services.tickets.give_back(number, version, member)
        )
        raise web.HTTPSeeOther("/staff/?said=given-back")

    async def close(self, request: web.Request) -> web.StreamResponse:
        number, version, member = await _of(request)
        await self._office.write(lambda services: services.tickets.close(number, version, member))
        raise web.HTTPSeeOther("/staff/?said=closed")

    async def reply(self, request: web.Request) -> web.StreamResponse:
        """Sent or, whatever is wrong, shown again with its words."""
        number, version, member = await _of(request)
        words = str((await request.post()).get("words", "")).replace("\r\n", "\n").strip()
        fault = None
        if not words:
            fault = _("The reply is empty. Please write it first.")
        elif len(words) > LONGEST_REPLY:
            fault = _("The reply is too long. Please keep it under {count} characters.").fill(
                count=LONGEST_REPLY
            )
        else:
            try:
                await self._office.write(
                    lambda services: services.tickets.answer(number, version, member, words)
                )
            except AlreadyTaken:
                fault = _(
                    "Something was written here since you opened it, or a colleague took it. "
                    "Your words are kept below: please look, then send."
                )
        if fault is None:
            raise web.HTTPSeeOther(f"/staff/tickets/{number}?said=sent")
        item = await self._item(request)
        return self._item_page(request, item, words=words, fault=fault, status=409)

    async def file(self, request: web.Request) -> web.StreamResponse:
        number, reference = request.match_info["number"], request.match_info["reference"]
        member = request[SESSION].member
        found = await self._office.write(
            lambda services: services.tickets.file(number, reference, member)
        )
        if not found.content:
            raise NotFound
        shown = found.media_type in ("image/jpeg", "image/png")
        ending = ENDINGS.get(found.media_type, "")  # so that the computer's own player opens it
        return web.Response(
            body=found.content,
            content_type=found.media_type if shown else "application/octet-stream",
            headers={
                "Content-Disposition": (
                    "inline" if shown else f'attachment; filename="{number}{ending}"'
                ),
                "Content-Security-Policy": "sandbox; default-src 'none'",
            },
        )

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: how many wait, whenever that may have changed."""
        session = request[SESSION]
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        changes = self._office.changes()
        change: asyncio.Future[Any] = asyncio.ensure_future(anext(changes))
        try:
            while True:
                await response.write(await self._event(session))
                done, _waiting = await asyncio.wait({change}, timeout=HEARTBEAT)
                if done:
                    change = asyncio.ensure_future(anext(changes))
        except ConnectionResetError:
            return response
        finally:
            change.cancel()

    async def _event(self, session: Session) -> bytes:
        waiting = await self._office.read(lambda services: services.tickets.waiting(session.member))
        told = self._pages.counted(session.member.language, waiting)
        return f"event: queue\ndata: {told}\n\n".encode()

    async def _item(self, request: web.Request) -> Item:
        number, member = request.match_info["number"], request[SESSION].member
        return await self._office.write(lambda services: services.tickets.item(number, member))

    def _item_page(
        self,
        request: web.Request,
        item: Item,
        *,
        words: str = "",
        fault: Text | None = None,
        status: int = 200,
    ) -> web.Response:
        mine = item.ticket.taken_by in (None, request[SESSION].member.id)
        return self._page(
            request,
            "item.html",
            status=status,
            item=item,
            ticket=item.ticket,
            may_answer=mine,
            words=words,
            fault=fault,
            longest=LONGEST_REPLY,
            said=SAID.get(_said(request)) if fault is None else None,
        )

    def _page(
        self, request: web.Request, template: str, *, status: int = 200, **values: Any
    ) -> web.Response:
        session = request[SESSION]
        return self._pages.response(
            template, session, session.member.language, status=status, **values
        )


def _said(request: web.Request) -> str:
    return request.query.get("said", "")


async def _of(request: web.Request) -> tuple[str, int, Any]:
    """Number, version and member of a change. Raises AlreadyTaken for no version."""
    version = str((await request.post()).get("version", ""))
    if not version.isdecimal():
        raise AlreadyTaken
    return request.match_info["number"], int(version), request[SESSION].member
