"""The places in visits: taken, given back.

A place is taken by one UPDATE that finds a free row, and only if it is still free. On PostgreSQL
it skips rows that another transaction holds; on SQLite writers come one after another anyway.
"""

from datetime import date

from sqlalchemy import Connection, select, text, update

from bot.domain.bookings import BookingState
from bot.domain.visits import Visit
from bot.storage.tables import bookings, places, visits
from bot.storage.tables.bookings import LISTED
from bot.storage.visits import ANY_FREE, visit_row


def take_place(connection: Connection, visit_id: int, booking_id: int) -> bool:
    """One free place of that visit is this booking's now; False: there was none."""
    free = (
        select(places.c.number)
        .where(places.c.visit_id == visit_id, places.c.booking_id.is_(None))
        .order_by(places.c.number)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    taken = connection.execute(
        update(places)
        .where(
            places.c.visit_id == visit_id,
            places.c.number == free,
            places.c.booking_id.is_(None),
        )
        .values(booking_id=booking_id)
    )
    return taken.rowcount == 1


def free_place(connection: Connection, booking_id: int) -> tuple[int, int] | None:
    """Give a booking's place back; (visit, number) of what it was."""
    held = connection.execute(
        select(places.c.visit_id, places.c.number).where(places.c.booking_id == booking_id)
    ).first()
    if held is None:
        return None
    connection.execute(
        update(places).where(places.c.booking_id == booking_id).values(booking_id=None)
    )
    return held.visit_id, held.number


def restore_place(connection: Connection, place: tuple[int, int], booking_id: int) -> None:
    """Take back, in the same transaction, what `free_place` gave away."""
    visit_id, number = place
    connection.execute(
        update(places)
        .where(places.c.visit_id == visit_id, places.c.number == number)
        .values(booking_id=booking_id)
    )


def any_free(connection: Connection, visit_id: int) -> bool:
    free = select(places.c.number).where(
        places.c.visit_id == visit_id, places.c.booking_id.is_(None)
    )
    return connection.execute(free.limit(1)).first() is not None


def free_where_waited(connection: Connection, from_day: date, limit: int) -> list[Visit]:
    """Open visits with a free place in regions in which somebody waits, the nearest first."""
    wanted = bookings.c.state == BookingState.WAITING.value
    streets = connection.execute(
        select(bookings.c.region).where(text(f"bookings.{LISTED}"), wanted).distinct()
    ).scalars()
    around = {street[:length] for street in streets for length in (9, 6, 4)}
    if not around:
        return []
    rows = connection.execute(
        select(visits)
        .where(visits.c.region.in_(around), visits.c.open, visits.c.day >= from_day, ANY_FREE)
        .order_by(visits.c.day, visits.c.id)
        .limit(limit)
    )
    return [visit_row(row) for row in rows]


def holders(connection: Connection, visit_id: int) -> list[int]:
    """The bookings that have, or are offered, a place of that visit."""
    rows = connection.execute(
        select(places.c.booking_id)
        .where(places.c.visit_id == visit_id, places.c.booking_id.is_not(None))
        .order_by(places.c.number)
    )
    return [row[0] for row in rows]
