"""The staff console: every route and who may use it, in one table."""

from collections.abc import Callable, Sequence
from datetime import datetime

from aiohttp import web

from bot import i18n
from bot.services.checklists import PAGE
from bot.web.answers import Answers
from bot.web.checklists import Checklists
from bot.web.guard import Guard, anybody, first_password, member, supervisor
from bot.web.office import Office
from bot.web.pages import Pages
from bot.web.said_and_done import SaidAndDone
from bot.web.sign_in import SignIn
from bot.web.static import static
from bot.web.stuck import Stuck
from bot.web.ticket_changes import TicketChanges
from bot.web.ticket_reply import TicketReply
from bot.web.tickets import Tickets

__all__ = ["make_console"]


def make_console(
    office: Office,
    *,
    secure: bool,
    now: Callable[[], datetime],
    translate: Callable[[str], i18n.Translator] = i18n.translator,
) -> Sequence[web.AbstractRouteDef]:
    """`secure`: people reach us over https. A route without a guard cannot be written here."""
    pages = Pages(translate, now)
    guard = Guard(office, pages, secure=secure)
    sign_in = SignIn(office, pages, guard)
    tickets = Tickets(office, pages)
    changes = TicketChanges(office)
    reply = TicketReply(office, pages)
    said_and_done = SaidAndDone(office, pages)
    stuck = Stuck(office, pages)
    answers = Answers(office, pages)
    table = (
        ("GET", "/staff/sign-in", anybody, sign_in.show),
        ("POST", "/staff/sign-in", anybody, sign_in.sign_in),
        ("POST", "/staff/sign-out", first_password, sign_in.sign_out),
        ("GET", "/staff/password", first_password, sign_in.show_password),
        ("POST", "/staff/password", first_password, sign_in.change_password),
        ("POST", "/staff/language", first_password, sign_in.set_language),
        ("GET", "/staff/", member, tickets.queue),
        ("GET", "/staff/events", member, tickets.events),
        ("GET", "/staff/tickets/{number}", member, tickets.show),
        ("POST", "/staff/tickets/{number}/take", member, changes.take),
        ("POST", "/staff/tickets/{number}/give-back", member, changes.give_back),
        ("POST", "/staff/tickets/{number}/reply", member, reply.reply),
        ("POST", "/staff/tickets/{number}/draft", member, reply.draft),
        ("POST", "/staff/tickets/{number}/close", member, changes.close),
        ("POST", "/staff/tickets/{number}/hand-over", member, changes.hand_over),
        ("POST", "/staff/tickets/{number}/wait", member, changes.wait),
        ("POST", "/staff/tickets/{number}/priority", member, changes.prioritise),
        ("POST", "/staff/tickets/{number}/labels", member, changes.label),
        ("POST", "/staff/tickets/{number}/note", member, changes.note),
        ("POST", "/staff/tickets/{number}/merge", member, changes.merge),
        ("POST", "/staff/tickets/{number}/split", member, changes.split),
        ("GET", "/staff/tickets/{number}/public", member, said_and_done.write),
        ("POST", "/staff/tickets/{number}/public", member, said_and_done.draft),
        ("POST", "/staff/next", member, tickets.next),
        ("POST", "/staff/views", member, tickets.keep_view),
        ("POST", "/staff/views/{id}/remove", member, tickets.forget_view),
        ("GET", "/staff/public", supervisor, said_and_done.drafts),
        ("POST", "/staff/public/{id}/release", supervisor, said_and_done.release),
        ("POST", "/staff/public/{id}/withdraw", supervisor, said_and_done.withdraw),
        ("GET", "/staff/tickets/{number}/files/{reference}", member, tickets.file),
        ("GET", "/staff/questions", member, answers.questions),
        ("GET", "/staff/questions/{id}", member, answers.question),
        ("POST", "/staff/questions/{id}/link", member, answers.link),
        ("POST", "/staff/questions/{id}/set-aside", member, answers.set_aside),
        ("GET", "/staff/answers", member, answers.answers),
        ("GET", "/staff/answers/faults", member, answers.faults),
        ("GET", "/staff/answers/new", member, answers.new),
        ("GET", "/staff/answers/{article}", member, answers.answer),
        ("POST", "/staff/answers/{article}/unlink", member, answers.unlink),
        ("GET", "/staff/answers/{article}/{language}", member, answers.write),
        ("POST", "/staff/answers/{article}/{language}", member, answers.draft),
        ("GET", "/staff/editions/{id}", member, answers.edition),
        ("POST", "/staff/editions/{id}/publish", supervisor, answers.publish),
        ("POST", "/staff/editions/{id}/send-back", member, answers.send_back),
        ("POST", "/staff/editions/{id}/withdraw", supervisor, answers.withdraw),
        ("GET", "/staff/stuck", supervisor, stuck.show),
        ("POST", "/staff/stuck/retry", supervisor, stuck.retry),
        ("GET", "/staff/static/{name}", anybody, static),
        ("GET", PAGE, anybody, Checklists(office, pages).show),
        ("GET", "/said-and-done", anybody, said_and_done.show),
    )
    routes: list[web.AbstractRouteDef] = [
        web.route(method, path, guard.protect(handler, who)) for method, path, who, handler in table
    ]
    return [*routes, web.get("/staff", _to_queue)]


async def _to_queue(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/staff/")
