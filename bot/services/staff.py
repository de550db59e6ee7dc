"""Accounts of the console: argon2id, sessions on the server, throttled sign-in."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from bot.domain.staff import (
    IDLE,
    LONGEST,
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    TRIED_WITHIN,
    Member,
    Role,
    Session,
    wait_after,
)
from bot.storage import staff as stored
from bot.storage import tries

if TYPE_CHECKING:
    from bot.services import Services

COUNTED = 20
"""More misses than this make nobody wait longer."""
SEEN_EVERY = timedelta(minutes=1)
"""A session's last sight is written at most so often."""
# OWASP's minimum: 40 ms on two small cores, where the default's 200 ms would stop the service.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


class WeakPassword(Exception):
    """Too short, too long, or the one-time one again."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a sign-in is checked against, read before the slow hash and outside its thread."""

    name: str
    password_hash: str
    wait_until: datetime | None
    """Too many misses: not before then."""


class Staff:
    """For the console and for `doorstep staff`."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._connection = services.connection
        self._now = services.now

    # --- accounts

    def first_administrator(self) -> str | None:
        """On an empty table: the account 'admin'; its one-time password. Else None."""
        if stored.everyone(self._connection):
            return None
        return self.add("admin", "管理员", Role.ADMINISTRATOR, "44")

    def add(self, name: str, display_name: str, role: str, region: str) -> str | None:
        """The one-time password; None where the name is taken."""
        if stored.by_name(self._connection, name):
            return None
        password = one_time_password()
        staff_id = stored.add(
            self._connection,
            {
                "name": name,
                "display_name": display_name,
                "role": Role(role),
                "region": region,
                "password_hash": _HASHER.hash(password),
                "must_change": True,
            },
        )
        self._services.audit.record(staff_id, "staff.added", name)
        return password

    def reset(self, name: str) -> str | None:
        """A new one-time password, and all sessions ended; None: no such account."""
        found = stored.by_name(self._connection, name)
        if found is None:
            return None
        password = one_time_password()
        stored.change(
            self._connection,
            found[0].id,
            password_hash=_HASHER.hash(password),
            must_change=True,
            active=True,
        )
        stored.end_sessions(self._connection, found[0].id)
        self._services.audit.record(found[0].id, "staff.reset", name)
        return password

    def deactivate(self, name: str) -> bool:
        found = stored.by_name(self._connection, name)
        if found is None:
            return False
        stored.change(self._connection, found[0].id, active=False)
        stored.end_sessions(self._connection, found[0].id)
        self._services.audit.record(found[0].id, "staff.deactivated", name)
        return True

    def everyone(self) -> list[Member]:
        return stored.everyone(self._connection)

    def name_of(self, staff_id: int) -> str:
        member = stored.by_id(self._connection, staff_id)
        return member.display_name if member else ""

    # --- signing in: `sign_in_of`, then `matches` in a thread, then `signed_in` or `missed`

    def sign_in_of(self, name: str) -> SignIn:
        """The same for a name that nobody has, so that it takes as long."""
        since = self._now - TRIED_WITHIN
        misses = tries.latest(self._connection, _subject(name), since, COUNTED)
        wait_until = misses[0] + wait_after(len(misses)) if misses else None
        if wait_until and wait_until <= self._now:
            wait_until = None
        found = stored.by_name(self._connection, name)
        known = found[1] if found and found[0].active else nobodys_hash()
        return SignIn(name, known, wait_until)

    def missed(self, name: str) -> None:
        tries.add(self._connection, _subject(name), self._now)
        self._services.audit.record(None, "sign_in", name[:60], success=False)

    def signed_in(self, name: str) -> str:
        """The session's token, for a cookie."""
        found = stored.by_name(self._connection, name)
        assert found is not None  # noqa: S101 - its password has just matched
        token = secrets.token_urlsafe(32)
        csrf = secrets.token_urlsafe(32)
        stored.open_session(self._connection, hashed(token), found[0].id, csrf, self._now)
        stored.forget_tries(self._connection, _subject(name))
        self._services.audit.record(found[0].id, "sign_in", name)
        return token

    def session(self, token: str) -> Session | None:
        """None: unknown, ended, idle for too long, or too old."""
        found = stored.session(
            self._connection, hashed(token), self._now - LONGEST, self._now - IDLE
        )
        if found is None:
            return None
        member, csrf, seen_at = found
        if self._now - seen_at > SEEN_EVERY:
            stored.seen(self._connection, hashed(token), self._now)
        return Session(member, csrf)

    def sign_out(self, token: str) -> None:
        stored.end_session(self._connection, hashed(token))

    def change_password(self, member: Member, password_hash: str) -> None:
        """All other sessions end too; the caller opens a new one."""
        stored.change(self._connection, member.id, password_hash=password_hash, must_change=False)
        stored.end_sessions(self._connection, member.id)
        self._services.audit.record(member.id, "staff.password_changed", member.name)

    def set_language(self, member: Member, language: str) -> None:
        stored.change(self._connection, member.id, language=language)


def matches(password_hash: str, password: str) -> bool:
    """40 ms of hashing: never inside a transaction."""
    try:
        return _HASHER.verify(password_hash, password[:LONGEST_PASSWORD])
    except (Argon2Error, InvalidHashError):
        return False


def password_hash(password: str, old_hash: str) -> str:
    """Raises WeakPassword. No rules of composition (ASVS 6.2.5), only length."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise WeakPassword
    if matches(old_hash, password):
        raise WeakPassword
    return _HASHER.hash(password)


def one_time_password() -> str:
    """60 bits, in groups that can be read aloud."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    groups = ("".join(secrets.choice(alphabet) for _at in range(4)) for _group in range(4))
    return "-".join(groups)


@lru_cache(maxsize=1)
def nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_urlsafe(16))


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _subject(name: str) -> str:
    return f"sign-in:{hashed(name)[:40]}"
