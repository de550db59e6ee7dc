"""Who looked at what and who changed what (GB/T 22239-2019, 8.1.4.3): written or not done."""

from typing import TYPE_CHECKING

from bot.storage import audit as stored

if TYPE_CHECKING:
    from bot.services import Services


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
                "subject": subject,
                "success": success,
                "detail": detail,
            },
        )

    def verify(self) -> bool:
        """Is the chain unbroken?"""
        return stored.verify(self._connection) is None
