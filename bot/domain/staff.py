"""Members of staff: who they are, what they may, how long a session lasts."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

IDLE = timedelta(minutes=30)
"""A session without a request ends then (ASVS 7.3.1); the page warns before."""
LONGEST = timedelta(hours=12)
TRIES = 5
"""Wrong passwords in TRIED_WITHIN, after which each further try has to wait."""
TRIED_WITHIN = timedelta(minutes=15)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=10)
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


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in member; `csrf` must come back with every change."""

    member: Member
    csrf: str


def wait_after(misses: int) -> timedelta:
    """How long to wait after the last of so many misses: 30 s, 1 min, 2 min … never for ever."""
    if misses < TRIES:
        return timedelta(0)
    wait: timedelta = FIRST_WAIT * 2 ** min(misses - TRIES, 8)
    return min(wait, LONGEST_WAIT)
