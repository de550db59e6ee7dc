"""Applications as staff find them, and the letters that belong to them."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, insert, or_, select

from bot.domain.application_rows import StoredRow
from bot.storage.applications import as_stored
from bot.storage.tables import application_tickets, applications, tickets

LISTED = 100


def search(
    connection: Connection,
    region: str,
    words: Mapping[str, str],
    *,
    stage: str = "",
    overdue: date | None = None,
) -> list[StoredRow]:
    """Inside one's region. `words`: column → value, any of which may fit; '' is left out."""
    given = [applications.c[column] == value for column, value in words.items() if value]
    query = select(applications).where(
        applications.c.region >= region, applications.c.region < after_region(region)
    )
    if given:
        query = query.where(or_(*given))
    if stage:
        query = query.where(applications.c.stage == stage)
    if overdue:
        query = query.where(applications.c.due < overdue).order_by(
            applications.c.due, applications.c.id
        )
    else:
        query = query.order_by(applications.c.id.desc())
    return [as_stored(connection, row) for row in connection.execute(query.limit(LISTED))]


def note_ticket(connection: Connection, application_id: int, ticket_id: int, why: str) -> None:
    connection.execute(
        insert(application_tickets).values(
            application_id=application_id, ticket_id=ticket_id, why=why
        )
    )


def tickets_of(
    connection: Connection, application_id: int
) -> list[tuple[str, str, str, int | None]]:
    """(number, why, state, conversation) of the items that belong to it, newest first."""
    rows = connection.execute(
        select(
            tickets.c.number, application_tickets.c.why, tickets.c.state, tickets.c.conversation_id
        )
        .join(tickets, tickets.c.id == application_tickets.c.ticket_id)
        .where(application_tickets.c.application_id == application_id)
        .order_by(tickets.c.id.desc())
    )
    return [(row.number, row.why, row.state, row.conversation_id) for row in rows]


def after_region(region: str) -> str:
    """Codes of a region begin with its own: they lie before this one, in any collation."""
    return str(int(region) + 1)
