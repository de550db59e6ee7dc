"""Reminders: made by upkeep when they are due, at most one a chat and day, none at night."""

from collections import defaultdict
from datetime import datetime

from bot.domain.bookings import Booking, BookingState
from bot.domain.visit_reminders import Reminder, day_of, due, is_quiet, moments, next_moment, wakes
from bot.services import Services, booking_words
from bot.services.notices import Notice
from bot.storage import booking_members, bookings, reminded

A_ROUND = 200
"""So many bookings at most in one transaction of upkeep."""


class Reminders:
    """Every method is one use case in the transaction of its services."""

    def __init__(self, services: Services) -> None:
        self._connection = services.connection
        self._now = services.now

    def make_due(self) -> list[Notice]:
        """What has to be said now; each booking is looked at again at its next moment."""
        said: dict[int, list[tuple[Booking, Reminder]]] = defaultdict(list)
        for booking in bookings.due(self._connection, self._now, A_ROUND):
            what = self._what(booking)
            bookings.remind_at(self._connection, booking.id, self._again(booking))
            if what:
                for chat in booking_members.reminded(self._connection, booking.id):
                    said[chat].append((booking, what))
        return [
            Notice(chat, *booking_words.reminder(self._with_todays(chat, of)))
            for chat, of in said.items()
            if reminded.add(self._connection, chat, day_of(self._now), self._now)
        ]

    def switch(self, conversation_id: int, *, on: bool) -> None:
        """For all that this chat has booked."""
        booking_members.remind(self._connection, conversation_id, wanted=on)

    def _what(self, booking: Booking) -> Reminder | None:
        if booking.visit is None or is_quiet(self._now):
            return None
        what = due(booking.visit, self._now)
        came = booking.state in (BookingState.BOOKED, BookingState.DONE)
        if what is Reminder.AFTER:
            return what if came else None
        return what if booking.state is BookingState.BOOKED else None

    def _again(self, booking: Booking) -> datetime | None:
        if booking.visit is None or booking.state not in (BookingState.BOOKED, BookingState.DONE):
            return None
        if is_quiet(self._now):
            return wakes(self._now)
        return next_moment(booking.visit, self._now)

    def _with_todays(
        self, chat: int, of: list[tuple[Booking, Reminder]]
    ) -> list[tuple[Booking, Reminder]]:
        """And what else would come later today: it is said once a day."""
        known = {booking.id for booking, _what in of}
        today = day_of(self._now)
        for booking in bookings.live_of_conversation(self._connection, chat):
            if booking.id in known or booking.state is not BookingState.BOOKED:
                continue
            if booking.visit is None:
                continue
            for at, what in moments(booking.visit):
                if self._now < at and day_of(at) == today and what is not Reminder.AFTER:
                    of.append((booking, what))
                    break
        return of
