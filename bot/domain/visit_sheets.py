"""What an assessor takes along: whom, where, how to call, what to bring. And no more.

No identity number, no relation, no reason: the card is looked at on the spot.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.bookings import Booking, Note, VisitOutcome
from bot.domain.rounds import By
from bot.domain.visits import Team, Visit


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One person of the round."""

    booking: Booking
    notes: Sequence[Note]
    """The person's and the colleagues': 'we are late', 'the bell is broken'."""
    outcome: VisitOutcome | None


@dataclass(frozen=True, slots=True)
class DaySheet:
    """One team's half-day, in visiting order."""

    visit: Visit
    team: Team
    lines: Sequence[SheetLine]
    by: By
    metres: int | None
