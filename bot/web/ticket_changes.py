"""What staff do with an item besides answering it: one form each, one answer each."""

from collections.abc import Callable

from aiohttp import web

from bot.domain.staff import Member
from bot.domain.tickets import NotPossible, Priority, Ticket, TicketKind
from bot.services import Services
from bot.web.forms import form_of, number_in, version_of
from bot.web.guard import SESSION
from bot.web.office import Office

Change = Callable[[Services, str, int, Member], Ticket]


class TicketChanges:
    """Every change names the version of the page that it was made on."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def take(self, request: web.Request) -> web.StreamResponse:
        def change(services: Services, number: str, version: int, member: Member) -> Ticket:
            return services.tickets.take(number, version, member)

        return await self._do(request, change, "taken")

    async def give_back(self, request: web.Request) -> web.StreamResponse:
        def change(services: Services, number: str, version: int, member: Member) -> Ticket:
            return services.tickets.give_back(number, version, member)

        return await self._do(request, change, "given-back", "/staff/")

    async def close(self, request: web.Request) -> web.StreamResponse:
        def change(services: Services, number: str, version: int, member: Member) -> Ticket:
            return services.tickets.close(number, version, member)

        return await self._do(request, change, "closed", "/staff/")

    async def hand_over(self, request: web.Request) -> web.StreamResponse:
        """To the office that its name says, with a reason that it reads."""
        form = await form_of(request)
        name, reason = form.words("office"), form.words("reason")
        if not name or not reason:
            raise web.HTTPSeeOther(_back(request, "no-reason"))

        def change(services: Services, number: str, version: int, member: Member) -> Ticket:
            region = services.offices.named(name)
            return services.tickets.hand_over(number, version, member, region, reason)

        return await self._do(request, change, "handed", "/staff/", "no-office")

    async def wait(self, request: web.Request) -> web.StreamResponse:
        whom = (await form_of(request)).words("whom")

        def change(services: Services, number: str, version: int, member: Member) -> Ticket:
            return services.tickets.wait_for_office(number, version, member, whom)

        return await self._do(request, change, "waits")

    async def prioritise(self, request: web.Request) -> web.StreamResponse:
        wanted = (await form_of(request)).fields.get("priority", "")
        if wanted not in {str(int(one)) for one in Priority}:
            raise web.HTTPSeeOther(_back(request, "not-possible"))

        def change(services: Services, number: str, version: int, member: Member) -> Ticket:
            return services.tickets.prioritise(number, version, member, Priority(int(wanted)))

        return await self._do(request, change, "prioritised")

    async def merge(self, request: web.Request) -> web.StreamResponse:
        into = (await form_of(request)).words("into").upper()

        def change(services: Services, number: str, version: int, member: Member) -> Ticket:
            return services.tickets.merge(number, version, member, into)

        return await self._do(request, change, "merged")

    async def split(self, request: web.Request) -> web.StreamResponse:
        form = await form_of(request)
        ids = [number_in(one) for one in form.many.get("letter", [])]
        kind = form.fields.get("kind", "")
        if kind not in set(TicketKind):
            raise web.HTTPSeeOther(_back(request, "not-possible"))

        def change(services: Services, number: str, version: int, member: Member) -> Ticket:
            return services.tickets.split(number, version, member, ids, TicketKind(kind))

        return await self._do(request, change, "split")

    async def note(self, request: web.Request) -> web.StreamResponse:
        """Among staff."""
        words = (await form_of(request)).words("note")
        number, member = request.match_info["number"], request[SESSION].member
        try:
            await self._office.write(lambda services: services.tickets.note(number, member, words))
        except NotPossible:
            raise web.HTTPSeeOther(_back(request, "not-possible")) from None
        raise web.HTTPSeeOther(_back(request, "noted"))

    async def label(self, request: web.Request) -> web.StreamResponse:
        words = (await form_of(request)).words("labels")
        number, member = request.match_info["number"], request[SESSION].member
        await self._office.write(lambda services: services.tickets.label(number, member, words))
        raise web.HTTPSeeOther(_back(request, "labelled"))

    async def _do(
        self,
        request: web.Request,
        change: Change,
        said: str,
        to: str = "",
        impossible: str = "not-possible",
    ) -> web.StreamResponse:
        """Raises AlreadyTaken for no version and for another; the guard says so."""
        version = version_of(await form_of(request))
        number, member = request.match_info["number"], request[SESSION].member
        try:
            changed = await self._office.write(
                lambda services: change(services, number, version, member)
            )
        except NotPossible:
            raise web.HTTPSeeOther(_back(request, impossible)) from None
        where = to or f"/staff/tickets/{changed.number}"
        raise web.HTTPSeeOther(f"{where}?said={said}")


def _back(request: web.Request, said: str) -> str:
    return f"/staff/tickets/{request.match_info['number']}?said={said}"
