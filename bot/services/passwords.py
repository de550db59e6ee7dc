"""Passwords: argon2id, one-time ones, and how strong one's own must be."""

import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from bot.domain.staff import LONGEST_PASSWORD, SHORTEST_PASSWORD

# OWASP's minimum: 40 ms on two small cores, where the default's 200 ms would stop the service.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class WeakPassword(Exception):
    """Too short, too long, or the one-time one again."""


def matches(password_hash: str, password: str) -> bool:
    """40 ms of hashing: never inside a transaction."""
    try:
        return _HASHER.verify(password_hash, password[:LONGEST_PASSWORD])
    except (Argon2Error, InvalidHashError):
        return False


def hash_of(password: str) -> str:
    """As slow as `matches`."""
    return _HASHER.hash(password)


def own_password_hash(password: str, old_hash: str) -> str:
    """Raises WeakPassword. No rules of composition (ASVS 6.2.5), only length."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise WeakPassword
    if matches(old_hash, password):
        raise WeakPassword
    return hash_of(password)


def one_time_password() -> str:
    """78 bits, in groups that can be read aloud."""
    return in_groups(4, 4)


def in_groups(groups: int, size: int) -> str:
    """Random characters that nobody confuses, with hyphens between the groups."""
    return "-".join(
        "".join(secrets.choice(_ALPHABET) for _at in range(size)) for _group in range(groups)
    )


@lru_cache(maxsize=1)
def nobodys_hash() -> str:
    """Of a password that nobody knows: an unknown name takes as long as a known one."""
    return hash_of(secrets.token_urlsafe(16))
