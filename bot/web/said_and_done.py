"""'You said, we did': the page for everybody, drafting a step, and a supervisor's release."""

from collections.abc import Callable

from aiohttp import web

from bot.domain.public_notes import LONGEST, NotForEverybody, OwnNote
from bot.domain.staff import Member
from bot.domain.tickets import NotPossible
from bot.i18n import LANGUAGES, Text, _
from bot.services import Services
from bot.services.public_notes import Words
from bot.web.forms import Form, form_of, number_in
from bot.web.guard import SESSION
from bot.web.office import Office
from bot.web.pages import Pages, language_of
from bot.web.ticket_page import TicketPages

SAID: dict[str, Text] = {
    "released": _("Released. Whoever follows it is being told."),
    "withdrawn": _("Taken off. Nobody sees it any more."),
}
OWN = _("You wrote this yourself. Another supervisor has to read and release it.")


class SaidAndDone:
    """`show` is open to anybody: it holds nobody's data."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office = office
        self._pages = pages
        self._items = TicketPages(office, pages)

    async def show(self, request: web.Request) -> web.StreamResponse:
        """For everybody, in three languages."""
        wanted = request.query.get("language", "")
        language = wanted if wanted in LANGUAGES else language_of(None, request)
        stories = await self._office.read(lambda services: services.public_notes.stories())
        return self._pages.response("said_and_done.html", None, language, stories=stories)

    async def write(self, request: web.Request) -> web.StreamResponse:
        return await self._form(request, {}, {})

    async def draft(self, request: web.Request) -> web.StreamResponse:
        """Kept, or shown again with what is wrong."""
        form = await form_of(request)
        number, member = request.match_info["number"], request[SESSION].member
        said, done = _texts(form, "said"), _texts(form, "done")
        try:
            await self._office.write(
                lambda services: services.public_notes.draft(number, member, said, done)
            )
        except NotForEverybody as error:
            return await self._form(request, said, done, error.faults, 422)
        except NotPossible:
            raise web.HTTPSeeOther(f"/staff/tickets/{number}?said=not-possible") from None
        raise web.HTTPSeeOther(f"/staff/tickets/{number}?said=drafted")

    async def drafts(self, request: web.Request) -> web.StreamResponse:
        return await self._drafts(request)

    async def release(self, request: web.Request) -> web.StreamResponse:
        """By a supervisor who did not write it."""
        return await self._do(
            request,
            lambda services, note, member: services.public_notes.release(note, member),
            "released",
        )

    async def withdraw(self, request: web.Request) -> web.StreamResponse:
        return await self._do(
            request,
            lambda services, note, member: services.public_notes.withdraw(note, member),
            "withdrawn",
        )

    async def _do(
        self, request: web.Request, use: Callable[[Services, int, Member], object], said: str
    ) -> web.StreamResponse:
        note, member = number_in(request.match_info["id"]), request[SESSION].member
        try:
            await self._office.write(lambda services: use(services, note, member))
        except OwnNote:
            return await self._drafts(request, [OWN], 409)
        except NotForEverybody as error:
            return await self._drafts(request, error.faults, 422)
        raise web.HTTPSeeOther(f"/staff/public?said={said}")

    async def _drafts(
        self, request: web.Request, faults: list[Text] | None = None, status: int = 200
    ) -> web.Response:
        session = request[SESSION]
        member = session.member
        drafts, released = await self._office.read(
            lambda services: (
                services.public_notes.drafts(member),
                services.public_notes.released(member),
            )
        )
        return self._items.respond(
            request,
            session,
            "public.html",
            status=status,
            drafts=drafts,
            released=released,
            faults=faults or [],
            said=SAID.get(request.query.get("said", "")) if not faults else None,
        )

    async def _form(
        self,
        request: web.Request,
        said: Words,
        done: Words,
        faults: list[Text] | None = None,
        status: int = 200,
    ) -> web.Response:
        number, session = request.match_info["number"], request[SESSION]
        member = session.member
        item = await self._office.write(lambda services: services.tickets.item(number, member))
        return self._items.respond(
            request,
            session,
            "public_write.html",
            status=status,
            item=item,
            ticket=item.ticket,
            texts={"said": said, "done": done},
            faults=faults or [],
            longest=LONGEST,
        )


def _texts(form: Form, name: str) -> Words:
    return {language: form.words(f"{name}_{language}") for language in LANGUAGES}
