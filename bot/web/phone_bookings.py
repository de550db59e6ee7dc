"""Booking for somebody who phoned: one form, looked through, then the visits to choose from."""

import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import phonenumbers
from aiohttp import web
from phonenumbers import PhoneNumberFormat
from stdnum.exceptions import ValidationError

from bot.domain.bookings import AlreadyBooked, SlotTaken, VisitRequest
from bot.domain.identity import check_identity_number
from bot.domain.people import DisabilityKind
from bot.domain.regions import Level, Region, Regions
from bot.domain.visit_needs import Call, Door, ForWhom, Need, Purpose, Residence, Travel
from bot.domain.visits import VisitKind
from bot.i18n import Text, _
from bot.services import Services
from bot.web.bookings import GONE
from bot.web.forms import number_in
from bot.web.visit_room import (
    CONFLICT,
    UNPROCESSABLE,
    VisitRoom,
    all_of,
    fields_of,
    member_of,
)

S = TypeVar("S", Call, ForWhom, Purpose, Residence, Travel, VisitKind)
M = TypeVar("M", DisabilityKind, Door, Need)

LONGEST = {"name": 40, "door": 100, "door_more": 100, "needs_more": 100, "carer": 40}
Faults = dict[str, Text]


class PhoneBookings(VisitRoom):
    """Every handler is behind rules.clerk."""

    async def show(self, request: web.Request) -> web.StreamResponse:
        return await self._form(request, {"key": secrets.token_hex(16), "agreed": ""}, {}, {})

    async def send(self, request: web.Request) -> web.StreamResponse:
        """First the visits that fit are shown, then one of them, or the list, is chosen."""
        member, fields = member_of(request), await fields_of(request)
        many = {name: await all_of(request, name) for name in ("kinds", "needs", "door_is")}
        regions = await self._office.read(lambda services: services.regions)
        told, faults = read(fields, many, regions, member.region)
        chosen = fields.get("visit", "")
        if told is None or faults or not chosen:
            status = UNPROCESSABLE if faults else 200
            return await self._form(request, fields, many, faults, told=told, status=status)
        if chosen not in ("list", "request"):
            told = replace(told, visit_id=number_in(chosen))
        key = f"staff:{member.id}:{fields.get('key', '')}"
        try:
            booking = await self._office.write(
                lambda services: services.desk.book(
                    told, key, member, list_only=chosen == "request"
                )
            )
        except SlotTaken:
            return await self._form(
                request, fields, many, {"visit": GONE}, told=told, status=CONFLICT
            )
        except AlreadyBooked as there:
            inside = Regions.contains(member.region, there.booking.region)
            known = (
                _("This person has a booking already: {number}.").fill(number=there.booking.number)
                if inside
                else _("This person has a booking already, in another region.")
            )
            return await self._form(
                request, fields, many, {"name": known}, told=told, status=CONFLICT
            )
        raise web.HTTPSeeOther(f"/staff/bookings/{booking.number}?said={booking.state}")

    async def _form(
        self,
        request: web.Request,
        fields: Mapping[str, str],
        many: Mapping[str, Sequence[str]],
        faults: Faults,
        *,
        told: VisitRequest | None = None,
        status: int = 200,
    ) -> web.Response:
        def look(services: Services) -> web.Response:
            choices = services.desk.offered(told.wish) if told else ()
            return self._page(
                request,
                "booking_new.html",
                status=status,
                fields=fields,
                many=many,
                faults=faults,
                told=told,
                choices=choices,
                is_near=services.visits.is_near,
                county=services.visits.county(told.street) if told else None,
                place=services.regions.full_name(told.street) if told else "",
                longest=LONGEST,
            )

        return await self._office.read(look)


def read(
    fields: Mapping[str, str], many: Mapping[str, Sequence[str]], regions: Regions, inside: str
) -> tuple[VisitRequest | None, Faults]:
    """What the form says, and what is wrong with each field; None while something is."""
    kind = _one(VisitKind, fields.get("kind", "")) or VisitKind.HOME
    faults = _missing(fields, kind)
    phone = _phone(fields.get("phone", ""))
    if phone is None:
        faults["phone"] = _("This is no number to call. For example 138 0013 8000.")
    id_number = _id_number(fields.get("id_number", ""))
    if id_number is None:
        faults["id_number"] = _("This identity number is not right. It has 18 characters.")
    street = _street(fields.get("street", ""), regions, inside)
    if street is None:
        faults["street"] = _("No street of your region is called so. For example 荔湾区多宝街道.")
    if faults or phone is None or id_number is None or street is None:
        return None, faults
    home = kind is VisitKind.HOME
    travel = _one(Travel, fields.get("travel", ""))
    return VisitRequest(
        for_whom=_one(ForWhom, fields.get("for_whom", "")) or ForWhom.ME,
        name=fields["name"],
        phone=phone,
        street=street.code,
        door=fields.get("door", "") if home else "",
        kinds=_some(DisabilityKind, many.get("kinds", ())),
        id_number=id_number,
        carer=fields.get("carer", ""),
        visit_kind=kind,
        travel=travel if home else None,
        purpose=_one(Purpose, fields.get("purpose", "")) or Purpose.FIRST,
        residence=_one(Residence, fields.get("residence", "")),
        call=_one(Call, fields.get("call", "")) or Call.ANY,
        needs=_some(Need, many.get("needs", ())),
        needs_more=fields.get("needs_more", ""),
        door_is=_some(Door, many.get("door_is", ())) if home else (),
        door_more=fields.get("door_more", "") if home else "",
    ), faults


def _missing(fields: Mapping[str, str], kind: VisitKind) -> Faults:
    """What must be said, and is not; what is too long."""
    faults: Faults = {}
    for name, most in LONGEST.items():
        if len(fields.get(name, "")) > most:
            faults[name] = _("Please keep this under {count} characters.").fill(count=most)
    if len(fields.get("name", "")) < 2:  # noqa: PLR2004 - nobody's full name
        faults["name"] = _("Please write the full name, as on the identity card.")
    travel = _one(Travel, fields.get("travel", ""))
    if kind is VisitKind.HOME and travel in (None, Travel.CAN):
        faults["travel"] = _("Whoever can travel has no home visit: offer a group session.")
    if kind is VisitKind.HOME and not fields.get("door"):
        faults["door"] = _("Please write the road, house and floor.")
    if fields.get("agreed") != "yes":
        faults["agreed"] = _("Without the consent of the person, or the guardian, nothing is kept.")
    return faults


def _one(of: type[S], value: str) -> S | None:
    return of(value) if value in list(of) else None


def _some(of: type[M], values: Sequence[str]) -> tuple[M, ...]:
    return tuple(one for one in of if one.value in values)


def _phone(typed: str) -> str | None:
    """E.164; None: no number that can be called."""
    try:
        number = phonenumbers.parse(typed, "CN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _id_number(typed: str) -> str | None:
    """'' for none; None: its check character or its birthday is wrong."""
    number = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", typed)).upper()
    if not number:
        return ""
    try:
        check_identity_number(number)
    except ValidationError:
        return None
    return number


def _street(typed: str, regions: Regions, inside: str) -> Region | None:
    """The one street or town of the member's region that is called so."""
    found = [regions.by_code[typed]] if typed in regions.by_code else regions.find(typed)
    streets = [
        one for one in found if one.level is Level.STREET and Regions.contains(inside, one.code)
    ]
    return streets[0] if len(streets) == 1 else None
