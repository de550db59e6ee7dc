"""HTML of the console: templates, in the member's language."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.channel_names import CHANNEL_NAMES
from bot.domain.editions import EditionState
from bot.domain.people import mask_name, mask_phone
from bot.domain.regions import PROVINCE, Regions
from bot.domain.staff import Role, Session
from bot.domain.tickets import TicketKind, TicketState
from bot.i18n import GUANGDONG, Text, Translator, _, preferred_language, verbatim
from bot.messages import Reply
from bot.services.ticket_work import answer_reply
from bot.stages_file import released
from bot.web.rules import ABOVE, OFFICE, Step, reached_by
from bot.web.shortcuts import SHORTCUTS

KINDS: dict[TicketKind, Text] = {
    TicketKind.QUESTION: _("Question"),
    TicketKind.COMPLAINT: _("Complaint"),
    TicketKind.SUGGESTION: _("Suggestion"),
    TicketKind.PRAISE: _("Praise"),
    TicketKind.PLACE: _("Place hard to get into"),
    TicketKind.VISIT: _("About a home visit"),
    TicketKind.HUMAN: _("Wants a person"),
    TicketKind.VISIT_REQUEST: _("Home visit requested"),
    TicketKind.VISIT_NOTE: _("About a visit"),
    TicketKind.FAILURE: _("The bot could not answer"),
    TicketKind.EMERGENCY: _("Emergency"),
    TicketKind.APPLICATION: _("Asks why it takes long"),
    TicketKind.PAPERS: _("Papers handed in"),
}
STATES: dict[TicketState, Text] = {
    TicketState.WAITING: _("Waiting"),
    TicketState.TAKEN: _("Taken"),
    TicketState.WITH_PERSON: _("Waiting for the person"),
    TicketState.WITH_OFFICE: _("Waiting for another office"),
    TicketState.ANSWERED: _("Answered"),
    TicketState.CLOSED: _("Closed"),
}
DELIVERIES: dict[str, Text] = {
    "waiting": _("on its way"),
    "sending": _("on its way"),
    "sent": _("sent"),
    "unknown": _("sent, arrival not confirmed"),
    "held": _("waits: the person cannot be reached now"),
    "parked": _("could not be delivered"),
    "seen": _("shown on the person's page"),
}
EDITION_STATES: dict[EditionState, Text] = {
    EditionState.DRAFT: _("draft"),
    EditionState.PUBLISHED: _("published"),
    EditionState.WITHDRAWN: _("taken back"),
}
ROLES: dict[Role, Text] = {
    Role.CLERK: _("Clerk"),
    Role.ASSESSOR: _("Assessor"),
    Role.SUPERVISOR: _("Supervisor"),
    Role.ADMINISTRATOR: _("Administrator"),
}
_PLACE = re.compile(r"geo:(-?\d{1,2}\.\d+),(-?\d{1,3}\.\d+)")
"""As the channels write it (RFC 5870)."""
LANGUAGE_NAMES = {"zh_Hans": "简体中文", "zh_Hant": "繁體中文", "en": "English"}


class Pages:
    """Renders; `translate` gives the translator of a language."""

    def __init__(
        self,
        translate: Callable[[str], Translator],
        now: Callable[[], datetime],
        *,
        strict: bool = False,
    ) -> None:
        self._translate = translate
        self._now = now
        self._regions = Regions.load()
        self.strict = strict
        """Must everybody have a second step?"""
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def speaker(self, language: str) -> Callable[[Text], str]:
        """Says a sentence in that language."""
        spoken = self._translate(language)
        return lambda words: words.to(spoken)

    def response(
        self,
        template: str,
        session: Session | None,
        language: str,
        *,
        status: int = 200,
        **values: Any,
    ) -> web.Response:
        spoken = self._translate(language)

        def say(words: str | Text, **filled: Any) -> str:
            text = Text(words) if isinstance(words, str) else words
            return text.fill(**filled).to(spoken) if filled else text.to(spoken)

        # A page of signing in shows no way around it.
        ready = session is not None and reached_by(session, strict=self.strict)[0] is Step.READY
        shared = {
            "_": say,
            "session": session,
            "today": self._now().astimezone(GUANGDONG).date(),
            "ready": ready,
            "role": session.member.role if session else "",
            "roles": ROLES,
            "office": OFFICE,
            "above": ABOVE,
            "shortcuts": SHORTCUTS,
            "region_name": lambda code: region_name(self._regions, code).to(spoken),
            "language": language,
            "html_language": {"zh_Hans": "zh-Hans", "zh_Hant": "zh-Hant", "en": "en"}[language],
            "languages": LANGUAGE_NAMES,
            "moment": spoken.moment,
            "date": spoken.date,
            "short_date": spoken.short_date,
            "mask_name": mask_name,
            "mask_phone": mask_phone,
            "procedure_name": lambda procedure: released().procedures[procedure][language],
            "stage_name": lambda stage: released().words[stage].name[language],
            "preview_lines": self._preview,
            "now": self._now(),
            "ago": lambda then: say(since(self._now() - then)),
            "kinds": KINDS,
            "states": STATES,
            "deliveries": DELIVERIES,
            "edition_states": EDITION_STATES,
            "channels": CHANNEL_NAMES,
            "with_places": with_places,
            "spoken_reply": lambda reply: reply_words(reply, spoken),
        }
        html = self._templates.get_template(template).render(shared, **values)
        return web.Response(text=html, content_type="text/html", status=status)

    def of_member(
        self, session: Session, template: str, *, status: int = 200, **values: Any
    ) -> web.Response:
        """A page of somebody who is signed in, in their language."""
        return self.response(template, session, session.member.language, status=status, **values)

    def _preview(self, number: str, words: str, speaks: str, asks: bool) -> list[str]:  # noqa: FBT001
        """A staff reply in the person's language, as it will stand in the chat."""
        spoken = self._translate(speaks)
        reply = answer_reply(number, words, asks=asks)
        return [*reply_words(reply, spoken), *(one.label.to(spoken) for one in reply.choices)]

    def translator(self, language: str) -> Translator:
        return self._translate(language)

    def counted(self, language: str, waiting: int, arrived: int) -> str:
        """An event of the queue's stream: how many wait and have arrived, as words."""
        words = (
            _("New messages: {arrived}. Waiting: {count}").fill(arrived=arrived, count=waiting)
            if arrived
            else _("Waiting: {count}").fill(count=waiting)
        )
        said = words.to(self._translate(language))
        told = {"waiting": waiting, "arrived": arrived, "words": said}
        return json.dumps(told, ensure_ascii=False)


def region_name(regions: Regions, code: str) -> Text:
    """A division's whole name; the province has one of its own."""
    return _("All of Guangdong") if code == PROVINCE else verbatim(regions.full_name(code))


def since(passed: Any) -> Text:
    """'3 hours': the largest unit that fits, rounded down."""
    minutes = max(int(passed.total_seconds() // 60), 0)
    if minutes < 60:  # noqa: PLR2004 - an hour
        return _("{count} min").fill(count=minutes)
    if minutes < 48 * 60:
        return _("{count} h").fill(count=minutes // 60)
    return _("{count} days").fill(count=minutes // (24 * 60))


def reply_words(reply: Reply, spoken: Translator) -> list[str]:
    """What the bot said, line by line, without its choices."""
    before = (reply.heading, *reply.paragraphs, *reply.items)
    way = reply.timeline
    after = (way and way.note, reply.caution, reply.question)
    return [
        *(text.to(spoken) for text in before if text),
        *(way.lines(spoken) if way else ()),
        *(text.to(spoken) for text in after if text),
    ]


def language_of(session: Session | None, request: web.Request) -> str:
    """The member's choice; before that, the browser's."""
    if session:
        return session.member.language
    return preferred_language(request.headers)


def with_places(words: str) -> list[tuple[str, str]]:
    """The words in pieces; where one is a place, it comes with an address that a map opens."""
    pieces, end = [], 0
    for found in _PLACE.finditer(words):
        pieces += [(words[end : found.start()], ""), (f"{found[1]}, {found[2]}", found[0])]
        end = found.end()
    return [piece for piece in (*pieces, (words[end:], "")) if piece[0]]
