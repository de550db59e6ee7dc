"""What staff and other residents do meanwhile, for stage directions of transcripts."""

from datetime import date
from typing import Any

from bot.domain.bookings import BookingState
from bot.domain.people import DisabilityKind
from bot.domain.visit_reasons import WHYS, Why
from bot.domain.visits import Half, Visit
from bot.services import Services
from bot.storage import bookings
from tests.clerk import a_clerk
from tests.visit_factories import a_request


def all_full(services: Services) -> None:
    """Every free visit of the first demo team is booked by others."""
    person = 1000
    for visit in _of_the_first_team(services):
        for _place in range(20):
            person += 1
            try:
                services.bookings.book(a_request(person, visit), f"full {person}")
            except Exception:
                break


def one_cancels(services: Services) -> None:
    """The first of those has no use for the place any more."""
    visit = _of_the_first_team(services)[2]
    (first, *_rest) = services.visits.on(visit)
    services.bookings.cancel(first.number)


def staff_propose(services: Services) -> None:
    """The oldest request gets a date; the team and its half-day are made for it."""
    from bot.storage.tables import staff

    (booking, *_rest) = bookings.listed(services.connection, "44", [BookingState.REQUESTED])
    team = services.visits.add_team("演示从化队", "440117", tuple(DisabilityKind))
    half = Half.AFTERNOON if services.bookings.notes(booking) else Half.MORNING
    visit = services.visits.open_visit(team, date(2026, 3, 11), half, 3)
    one = {"name": f"clerk{team.id}", "display_name": "演示", "role": "clerk", "region": "44"}
    made = services.connection.execute(
        staff.insert().values(**one, password_hash="").returning(staff.c.id)
    )
    services.waiting.propose(booking.number, visit.id, made.scalar_one())


def staff_take_back(services: Services) -> None:
    """The oldest date that is held is needed for something else."""
    (booking, *_rest) = bookings.listed(services.connection, "44", [BookingState.OFFERED])
    clerk = a_clerk(services)
    services.waiting.withdraw(booking.number, WHYS[Why.TRANSPORT], clerk.id)


def _of_the_first_team(services: Services) -> list[Visit]:
    from sqlalchemy import select

    from bot.storage.tables import visits
    from bot.storage.visits import visit_row

    rows = services.connection.execute(
        select(visits).where(visits.c.team_id == 1).order_by(visits.c.day, visits.c.half.desc())
    )
    found: list[Any] = [visit_row(row) for row in rows]
    return found


HAPPENS = {
    "演示一队的名额全满": all_full,
    "有人取消了一个名额": one_cancels,
    "残联提出日期": staff_propose,
    "残联收回日期": staff_take_back,
}
