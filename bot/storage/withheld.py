"""Lines of a chat that staff may not read, because they belong to an anonymous letter.

`withheld` of an inbox or outbox row is '' (staff may read it), the name of the open flow that it
belongs to (nobody knows yet whether its letter will be anonymous), or FOR_GOOD.
"""

from collections.abc import Collection

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


def anonymous_among(connection: Connection, numbers: Collection[str]) -> set[str]:
    """Those of these numbers that are an anonymous letter's, whosever it is."""
    if not numbers:
        return set()
    found = connection.execute(
        select(tickets.c.number).where(tickets.c.number.in_(numbers), tickets.c.anonymous)
    )
    return set(found.scalars())
