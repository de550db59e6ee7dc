"""The page of one item: its letters, the reply being written, and what can be done with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.domain.plain_words import Fault
from bot.domain.public_notes import PublicNote
from bot.domain.queue import BeingAnswered
from bot.domain.staff import Session
from bot.domain.tickets import PUBLIC_KINDS, Priority, TicketKind
from bot.i18n import Text, _
from bot.services import Services
from bot.services.tickets import Item
from bot.web.guard import SESSION
from bot.web.office import Office
from bot.web.pages import Pages

LONGEST_REPLY = 2000
SAID: dict[str, Text] = {
    "sent": _("Your reply is on its way."),
    "asked": _("Your question is on its way. The item waits for the person."),
    "taken": _("It is yours now."),
    "next": _("This is the next one. It is yours now."),
    "sent-next": _("Your reply is on its way. This is the next one, and it is yours now."),
    "nobody": _("Nobody is waiting that nobody has."),
    "sent-nobody": _("Your reply is on its way. Nobody else is waiting."),
    "given-back": _("Given back to the queue."),
    "closed": _("Closed."),
    "handed": _("Handed to the other office."),
    "waits": _("It waits for the other office now."),
    "noted": _("The note is kept. Only staff see it."),
    "labelled": _("The labels are kept."),
    "prioritised": _("The priority is changed."),
    "merged": _("Merged."),
    "split": _("The letters are an item of their own now: this one."),
    "not-possible": _("That is not possible as this item stands. Nothing was changed."),
    "no-reason": _("Please say why, and to which office. Nothing was changed."),
    "no-office": _("No office fits that name. Please write it with its city. Nothing was changed."),
    "drafted": _("Kept as a draft. A supervisor releases it."),
    "view-saved": _("The view is kept."),
    "view-gone": _("The view is removed."),
}
EVENTS: dict[str, Text] = {
    "handed": _("Handed to another office"),
    "with_office": _("Waits for"),
    "merged": _("Merged into"),
    "merged_here": _("Merged into this one"),
    "joined": _("Added their voice to"),
    "split": _("Letters went into a new item"),
    "split_from": _("Split from"),
    "reopened": _("Opened again by the person"),
    "follows": _("Goes on from"),
    "settled": _("The person says: it is settled"),
    "not_settled": _("The person says: not settled"),
    "warned": _("The deadline is near"),
    "escalated": _("The deadline is past: a supervisor sees it"),
    "raised": _("Still unanswered: to the office above"),
    "away": _("Back in the queue: its owner is away"),
    "not_taken": _("A file came that cannot be opened or is too large. The person was told."),
}
PRIORITIES: dict[Priority, Text] = {
    Priority.EMERGENCY: _("emergency"),
    Priority.HIGH: _("high"),
    Priority.USUAL: _("usual"),
    Priority.LOW: _("low"),
}
SPLITS = (
    TicketKind.QUESTION,
    TicketKind.COMPLAINT,
    TicketKind.SUGGESTION,
    TicketKind.PRAISE,
    TicketKind.PLACE,
)


@dataclass(frozen=True, slots=True)
class Writing:
    """The reply as it stands in its box, and what we say about it."""

    words: str = ""
    fault: Text | None = None
    lint: Sequence[Fault] = ()
    preview: bool = False
    asks: bool = False


class TicketPages:
    """Draws the page of an item; every handler that ends on one uses it."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self.office = office
        self.pages = pages

    async def show(
        self, request: web.Request, writing: Writing | None = None, status: int = 200
    ) -> web.Response:
        """The look is in the audit log. What was being written before stands in its box again."""
        number, member = request.match_info["number"], request[SESSION].member

        def look(services: Services) -> tuple[Item, list[PublicNote], Sequence[Any]]:
            item = services.tickets.item(number, member)
            return item, services.public_notes.of(item.ticket), services.known.canned

        item, notes, canned = await self.office.write(look)
        writing = writing or Writing(item.draft)
        session = request[SESSION]
        mine = item.ticket.taken_by in (None, member.id)
        writer = next((one for one in item.others if one.writing_at is not None), None)
        return self.respond(
            request,
            session,
            "item.html",
            status=status,
            item=item,
            ticket=item.ticket,
            may_answer=mine and item.ticket.merged_into is None,
            locked=writer.name if writer and item.ticket.taken_by is None else "",
            writing=writing,
            kept=bool(item.draft and writing.words == item.draft),
            longest=LONGEST_REPLY,
            events=EVENTS,
            priorities=PRIORITIES,
            splits=SPLITS,
            notes=notes,
            may_publish=item.ticket.kind in PUBLIC_KINDS and item.ticket.merged_into is None,
            canned=canned,
            speaks=item.person.language or "zh_Hans",
            said=SAID.get(request.query.get("said", "")) if writing.fault is None else None,
        )

    def respond(
        self,
        request: web.Request,
        session: Session,
        template: str,
        *,
        status: int = 200,
        **values: Any,
    ) -> web.Response:
        return self.pages.of_member(session, template, status=status, **values)


def being_answered(error: BeingAnswered) -> Text:
    return _(
        "{name} is writing an answer to this at the moment. Your words are kept below. "
        "Take the item first if you two have agreed on it."
    ).fill(name=error.name)
