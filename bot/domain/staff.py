"""Members of staff: who they are, what they may, how long a session lasts."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

IDLE = timedelta(minutes=30)
"""A session without a request ends then (ASVS 7.3.1); the page warns before."""
LONGEST = timedelta(hours=12)
TRIES = 5
"""Wrong passwords in TRIED_WITHIN, after which each further try has to wait."""
TRIED_WITHIN = timedelta(minutes=15)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=10)
HALFWAY = timedelta(minutes=10)
"""A session whose second step is still owed ends then."""
DEVICE_KNOWN = timedelta(days=180)
"""So long a browser that once signed in keeps its own count of wrong tries."""
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128


class Role(StrEnum):
    CLERK = "clerk"
    ASSESSOR = "assessor"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Member:
    """One account; sees only what lies under its region."""

    id: int
    name: str
    display_name: str
    role: Role
    region: str
    language: str
    must_change: bool
    active: bool
    second_step: bool = False
    """A code of six digits is asked for after the password."""
    keys: bool = True
    """Single keys act as shortcuts (WCAG 2.1.4: can be switched off)."""
    away_from: date | None = None
    away_until: date | None = None
    """The last day of an absence."""

    def is_away(self, day: date) -> bool:
        first = self.away_from or date.min
        return self.away_until is not None and first <= day <= self.away_until


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in member; `csrf` must come back with every change."""

    member: Member
    csrf: str
    complete: bool = True
    """False: the password was right, the second step is owed."""
    created_at: datetime | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One line of the list of a member's sessions; `handle` names it in a form."""

    handle: str
    agent: str
    created_at: datetime
    seen_at: datetime


def wait_after(misses: int) -> timedelta:
    """How long to wait after the last of so many misses: 30 s, 1 min, 2 min … never for ever."""
    if misses < TRIES:
        return timedelta(0)
    wait: timedelta = FIRST_WAIT * 2 ** min(misses - TRIES, 8)
    return min(wait, LONGEST_WAIT)
