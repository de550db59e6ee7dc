"""A visit for somebody's own calendar: iCalendar (RFC 5545), without a name or an address."""

import hmac
from datetime import UTC, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from icalendar import Calendar, Event, vText

from bot.domain.bookings import Booking, BookingState
from bot.domain.visit_reminders import begins
from bot.domain.visits import VisitKind
from bot.i18n import _, translator
from bot.storage import bookings
from bot.storage.vault import vault_of

if TYPE_CHECKING:
    from bot.services import Services

LASTS = timedelta(hours=3)
"""Half a day; a session has no end that anybody promised."""
TOKEN_LENGTH = 32


class CalendarFiles:
    """An address that nobody can guess, and the file behind it."""

    def __init__(self, services: "Services") -> None:
        self._connection = services.connection
        self._now = services.now

    def path(self, booking: Booking, language: str) -> str:
        """'/visit/B7K2-9QXM/<token>.ics?language=zh_Hans'."""
        return (
            f"/visit/{booking.number}/{self._token(booking.number)}.ics?language={quote(language)}"
        )

    def file(self, number: str, token: str, language: str) -> bytes | None:
        """None: no such booking, another token, or no date."""
        booking = bookings.by_number(self._connection, number)
        if not hmac.compare_digest(token.encode(), self._token(number).encode()):
            return None
        if booking is None or booking.visit is None or booking.state is BookingState.OFFERED:
            return None
        spoken = translator(language)
        group = booking.kind is VisitKind.GROUP
        what = _("Group session for an assessment") if group else _("Home visit for an assessment")
        event = Event()
        event.add("uid", f"{booking.number}@doorstep")
        event.add("summary", what.to(spoken))
        event.add("dtstamp", self._now)
        # In UTC: every calendar knows it, and no history of Guangdong's clocks is needed.
        start = begins(booking.visit).astimezone(UTC)
        event.add("dtstart", start)
        event.add("dtend", start + LASTS)
        words = _("Number {number}. To move or cancel it, write 'my bookings' in the chat.")
        event.add("description", words.fill(number=booking.number).to(spoken))
        if booking.visit.venue:
            event["location"] = vText(booking.visit.venue)
        cancelled = booking.state is BookingState.CANCELLED
        event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
        calendar = Calendar()
        calendar.add("prodid", "-//Doorstep//Visits//ZH")
        calendar.add("version", "2.0")
        calendar.add_component(event)
        made: bytes = calendar.to_ical()
        return made

    def _token(self, number: str) -> str:
        return vault_of(self._connection).finding("calendar", number)[:TOKEN_LENGTH]
