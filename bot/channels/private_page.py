"""The page where a chat on a foreign channel answers its personal questions (PIPL Art. 38-39).

A one-time link from the chat leads to a button that opens it for 30 minutes. It shows the open
question, takes the answer into the same conversation, and then sends the person back to the chat.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from aiohttp import web

from bot.channels.base import Ears, StoreDown
from bot.channels.web_desk import STORE_DOWN, UNREADABLE
from bot.channels.web_form import Form, Malformed, Problem, read_form
from bot.channels.web_page import Pages, View
from bot.channels.web_session import Session, from_our_page, new_session
from bot.channels.web_site import page_headers
from bot.i18n import Translator, _, preferred_language
from bot.messages import Address, IncomingMessage, Kind, Line

_OVER = _("That is all that I had to ask here")
_GO_BACK = _("Thank you. Please go back to your chat: the conversation goes on there.")
_GONE = _("This link does not work any more")
_NEW_LINK = _("It works once, for 30 minutes. Write anything in your chat and you get a new one.")
_TO_OPEN = _("Answer on our own page")
_PRESS = _("Press the button, and I ask here what your chat must not carry.")
_TOO_LONG = _("That is too long. Please write it shorter.")
LONGEST_TEXT = 2000
AGAIN = "repeat"
"""Said for the person when the page opens, so that the open question is asked here."""


_Handler = Callable[[web.Request, Session], Awaitable[web.StreamResponse]]


class PrivatePage:
    """Its own cookie, so that it never opens the web chat of the same browser."""

    def __init__(
        self,
        ears: Ears,
        *,
        secure: bool,
        now: Callable[[], datetime],
        translate_for: Callable[[str], Translator],
    ) -> None:
        self._ears = ears
        self._now = now
        self._secure = secure
        self._translate_for = translate_for
        self._pages = Pages(translate_for)
        self._cookie = "__Host-doorstep-private" if secure else "doorstep-private"

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        return [
            web.get("/private/", self._guarded(self._show)),
            web.post("/private/", self._guarded(self._post)),
            web.get("/private/{token}", self._guarded(self._offer)),
        ]

    def _guarded(self, handler: _Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            session = Session(request.cookies.get(self._cookie, ""))
            try:
                response = await handler(request, session)
            except StoreDown:
                response = self._page(request, session, problem=Problem("text", STORE_DOWN, 503))
            for name, value in page_headers(secure=self._secure).items():
                response.headers.setdefault(name, value)
            return response

        return answer

    async def _offer(self, request: web.Request, session: Session) -> web.StreamResponse:
        """The link, followed: looking uses nothing up, because chats and mail look at links too."""
        token = request.match_info["token"]
        if not await self._ears.opens_private(token):
            return self._page(request, session)
        view = View(session, self._translate_for(preferred_language(request.headers)))
        html = self._pages.private_door(view, token, _TO_OPEN, _PRESS)
        return web.Response(text=html, content_type="text/html")

    async def _open(self, request: web.Request, token: str) -> web.StreamResponse:
        """Its button: for the first browser that presses it, and no other."""
        session = new_session()
        if not from_our_page(request):
            return self._page(request, session, problem=Problem("text", UNREADABLE, 403))
        who = await self._ears.open_private(token, session.token)
        if who is None:
            return self._page(request, session)
        await self._hear(who, f"open-{session.user_id}", text=AGAIN)
        response = web.Response(status=303, headers={"Location": "/private/"})
        response.set_cookie(
            self._cookie,
            session.token,
            path="/",
            httponly=True,
            samesite="Lax",
            secure=self._secure,
        )
        return response

    async def _show(self, request: web.Request, session: Session) -> web.StreamResponse:
        who = await self._ears.private_chat(session.token)
        return self._page(request, session, line=await self._open_line(who), who=who)

    async def _post(self, request: web.Request, session: Session) -> web.StreamResponse:
        try:
            form = await read_form(request)
        except Malformed:
            form = Form()
        if "link" in form.fields:
            return await self._open(request, form.fields["link"])
        who = await self._ears.private_chat(session.token)
        text, tap = form.text, form.tap
        problem = None
        if not from_our_page(request) or not session.owns(form.fields.get("form_token", "")):
            problem = Problem("text", UNREADABLE, 403)
        elif len(text) > LONGEST_TEXT:
            problem = Problem("text", _TOO_LONG, 413)
        if problem or who is None:
            line = await self._open_line(who)
            return self._page(request, session, line=line, who=who, problem=problem, draft=text)
        event = session.event_id(form.message_id, tap.encode(), text.encode())
        await self._hear(who, event, text="" if tap else text, tap=tap)
        return web.Response(status=303, headers={"Location": "/private/"})

    async def _hear(self, who: Address, event: str, *, text: str = "", tap: str = "") -> None:
        message = IncomingMessage(
            sender=who,
            event_id=f"private-{event}",
            sent_at=self._now(),
            kind=Kind.TAP if tap else Kind.TEXT,
            text=text,
            tap=tap,
            private=True,
        )
        await self._ears.hear_and_answer(message)

    async def _open_line(self, who: Address | None) -> Line | None:
        """The newest reply, if it is one that only this page may show."""
        if who is None:
            return None
        for line in reversed(await self._ears.transcript(who)):
            if line.reply:
                return line if line.reply.private else None
        return None

    def _page(
        self,
        request: web.Request,
        session: Session,
        *,
        line: Line | None = None,
        who: Address | None = None,
        problem: Problem | None = None,
        draft: str = "",
    ) -> web.Response:
        language = line.language if line else preferred_language(request.headers)
        view = View(session, self._translate_for(language))
        heading, words = (_OVER, _GO_BACK) if who else (_GONE, _NEW_LINK)
        html = self._pages.private(view, line, heading, words, problem=problem, draft=draft)
        status = problem.status if problem else 200 if who else 410
        return web.Response(text=html, content_type="text/html", status=status)
