"""The staff console: every route and who may use it, in one table."""

from collections.abc import Callable, Sequence
from datetime import datetime

from aiohttp import web

from bot import i18n
from bot.services.checklists import PAGE
from bot.web.account import Account
from bot.web.answers import Answers
from bot.web.audit import AuditLog
from bot.web.checklists import Checklists
from bot.web.guard import Guard
from bot.web.hashing import Hashing
from bot.web.home import home_or
from bot.web.live import Live
from bot.web.numbers import NumberPages
from bot.web.office import Office
from bot.web.pages import Pages
from bot.web.people import People
from bot.web.rules import (
    administrator,
    anybody,
    background,
    clerk,
    first_password,
    halfway,
    member,
    news,
    own_password,
    supervisor,
)
from bot.web.said_and_done import SaidAndDone
from bot.web.second_step import SecondStepPages
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
    second_step: bool = False,
    now: Callable[[], datetime],
    translate: Callable[[str], i18n.Translator] = i18n.translator,
) -> Sequence[web.AbstractRouteDef]:
    """`secure`: people reach us over https; `second_step`: all staff must have set one up.

    A route without a rule cannot be written here: this table is the policy.
    """
    pages = Pages(translate, now, strict=second_step)
    guard = Guard(office, pages, secure=secure, second_step=second_step)
    hashing = Hashing()
    sign_in = SignIn(office, pages, guard, hashing)
    account = Account(office, pages, guard, hashing)
    step = SecondStepPages(office, pages, guard)
    tickets = Tickets(office, pages)
    changes = TicketChanges(office)
    reply = TicketReply(office, pages)
    said_and_done = SaidAndDone(office, pages)
    stuck = Stuck(office, pages)
    answers = Answers(office, pages)
    people = People(office, pages, hashing)
    numbers = NumberPages(office, pages)
    audit = AuditLog(office, pages)
    table = (
        ("GET", "/staff/sign-in", anybody, sign_in.show),
        ("POST", "/staff/sign-in", anybody, sign_in.sign_in),
        ("GET", "/staff/code", halfway, sign_in.show_code),
        ("POST", "/staff/code", halfway, sign_in.give_code),
        ("POST", "/staff/sign-out", halfway, sign_in.sign_out),
        ("GET", "/staff/session", background, sign_in.left),
        ("POST", "/staff/session", first_password, sign_in.stay),
        ("GET", "/staff/password", first_password, account.show_password),
        ("POST", "/staff/password", first_password, account.change_password),
        ("POST", "/staff/language", first_password, account.set_language),
        ("GET", "/staff/second-step", own_password, step.show),
        ("POST", "/staff/second-step", own_password, step.confirm),
        ("POST", "/staff/second-step/start", own_password, step.start),
        ("POST", "/staff/second-step/codes", own_password, step.new_codes),
        ("POST", "/staff/second-step/off", own_password, step.off),
        ("GET", "/staff/account", member, account.show),
        ("POST", "/staff/account/keys", member, account.set_keys),
        ("POST", "/staff/account/sessions/end", member, account.end_session),
        ("POST", "/staff/account/sessions/end-others", member, account.end_others),
        ("GET", "/staff/keys", member, account.keys),
        ("GET", "/staff/", member, home_or(tickets.queue)),
        ("GET", "/staff/events", news, Live(office, pages, guard.cookie).events),
        ("GET", "/staff/tickets/{number}", clerk, tickets.show),
        ("POST", "/staff/tickets/{number}/take", clerk, changes.take),
        ("POST", "/staff/tickets/{number}/give-back", clerk, changes.give_back),
        ("POST", "/staff/tickets/{number}/reply", clerk, reply.reply),
        ("POST", "/staff/tickets/{number}/draft", clerk, reply.draft),
        ("POST", "/staff/tickets/{number}/close", clerk, changes.close),
        ("POST", "/staff/tickets/{number}/hand-over", clerk, changes.hand_over),
        ("POST", "/staff/tickets/{number}/wait", clerk, changes.wait),
        ("POST", "/staff/tickets/{number}/priority", clerk, changes.prioritise),
        ("POST", "/staff/tickets/{number}/labels", clerk, changes.label),
        ("POST", "/staff/tickets/{number}/note", clerk, changes.note),
        ("POST", "/staff/tickets/{number}/merge", clerk, changes.merge),
        ("POST", "/staff/tickets/{number}/split", clerk, changes.split),
        ("GET", "/staff/tickets/{number}/public", clerk, said_and_done.write),
        ("POST", "/staff/tickets/{number}/public", clerk, said_and_done.draft),
        ("POST", "/staff/next", clerk, tickets.next),
        ("POST", "/staff/views", clerk, tickets.keep_view),
        ("POST", "/staff/views/{id}/remove", clerk, tickets.forget_view),
        ("GET", "/staff/public", supervisor, said_and_done.drafts),
        ("POST", "/staff/public/{id}/release", supervisor, said_and_done.release),
        ("POST", "/staff/public/{id}/withdraw", supervisor, said_and_done.withdraw),
        ("GET", "/staff/tickets/{number}/files/{reference}", clerk, tickets.file),
        ("GET", "/staff/questions", clerk, answers.questions),
        ("GET", "/staff/questions/{id}", clerk, answers.question),
        ("POST", "/staff/questions/{id}/link", clerk, answers.link),
        ("POST", "/staff/questions/{id}/set-aside", clerk, answers.set_aside),
        ("GET", "/staff/answers", clerk, answers.answers),
        ("GET", "/staff/answers/faults", clerk, answers.faults),
        ("GET", "/staff/answers/new", clerk, answers.new),
        ("GET", "/staff/answers/{article}", clerk, answers.answer),
        ("POST", "/staff/answers/{article}/unlink", clerk, answers.unlink),
        ("GET", "/staff/answers/{article}/{language}", clerk, answers.write),
        ("POST", "/staff/answers/{article}/{language}", clerk, answers.draft),
        ("GET", "/staff/editions/{id}", clerk, answers.edition),
        ("POST", "/staff/editions/{id}/publish", supervisor, answers.publish),
        ("POST", "/staff/editions/{id}/send-back", clerk, answers.send_back),
        ("POST", "/staff/editions/{id}/withdraw", supervisor, answers.withdraw),
        ("GET", "/staff/people", supervisor, people.all),
        ("GET", "/staff/people.csv", supervisor, people.file),
        ("GET", "/staff/people/new", administrator, people.new),
        ("POST", "/staff/people/new", administrator, people.add),
        ("GET", "/staff/people/import", administrator, people.import_form),
        ("POST", "/staff/people/import", administrator, people.preview),
        ("POST", "/staff/people/import/confirm", administrator, people.confirm),
        ("GET", "/staff/people/{name}", supervisor, people.show),
        ("POST", "/staff/people/{name}/away", supervisor, people.away),
        ("POST", "/staff/people/{name}/change", administrator, people.change),
        ("POST", "/staff/people/{name}/deactivate", administrator, people.deactivate),
        ("POST", "/staff/people/{name}/password", administrator, people.reset_password),
        ("POST", "/staff/people/{name}/second-step", administrator, people.reset_second_step),
        ("POST", "/staff/people/{name}/sessions", administrator, people.end_sessions),
        ("GET", "/staff/numbers", supervisor, numbers.show),
        ("GET", "/staff/numbers/{file}", supervisor, numbers.file),
        ("GET", "/staff/audit", administrator, audit.show),
        ("POST", "/staff/audit", administrator, audit.check),
        ("GET", "/staff/stuck", supervisor, stuck.show),
        ("POST", "/staff/stuck/retry", supervisor, stuck.retry),
        ("GET", "/staff/static/{name}", anybody, static),
        ("GET", PAGE, anybody, Checklists(office, pages).show),
        ("GET", "/said-and-done", anybody, said_and_done.show),
    )
    routes: list[web.AbstractRouteDef] = [
        web.route(method, path, guard.protect(handler, who)) for method, path, who, handler in table
    ]
    return [*routes, web.get("/staff", guard.protect(_to_queue, anybody))]


async def _to_queue(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/staff/")
