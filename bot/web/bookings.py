"""Waiting list and requests; one booking: revealed, moved, cancelled, proposed, noted, linked."""

from typing import ClassVar

from aiohttp import web

from bot.domain.bookings import BookingState, OfferOver, SlotTaken
from bot.domain.references import APPLICATION, APPLICATION_GROUPS, read_reference
from bot.domain.staff import Member
from bot.domain.tickets import NotFound
from bot.i18n import Text, _
from bot.services import Services
from bot.web.forms import number_in
from bot.web.visit_room import (
    CONFLICT,
    UNPROCESSABLE,
    VisitRoom,
    fields_of,
    member_of,
    why_of,
)

LISTS = (BookingState.WAITING, BookingState.REQUESTED, BookingState.OFFERED)
LONGEST_NOTE = 500
NO_REASON = _("Please say why, so that the person can be told.")
GONE = _("That visit has no free place any more, or is too near. Please choose another one.")
OVER = _("The place is held no longer. Please propose another date.")
CHOOSE = _("Please choose a visit first.")


class Bookings(VisitRoom):
    """Every handler is behind rules.clerk."""

    said: ClassVar = {
        "moved": _("Moved."),
        "cancelled": _("Cancelled."),
        "proposed": _("Proposed. The place is held."),
        "accepted": _("Booked."),
        "declined": _("Noted. The place is free again."),
        "withdrawn": _("Taken back. The place is free again."),
        "urgency": _("The urgency was changed."),
        "noted": _("The note was added."),
        "linked": _("The application is linked."),
        "unlinked": _("No application is linked any more."),
        "booked": _("Booked. The person has no chat with us: tell them the number on the phone."),
        "waiting": _("On the waiting list, not booked. Tell them the number on the phone."),
        "requested": _("Noted as a request, not booked. Tell them the number on the phone."),
    }

    async def listing(self, request: web.Request) -> web.StreamResponse:
        """One of the lists, or straight to a number that was looked for."""
        member = member_of(request)
        number = request.query.get("number", "").strip()
        fault = None
        if number:
            try:
                found = await self._office.read(lambda services: services.desk.find(number, member))
            except NotFound:
                fault = _("There is no such number in your region. It looks like B7K2-9QXM.")
            else:
                raise web.HTTPSeeOther(f"/staff/bookings/{found.number}")
        wanted = request.query.get("list", BookingState.WAITING.value)
        if wanted not in [state.value for state in LISTS]:
            raise NotFound
        state = BookingState(wanted)

        def look(services: Services) -> web.Response:
            return self._page(
                request, "bookings.html", fault=fault, state=state, lists=LISTS, number=number,
                lines=services.desk.listed(member, state), regions=services.regions,
                to_phone=services.desk.to_phone(member),
            )  # fmt: skip

        return await self._office.write(look)

    async def show(self, request: web.Request) -> web.StreamResponse:
        return await self._booking_page(request)

    async def reveal(self, request: web.Request) -> web.StreamResponse:
        """The same page with all data; a plain look at the address hides them again."""
        return await self._booking_page(request, revealed=True)

    async def move(self, request: web.Request) -> web.StreamResponse:
        number, member, fields = await _of(request)
        visit, why = fields.get("visit", ""), why_of(fields)
        if not visit or why is None:
            return await self._booking_page(request, NO_REASON if visit else CHOOSE, UNPROCESSABLE)
        visit_id = number_in(visit)
        try:
            await self._office.write(
                lambda services: services.desk.move(
                    number, fields.get("known", ""), visit_id, why, member
                )
            )
        except SlotTaken:
            return await self._booking_page(request, GONE, CONFLICT)
        raise _back(number, "moved")

    async def cancel(self, request: web.Request) -> web.StreamResponse:
        number, member, fields = await _of(request)
        why = why_of(fields)
        if why is None:
            return await self._booking_page(request, NO_REASON, UNPROCESSABLE)
        await self._office.write(
            lambda services: services.desk.cancel(number, fields.get("known", ""), why, member)
        )
        raise _back(number, "cancelled")

    async def propose(self, request: web.Request) -> web.StreamResponse:
        number, member, fields = await _of(request)
        if not fields.get("visit"):
            return await self._booking_page(request, CHOOSE, UNPROCESSABLE)
        visit_id = number_in(fields["visit"])
        try:
            await self._office.write(
                lambda services: services.desk.propose(
                    number, fields.get("known", ""), visit_id, member
                )
            )
        except SlotTaken:
            return await self._booking_page(request, GONE, CONFLICT)
        raise _back(number, "proposed")

    async def withdraw(self, request: web.Request) -> web.StreamResponse:
        """The place that is held is needed for something else, or the date cannot be kept."""
        number, member, fields = await _of(request)
        why = why_of(fields)
        if why is None:
            return await self._booking_page(request, NO_REASON, UNPROCESSABLE)
        try:
            await self._office.write(
                lambda services: services.desk.withdraw(
                    number, fields.get("known", ""), why, member
                )
            )
        except OfferOver:
            return await self._booking_page(request, OVER, CONFLICT)
        raise _back(number, "withdrawn")

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """What the person said on the phone to an offered place."""
        number, member, fields = await _of(request)
        accepted = fields.get("answer") == "accept"
        try:
            await self._office.write(
                lambda services: services.desk.answer_offer(
                    number, fields.get("known", ""), member, accepted=accepted
                )
            )
        except OfferOver:
            return await self._booking_page(request, OVER, CONFLICT)
        raise _back(number, "accepted" if accepted else "declined")

    async def urgency(self, request: web.Request) -> web.StreamResponse:
        number, member, fields = await _of(request)
        if fields.get("urgency") not in ("0", "1", "2"):
            raise NotFound
        await self._office.write(
            lambda services: services.desk.set_urgency(number, int(fields["urgency"]), member)
        )
        raise _back(number, "urgency")

    async def note(self, request: web.Request) -> web.StreamResponse:
        number, member, fields = await _of(request)
        words = fields.get("words", "")
        if not words or len(words) > LONGEST_NOTE:
            wrong = _("Please write a note of 1 to {count} characters.")
            return await self._booking_page(request, wrong.fill(count=LONGEST_NOTE), UNPROCESSABLE)
        await self._office.write(lambda services: services.desk.note(number, words, member))
        raise _back(number, "noted")

    async def link(self, request: web.Request) -> web.StreamResponse:
        number, member, fields = await _of(request)
        typed = fields.get("application", "")
        wanted = read_reference(typed, APPLICATION, APPLICATION_GROUPS) or typed
        known = await self._office.write(
            lambda services: services.desk.link(number, wanted, member)
        )
        if not known:
            unknown = _("There is no application of that number in your region.")
            return await self._booking_page(request, unknown, UNPROCESSABLE)
        raise _back(number, "linked" if wanted else "unlinked")

    async def _booking_page(
        self,
        request: web.Request,
        fault: Text | None = None,
        status: int = 200,
        *,
        revealed: bool = False,
    ) -> web.Response:
        member, number = member_of(request), request.match_info["number"]
        after = request.query.get("after", "")
        after_id = number_in(after) if after else None

        def look(services: Services) -> web.Response:
            case = services.desk.case_file(number, member, revealed=revealed)
            live, told = case.booking.state.live, case.booking.request
            return self._page(
                request,
                "booking.html",
                fault=fault,
                status=status,
                case=case,
                booking=case.booking,
                told=told,
                visit=case.booking.visit,
                revealed=revealed,
                choices=[
                    one
                    for one in (services.desk.offered(told.wish, after_id) if live else ())
                    if one.visit != case.booking.visit
                ],
                after=after,
                regions=services.regions,
                is_near=services.visits.is_near,
                today=services.visit_weeks.today,
                longest_note=LONGEST_NOTE,
                visit_of=services.visits.visit,
                name_of=services.staff.name_of,
            )

        return await self._office.write(look)


def _back(number: str, said: str) -> web.HTTPException:
    return web.HTTPSeeOther(f"/staff/bookings/{number}?said={said}")


async def _of(request: web.Request) -> tuple[str, Member, dict[str, str]]:
    """The booking's number, who asks, and the form."""
    return request.match_info["number"], member_of(request), await fields_of(request)
