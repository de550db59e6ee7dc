"""The teams and who goes along, for staff, inside a member's region. An assessor sees their own."""

from collections.abc import Collection

from bot.domain.regions import Regions
from bot.domain.staff import Member, Role
from bot.domain.tickets import NotFound
from bot.domain.visits import Team
from bot.services import Services
from bot.storage import visit_weeks as stored
from bot.storage import visits


class VisitTeams:
    """Every method is one use case in the transaction of its services."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._connection = services.connection

    def teams(self, member: Member) -> list[Team]:
        """Those of the member's region, by name; an assessor's own."""
        found = [
            team
            for team in visits.all_teams(self._connection)
            if Regions.contains(member.region, team.region)
        ]
        if member.role is Role.ASSESSOR:
            own = stored.teams_of(self._connection, member.id)
            found = [team for team in found if team.id in own]
        return sorted(found, key=lambda team: (team.region, team.name, team.id))

    def team(self, team_id: int, member: Member) -> Team:
        """Raises NotFound."""
        for team in self.teams(member):
            if team.id == team_id:
                return team
        raise NotFound

    # --- who goes along

    def members(self, team: Team) -> list[tuple[int, str]]:
        return stored.members_of(self._connection, team.id)

    def assessors(self, member: Member) -> list[Member]:
        """Whom this member may send with a team."""
        return [
            one
            for one in self._services.staff.everyone()
            if one.active
            and one.role is Role.ASSESSOR
            and Regions.contains(member.region, one.region)
        ]

    def set_members(self, team_id: int, staff_ids: Collection[int], member: Member) -> None:
        """Raises NotFound: not the member's team, or not an assessor of theirs."""
        team = self.team(team_id, member)
        known = {one.id for one in self.assessors(member)}
        others = {one for one, _name in self.members(team)} - known
        if not set(staff_ids) <= known:
            raise NotFound
        stored.set_members(self._connection, team.id, set(staff_ids) | others)
        self._services.audit.record(member.id, "team.members", f"team {team.id}")

    def save_team(self, team: Team, member: Member) -> Team:
        """A new one where `team.id` is 0. Raises NotFound."""
        if not self.is_theirs(team.region, member):
            raise NotFound
        if team.id:
            self.team(team.id, member)
            self._services.visits.save_team(team)
        else:
            team = self._services.visits.new_team(team)
        self._services.audit.record(member.id, "team.saved", f"team {team.id}")
        return team

    def is_theirs(self, region: str, member: Member) -> bool:
        """Is that a division, and the member's or inside it?"""
        known = region in self._services.regions.by_code
        return known and Regions.contains(member.region, region)
