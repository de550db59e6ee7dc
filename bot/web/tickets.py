"""The queue: filters, views that are kept, a search, 'next'; files and news of items."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.domain.queue import QueueFilter, View
from bot.domain.tickets import NotFound, TicketKind
from bot.i18n import Text, _
from bot.services import Services
from bot.web.forms import form_of, number_in
from bot.web.guard import SESSION
from bot.web.office import Office
from bot.web.pages import Pages
from bot.web.ticket_page import SAID, TicketPages

LONGEST_SEARCH = 60
VIEWS: dict[View, Text] = {
    View.OPEN: _("Everything open"),
    View.FREE: _("Nobody has it"),
    View.MINE: _("Mine"),
    View.OVERDUE: _("Overdue"),
    View.SUPERVISOR: _("Not settled"),
    View.OUTSIDE: _("Waiting for others"),
    View.ANSWERED: _("Answered"),
    View.CLOSED: _("Closed"),
}
KEPT = ("view", "kind", "office", "label")
"""What a kept view remembers: never the words that were looked for."""


class Tickets:
    """Every handler is behind a rule of the guard."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office = office
        self._pages = pages
        self._items = TicketPages(office, pages)

    async def queue(self, request: web.Request) -> web.StreamResponse:
        session = request[SESSION]
        member = session.member
        wanted = filter_of(request.query)

        def look(services: Services) -> dict[str, Any]:
            return {
                "queue": services.tickets.page(member, wanted),
                "views": services.tickets.views(member),
                "offices": services.offices.under(member.region),
                "office_names": services.offices.name,
            }

        # A search is written to the audit log, so it is no mere look.
        do = self._office.write if wanted.words else self._office.read
        found = await do(look)
        return self._items.respond(
            request,
            session,
            "queue.html",
            **found,
            lines=found["queue"].lines,
            labels=sorted({label for line in found["queue"].lines for label in line.labels}),
            waiting=found["queue"].waiting,
            wanted=wanted,
            view_names=VIEWS,
            # Which page it is, for the links to the next one and for a view to keep.
            query=_query(wanted),
            kept_query=urlencode({k: v for k, v in request.query.items() if k in KEPT and v}),
            said=SAID.get(request.query.get("said", "")),
        )

    async def show(self, request: web.Request) -> web.StreamResponse:
        return await self._items.show(request)

    async def next(self, request: web.Request) -> web.StreamResponse:
        """The most urgent one that nobody has, as one's own."""
        member = request[SESSION].member
        ticket = await self._office.write(lambda services: services.tickets.next(member))
        if ticket is None:
            raise web.HTTPSeeOther("/staff/?said=nobody")
        raise web.HTTPSeeOther(f"/staff/tickets/{ticket.number}?said=next")

    async def keep_view(self, request: web.Request) -> web.StreamResponse:
        form, member = await form_of(request), request[SESSION].member
        name, query = form.words("name"), form.fields.get("query", "")
        if name:
            await self._office.write(
                lambda services: services.tickets.save_view(member, name, query)
            )
        raise web.HTTPSeeOther(f"/staff/?{query}{'&' if query else ''}said=view-saved")

    async def forget_view(self, request: web.Request) -> web.StreamResponse:
        view, member = number_in(request.match_info["id"]), request[SESSION].member
        await self._office.write(lambda services: services.tickets.forget_view(member, view))
        raise web.HTTPSeeOther("/staff/?said=view-gone")

    async def file(self, request: web.Request) -> web.StreamResponse:
        """To save or to be embedded as sound or picture; never a page of its own."""
        number, reference = request.match_info["number"], request.match_info["reference"]
        member = request[SESSION].member
        found = await self._office.write(
            lambda services: services.tickets.file(number, reference, member)
        )
        if not found.content:
            raise NotFound
        return web.Response(
            body=found.content,
            content_type=found.media_type,
            headers={
                "Content-Disposition": f'attachment; filename="{found.file_name}"',
                "Content-Security-Policy": "sandbox; default-src 'none'",
            },
        )


def filter_of(query: Mapping[str, str]) -> QueueFilter:
    """What nobody of ours would write filters nothing."""
    view, kind, page = query.get("view", ""), query.get("kind", ""), query.get("page", "")
    office = query.get("office", "")
    return QueueFilter(
        view=View(view) if view in set(View) else View.OPEN,
        kind=TicketKind(kind) if kind in set(TicketKind) else None,
        office=office if office.isdecimal() and office.isascii() else "",
        label=query.get("label", "")[:20],
        words=query.get("q", "").strip()[:LONGEST_SEARCH],
        page=min(max(int(page), 1), 1000) if page.isdecimal() and page.isascii() else 1,
    )


def _query(wanted: QueueFilter) -> str:
    """Of another page of the same list."""
    fields = {
        "view": wanted.view.value,
        "kind": wanted.kind or "",
        "office": wanted.office,
        "label": wanted.label,
        "q": wanted.words,
    }
    return urlencode({name: value for name, value in fields.items() if value})
