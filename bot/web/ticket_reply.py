"""Writing a reply: canned words, suggested answers, preview with what could be plainer, sending."""

import asyncio
from collections.abc import Mapping

from aiohttp import web

from bot.domain import plain_words, uploads
from bot.domain.articles import Article
from bot.domain.queue import BeingAnswered
from bot.domain.staff import Member
from bot.domain.tickets import AlreadyTaken, NotFound
from bot.i18n import Text, _
from bot.services import Services
from bot.web.forms import Form, form_of, version_of
from bot.web.guard import SESSION
from bot.web.office import Office
from bot.web.pages import Pages
from bot.web.ticket_page import LONGEST_REPLY, TicketPages, Writing, being_answered

LONGEST_NAME = 60


class TicketReply:
    """One form with several buttons, so that it works without script: `do` says which."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office = office
        self._pages = TicketPages(office, pages)

    async def reply(self, request: web.Request) -> web.StreamResponse:
        """Sent or, whatever is wrong, shown again with its words."""
        form = await form_of(request)
        words, do = form.words("words"), form.fields.get("do", "send")
        if do == "insert":
            return await self._insert(request, form, words)
        if "suggest" in form.fields:
            return await self._suggest(request, form.fields["suggest"], words)
        lint = plain_words.faults(words, form.fields.get("speaks", "zh_Hans"))
        asks = do == "ask"
        if do == "preview":
            await self._keep(request, words)
            return await self._pages.show(request, Writing(words, None, lint, preview=True))
        fault = _fault(words)
        refused = any(one.refused for one in lint)
        if fault is None and lint and (refused or form.fields.get("seen") != words):
            await self._keep(request, words)
            writing = Writing(words, _read_first(refused=refused), lint, preview=True, asks=asks)
            return await self._pages.show(request, writing, 409)
        if fault is None:
            fault = await self._send(request, form, words, asks=asks)
        if fault is None:
            raise web.HTTPSeeOther(await self._after(request, do))
        return await self._pages.show(request, Writing(words, fault, lint, asks=asks), 409)

    async def draft(self, request: web.Request) -> web.StreamResponse:
        """What is being written, kept; what could be plainer, and who else writes, as JSON."""
        form = await form_of(request)
        number, member = request.match_info["number"], request[SESSION].member
        words = form.words("words")[: 5 * LONGEST_REPLY]
        other = await self._office.write(
            lambda services: services.tickets.keep_draft(number, member, words)
        )
        lint = plain_words.faults(words, form.fields.get("speaks", "zh_Hans")) if words else []
        said = [*(one.words for one in lint)]
        if other:
            said.insert(0, _("{name} is writing here too.").fill(name=other))
        spoken = self._pages.pages.translator(member.language)
        return web.json_response(
            {"kept": _("Draft kept.").to(spoken), "lint": [one.to(spoken) for one in said]}
        )

    # --- parts

    async def _keep(self, request: web.Request, words: str) -> None:
        number, member = request.match_info["number"], request[SESSION].member
        await self._office.write(
            lambda services: services.tickets.keep_draft(number, member, words)
        )

    async def _insert(self, request: web.Request, form: Form, words: str) -> web.StreamResponse:
        """A canned reply after what stands there, its fields filled, in the person's language."""
        member, number = request[SESSION].member, request.match_info["number"]
        key = form.fields.get("canned", "")

        def fill(services: Services) -> str:
            canned = next((one for one in services.known.canned if one.key == key), None)
            item = services.tickets.item(number, member)
            if canned is None:
                return words
            fields = _fields(number, member, item.office)
            filled = canned.filled(item.person.language or "zh_Hans", fields)
            return _joined(words, filled)

        filled = await self._office.write(fill)
        await self._keep(request, filled)
        return await self._pages.show(request, Writing(filled))

    async def _suggest(
        self, request: web.Request, article_id: str, words: str
    ) -> web.StreamResponse:
        """An answer of the policy pack, with its source, after what stands there."""
        member, number = request[SESSION].member, request.match_info["number"]

        def fill(services: Services) -> str:
            language = services.tickets.item(number, member).person.language or "zh_Hans"
            article = services.articles.article(article_id, language)
            if article is None:
                raise NotFound
            return _joined(words, _told(article))

        filled = await self._office.write(fill)
        await self._keep(request, filled)
        return await self._pages.show(request, Writing(filled))

    async def _send(
        self, request: web.Request, form: Form, words: str, *, asks: bool
    ) -> Text | None:
        """None: it is on its way."""
        number, member = request.match_info["number"], request[SESSION].member
        version = version_of(form)
        kept = None
        if form.file:
            try:
                kept = await asyncio.to_thread(uploads.harmless, form.file)
            except uploads.NotTaken as error:
                return error.why
        try:

            def send(services: Services) -> None:
                file = (
                    services.tickets.keep_file(kept.content, kept.media_type, kept.name)
                    if kept
                    else None
                )
                services.tickets.answer(number, version, member, words, asks=asks, file=file)

            await self._office.write(send)
        except BeingAnswered as error:
            return being_answered(error)
        except AlreadyTaken:
            return _(
                "Something was written here since you opened it, or a colleague took it. "
                "Your words are kept below: please look, then send."
            )
        return None

    async def _after(self, request: web.Request, do: str) -> str:
        """Where to go when it was sent."""
        number, member = request.match_info["number"], request[SESSION].member
        if do != "next":
            return f"/staff/tickets/{number}?said={'asked' if do == 'ask' else 'sent'}"
        ticket = await self._office.write(lambda services: services.tickets.next(member))
        return (
            f"/staff/tickets/{ticket.number}?said=sent-next"
            if ticket
            else ("/staff/?said=sent-nobody")
        )


def _fault(words: str) -> Text | None:
    if not words:
        return _("The reply is empty. Please write it first.")
    if len(words) > LONGEST_REPLY:
        return _("The reply is too long. Please keep it under {count} characters.").fill(
            count=LONGEST_REPLY
        )
    return None


def _read_first(*, refused: bool) -> Text:
    if refused:
        return _("Not sent yet: something must be changed first. It stands below.")
    return _("Not sent yet: some of it could be plainer. Change it, or send it as it is.")


def _fields(number: str, member: Member, office: str) -> Mapping[str, str]:
    return {"number": number, "clerk": member.display_name, "office": office}


def _joined(words: str, more: str) -> str:
    return f"{words}\n\n{more}".strip()


def _told(article: Article) -> str:
    """The answer, and what it rests on, in its own language."""
    english = article.language == "en"
    listed = filter(None, (_source(one.title, one.article) for one in article.sources))
    sources = ("; " if english else "；").join(listed)
    if not sources:
        return article.answer
    return f"{article.answer}\n({sources})" if english else f"{article.answer}\n（{sources}）"


def _source(title: str, article: str) -> str:
    return f"{title} {article}".strip()
