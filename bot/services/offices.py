"""The federations of the divisions: by name, and those that a member may look into."""

from typing import TYPE_CHECKING

from bot.domain.regions import PROVINCE, Level, Region
from bot.domain.tickets import NotPossible

if TYPE_CHECKING:
    from bot.services import Services


class Offices:
    """Counties, cities and the province have one; a street belongs to its county's."""

    def __init__(self, services: "Services") -> None:
        self._regions = services.regions
        self._bare = services.known.library.bare

    def named(self, name: str) -> str:
        """The region of the one office of that name. Raises NotPossible."""
        words = self._bare(name)
        if words.replace(" ", "") in ("广东", "广东省", "省残联", "guangdong"):
            return PROVINCE
        found = {self._office_of(region).code for region in self._regions.find(words)}
        if len(found) != 1:
            raise NotPossible
        return found.pop()

    def name(self, region: str) -> str:
        """In full; '' for the province, and the code of a division that is no longer there."""
        return self._regions.full_name(region) if region in self._regions.by_code else region

    def under(self, region: str) -> list[Region]:
        """The next level below, to narrow the queue to."""
        if region == PROVINCE:
            return list(self._regions.cities())
        level = self._regions.by_code[region].level
        return list(self._regions.counties(region)) if level is Level.CITY else []

    def _office_of(self, region: Region) -> Region:
        if region.level is Level.STREET:
            return self._regions.by_code[region.parent]
        return region
