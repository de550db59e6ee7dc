"""The staff console: every route and who may use it, in one table."""

from collections.abc import Callable, Sequence
from datetime import datetime

from aiohttp import web

from bot import i18n
from bot.services.checklists import PAGE
from bot.web.answers import Answers
from bot.web.api import make_api
from bot.web.applications import Applications
from bot.web.bookings import Bookings
from bot.web.checklists import Checklists
from bot.web.day_sheets import DaySheets
from bot.web.guard import Guard, anybody, desk, first_password, member, supervisor
from bot.web.imports import Imports
from bot.web.office import Office
from bot.web.pages import Pages
from bot.web.phone_bookings import PhoneBookings
from bot.web.sign_in import SignIn
from bot.web.static import static
from bot.web.stuck import Stuck
from bot.web.systems import Systems, administrator
from bot.web.teams import Teams
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
    now: Callable[[], datetime],
    translate: Callable[[str], i18n.Translator] = i18n.translator,
) -> Sequence[web.AbstractRouteDef]:
    """`secure`: people reach us over https. A route without a guard cannot be written here."""
    pages = Pages(translate, now)
    guard = Guard(office, pages, secure=secure)
    sign_in = SignIn(office, pages, guard)
    tickets = Tickets(office, pages)
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
        ("POST", "/staff/tickets/{number}/take", member, tickets.take),
        ("POST", "/staff/tickets/{number}/give-back", member, tickets.give_back),
        ("POST", "/staff/tickets/{number}/reply", member, tickets.reply),
        ("POST", "/staff/tickets/{number}/close", member, tickets.close),
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
        ("GET", "/staff/visits", member, weeks.week),
        ("GET", "/staff/visits/open", desk, weeks.show_open),
        ("POST", "/staff/visits/open", desk, weeks.open),
        ("POST", "/staff/visits/open-usual", desk, weeks.open_usual),
        ("GET", "/staff/visits/import", desk, importing.show),
        ("POST", "/staff/visits/import", desk, importing.look),
        ("POST", "/staff/visits/import/take", desk, importing.take),
        ("GET", "/staff/visits/import/{name}", desk, importing.template),
        ("GET", "/staff/visits/numbers", desk, figures.show),
        ("GET", "/staff/visits/numbers.{format}", desk, figures.file),
        ("GET", "/staff/half-days/{id}", member, weeks.half_day),
        ("GET", "/staff/half-days/{id}/sheet", member, sheets.show),
        ("GET", "/staff/half-days/{id}/sheet.pdf", member, sheets.pdf),
        ("POST", "/staff/half-days/{id}/outcome/{number}", member, sheets.outcome),
        ("POST", "/staff/half-days/{id}/close", desk, weeks.close),
        ("POST", "/staff/half-days/{id}/reopen", desk, weeks.reopen),
        ("POST", "/staff/half-days/{id}/places", desk, weeks.places),
        ("GET", "/staff/closures", desk, weeks.closures),
        ("POST", "/staff/closures", desk, weeks.add_closure),
        ("POST", "/staff/closures/{id}/remove", desk, weeks.remove_closure),
        ("GET", "/staff/teams", desk, teams.listing),
        ("POST", "/staff/teams", desk, teams.save),
        ("GET", "/staff/teams/new", desk, teams.new),
        ("GET", "/staff/teams/{id}", desk, teams.show),
        ("POST", "/staff/teams/{id}/members", supervisor, teams.members),
        ("POST", "/staff/counties", supervisor, teams.county),
        ("GET", "/staff/bookings", desk, bookings.listing),
        ("GET", "/staff/bookings/new", desk, phone.show),
        ("POST", "/staff/bookings/new", desk, phone.send),
        ("GET", "/staff/bookings/{number}", desk, bookings.show),
        ("POST", "/staff/bookings/{number}/reveal", desk, bookings.reveal),
        ("POST", "/staff/bookings/{number}/move", desk, bookings.move),
        ("POST", "/staff/bookings/{number}/cancel", desk, bookings.cancel),
        ("POST", "/staff/bookings/{number}/propose", desk, bookings.propose),
        ("POST", "/staff/bookings/{number}/answer", desk, bookings.answer),
        ("POST", "/staff/bookings/{number}/urgency", desk, bookings.urgency),
        ("POST", "/staff/bookings/{number}/note", desk, bookings.note),
        ("POST", "/staff/bookings/{number}/link", desk, bookings.link),
        ("GET", "/staff/applications", member, applications.list),
        ("POST", "/staff/applications/move", member, applications.move_many),
        ("GET", "/staff/applications/new", member, applications.new),
        ("POST", "/staff/applications/new", member, applications.add),
        ("POST", "/staff/applications/alerts/{id}/seen", member, applications.see_alert),
        ("GET", "/staff/applications/systems", administrator, systems.list),
        ("POST", "/staff/applications/systems", administrator, systems.add),
        ("POST", "/staff/applications/systems/revoke", administrator, systems.revoke),
        ("GET", "/staff/applications/imports", member, imports.list),
        ("POST", "/staff/applications/imports", member, imports.upload),
        ("GET", "/staff/applications/imports/{id}", member, imports.show),
        ("GET", "/staff/applications/imports/{id}/progress", member, imports.progress),
        ("POST", "/staff/applications/imports/{id}/columns", member, imports.name_columns),
        ("POST", "/staff/applications/imports/{id}/start", member, imports.start),
        ("POST", "/staff/applications/imports/{id}/undo", member, imports.undo),
        ("GET", "/staff/applications/imports/{id}/numbers", member, imports.numbers),
        ("GET", "/staff/applications/{number}", member, applications.show),
        ("POST", "/staff/applications/{number}/move", member, applications.move),
        ("POST", "/staff/applications/{number}/correct", member, applications.correct),
        ("POST", "/staff/applications/{number}/code", member, applications.code),
        ("GET", "/staff/stuck", supervisor, stuck.show),
        ("POST", "/staff/stuck/retry", supervisor, stuck.retry),
        ("GET", "/staff/static/{name}", anybody, static),
        ("GET", PAGE, anybody, Checklists(office, pages).show),
        ("GET", "/visit/{number}/{token}.ics", anybody, VisitFiles(office).calendar),
    )
    routes: list[web.AbstractRouteDef] = [
        web.route(method, path, guard.protect(handler, who)) for method, path, who, handler in table
    ]
    return [*routes, web.get("/staff", _to_queue)]


async def _to_queue(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/staff/")
