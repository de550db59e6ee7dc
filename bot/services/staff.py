"""Accounts of the console: made, reset, deactivated; each change is in the audit log."""

from typing import TYPE_CHECKING

from bot.domain.staff import Member, Role
from bot.services.passwords import hash_of, one_time_password
from bot.storage import sign_ins
from bot.storage import staff as stored

if TYPE_CHECKING:
    from bot.services import Services


class Staff:
    """One's own account, and what `doorstep staff` does to any."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._connection = services.connection
        self._now = services.now

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
                "password_hash": hash_of(password),
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
            password_hash=hash_of(password),
            must_change=True,
            active=True,
        )
        sign_ins.end_sessions(self._connection, found[0].id)
        self._services.audit.record(found[0].id, "staff.reset", name)
        return password

    def deactivate(self, name: str) -> bool:
        found = stored.by_name(self._connection, name)
        if found is None:
            return False
        stored.change(self._connection, found[0].id, active=False)
        sign_ins.forget_devices(self._connection, found[0].id)
        sign_ins.end_sessions(self._connection, found[0].id)
        self._services.audit.record(found[0].id, "staff.deactivated", name)
        return True

    def everyone(self) -> list[Member]:
        return stored.everyone(self._connection)

    def name_of(self, staff_id: int) -> str:
        member = stored.by_id(self._connection, staff_id)
        return member.display_name if member else ""

    def change_password(self, member: Member, password_hash: str) -> None:
        """All other sessions end too; the caller opens a new one."""
        stored.change(self._connection, member.id, password_hash=password_hash, must_change=False)
        sign_ins.end_sessions(self._connection, member.id)
        self._services.audit.record(member.id, "staff.password_changed", member.name)

    def set_language(self, member: Member, language: str) -> None:
        stored.change(self._connection, member.id, language=language)

    def set_keys(self, member: Member, *, on: bool) -> None:
        """Do single keys act as shortcuts?"""
        stored.change(self._connection, member.id, keys_on=on)
