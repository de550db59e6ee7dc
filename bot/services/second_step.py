"""The second step of signing in: codes of six digits (RFC 6238), or a recovery code.

Each code counts once. Codes can be pasted from a password manager on the same computer, and
recovery codes from where they were kept: nobody has to type from one device into another
(WCAG 3.3.8).
"""

import hmac
from typing import TYPE_CHECKING

import pyotp

from bot.domain.staff import Member
from bot.services.passwords import in_groups
from bot.storage import sign_ins as stored
from bot.storage import staff as accounts

if TYPE_CHECKING:
    from datetime import datetime

    from bot.services import Services

STEP = 30
"""Seconds that a code stands for."""
LATE = 1
"""So many steps early or late a code may be: clocks differ, and typing takes time."""
DIGITS = 6
RECOVERY_CODES = 10
ISSUER = "Doorstep 上门办"


class SecondStep:
    """Of one account; the caller has checked that it may."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._connection = services.connection
        self._now = services.now

    # --- setting it up

    def start(self, member: Member) -> None:
        """A new secret, not in force before `confirm`; nothing where one is in force."""
        if not member.second_step:
            stored.set_secret(self._connection, member.id, pyotp.random_base32())

    def pending(self, member: Member) -> str:
        """The secret that waits to be confirmed, in base 32; '' for none."""
        return "" if member.second_step else stored.secret(self._connection, member.id)

    def confirm(self, member: Member, code: str) -> list[str] | None:
        """The first code was right: it is in force. The recovery codes, to be shown once."""
        if not self.pending(member) or not self._totp(member, code):
            return None
        stored.turn_on(self._connection, member.id)
        self._services.audit.record(member.id, "second_step.on", member.name)
        return self._new_codes(member)

    def new_recovery_codes(self, member: Member, code: str) -> list[str] | None:
        """In place of the old ones, for whoever can still give a code."""
        if not member.second_step or not self.check(member, code):
            return None
        self._services.audit.record(member.id, "second_step.new_codes", member.name)
        return self._new_codes(member)

    def off(self, member: Member, code: str) -> bool:
        """By its owner, with a code."""
        if not member.second_step or not self.check(member, code):
            return False
        self.forget(member)
        self._services.audit.record(member.id, "second_step.off", member.name)
        return True

    def forget(self, member: Member) -> None:
        """Secret and recovery codes go; whoever does it for another writes that down."""
        stored.set_secret(self._connection, member.id, None)
        stored.set_recovery_codes(self._connection, member.id, [])

    def left(self, member: Member) -> int:
        """How many recovery codes are left."""
        return stored.recovery_codes_left(self._connection, member.id)

    # --- giving a code

    def wait_until(self, member: Member) -> "datetime | None":
        """Count a try; or when the next may come (promise 24)."""
        return self._services.sign_ins.claim(_subject(member))

    def check(self, member: Member, code: str) -> bool:
        """Is it a code of now that was not used, or a recovery code? It is used up by this."""
        plain = "".join(code.split()).replace("-", "").lower()
        if plain.isdecimal() and len(plain) == DIGITS:
            right = self._totp(member, plain)
        else:
            right = stored.use_recovery_code(self._connection, member.id, plain)
            if right:
                self._services.audit.record(member.id, "second_step.recovery_code", member.name)
        if right:
            accounts.forget_tries(self._connection, _subject(member))
        else:
            self._services.audit.record(member.id, "second_step", member.name, success=False)
        return right

    def _totp(self, member: Member, code: str) -> bool:
        secret = stored.secret(self._connection, member.id)
        plain = "".join(code.split())
        if not secret or not plain.isascii() or len(plain) != DIGITS:
            return False
        totp = pyotp.TOTP(secret, digits=DIGITS, interval=STEP)
        now = int(self._now.timestamp()) // STEP
        right = [
            step
            for step in range(now - LATE, now + LATE + 1)
            if hmac.compare_digest(totp.generate_otp(step), plain)
        ]
        return bool(right) and stored.use_step(self._connection, member.id, right[-1])

    def _new_codes(self, member: Member) -> list[str]:
        codes = [in_groups(2, 5) for _at in range(RECOVERY_CODES)]
        plain = [code.replace("-", "") for code in codes]
        stored.set_recovery_codes(self._connection, member.id, plain)
        return codes


def address(secret: str, name: str) -> str:
    """otpauth:// address of a secret, for a QR code or a password manager."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP).provisioning_uri(
        name=name, issuer_name=ISSUER
    )


def _subject(member: Member) -> str:
    return f"second-step:{member.id}"
