"""Nothing waits unseen: what could not be read or delivered, and another try."""

from typing import TYPE_CHECKING

from bot.storage import stuck as stored
from bot.storage.stuck import StuckRow

if TYPE_CHECKING:
    from bot.domain.staff import Member
    from bot.services import Services


class Stuck:
    """For supervisors."""

    def __init__(self, services: "Services") -> None:
        self._services = services

    def rows(self) -> list[StuckRow]:
        return stored.rows(self._services.connection)

    def retry(self, kind: str, row_id: int, member: "Member") -> bool:
        self._services.audit.record(member.id, "stuck.retried", f"{kind}:{row_id}")
        return stored.retry(self._services.connection, kind, row_id, self._services.now)
