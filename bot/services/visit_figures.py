"""The numbers of a region's visits, for its staff."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.domain.months import later
from bot.domain.staff import Member
from bot.domain.visit_figures import Figures
from bot.services import Services
from bot.storage import visit_figures as stored


class VisitFigures:
    """Counts only: nobody can be made out."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._connection = services.connection

    def by_month(self, member: Member, first: date, last: date) -> Sequence[Figures]:
        """From the month of `first` to that of `last`, both whole."""
        end = later(last, 1) - timedelta(days=1)
        return stored.by_month(self._connection, member.region, first.replace(day=1), end)
