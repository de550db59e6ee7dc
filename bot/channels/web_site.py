"""The chat page's requests. Start at `ChatSite.routes`.

Every answer carries the headers below; every POST comes from a page of ours or is refused.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from aiohttp import web

from bot.channels.base import StoreDown
from bot.channels.web_desk import STORE_DOWN, UNREADABLE, Desk, Post, spoken_language
from bot.channels.web_form import Form, Problem
from bot.channels.web_page import LANGUAGE_COMMAND, TEXT_SIZES, Pages, View, language_tag
from bot.channels.web_session import Session, new_session
from bot.channels.web_stream import Listeners, TooMany
from bot.headers import security_headers
from bot.i18n import LANGUAGES
from bot.messages import Line

_LOADS = "script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSite:
    """Everything that the chat page needs to answer a browser."""

    desk: Desk
    pages: Pages
    listeners: Listeners
    secure: bool

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        return [
            web.get("/", self._guarded(self._show)),
            web.post("/chat", self._guarded(self._post)),
            web.get("/chat/lines", self._guarded(self._lines)),
            web.post("/chat/seen", self._guarded(self._seen)),
            web.get("/chat/events", self._guarded(self._events), allow_head=False),
            web.post("/chat/language", self._guarded(self._set_language)),
            web.post("/chat/text-size", self._guarded(self._set_size)),
            web.get("/chat/static/{name}", self._guarded(self._static)),
            web.get("/chat/files/{reference}", self._guarded(self._file)),
        ]

    async def _show(self, request: web.Request) -> web.StreamResponse:
        session = self.desk.cookies.session(request) or new_session()
        lines = await self.desk.transcript(session)
        if "prefetch" not in request.headers.get("Sec-Purpose", ""):
            await self.desk.ears.seen(self.desk.address(session), lines)
        return self._page(self.desk.view(request, session, lines), lines)

    async def _post(self, request: web.Request) -> web.StreamResponse:
        """One message. The same message_id again is the same message."""
        post = await self.desk.hear(await self.desk.read(request))
        if "application/json" in request.headers.get("Accept", ""):
            return await self._answer_script(post)
        if post.problem:
            return await self._page_again(post)
        if post.form.draft:  # A button was pressed with words in the box: a redirect loses them.
            lines = await self.desk.transcript(post.view.session)
            view = self.desk.view(request, post.view.session, lines)
            return self._page(view, lines, draft=post.form.draft)
        return self._redirect(post.view.session, "/#latest")

    async def _answer_script(self, post: Post) -> web.StreamResponse:
        """The same for the page's script: the lines that it has not seen, or what went wrong."""
        session, problem = post.view.session, post.problem
        if problem:
            answer = {
                "words": problem.words.to(post.view.translator),
                "summary": self.pages.problem_summary(post.view, problem),
                "again": problem.status in {403, 429, 503},
                "form_token": "" if post.foreign else session.form_token,
            }
            response = web.json_response(answer, status=problem.status)
        else:
            after = post.form.fields.get("after", "")
            lines = await self.desk.ears.transcript(self.desk.address(session), after)
            answer = {
                "lines": "".join(self.pages.fragments(post.view, lines)),
                "language": language_tag(spoken_language(lines) or post.view.translator.language),
            }
            response = web.json_response(answer)
        if not post.foreign:
            self.desk.cookies.write(response, "chat", session.token)
        return response

    async def _lines(self, request: web.Request) -> web.StreamResponse:
        """The lines after one that the page has."""
        session = self.desk.cookies.session(request)
        if session is None:
            return web.Response(status=401)
        lines = await self.desk.ears.transcript(
            self.desk.address(session), request.query.get("after", "")
        )
        html = "".join(self.pages.fragments(self.desk.view(request, session), lines))
        return web.Response(text=html, content_type="text/html")

    async def _seen(self, request: web.Request) -> web.StreamResponse:
        """An open page says that the lines up to one have come into sight."""
        post = await self.desk.read(request)
        if post.problem:
            return web.Response(status=post.problem.status)
        last, who = post.form.fields.get("last", ""), self.desk.address(post.view.session)
        lines = [line for line in await self.desk.ears.transcript(who) if line.id <= last]
        await self.desk.ears.seen(who, lines)
        return web.Response(status=204)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Every new line, for as long as the page is open."""
        session = self.desk.cookies.session(request)
        if session is None:
            return web.Response(status=401)
        after = request.headers.get("Last-Event-ID") or request.query.get("after", "")
        view = self.desk.view(request, session)
        stream = web.StreamResponse(headers={**self._headers(), "X-Accel-Buffering": "no"})
        stream.content_type = "text/event-stream"
        stream.charset = "utf-8"
        async with aclosing(self.listeners.follow(self.desk.address(session), after)) as news:
            try:
                async for lines in news:
                    if not stream.prepared:
                        await stream.prepare(request)
                        await stream.write(b"retry: 3000\n\n")
                    await stream.write(self._as_events(view, lines))
            except TooMany:
                return web.Response(status=429, headers={"Retry-After": "30"})
            except ConnectionResetError:
                pass  # The page was closed; opened again, it asks for what it missed.
            except StoreDown:
                if not stream.prepared:
                    raise
        return stream

    def _as_events(self, view: View, lines: Sequence[Line]) -> bytes:
        if not lines:
            return b": still here\n\n"
        events = []
        for line, html in zip(lines, self.pages.fragments(view, lines), strict=True):
            data = "".join(f"data: {row}\n" for row in html.splitlines())
            events.append(f"id: {line.id}\nevent: line\n{data}\n")
        return "".join(events).encode()

    async def _set_language(self, request: web.Request) -> web.StreamResponse:
        """The page and the conversation speak it from now on; what was being written stays."""
        post = await self.desk.read(request)
        language = post.form.fields.get("language", "")
        if language not in LANGUAGES and not post.problem:
            post = replace(post, problem=Problem("text", UNREADABLE, 400))
        lines: Sequence[Line] = ()
        if not post.problem:
            view = replace(post.view, translator=self.desk.translate_for(language))
            lines = await self.desk.transcript(view.session)
            if lines:
                command = Form({**post.form.fields, "word": f"{LANGUAGE_COMMAND}{language}"})
                post = await self.desk.hear(replace(post, view=view, form=command))
                lines = await self.desk.transcript(view.session)
            post = replace(post, view=view)
        if post.problem:
            return await self._page_again(post)
        response = self._page_or_redirect(post, lines, "/#latest" if lines else "/")
        self.desk.cookies.write(response, "language", language)
        return response

    async def _set_size(self, request: web.Request) -> web.StreamResponse:
        post = await self.desk.read(request)
        size = post.form.fields.get("size", "")
        if size not in TEXT_SIZES and not post.problem:
            post = replace(post, problem=Problem("text", UNREADABLE, 400))
        if post.problem:
            return await self._page_again(post)
        post = replace(post, view=replace(post.view, size=int(size)))
        if "application/json" in request.headers.get("Accept", ""):
            response: web.StreamResponse = web.json_response({"size": int(size)})
        else:
            lines = await self.desk.transcript(post.view.session)
            response = self._page_or_redirect(post, lines, "/")
        self.desk.cookies.write(response, "size", size)
        return response

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """A file that staff sent to this chat: to save, never to show inside a page."""
        session = self.desk.cookies.session(request)
        if session is None:
            return web.Response(status=401)
        found = await self.desk.ears.sent_file(
            self.desk.address(session), request.match_info["reference"]
        )
        if found is None:
            return web.Response(status=404)
        content, sent = found
        return web.Response(
            body=content,
            content_type=sent.media_type,
            headers={
                "Content-Disposition": f'attachment; filename="{sent.name}"',
                "Content-Security-Policy": "sandbox; default-src 'none'",
            },
        )

    async def _static(self, request: web.Request) -> web.StreamResponse:
        for file in self.pages.static.values():
            if file.name == request.match_info["name"]:
                return web.Response(
                    body=file.content,
                    content_type=file.media_type,
                    charset="utf-8",
                    headers=_FOREVER,
                )
        return web.Response(status=404)

    def _guarded(self, handler: _Handler) -> _Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                response = await handler(request)
            except StoreDown:
                view = self.desk.view(request, self.desk.cookies.session(request) or new_session())
                response = self._page(view, (), problem=Problem("text", STORE_DOWN, 503))
            if not response.prepared:
                for name, value in self._headers().items():
                    response.headers.setdefault(name, value)
            return response

        return answer

    def _headers(self) -> Mapping[str, str]:
        return page_headers(secure=self.secure)

    def _page(
        self, view: View, lines: Sequence[Line], *, draft: str = "", problem: Problem | None = None
    ) -> web.Response:
        html = self.pages.page(view, lines, draft=draft, problem=problem)
        status = problem.status if problem else 200
        response = web.Response(text=html, content_type="text/html", status=status)
        self.desk.cookies.write(response, "chat", view.session.token)
        self.desk.cookies.write(response, "language", view.translator.language)
        return response

    async def _page_again(self, post: Post) -> web.StreamResponse:
        """The page with what is wrong at its top, and what was written still in its box."""
        try:
            lines = await self.desk.transcript(post.view.session)
        except StoreDown:
            lines = ()
        response = self._page(post.view, lines, draft=post.form.text, problem=post.problem)
        if post.foreign:
            response.cookies.clear()
        return response

    def _page_or_redirect(
        self, post: Post, lines: Sequence[Line], place: str
    ) -> web.StreamResponse:
        if post.form.text:
            return self._page(post.view, lines, draft=post.form.text)
        return self._redirect(post.view.session, place)

    def _redirect(self, session: Session, place: str) -> web.Response:
        response = web.Response(status=303, headers={"Location": place})
        self.desk.cookies.write(response, "chat", session.token)
        return response


def page_headers(*, secure: bool) -> Mapping[str, str]:
    """Of every page that residents use: they may say where they are, and speak."""
    device = "camera=(), geolocation=(self), microphone=(self)"
    return security_headers(secure=secure, loads=_LOADS, device=device)
