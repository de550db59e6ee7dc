"""Teams: what they assess, their usual week, who goes along; and how each county does it."""

from collections.abc import Sequence
from typing import ClassVar

import phonenumbers
from aiohttp import web
from phonenumbers import PhoneNumberFormat

from bot.domain import visit_import as reading
from bot.domain.people import DisabilityKind
from bot.domain.regions import Level, Regions
from bot.domain.staff import Role
from bot.domain.tickets import NotFound
from bot.domain.visit_weeks import MOST_PLACES
from bot.domain.visits import County, Half, Mode, Team
from bot.i18n import Text, _
from bot.services import Services
from bot.web.forms import number_in
from bot.web.visit_room import (
    UNPROCESSABLE,
    VisitRoom,
    all_of,
    fields_of,
    member_of,
)

WEEKDAYS: dict[int, Text] = {
    1: _("Monday"),
    2: _("Tuesday"),
    3: _("Wednesday"),
    4: _("Thursday"),
    5: _("Friday"),
}
LONGEST_NAME, LONGEST_NOTE = 80, 200


class Teams(VisitRoom):
    """Seeing and saving is behind rules.clerk; who goes along, and counties, behind supervisor."""

    said: ClassVar = {
        "saved": _("The team is saved."),
        "members": _("Who goes along is saved."),
        "county": _("How the county does it is saved."),
    }

    async def listing(self, request: web.Request) -> web.StreamResponse:
        return await self._list_page(request)

    async def _list_page(
        self, request: web.Request, fault: Text | None = None, status: int = 200
    ) -> web.Response:
        member = member_of(request)

        def look(services: Services) -> web.Response:
            known = services.regions
            return self._page(
                request,
                "teams.html",
                fault=fault,
                status=status,
                teams=services.visit_teams.teams(member),
                counties=[
                    one
                    for one in services.visits.counties()
                    if Regions.contains(member.region, one.region)
                ],
                places=_places(known, member.region),
                regions=known,
                is_supervisor=member.role in (Role.SUPERVISOR, Role.ADMINISTRATOR),
            )

        return await self._office.read(look)

    async def new(self, request: web.Request) -> web.StreamResponse:
        return await self._team_page(request, 0)

    async def show(self, request: web.Request) -> web.StreamResponse:
        return await self._team_page(request, number_in(request.match_info["id"]))

    async def save(self, request: web.Request) -> web.StreamResponse:
        member, fields = member_of(request), await fields_of(request)
        team_id = number_in(fields.get("team", "0"))
        kinds = await all_of(request, "kinds")
        halves = await all_of(request, "half_days")
        team, fault = _team(team_id, fields, kinds, halves)
        if team is None:
            return await self._team_page(request, team_id, fault, UNPROCESSABLE)
        saved = await self._office.write(
            lambda services: services.visit_teams.save_team(team, member)
        )
        raise web.HTTPSeeOther(f"/staff/teams/{saved.id}?said=saved")

    async def members(self, request: web.Request) -> web.StreamResponse:
        member, team_id = member_of(request), number_in(request.match_info["id"])
        chosen = [number_in(one) for one in await all_of(request, "members")]
        await self._office.write(
            lambda services: services.visit_teams.set_members(team_id, chosen, member)
        )
        raise web.HTTPSeeOther(f"/staff/teams/{team_id}?said=members")

    async def county(self, request: web.Request) -> web.StreamResponse:
        """Which of the two kinds of county it is."""
        member, fields = member_of(request), await fields_of(request)
        region, mode = fields.get("region", ""), fields.get("mode", "")
        if mode not in list(Mode) or not Regions.contains(member.region, region):
            raise NotFound
        phone = _phone(fields.get("phone", ""))
        if phone is None:
            wrong = _("This is no number to call. For example 020 8318 8888.")
            return await self._list_page(request, wrong, UNPROCESSABLE)
        county = County(region, Mode(mode), phone, fields.get("note", "")[:LONGEST_NOTE])

        def save(services: Services) -> None:
            if region not in services.regions.by_code:
                raise NotFound
            services.visits.set_county(county)
            services.audit.record(member.id, "county.saved", region, detail=mode)

        await self._office.write(save)
        raise web.HTTPSeeOther("/staff/teams?said=county")

    async def _team_page(
        self, request: web.Request, team_id: int, fault: Text | None = None, status: int = 200
    ) -> web.Response:
        member = member_of(request)

        def look(services: Services) -> web.Response:
            teams = services.visit_teams
            team = teams.team(team_id, member) if team_id else Team(0, "", "", frozenset())
            goes = {one for one, _name in teams.members(team)} if team_id else set()
            return self._page(
                request, "team.html", fault=fault, status=status, team=team, goes=goes,
                assessors=teams.assessors(member), weekdays=WEEKDAYS, most=MOST_PLACES,
                places=_places(services.regions, member.region), regions=services.regions,
                is_supervisor=member.role in (Role.SUPERVISOR, Role.ADMINISTRATOR),
            )  # fmt: skip

        return await self._office.read(look)


def _places(regions: Regions, inside: str) -> list[str]:
    """Codes of the cities and counties that a member may choose from, each name once."""
    codes = [
        code
        for code, region in regions.by_code.items()
        if region.level in (Level.CITY, Level.COUNTY) and Regions.contains(inside, code)
    ]
    by_name = {regions.full_name(code): code for code in reversed(codes)}
    return sorted(by_name.values())


def _team(
    team_id: int, fields: dict[str, str], kinds: Sequence[str], halves: Sequence[str]
) -> tuple[Team | None, Text | None]:
    """The team of a form, or what is wrong with it."""
    name, places = fields.get("name", ""), fields.get("places", "")
    chosen = frozenset(kind for kind in DisabilityKind if kind.value in kinds)
    latitude, longitude = fields.get("latitude", ""), fields.get("longitude", "")
    point = reading.degrees(latitude, 90), reading.degrees(longitude, 180)
    if not name or len(name) > LONGEST_NAME:
        return None, _("The name is missing or too long.")
    if not chosen:
        return None, _("Please choose what the team's doctors can assess.")
    if not places.isdecimal() or not 1 <= int(places) <= MOST_PLACES:
        return None, _("Please give a number of people from 1 to {most}.").fill(most=MOST_PLACES)
    if (latitude or longitude) and None in point:
        return None, _("The coordinates are not right. For example: 23.1240 and 113.2440.")
    week = frozenset((day, half) for day in WEEKDAYS for half in Half if f"{day}-{half}" in halves)
    starts_at = (point[0], point[1]) if point[0] is not None and point[1] is not None else None
    team = Team(
        id=team_id,
        name=name,
        region=fields.get("region", ""),
        kinds=chosen,
        half_days=week,
        places=int(places),
        starts_at=starts_at,
        active=fields.get("active") == "yes",
    )
    return team, None


def _phone(typed: str) -> str | None:
    """E.164, '' for none; None: no number that can be called."""
    if not typed:
        return ""
    try:
        number = phonenumbers.parse(typed, "CN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
