"""The calendar by week and team; half-days opened, blocked, closed; closures."""

from datetime import timedelta
from typing import ClassVar

from aiohttp import web

from bot.domain import visit_import as reading
from bot.domain.staff import Role
from bot.domain.tickets import NotFound
from bot.domain.visit_weeks import (
    LONGEST_REASON,
    MOST_PLACES,
    AlreadyOpen,
    Closed,
    Closure,
    DayOff,
    OutOfReach,
    TooFew,
    monday_of,
)
from bot.domain.visits import Half, Visit, VisitKind
from bot.i18n import Text, _
from bot.services import Services
from bot.services.visit_import import LONGEST_TRANSPORT, LONGEST_VENUE, why_not
from bot.web.forms import number_in
from bot.web.visit_room import (
    CONFLICT,
    UNPROCESSABLE,
    VisitRoom,
    day_in,
    fields_of,
    member_of,
    why_of,
)

CANNOT_OPEN = (DayOff, Closed, AlreadyOpen, OutOfReach)
MOST_WEEKS = 13
"""Opened at once by a team's usual week: a quarter."""
NO_REASON = _("Please say why, so that people can be told.")
WRONG_PLACES = _("Please give a number of people from 1 to {most}.").fill(most=MOST_PLACES)


class VisitWeeks(VisitRoom):
    """Seeing is behind rules.member (an assessor sees their own teams), changing behind clerk."""

    said: ClassVar = {
        "opened": _("Opened."),
        "opened-usual": _("The usual half-days were opened."),
        "blocked": _("Blocked. Nobody new can take a place; who has one keeps it."),
        "closed": _("Closed. Those who had a place were told, and wait before others."),
        "reopened": _("Open again."),
        "places": _("The number of places was changed."),
        "closure": _("The closure is entered."),
        "closure-removed": _("The closure was removed. Its half-days stay closed until opened."),
    }

    async def week(self, request: web.Request) -> web.StreamResponse:
        member = member_of(request)
        team = request.query.get("team", "")
        team_id = number_in(team) if team else None
        page = request.query.get("page", "1")
        at = max(number_in(page), 1)

        def look(services: Services) -> web.Response:
            today = services.visit_weeks.today
            day = day_in(request.query.get("week", "")) or today
            if abs(day - today) > timedelta(days=3700):
                raise NotFound
            week = services.visit_weeks.week(member, day, team_id, at)
            spoken = self._pages.translator(member.language)
            return self._page(
                request,
                "visits.html",
                week=week,
                names=[spoken.short_date(one.day) for one in week.days],
                teams=services.visit_teams.teams(member),
                team_id=team_id,
                page=at,
                today=today,
                before=week.monday - timedelta(days=7),
                after=week.monday + timedelta(days=7),
                this_week=monday_of(today),
                regions=services.regions,
                may_change=member.role is not Role.ASSESSOR,
                most_weeks=MOST_WEEKS,
            )

        return await self._office.read(look)

    async def half_day(self, request: web.Request) -> web.StreamResponse:
        return await self._half_day_page(request)

    async def _half_day_page(
        self, request: web.Request, fault: Text | None = None, status: int = 200
    ) -> web.Response:
        member, visit_id = member_of(request), number_in(request.match_info["id"])

        def look(services: Services) -> web.Response:
            found, team = services.visit_weeks.half_day(visit_id, member)
            booked = services.visit_weeks.booked(found.visit)
            held = [
                one for one in services.desk.holding(found.visit) if one.state.value == "offered"
            ]
            services.audit.record(
                member.id, "visit.read", f"team {team.id} {found.visit.day} {found.visit.half}"
            )
            return self._page(
                request,
                "half_day.html",
                fault=fault,
                status=status,
                found=found,
                visit=found.visit,
                team=team,
                booked=booked,
                held=held,
                members=services.visit_teams.members(team),
                regions=services.regions,
                today=services.visit_weeks.today,
                may_change=member.role is not Role.ASSESSOR,
                most=MOST_PLACES,
            )

        return await self._office.write(look)

    # --- opened

    async def show_open(self, request: web.Request) -> web.StreamResponse:
        return await self._open_form(request, dict(request.query))

    async def open(self, request: web.Request) -> web.StreamResponse:
        member, fields = member_of(request), await fields_of(request)
        team_id = number_in(fields.get("team", ""))
        visit, places, fault = _wanted(team_id, fields)
        if visit is None:
            return await self._open_form(request, fields, fault, UNPROCESSABLE)
        try:
            made = await self._office.write(
                lambda services: services.visit_weeks.open(visit, places, member)
            )
        except CANNOT_OPEN as error:
            return await self._open_form(request, fields, why_not(error), CONFLICT)
        except ValueError:
            return await self._open_form(request, fields, WRONG_PLACES, UNPROCESSABLE)
        raise web.HTTPSeeOther(f"/staff/half-days/{made.id}?said=opened")

    async def open_usual(self, request: web.Request) -> web.StreamResponse:
        member, fields = member_of(request), await fields_of(request)
        team_id = number_in(fields.get("team", ""))
        weeks = min(max(number_in(fields.get("weeks", "1")), 1), MOST_WEEKS)
        day = day_in(fields.get("week", ""))
        if day is None:
            raise NotFound
        await self._office.write(
            lambda services: services.visit_weeks.open_usual(team_id, day, weeks, member)
        )
        raise web.HTTPSeeOther(
            f"/staff/visits?week={monday_of(day)}&team={team_id}&said=opened-usual"
        )

    async def _open_form(
        self,
        request: web.Request,
        fields: dict[str, str],
        fault: Text | None = None,
        status: int = 200,
    ) -> web.Response:
        member = member_of(request)
        team_id = number_in(fields.get("team", ""))

        def look(services: Services) -> web.Response:
            team = services.visit_teams.team(team_id, member)
            day = day_in(fields.get("day", "")) or services.visit_weeks.today
            return self._page(
                request, "half_day_open.html", fault=fault, status=status, team=team,
                fields={"places": str(team.places), **fields, "day": day.isoformat()},
                day=services.visit_weeks.day(day), most=MOST_PLACES,
            )  # fmt: skip

        return await self._office.read(look)

    # --- changed

    async def close(self, request: web.Request) -> web.StreamResponse:
        """Blocked (who has a place keeps it), or closed (they are told and wait)."""
        member, visit_id = member_of(request), number_in(request.match_info["id"])
        fields = await fields_of(request)
        release = fields.get("booked") == "release"
        why = why_of(fields)
        if why is None:
            return await self._half_day_page(request, NO_REASON, UNPROCESSABLE)
        await self._office.write(
            lambda services: services.visit_weeks.close(visit_id, why, member, release=release)
        )
        said = "closed" if release else "blocked"
        raise web.HTTPSeeOther(f"/staff/half-days/{visit_id}?said={said}")

    async def reopen(self, request: web.Request) -> web.StreamResponse:
        member, visit_id = member_of(request), number_in(request.match_info["id"])
        try:
            await self._office.write(lambda services: services.visit_weeks.reopen(visit_id, member))
        except Closed as error:
            return await self._half_day_page(request, why_not(error), CONFLICT)
        raise web.HTTPSeeOther(f"/staff/half-days/{visit_id}?said=reopened")

    async def places(self, request: web.Request) -> web.StreamResponse:
        member, visit_id = member_of(request), number_in(request.match_info["id"])
        count = (await fields_of(request)).get("places", "")
        if not count.isdecimal() or not 1 <= int(count) <= MOST_PLACES:
            return await self._half_day_page(request, WRONG_PLACES, UNPROCESSABLE)
        try:
            await self._office.write(
                lambda services: services.visit_weeks.set_places(visit_id, int(count), member)
            )
        except TooFew as error:
            many = _("{count} people have a place. Please move somebody first.")
            return await self._half_day_page(request, many.fill(count=error.args[0]), CONFLICT)
        raise web.HTTPSeeOther(f"/staff/half-days/{visit_id}?said=places")

    # --- closures

    async def closures(self, request: web.Request) -> web.StreamResponse:
        return await self._closures_page(request, {})

    async def add_closure(self, request: web.Request) -> web.StreamResponse:
        member, fields = member_of(request), await fields_of(request)
        first, last = day_in(fields.get("first", "")), day_in(fields.get("last", ""))
        reason = fields.get("reason", "")
        if first is None or last is None or last < first:
            wrong = _("Please give the first and the last day, for example 2026-03-05.")
            return await self._closures_page(request, fields, wrong, UNPROCESSABLE)
        if not reason or len(reason) > LONGEST_REASON:
            return await self._closures_page(request, fields, NO_REASON, UNPROCESSABLE)
        team = fields.get("team", "")
        half = Half(fields["half"]) if fields.get("half") in list(Half) else None
        closure = Closure(
            0, member.region, number_in(team) if team else None, first, last, half, reason
        )
        release = fields.get("booked") == "release"
        try:
            await self._office.write(
                lambda services: services.visit_weeks.add_closure(closure, member, release=release)
            )
        except OutOfReach as error:
            return await self._closures_page(request, fields, why_not(error), UNPROCESSABLE)
        raise web.HTTPSeeOther("/staff/closures?said=closure")

    async def remove_closure(self, request: web.Request) -> web.StreamResponse:
        member, closure_id = member_of(request), number_in(request.match_info["id"])
        await self._office.write(
            lambda services: services.visit_weeks.remove_closure(closure_id, member)
        )
        raise web.HTTPSeeOther("/staff/closures?said=closure-removed")

    async def _closures_page(
        self,
        request: web.Request,
        fields: dict[str, str],
        fault: Text | None = None,
        status: int = 200,
    ) -> web.Response:
        member = member_of(request)

        def look(services: Services) -> web.Response:
            teams = services.visit_teams.teams(member)
            return self._page(
                request, "closures.html", fault=fault, status=status, fields=fields, teams=teams,
                closures=services.visit_weeks.closures(member), member=member,
                team_names={team.id: team.name for team in teams}, regions=services.regions,
            )  # fmt: skip

        return await self._office.read(look)


def _wanted(team_id: int, fields: dict[str, str]) -> tuple[Visit | None, int, Text | None]:
    """The half-day of a form, or what is wrong with it."""
    day, half = day_in(fields.get("day", "")), reading.half(fields.get("half", ""))
    starts = reading.clock(fields.get("starts", ""))
    places = fields.get("places", "")
    kind = reading.visit_kind(fields.get("kind", "home"))
    group = kind is VisitKind.GROUP
    venue = fields.get("venue", "")[:LONGEST_VENUE] if group else ""
    transport = fields.get("transport", "")[:LONGEST_TRANSPORT] if group else ""
    if day is None or half is None or kind is None:
        return None, 0, _("Please choose the day and the half of the day.")
    if not places.isdecimal() or len(places) > 4:  # noqa: PLR2004 - no such number of people
        return None, 0, WRONG_PLACES
    if starts is None:
        return None, 0, _("Please write the time like this: 09:30.")
    if group and not venue:
        return None, 0, _("A group session needs its place: name and address.")
    visit = Visit(
        0, team_id, "", day, half, kind=kind, venue=venue, transport=transport, starts=starts
    )
    return visit, int(places), None
