"""Home visits: what is free, book, move, cancel; reminders go and stay with the booking."""

from collections.abc import Sequence
from datetime import date

from bot.domain.people import DisabilityKind, person_key_parts
from bot.domain.references import BOOKING, new_reference
from bot.domain.regions import PROVINCE
from bot.domain.tickets import TicketKind
from bot.domain.visits import (
    HALVES,
    AlreadyBooked,
    Booking,
    BookingState,
    Half,
    NotLive,
    SlotTaken,
    Team,
    UnknownBooking,
    Visit,
    VisitOffer,
    VisitRequest,
    first_day,
    may_have,
    reminder_at,
)
from bot.i18n import _
from bot.messages import Reply
from bot.services import Services, Turn
from bot.storage import bookings, messages
from bot.storage import visits as stored
from bot.storage.vault import vault_of

NUMBERS_TRIED = 9
"""One in a thousand new numbers is in use already when a million are: then another is made."""


class Visits:
    """Every method is one use case in the transaction of its services."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._connection = services.connection
        self._now = services.now
        self._regions = services.regions

    # --- the calendar of the teams

    def add_team(self, name: str, region: str, kinds: Sequence[DisabilityKind]) -> Team:
        return self.team(stored.add_team(self._connection, name, region, kinds))

    def team(self, team_id: int) -> Team:
        return stored.team(self._connection, team_id)

    def teams(self) -> list[Team]:
        return stored.all_teams(self._connection)

    def open_visit(self, team: Team, day: date, half: Half, places: int) -> Visit:
        """A half-day on which the team goes out. Raises ValueError for a day off."""
        if not self._services.known.calendar.is_workday(day):
            raise ValueError(f"{day} is not a working day")
        visit_id = stored.add_visit(self._connection, team, day, half, places)
        return Visit(visit_id, team.id, team.region, day, half)

    def offered(
        self,
        region: str,
        kind: DisabilityKind | None = None,
        after: int | None = None,
        limit: int = 5,
    ) -> list[VisitOffer]:
        """Visits with free places for that street, the nearest first.

        `after` is the id of the last visit that was shown.
        """
        last = stored.visit(self._connection, after) if after is not None else None
        around = self._around(region)
        day = first_day(self._now)
        return stored.offered(self._connection, around, kind, day, last, limit)

    def on(self, visit: Visit) -> list[Booking]:
        """Whom the team visits then, for its round."""
        return bookings.of_visit(self._connection, visit.id)

    # --- bookings

    def book(self, request: VisitRequest, request_key: str) -> Booking:
        """One place of `request.visit_id`, or the same booking again for the same key.

        Raises SlotTaken and AlreadyBooked; after either nothing is changed.
        """
        made, booking = self._add(request, request_key)
        if not made:
            return booking
        assert request.visit_id is not None  # noqa: S101 - _add has seen to it
        if not stored.take_place(self._connection, request.visit_id, booking.id):
            bookings.remove(self._connection, booking.id)
            raise SlotTaken
        self._remind(booking)
        return booking

    def request(self, request: VisitRequest, request_key: str) -> Booking:
        """No visit yet: staff get an item and call. Raises AlreadyBooked."""
        made, booking = self._add(request, request_key)
        if made:
            words = f"{booking.number} · {self._regions.full_name(request.street)}"
            self._services.tickets.open(TicketKind.VISIT_REQUEST, words, region=request.street)
        return booking

    def mine(self, conversation_id: int) -> list[Booking]:
        """The live bookings that were made in this chat."""
        return bookings.live_of_conversation(self._connection, conversation_id)

    def mine_numbered(self, conversation_id: int, number: str) -> Booking | None:
        """None also for another chat's booking: its existence is nobody's business."""
        return next((one for one in self.mine(conversation_id) if one.number == number), None)

    def find(self, number: str) -> Booking | None:
        """For staff; their region is theirs to check."""
        return bookings.by_number(self._connection, number)

    def move(self, number: str, visit_id: int) -> Booking:
        """A place in another visit instead; a request becomes a booking.

        Raises SlotTaken (and the old place stays), NotLive, UnknownBooking.
        """
        booking = self._locked(number)
        if booking.visit and booking.visit.id == visit_id:
            return booking
        self._check(visit_id, booking.region, booking.request.kind)
        old = stored.free_place(self._connection, booking.id)
        if not stored.take_place(self._connection, visit_id, booking.id):
            if old:
                stored.restore_place(self._connection, old, booking.id)
            raise SlotTaken
        bookings.change(self._connection, booking, BookingState.BOOKED, visit_id, self._now)
        messages.take_back(self._connection, _subject(booking))
        moved = self._locked(number)
        self._remind(moved)
        return moved

    def cancel(self, number: str) -> Booking:
        """The place is free again. Raises NotLive, UnknownBooking."""
        booking = self._locked(number)
        visit_id = booking.visit.id if booking.visit else None
        stored.free_place(self._connection, booking.id)
        bookings.change(self._connection, booking, BookingState.CANCELLED, visit_id, self._now)
        messages.take_back(self._connection, _subject(booking))
        return booking

    # --- parts

    def _add(self, request: VisitRequest, request_key: str) -> tuple[bool, Booking]:
        """The booking, and whether it was made now."""
        vault = vault_of(self._connection)
        key = vault.finding("request", request_key)
        parts = person_key_parts(request.name, request.phone, request.id_number)
        person = vault.finding("person", *parts)
        there = self._there(key, person)
        if there:
            return False, there
        if request.visit_id is not None:
            self._check(request.visit_id, request.street, request.kind)
        turn = self._services
        conversation_id = turn.conversation_id if isinstance(turn, Turn) else None
        for _try in range(NUMBERS_TRIED):
            number = new_reference(BOOKING)
            if bookings.add(
                self._connection, number, key, person, conversation_id, request, self._now
            ):
                return True, self._locked(number)
            there = self._there(key, person)
            if there:
                return False, there
        raise SlotTaken

    def _there(self, key: str, person: str) -> Booking | None:
        """The booking that this request has made already. Raises AlreadyBooked for another's.

        The person is looked for first: a transaction that ends between the two looks must be
        seen as the same request, not as a second booking.
        """
        live = bookings.live_of_person(self._connection, person)
        again = bookings.by_request(self._connection, key)
        if live and again is None:
            raise AlreadyBooked(live)
        return again

    def _check(self, visit_id: int, street: str, kind: DisabilityKind | None) -> None:
        """Raises SlotTaken for a visit that is not, or no longer, for this person."""
        visit = stored.visit(self._connection, visit_id)
        if visit is None or visit.day < first_day(self._now):
            raise SlotTaken
        in_reach = self._regions.contains(visit.region, street)
        if not may_have(visit, in_reach=in_reach, team=self.team(visit.team_id), kind=kind):
            raise SlotTaken

    def _locked(self, number: str) -> Booking:
        booking = bookings.lock(self._connection, number)
        if booking is None:
            raise UnknownBooking(number)
        if not booking.state.live:
            raise NotLive(number)
        return booking

    def _around(self, region: str) -> list[str]:
        """The region and those around it, but not the province."""
        codes: list[str] = []
        while region and region != PROVINCE:
            codes.append(region)
            region = self._regions.by_code[region].parent
        return codes

    def _remind(self, booking: Booking) -> None:
        if booking.visit is None or booking.conversation_id is None:
            return
        due = reminder_at(booking.visit.day, self._now)
        if due is None:
            return
        self._services.notices.tell(
            booking.conversation_id,
            _reminder(booking, booking.visit),
            subject=_subject(booking),
            due=due,
        )


def _subject(booking: Booking) -> str:
    """Of the outbox rows that remind of this booking."""
    return f"booking:{booking.id}"


def _reminder(booking: Booking, visit: Visit) -> Reply:
    return Reply(
        heading=_("Tomorrow is the home visit"),
        paragraphs=(
            _("The team comes on {day}, {half}. Your number is {number}.").fill(
                day=visit.day, half=HALVES[visit.half], number=booking.number
            ),
            _("Please have the identity card and medical papers at hand."),
            _("If it does not suit you any more, write 'my bookings'. For a person, say 'human'."),
        ),
    )
