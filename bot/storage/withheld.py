"""Lines of a chat that staff may not read, because they belong to an anonymous letter.

`withheld` of an inbox or outbox row is '' (staff may read it), the name of the open flow that it
belongs to (nobody knows yet whether its letter will be anonymous), or FOR_GOOD.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, select, update

from bot.storage.tables import inbox, outbox, tickets

FOR_GOOD = "for good"


def settle(connection: Connection, conversation_id: int, flow: str, *, shown: bool) -> None:
    """That flow is over: its lines may be read by staff, or never."""
    for table in (inbox, outbox):
        connection.execute(
            update(table)
            .where(table.c.conversation_id == conversation_id, table.c.withheld == flow)
            .values(withheld="" if shown else FOR_GOOD)
        )


def any_anonymous(connection: Connection, numbers: Iterable[str]) -> bool:
    """Is one of these the number of an anonymous letter, whosever it is?"""
    found = connection.execute(
        select(tickets.c.id).where(tickets.c.number.in_(set(numbers)), tickets.c.anonymous).limit(1)
    )
    return found.first() is not None
