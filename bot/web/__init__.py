"""The staff console: every route and who may use it, in one table."""

from collections.abc import Callable, Sequence
from datetime import datetime

from aiohttp import web

from bot import i18n
from bot.services.checklists import PAGE
from bot.web.account import Account
from bot.web.answers import Answers
from bot.web.api import make_api
from bot.web.applications import Applications
from bot.web.audit import AuditLog
from bot.web.bookings import Bookings
from bot.web.checklists import Checklists
from bot.web.day_sheets import DaySheets
from bot.web.guard import Guard
from bot.web.hashing import Hashing
from bot.web.home import home_or
from bot.web.imports import Imports
from bot.web.live import Live
from bot.web.numbers import NumberPages
from bot.web.office import Office
from bot.web.pages import Pages
from bot.web.people import People
from bot.web.phone_bookings import PhoneBookings
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
from bot.web.systems import Systems
from bot.web.teams import Teams
from bot.web.ticket_changes import TicketChanges
from bot.web.ticket_reply import TicketReply
from bot.web.tickets import Tickets
from bot.web.visit_figures import VisitFigures
from bot.web.visit_files import VisitFiles
from bot.web.visit_import import VisitImport
from bot.web.visit_weeks import VisitWeeks

__all__ = ["make_api", "make_console"]


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
    weeks = VisitWeeks(office, pages)
    bookings = Bookings(office, pages)
    phone = PhoneBookings(office, pages)
    sheets = DaySheets(office, pages)
    teams = Teams(office, pages)
    importing = VisitImport(office, pages)
    figures = VisitFigures(office, pages)
    applications = Applications(office, pages)
    imports = Imports(office, pages)
    systems = Systems(office, pages)
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
        ("POST", "/staff/account/away", member, account.away),
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
        ("GET", "/staff/visits", member, weeks.week),
        ("GET", "/staff/visits/open", clerk, weeks.show_open),
        ("POST", "/staff/visits/open", clerk, weeks.open),
        ("POST", "/staff/visits/open-usual", clerk, weeks.open_usual),
        ("GET", "/staff/visits/import", clerk, importing.show),
        ("POST", "/staff/visits/import", clerk, importing.look),
        ("POST", "/staff/visits/import/take", clerk, importing.take),
        ("GET", "/staff/visits/import/{name}", clerk, importing.template),
        ("GET", "/staff/visits/numbers", clerk, figures.show),
        ("GET", "/staff/visits/numbers.{format}", clerk, figures.file),
        ("GET", "/staff/half-days/{id}", member, weeks.half_day),
        ("GET", "/staff/half-days/{id}/sheet", member, sheets.show),
        ("GET", "/staff/half-days/{id}/sheet.pdf", member, sheets.pdf),
        ("POST", "/staff/half-days/{id}/outcome/{number}", member, sheets.outcome),
        ("POST", "/staff/half-days/{id}/close", clerk, weeks.close),
        ("POST", "/staff/half-days/{id}/reopen", clerk, weeks.reopen),
        ("POST", "/staff/half-days/{id}/places", clerk, weeks.places),
        ("GET", "/staff/closures", clerk, weeks.closures),
        ("POST", "/staff/closures", clerk, weeks.add_closure),
        ("POST", "/staff/closures/{id}/remove", clerk, weeks.remove_closure),
        ("GET", "/staff/teams", clerk, teams.listing),
        ("POST", "/staff/teams", clerk, teams.save),
        ("GET", "/staff/teams/new", clerk, teams.new),
        ("GET", "/staff/teams/{id}", clerk, teams.show),
        ("POST", "/staff/teams/{id}/members", supervisor, teams.members),
        ("POST", "/staff/counties", supervisor, teams.county),
        ("GET", "/staff/bookings", clerk, bookings.listing),
        ("GET", "/staff/bookings/new", clerk, phone.show),
        ("POST", "/staff/bookings/new", clerk, phone.send),
        ("GET", "/staff/bookings/{number}", clerk, bookings.show),
        ("POST", "/staff/bookings/{number}/reveal", clerk, bookings.reveal),
        ("POST", "/staff/bookings/{number}/move", clerk, bookings.move),
        ("POST", "/staff/bookings/{number}/cancel", clerk, bookings.cancel),
        ("POST", "/staff/bookings/{number}/propose", clerk, bookings.propose),
        ("POST", "/staff/bookings/{number}/withdraw", clerk, bookings.withdraw),
        ("POST", "/staff/bookings/{number}/answer", clerk, bookings.answer),
        ("POST", "/staff/bookings/{number}/urgency", clerk, bookings.urgency),
        ("POST", "/staff/bookings/{number}/note", clerk, bookings.note),
        ("POST", "/staff/bookings/{number}/link", clerk, bookings.link),
        ("GET", "/staff/applications", clerk, applications.list),
        ("POST", "/staff/applications/move", clerk, applications.move_many),
        ("GET", "/staff/applications/new", clerk, applications.new),
        ("POST", "/staff/applications/new", clerk, applications.add),
        ("POST", "/staff/applications/alerts/{id}/seen", clerk, applications.see_alert),
        ("GET", "/staff/applications/systems", administrator, systems.list),
        ("POST", "/staff/applications/systems", administrator, systems.add),
        ("POST", "/staff/applications/systems/revoke", administrator, systems.revoke),
        ("GET", "/staff/applications/imports", clerk, imports.list),
        ("POST", "/staff/applications/imports", clerk, imports.upload),
        ("GET", "/staff/applications/imports/{id}", clerk, imports.show),
        ("GET", "/staff/applications/imports/{id}/progress", clerk, imports.progress),
        ("POST", "/staff/applications/imports/{id}/columns", clerk, imports.name_columns),
        ("POST", "/staff/applications/imports/{id}/start", clerk, imports.start),
        ("POST", "/staff/applications/imports/{id}/undo", clerk, imports.undo),
        ("GET", "/staff/applications/imports/{id}/numbers", clerk, imports.numbers),
        ("GET", "/staff/applications/{number}", clerk, applications.show),
        ("POST", "/staff/applications/{number}/move", clerk, applications.move),
        ("POST", "/staff/applications/{number}/correct", clerk, applications.correct),
        ("POST", "/staff/applications/{number}/code", clerk, applications.code),
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
        ("GET", "/visit/{number}/{token}.ics", anybody, VisitFiles(office).calendar),
        ("GET", "/said-and-done", anybody, said_and_done.show),
    )
    routes: list[web.AbstractRouteDef] = [
        web.route(method, path, guard.protect(handler, who)) for method, path, who, handler in table
    ]
    return [*routes, web.get("/staff", guard.protect(_to_queue, anybody))]


async def _to_queue(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/staff/")
