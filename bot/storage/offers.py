"""Places that are held for somebody for a time. One open offer a booking: a constraint."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from bot.domain.bookings import BookingState, Offer, OfferState
from bot.storage.tables import booking_members, bookings, offers, visits
from bot.storage.tables.base import is_one_of
from bot.storage.visits import VISIT_COLUMNS, visit_in

_OPEN = is_one_of(offers.c.state, "open")


def add(
    connection: Connection,
    booking_id: int,
    visit_id: int,
    back_to: BookingState,
    staff_id: int | None,
    now: datetime,
) -> int:
    made = connection.execute(
        insert(offers)
        .values(
            booking_id=booking_id,
            visit_id=visit_id,
            state=OfferState.OPEN.value,
            back_to=back_to.value,
            staff_id=staff_id,
            made_at=now,
        )
        .returning(offers.c.id)
    )
    return int(made.scalar_one())


def open_of(connection: Connection, booking_id: int) -> Offer | None:
    row = connection.execute(_ALL.where(offers.c.booking_id == booking_id, _OPEN)).first()
    return _offer(row) if row else None


def open_among(connection: Connection, booking_ids: Sequence[int]) -> dict[int, Offer]:
    """The open offers of these bookings, by booking."""
    rows = connection.execute(_ALL.where(_OPEN, offers.c.booking_id.in_(booking_ids)))
    return {row.booking_id: _offer(row) for row in rows}


def without_chat(connection: Connection, region: str) -> int:
    """Open offers in a region of which no chat can hear."""
    chats = select(booking_members.c.booking_id)
    found = connection.execute(
        select(func.count())
        .select_from(offers.join(bookings, bookings.c.id == offers.c.booking_id))
        .where(
            _OPEN,
            bookings.c.region.startswith(region, autoescape=True),
            bookings.c.id.not_in(chats),
        )
    )
    return int(found.scalar_one())


def made_before(connection: Connection, booking_id: int) -> set[int]:
    """The visits that this booking was offered once: none is offered twice."""
    rows = connection.execute(select(offers.c.visit_id).where(offers.c.booking_id == booking_id))
    return {row[0] for row in rows}


def close(connection: Connection, offer_id: int, state: OfferState, now: datetime) -> bool:
    """False: it was answered, or had run out, a moment before."""
    closed = connection.execute(
        update(offers)
        .where(offers.c.id == offer_id, _OPEN)
        .values(state=state.value, answered_at=now)
    )
    return closed.rowcount == 1


def told(connection: Connection, offer_id: int, now: datetime, until: datetime) -> bool:
    """From now on its time runs. False: another replica told it, or it is over."""
    changed = connection.execute(
        update(offers)
        .where(
            offers.c.id == offer_id,
            _OPEN,
            offers.c.told_at.is_(None),
        )
        .values(told_at=now, until=until)
    )
    return changed.rowcount == 1


def untold(connection: Connection, limit: int) -> list[Offer]:
    return _some(connection, offers.c.told_at.is_(None), limit)


def run_out(connection: Connection, now: datetime, limit: int) -> list[Offer]:
    return _some(connection, offers.c.until <= now, limit)


def _some(connection: Connection, where: Any, limit: int) -> list[Offer]:
    rows = connection.execute(
        _ALL.where(_OPEN, where).order_by(offers.c.until, offers.c.id).limit(limit)
    )
    return [_offer(row) for row in rows]


_ALL = select(offers, *VISIT_COLUMNS).join(visits, visits.c.id == offers.c.visit_id)


def _offer(row: Any) -> Offer:
    visit = visit_in(row)
    assert visit is not None  # noqa: S101 - the column is not null
    return Offer(
        id=row.id,
        booking_id=row.booking_id,
        visit=visit,
        state=OfferState(row.state),
        back_to=BookingState(row.back_to),
        staff_id=row.staff_id,
        made_at=row.made_at,
        told_at=row.told_at,
        until=row.until,
    )
