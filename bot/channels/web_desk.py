"""What a browser posted: is it from our page, what does it say, and then: have it answered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aiohttp.web import Request

from bot.channels.base import Channel, Ears, FileNotTaken, Payload, StoreDown
from bot.channels.web_form import Form, Malformed, Problem, read_form
from bot.channels.web_page import TEXT_SIZES, USUAL_SIZE, View
from bot.channels.web_session import Cookies, Networks, Pace, Session, from_our_page, new_session
from bot.i18n import LANGUAGES, Translator, _, preferred_language
from bot.messages import Address, Line

_TOO_FAST = _(
    "That was a lot of messages in one minute. Your words are still here. "
    "Please wait a minute and send them again."
)
_CROWDED = _(
    "Very many messages come from your network at this moment. Your words are still here. "
    "Please wait a minute and send them again. If it is urgent, call 12345."
)
STORE_DOWN = _(
    "We cannot take messages at this moment. Your words are still here. "
    "Please try again in a few minutes."
)
_LOST_TOUCH = _(
    "This page had lost its connection to you. Your words are still here. Please send them again. "
    "The page needs a cookie; if this keeps happening, your browser may be refusing it."
)
UNREADABLE = _("What your browser sent could not be read. Please try again.")
_ELSEWHERE = _("This was sent from another website, so we did not take it. Please write here.")


@dataclass(frozen=True, slots=True)
class Post:
    """One POST: whose it is, what it holds, and why it cannot be taken."""

    view: View
    form: Form
    problem: Problem | None = None
    network: str = ""
    """Where it came from; '' where nobody can tell."""
    foreign: bool = False
    """From another website: it must not even change our cookies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Takes in what was posted, and looks up what the chat holds."""

    channel: Channel
    ears: Ears
    translate_for: Callable[[str], Translator]
    cookies: Cookies
    pace: Pace
    networks: Networks
    crowd: Pace
    """Of one network: an office or a village may share its address."""
    now: Callable[[], datetime]

    async def read(self, request: Request) -> Post:
        known = self.cookies.session(request)
        view = self.view(request, known or new_session())
        if not from_our_page(request):
            return Post(view, Form(), Problem("text", _ELSEWHERE, 403), foreign=True)
        try:
            form = await read_form(request)
        except Malformed:
            return Post(view, Form(), Problem("text", UNREADABLE, 400), foreign=known is None)
        if not (form.message_id and view.session.owns(form.fields.get("form_token", ""))):
            return Post(view, form, Problem("text", _LOST_TOUCH, 403))
        return Post(view, form, network=self.networks.of(request))

    async def hear(self, post: Post) -> Post:
        """Store and answer it, or say in `problem` why not."""
        problem = post.problem or post.form.problem()
        if not problem and not self.pace.allows(post.view.session.user_id, self.now()):
            problem = Problem("text", _TOO_FAST, 429)
        if not problem and post.network and not self.crowd.allows(post.network, self.now()):
            problem = Problem("text", _CROWDED, 429)
        if not problem:
            try:
                raw = await self._raw(post.view, post.form)
                message = self.channel.decode(raw)
                if message:
                    await self.ears.hear_and_answer(message)
            except FileNotTaken as refused:
                problem = Problem("photo", refused.why)
            except StoreDown:
                problem = Problem("text", STORE_DOWN, 503)
        return replace(post, problem=problem)

    async def _raw(self, view: View, form: Form) -> Payload:
        said = "" if form.tap else form.word or form.place or form.text
        photo = None if form.tap or form.word or form.place else form.photo
        content = (form.tap.encode(), said.encode(), photo or b"")
        event = view.session.event_id(form.message_id, *content)
        kept = None
        if photo is not None:
            stored = await self.ears.keep_file(photo, event)
            kept = [stored.reference, stored.media_type, stored.name, stored.size]
        return {
            "user": view.session.user_id,
            "event": event,
            "at": self.now().isoformat(),
            "text": said,
            "tap": form.tap,
            "photo": kept,
            "is_place": bool(form.place) and said == form.place,
            "language": view.translator.language,
        }

    def address(self, session: Session) -> Address:
        return Address(self.channel.name, session.user_id)

    async def transcript(self, session: Session) -> Sequence[Line]:
        return () if session.fresh else await self.ears.transcript(self.address(session))

    def view(self, request: Request, session: Session, lines: Sequence[Line] = ()) -> View:
        """In the language that the conversation spoke last, else the page's, else the browser's."""
        chosen = self.cookies.read(request, "language")
        language = spoken_language(lines) or (chosen if chosen in LANGUAGES else "")
        size = self.cookies.read(request, "size")
        return View(
            session,
            self.translate_for(language or preferred_language(request.headers)),
            int(size) if size in TEXT_SIZES else USUAL_SIZE,
        )


def spoken_language(lines: Sequence[Line]) -> str:
    """The language that the conversation spoke last; '' where it has not said."""
    for line in reversed(lines):
        if line.who == "bot" and line.language in LANGUAGES:
            return line.language
    return ""
