"""Who looked at what and who changed what (GB/T 22239-2019, 8.1.4.3): written or not done."""

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.regions import PROVINCE
from bot.storage import audit as stored
from bot.storage.audit import Entry, Wanted

if TYPE_CHECKING:
    from bot.domain.staff import Member
    from bot.services import Services

__all__ = ["Audit", "Entry", "Wanted"]

SHOWN = 100
"""Entries on one page."""
LONGEST_SUBJECT = 60


class Audit:
    """In the transaction of what it records: if it cannot be written, nothing happens."""

    def __init__(self, services: "Services") -> None:
        self._connection = services.connection
        self._now = services.now

    def record(
        self,
        staff_id: int | None,
        event: str,
        subject: str,
        *,
        success: bool = True,
        detail: str = "",
    ) -> None:
        """`subject` is a number or a name of ours, never a person's data."""
        stored.add(
            self._connection,
            {
                "at": self._now,
                "staff_id": staff_id,
                "event": event,
                "subject": subject[:LONGEST_SUBJECT],
                "success": success,
                "detail": detail,
            },
        )

    def verify(self) -> bool:
        """Is the chain unbroken?"""
        return self.broken_at() is None

    def broken_at(self) -> int | None:
        """The id of the first row that does not fit; None: the chain is whole."""
        return stored.verify(self._connection)

    def anchor(self) -> str:
        """Where the log ends, as words to keep elsewhere: '1203:4fa0…'."""
        row_id, chain = stored.anchor(self._connection)
        return f"{row_id}:{chain}"

    def stands(self, anchor: str) -> bool:
        """Is the row that an anchor names still what it was? False also for no anchor at all."""
        row_id, _colon, chain = anchor.strip().partition(":")
        return row_id.isdecimal() and stored.stands(self._connection, int(row_id), chain)

    def entries(self, member: "Member", wanted: "Wanted") -> list["Entry"]:
        """SHOWN at most, newest first: of accounts in the member's region. The look is logged."""
        self.record(member.id, "audit.read", wanted.subject or wanted.name or wanted.event)
        whole = member.region == PROVINCE
        wanted = replace(wanted, region=member.region, whole=whole)
        return stored.entries(self._connection, wanted, SHOWN)
