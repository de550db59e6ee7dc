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
