"""A member of staff at work, through the services that the console uses."""

from bot.domain.staff import Member, Role
from bot.domain.tickets import TicketState
from bot.services import Services


def a_clerk(services: Services, name: str = "clerk", region: str = "44") -> Member:
    """The account of that name, made if there is none."""
    services.staff.add(name, "王小姐", Role.CLERK, region)
    return next(one for one in services.staff.everyone() if one.name == name)


def answer_oldest(services: Services, words: str) -> None:
    """Take what waits longest, and answer it."""
    member = a_clerk(services)
    waiting = (TicketState.WAITING, TicketState.TAKEN)
    line = next(line for line in services.tickets.queue(member) if line.ticket.state in waiting)
    number = line.ticket.number
    taken = services.tickets.take(number, line.ticket.version, member)
    services.tickets.answer(number, taken.version, member, words)


def _version(services: Services, number: str) -> int:
    return services.application_desk.show(number, a_clerk(services)).application.version


def move_application(services: Services, number: str, stage: str, missing: str = "") -> None:
    """To the stage of that (Chinese) name."""
    to = services.known.stages.stage_named[stage]
    known = [(number, _version(services, number))]
    assert services.application_desk.move(known, to, missing, a_clerk(services)) == 1


def correct_application(services: Services, number: str, stage: str) -> None:
    right = services.known.stages.stage_named[stage]
    version = _version(services, number)
    services.application_desk.correct(number, version, right, a_clerk(services))
