"""What the outcome of a visit does to the application that the booking belongs to."""

from bot.domain.application_rows import Action, Row
from bot.domain.applications import Application
from bot.domain.bookings import Booking, VisitOutcome
from bot.domain.staff import Member
from bot.domain.stages import Stage
from bot.services import Services
from bot.services.application_records import By
from bot.storage import applications

_AIMS = {
    VisitOutcome.ASSESSED: Stage.ASSESSED,
    VisitOutcome.NOT_AT_HOME: Stage.SENT,
    VisitOutcome.TO_REPEAT: Stage.SENT,
}
"""Nobody there, or once more: it waits for its assessment. Whoever refused withdrew nothing."""


def application_of(services: Services, booking: Booking) -> Application | None:
    if booking.application_id is None:
        return None
    return applications.by_id(services.connection, booking.application_id)


def move_application(
    services: Services, booking: Booking, outcome: VisitOutcome, member: Member
) -> Stage | None:
    """Only forwards, and only as far as an assessment can tell. None: it stays where it is."""
    application, aim = application_of(services, booking), _AIMS.get(outcome)
    if application is None or aim is None:
        return None
    way = services.known.stages.way(application.procedure, application.way)
    if application.stage not in way.path or aim not in way.path:
        return None
    if way.path.index(application.stage) >= way.path.index(aim):
        return None
    records = services.application_records
    row = Row(1, application.number, "", None, None, "", aim, expected=application.stage)
    planned = records.plan([row], application.region, lock=True)
    if any(one.faults or one.action is Action.SAME for one in planned):
        return None
    records.apply(planned, By("console", member.id))
    return aim
