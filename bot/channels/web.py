"""The web chat: a page that works without script, and gets better with it.

It is a channel that pulls: a reply is in the transcript already when `send` is called, so sending
only wakes the pages that wait. Beside this file: web_site (the requests), web_desk (what
was posted), web_form (its fields), web_session (who writes), web_page (HTML), web_stream (waiting
pages), pages/ (templates).
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from aiohttp.web import AbstractRouteDef

from bot import i18n
from bot.channels.base import NOTHING_COUNTED, Capabilities, Ears, Payload, Refused
from bot.channels.web_desk import Desk
from bot.channels.web_page import Pages
from bot.channels.web_session import Cookies, Networks, Pace
from bot.channels.web_site import ChatSite
from bot.channels.web_stream import Listeners
from bot.i18n import Translator
from bot.messages import Address, Attachment, IncomingMessage, Kind, Reply

MOST_OF_A_NETWORK = 300
"""Messages a minute: ten people who write as fast as one may."""


class WebChat:
    """Our own page as a channel."""

    name = "web"
    trouble = ""
    counts = NOTHING_COUNTED
    capabilities = Capabilities(
        max_text=10_000,
        text_unit="characters",
        max_buttons=100,
        proactive=True,
        idempotent_send=True,
    )

    def __init__(
        self,
        ears: Ears,
        *,
        secure: bool,
        now: Callable[[], datetime],
        translate_for: Callable[[str], Translator] = i18n.translator,
        pace: Pace | None = None,
        networks: Networks | None = None,
    ) -> None:
        """`secure`: people reach us over https, whatever stands in front of this process."""
        self._listeners = Listeners(ears)
        self._site = ChatSite(
            desk=Desk(
                channel=self,
                ears=ears,
                translate_for=translate_for,
                cookies=Cookies(secure=secure),
                pace=pace or Pace(),
                networks=networks or Networks(),
                crowd=Pace(MOST_OF_A_NETWORK),
                now=now,
            ),
            pages=Pages(translate_for),
            listeners=self._listeners,
            secure=secure,
        )

    def render(self, reply: Reply, translator: Translator) -> Sequence[Payload]:
        """The reply as it is: the page draws it when it is asked for the transcript."""
        return [{"reply": reply.dump()}]

    def decode(self, raw: Payload) -> IncomingMessage:
        """`raw` is what web_site makes of a form."""
        try:
            photo = Attachment(*raw["photo"]) if raw["photo"] else None
            tap = str(raw["tap"])
            return IncomingMessage(
                sender=Address(self.name, str(raw["user"])),
                event_id=str(raw["event"]),
                sent_at=datetime.fromisoformat(raw["at"]),
                kind=_kind(photo, tap, is_place=bool(raw.get("is_place"))),
                text=str(raw["text"]),
                tap=tap,
                attachment=photo,
                language=str(raw["language"]),
                private=True,
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a form of the chat page: {error!r}") from error

    async def send(self, to: Address, payload: Payload) -> str:
        self._listeners.poke(to)
        return ""

    async def fetch(self, attachment: Attachment) -> bytes:
        raise Refused("a photo of the chat page is in our own store from the beginning")

    def routes(self) -> Sequence[AbstractRouteDef]:
        return self._site.routes()

    async def run(self) -> None:
        """Waits; when cancelled, lets the open streams go, so that shutting down is quick."""
        try:
            await asyncio.Event().wait()
        finally:
            self._listeners.close()

    async def close(self) -> None:
        """`run` has let the streams go already."""


def _kind(file: Attachment | None, tap: str, *, is_place: bool) -> Kind:
    if file is None:
        return Kind.TAP if tap else Kind.LOCATION if is_place else Kind.TEXT
    what = file.media_type.partition("/")[0]
    return {"image": Kind.PHOTO, "audio": Kind.VOICE, "video": Kind.VIDEO}.get(what, Kind.DOCUMENT)
