"""Demo data for an empty database: free visits, a group session, applications to look up.

Everything is marked 演示 (demo): no name, number or team here is anybody's.
"""

from datetime import date, timedelta

from bot.domain.people import DisabilityKind
from bot.domain.stages import Procedure, Stage, Way
from bot.domain.visits import County, Half, Mode, Team, Visit, VisitKind
from bot.i18n import GUANGDONG
from bot.services import Services

AT_HOME = tuple(kind for kind in DisabilityKind if kind is not DisabilityKind.HEARING)
"""Hearing needs a quiet room with equipment: most demo teams cannot assess it at home."""
TEAMS = (
    ("440103", "演示一队（荔湾）", AT_HOME),
    ("440104", "演示二队（越秀）", AT_HOME),
    ("440604", "演示三队（禅城）", AT_HOME),
    ("440305", "演示四队（南山）", tuple(DisabilityKind)),
)
REQUESTS = ("440117", "演示：从化先登记，再由残联提日期")
"""A county that takes requests: no team of its own; staff propose a date."""
VENUE = "演示：荔湾区多宝街道综合养老服务中心一楼"
TRANSPORT = "演示：门口平路，有轮椅坡道；地铁站出来走五分钟"
SESSION_PLACES = 20
WEEKS = 4
FEWEST_PLACES, MORE_PLACES = 4, 5
"""4 to 8 places a half-day."""

APPLICATIONS = (
    ("ADEM-2222-2222-2222-222Q", "1234", "演示甲", "440103004", Stage.SENT),
    ("ADEM-3333-3333-3333-333E", "002X", "演示乙", "440604010", Stage.NOTICE),
    ("ADEM-4444-4444-4444-4445", "5678", "演示丙", "440305006", Stage.READY),
)
"""Number, last four characters, name, street, stage."""


def load_demo(services: Services) -> list[str]:
    """What to print; nothing is done, and [] is returned, where there are teams already."""
    if services.visits.teams():
        return []
    count = sum(_team(services, *one) for one in TEAMS)
    lines = [f"Demo visits      {count} half-days in 荔湾, 越秀, 禅城 and 南山"]
    services.visits.set_county(County(REQUESTS[0], Mode.REQUESTS, note=REQUESTS[1]))
    session = _session(services)
    lines.append(f"Demo session     {session.day} in 荔湾; 从化 takes requests only")
    for number, last_four, name, street, stage in APPLICATIONS:
        _application(services, number, last_four, name, street, stage)
        lines.append(f"Demo application {number}   last four: {last_four}   ({stage})")
    return lines


def _team(services: Services, region: str, name: str, kinds: tuple[DisabilityKind, ...]) -> int:
    """Mornings on every working day of the next weeks, afternoons on every other."""
    team = services.visits.add_team(name, region, kinds)
    today = services.now.astimezone(GUANGDONG).date()
    calendar = services.known.calendar
    days = (today + timedelta(days=after) for after in range(1, WEEKS * 7 + 1))
    count = 0
    for at, day in enumerate(day for day in days if calendar.is_workday(day)):
        halves = (Half.MORNING, Half.AFTERNOON) if at % 2 else (Half.MORNING,)
        for half in halves:
            _open(services, team, day, half, count)
            count += 1
    return count


def _session(services: Services) -> Visit:
    """One group session, on the first working day two weeks from now."""
    team = services.visits.add_team("演示集中评残队（荔湾）", "440103", tuple(DisabilityKind))
    today = services.now.astimezone(GUANGDONG).date()
    (day,) = services.known.calendar.next_workdays(today + timedelta(days=13), 1)
    session = Visit(
        id=0,
        team_id=team.id,
        region=team.region,
        day=day,
        half=Half.MORNING,
        kind=VisitKind.GROUP,
        venue=VENUE,
        transport=TRANSPORT,
        starts="09:30",
    )
    return services.visits.open(session, SESSION_PLACES)


def _open(services: Services, team: Team, day: date, half: Half, at: int) -> None:
    services.visits.open_visit(team, day, half, FEWEST_PLACES + at % MORE_PLACES)


def _application(
    services: Services, number: str, last_four: str, name: str, street: str, stage: Stage
) -> None:
    """It reached one stage every four days, the last one yesterday."""
    whole = services.known.stages.way(Procedure.FIRST, Way.LOCAL).path
    path = whole[: whole.index(stage) + 1]
    reached = [
        (one, services.now - timedelta(days=1 + 4 * (len(path) - 1 - at)))
        for at, one in enumerate(path)
    ]
    services.applications.record(last_four, street, name, reached, number=number)
