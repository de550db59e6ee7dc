"""Staff as their administrator sees them: inside one's region, each change in the audit log.

Passwords arrive hashed: hashing takes 40 ms and never runs inside a transaction.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from bot.domain import accounts
from bot.domain.accounts import Account, Wish
from bot.domain.regions import PROVINCE, Regions
from bot.domain.staff import Member, OpenSession, Role
from bot.domain.tickets import NotFound
from bot.i18n import GUANGDONG, Text, _
from bot.storage import sign_ins
from bot.storage import staff as stored

if TYPE_CHECKING:
    from bot.services import Services


PLACEHOLDER = "xx"
"""An account's name in a wish that does not change it: old names may be of other characters."""


class Refused(Exception):
    """It would do harm: `text` says which."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.msgid)
        self.text = text


class People:
    """`by` is who does it; anybody outside their region is NotFound."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._connection = services.connection
        self._now = services.now

    def all(self, by: Member) -> list[Member]:
        return stored.under(self._connection, by.region)

    def one(self, name: str, by: Member) -> Member:
        """Raises NotFound."""
        found = stored.by_name(self._connection, name)
        if found is None or not Regions.contains(by.region, found[0].region):
            raise NotFound
        return found[0]

    def sessions(self, member: Member) -> list[OpenSession]:
        return self._services.sign_ins.open_sessions(member.id)

    # --- new ones

    def wishes(self, rows: Iterable[tuple[int, Mapping[str, str]]], by: Member) -> list[Wish]:
        """Each row read, with its faults: also a name that stands already, or twice."""
        seen: set[str] = set()
        found = []
        for line, written in rows:
            wish = accounts.read(line, written, self._services.regions, by.region)
            name = wish.account.name if wish.account else ""
            taken = bool(name) and stored.by_name(self._connection, name) is not None
            if name and (taken or name in seen):
                words = _("There is an account of this name already.")
                wish = replace(wish, account=None, faults=(*wish.faults, words))
            seen.add(name)
            found.append(wish)
        return found

    def wish_of(self, member: Member, role: str, region: str, by: Member) -> Wish:
        """Another role or region for somebody who is there already."""
        written = {
            "name": PLACEHOLDER,
            "display_name": member.display_name,
            "role": role,
            "region": region,
        }
        return accounts.read(1, written, self._services.regions, by.region)

    def add(self, account: Account, password_hash: str, by: Member) -> None:
        """Its password is a one-time one. The caller has read it by `wishes` just now."""
        stored.add(
            self._connection,
            {
                "name": account.name,
                "display_name": account.display_name,
                "role": account.role,
                "region": account.region,
                "password_hash": password_hash,
                "must_change": True,
            },
        )
        self._log(by, "staff.added", account.name, f"{account.role} {account.region}")

    # --- changes

    def change(self, name: str, account: Account, by: Member) -> None:
        """Full name, role, region. Raises NotFound and Refused."""
        member = self.one(name, by)
        fewer = (account.role, account.region) != (Role.ADMINISTRATOR, PROVINCE)
        if fewer:
            self._keep_one(member)
        stored.change(
            self._connection,
            member.id,
            display_name=account.display_name,
            role=account.role,
            region=account.region,
        )
        was = f"{member.role} {member.region}"
        self._log(by, "staff.changed", name, f"{was} > {account.role} {account.region}")

    def deactivate(self, name: str, by: Member) -> int:
        """Nobody signs in with it any more; what it had taken waits for others.

        How many items those are. Raises NotFound and Refused.
        """
        member = self.one(name, by)
        if member.id == by.id:
            raise Refused(_("This is your own account. Another administrator can do it."))
        self._keep_one(member)
        stored.change(self._connection, member.id, active=False)
        sign_ins.end_sessions(self._connection, member.id)
        sign_ins.forget_devices(self._connection, member.id)
        given_back = self._services.tickets.hand_back([member.id])
        self._log(by, "staff.deactivated", name, f"items {given_back}")
        return given_back

    def reset_password(self, name: str, password_hash: str, by: Member) -> None:
        """A one-time password; sessions end; an account that was switched off works again.

        Raises NotFound.
        """
        member = self.one(name, by)
        stored.change(
            self._connection,
            member.id,
            password_hash=password_hash,
            must_change=True,
            active=True,
        )
        sign_ins.end_sessions(self._connection, member.id)
        self._log(by, "staff.reset", name)

    def reset_second_step(self, name: str, by: Member) -> None:
        """Its secret and recovery codes go, sessions end. Raises NotFound."""
        member = self.one(name, by)
        self._services.second_step.forget(member)
        sign_ins.end_sessions(self._connection, member.id)
        self._log(by, "staff.second_step_reset", name)

    def end_sessions(self, name: str, by: Member) -> None:
        """Raises NotFound."""
        sign_ins.end_sessions(self._connection, self.one(name, by).id)
        self._log(by, "staff.sessions_ended", name)

    def set_away(self, name: str, first: date | None, last: date | None, by: Member) -> int:
        """From and to, both included; None: there again. Also one's own.

        How many items went back to the queue at once; on a later first day upkeep gives them back.
        Raises NotFound and Refused.
        """
        member = self.one(name, by)
        if last and first and last < first:
            raise Refused(_("The last day lies before the first."))
        stored.change(self._connection, member.id, away_from=first, away_until=last)
        self._log(by, "staff.away", name, f"{first or ''} {last or ''}".strip())
        if not replace(member, away_from=first, away_until=last).is_away(
            self._now.astimezone(GUANGDONG).date()
        ):
            return 0
        return self._services.tickets.hand_back([member.id])

    # --- below

    def _keep_one(self, member: Member) -> None:
        """Raises Refused where nobody would be left to let others in."""
        others = [
            one
            for one in stored.everyone(self._connection)
            if one.active
            and one.id != member.id
            and (one.role, one.region) == (Role.ADMINISTRATOR, PROVINCE)
        ]
        last = (member.role, member.region) == (Role.ADMINISTRATOR, PROVINCE) and not others
        if last and member.active:
            raise Refused(_("This is the last administrator of the province. Make another first."))

    def _log(self, by: Member, event: str, name: str, detail: str = "") -> None:
        self._services.audit.record(by.id, event, name, detail=detail)


__all__ = ["Account", "People", "Refused", "Wish"]
