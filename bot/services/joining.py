"""A second family member sees and changes the same booking, by a code that opens once."""

from bot.domain.applications import LIMITS, TooManyTries
from bot.domain.bookings import JOINING, Booking
from bot.domain.references import new_reference, read_reference
from bot.services import Turn
from bot.storage import booking_members, bookings, tries
from bot.storage.vault import vault_of

JOIN = "J"
EXAMPLE = "JK7M-2QXW-9DRX"
GROUPS = 3
"""10 random characters are 49 bits, for a week, once, with limited tries: nobody guesses it."""


class Joining:
    """Every method is one use case in the transaction of a turn."""

    def __init__(self, turn: Turn) -> None:
        self._connection = turn.connection
        self._now = turn.now
        self._chat = turn.conversation_id

    def new_code(self, booking: Booking) -> str:
        """Lets one more chat join, for JOINING."""
        code = new_reference(JOIN, GROUPS)
        booking_members.add_code(
            self._connection, self._hashed(code), booking.id, self._now + JOINING
        )
        return code

    def join(self, code: str) -> Booking | None:
        """The booking that this chat sees from now on; None: the code opens nothing.

        Raises TooManyTries.
        """
        subject = f"join:conversation:{self._chat}"
        for span, most in LIMITS:
            made = tries.latest(self._connection, subject, self._now - span, most)
            if len(made) >= most:
                raise TooManyTries(made[-1] + span)
        read = read_reference(code, JOIN, GROUPS)
        number = (
            booking_members.use_code(self._connection, self._hashed(read), self._now)
            if read
            else None
        )
        if number is None:
            tries.add(self._connection, subject, self._now)
            return None
        booking = bookings.by_number(self._connection, number)
        if booking is not None:
            booking_members.add(self._connection, booking.id, self._chat, self._now)
        return booking

    def _hashed(self, code: str) -> str:
        return vault_of(self._connection).finding("join", code)
