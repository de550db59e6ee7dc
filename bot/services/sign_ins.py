"""Signing in: tries that are counted before they are checked, sessions on the server.

`begin`, then `passwords.matches` in a thread, then `passed` or `failed`; where the account asks for
a second step, the session is only complete after `SecondStep.check` and `completed`.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.domain.staff import (
    DEVICE_KNOWN,
    HALFWAY,
    IDLE,
    LONGEST,
    TRIED_WITHIN,
    Member,
    OpenSession,
    Session,
    wait_after,
)
from bot.services.passwords import nobodys_hash
from bot.storage import sign_ins as stored
from bot.storage import staff as accounts
from bot.storage import tries

if TYPE_CHECKING:
    from bot.services import Services

COUNTED = 20
"""More misses than this make nobody wait longer."""
SEEN_EVERY = timedelta(minutes=1)
"""A session's last sight is written at most so often."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a sign-in is checked against, outside the transaction and in a thread."""

    name: str
    password_hash: str
    wait_until: datetime | None
    """Too many tries: not before then, and this one is not checked."""
    subject: str
    """Under which it was counted."""


class SignIns:
    """For the console; `device` is the value of the browser's long-lived cookie, or ''."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._connection = services.connection
        self._now = services.now

    # --- a try

    def begin(self, name: str, device: str) -> Attempt:
        """Counted before it is checked: many at once do not slip through together.

        A browser at which this account signed in before has a count of its own, so that nobody
        who guesses from elsewhere keeps its owner out. The same is done for a name that nobody
        has, and takes as long.
        """
        found = accounts.by_name(self._connection, name)
        subject = f"sign-in:{hashed(name)[:40]}"
        if found and device and self._knows(device, found[0].id):
            subject = f"sign-in:device:{hashed(device + name)[:40]}"
        wait_until = self.claim(subject)
        known = found[1] if found and found[0].active else nobodys_hash()
        return Attempt(name, known, wait_until, subject)

    def claim(self, subject: str) -> datetime | None:
        """Count one more try; or, uncounted, when the next one may come."""
        tries.one_at_a_time(self._connection, subject)
        earlier = tries.latest(self._connection, subject, self._now - TRIED_WITHIN, COUNTED)
        wait_until = earlier[0] + wait_after(len(earlier)) if earlier else None
        if wait_until and wait_until > self._now:
            return wait_until
        tries.add(self._connection, subject, self._now)
        return None

    def failed(self, attempt: Attempt) -> None:
        self._services.audit.record(None, "sign_in", attempt.name, success=False)

    def forgive(self, attempt: Attempt) -> None:
        """The password was right: the tries before it count no more."""
        accounts.forget_tries(self._connection, attempt.subject)

    def passed(self, attempt: Attempt, agent: str) -> tuple[str, bool]:
        """The session's token for a cookie, and whether the second step is still owed."""
        member = self._member(attempt.name)
        self.forgive(attempt)
        stored.forget_old(self._connection, self._now - LONGEST, self._now - DEVICE_KNOWN)
        token = self.open(member, agent, complete=not member.second_step)
        event = "sign_in.halfway" if member.second_step else "sign_in"
        self._services.audit.record(member.id, event, attempt.name)
        return token, member.second_step

    def completed(self, token: str, session: Session, agent: str) -> str:
        """After the second step: a new session in place of the halfway one; its token."""
        self.sign_out(token)
        self._services.audit.record(session.member.id, "sign_in", session.member.name)
        return self.open(session.member, agent, complete=True)

    def open(self, member: Member, agent: str, *, complete: bool) -> str:
        token = secrets.token_urlsafe(32)
        stored.open_session(
            self._connection,
            hashed(token),
            member.id,
            secrets.token_urlsafe(32),
            self._now,
            complete=complete,
            agent=agent,
        )
        return token

    def know(self, device: str, member: Member) -> str:
        """From now on this browser is known; the value of its cookie."""
        device = device or secrets.token_urlsafe(32)
        stored.know(self._connection, hashed(device), member.id, self._now)
        return device

    # --- sessions

    def session(self, token: str, *, quiet: bool = False) -> Session | None:
        """None: unknown, ended, idle for too long, or too old. `quiet`: a look by nobody."""
        found = stored.session(
            self._connection,
            hashed(token),
            self._now - LONGEST,
            self._now - IDLE,
            self._now - HALFWAY,
        )
        if found and found.seen_at and not quiet and self._now - found.seen_at > SEEN_EVERY:
            stored.seen(self._connection, hashed(token), self._now)
        return found

    def stay(self, token: str) -> None:
        """As if a page had been opened now."""
        stored.seen(self._connection, hashed(token), self._now)

    def seconds_left(self, session: Session) -> tuple[int, int]:
        """Until it ends for want of a sign of life, and until it ends whatever happens."""
        seen, created = session.seen_at or self._now, session.created_at or self._now
        last = int((created + LONGEST - self._now).total_seconds())
        return min(int((seen + IDLE - self._now).total_seconds()), last), last

    def open_sessions(self, staff_id: int) -> list[OpenSession]:
        return stored.open_sessions(
            self._connection, staff_id, self._now - LONGEST, self._now - IDLE
        )

    def sign_out(self, token: str) -> None:
        stored.end_session(self._connection, hashed(token))

    def end(self, member: Member, handle: str) -> bool:
        """One of one's own; False: there is none such."""
        ended = stored.end_one(self._connection, member.id, handle)
        if ended:
            self._services.audit.record(member.id, "session.ended", member.name)
        return ended

    def end_others(self, member: Member, token: str) -> None:
        stored.end_sessions(self._connection, member.id, but=hashed(token))
        self._services.audit.record(member.id, "session.ended_others", member.name)

    @staticmethod
    def handle(token: str) -> str:
        """The name of one's present session in the list."""
        return hashed(token)[: stored.HANDLE]

    # --- below

    def _member(self, name: str) -> Member:
        found = accounts.by_name(self._connection, name)
        assert found is not None  # noqa: S101 - its password has just matched
        return found[0]

    def _knows(self, device: str, staff_id: int) -> bool:
        after = self._now - DEVICE_KNOWN
        return stored.is_known(self._connection, hashed(device), staff_id, after)


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
