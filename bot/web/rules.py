"""Who may use a route of the console: how far in signing in, and with which role.

make_console's table names one of these for every route; tests/test_promise_roles.py reads the
router and tries every role on every route.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from bot.domain.staff import Role, Session

SIGN_IN = "/staff/sign-in"
CODE = "/staff/code"
PASSWORD = "/staff/password"  # noqa: S105 - an address
SECOND_STEP = "/staff/second-step"
NOWHERE = "404"


class Step(IntEnum):
    """How far somebody has come in signing in; each step includes those before."""

    STRANGER = 0
    PASSWORD_GIVEN = 1
    COMPLETE = 2
    """The second step too, where the account has one."""
    OWN_PASSWORD = 3
    """The one-time password is changed."""
    READY = 4
    """The second step is set up, where the service requires it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may pass; `quiet`: a request that no person makes, so that it keeps no session alive."""

    step: Step
    roles: frozenset[Role] = frozenset(Role)
    quiet: bool = False

    @property
    def open(self) -> bool:
        """Nothing is written down: anybody may, or the page asks by itself."""
        return self.quiet or self.step is Step.STRANGER

    def refused(self, session: Session | None, *, strict: bool) -> str:
        """'' for who may pass, else the address to go to instead; NOWHERE for who never may.

        `strict`: everybody needs a second step.
        """
        if self.step is Step.STRANGER:
            return ""
        if session is None:
            return SIGN_IN
        reached, next_step = reached_by(session, strict=strict)
        if reached < self.step:
            return next_step
        return "" if session.member.role in self.roles else NOWHERE


def reached_by(session: Session, *, strict: bool) -> tuple[Step, str]:
    """How far a session is, and the page of its next step."""
    if not session.complete:
        return Step.PASSWORD_GIVEN, CODE
    if session.member.must_change:
        return Step.COMPLETE, PASSWORD
    if strict and not session.member.second_step:
        return Step.OWN_PASSWORD, SECOND_STEP
    return Step.READY, ""


def of(*roles: Role, quiet: bool = False) -> Rule:
    """Signed in completely, with one of these roles."""
    return Rule(Step.READY, frozenset(roles), quiet)


ABOVE = (Role.SUPERVISOR, Role.ADMINISTRATOR)
OFFICE: Sequence[Role] = (Role.CLERK, *ABOVE)

anybody = Rule(Step.STRANGER)
halfway = Rule(Step.PASSWORD_GIVEN)
first_password = Rule(Step.COMPLETE)
"""Signed in, even if the one-time password still has to be changed."""
own_password = Rule(Step.OWN_PASSWORD)
"""... and changed, even if the second step still has to be set up."""
member = Rule(Step.READY)
background = Rule(Step.COMPLETE, quiet=True)
"""What a page asks by itself."""
clerk = of(*OFFICE)
"""Reads and answers what people write: not the assessors, who need only their visits."""
news = of(*OFFICE, quiet=True)
supervisor = of(*ABOVE)
administrator = of(Role.ADMINISTRATOR)
