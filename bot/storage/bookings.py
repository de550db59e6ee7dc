"""Bookings: rows to domain values and back. Their places: visits.py."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update
from sqlalchemy import delete as delete_from

from bot.domain.people import DisabilityKind
from bot.domain.visits import Booking, BookingState, ForWhom, Half, Visit, VisitRequest
from bot.storage.db import insert_unless_there
from bot.storage.tables import bookings, visits
from bot.storage.vault import vault_of

LIVE = ("booked", "requested")


def add(
    connection: Connection,
    number: str,
    request_key: str,
    person_key: str,
    conversation_id: int | None,
    request: VisitRequest,
    now: datetime,
) -> int | None:
    """The new row's id; None: this request, number or person has a row already."""
    state = BookingState.REQUESTED if request.visit_id is None else BookingState.BOOKED
    told = asdict(request)
    del told["visit_id"]  # the row's own column says it, also after a move
    sealed = vault_of(connection).seal_json(told, f"bookings.sealed:{number}")
    made = connection.execute(
        insert_unless_there(connection, bookings).returning(bookings.c.id),
        {
            "number": number,
            "conversation_id": conversation_id,
            "request_key": request_key,
            "region": request.street,
            "visit_id": request.visit_id,
            "state": state.value,
            "person_key": person_key,
            "sealed": sealed,
            "created_at": now,
            "changed_at": now,
        },
    ).scalar()
    return None if made is None else int(made)


def remove(connection: Connection, booking_id: int) -> None:
    """Undo `add` in the transaction that did it."""
    connection.execute(delete_from(bookings).where(bookings.c.id == booking_id))


def by_request(connection: Connection, request_key: str) -> Booking | None:
    return _one(connection, bookings.c.request_key == request_key)


def live_of_person(connection: Connection, person_key: str) -> Booking | None:
    return _one(connection, (bookings.c.person_key == person_key) & bookings.c.state.in_(LIVE))


def by_number(connection: Connection, number: str) -> Booking | None:
    return _one(connection, bookings.c.number == number)


def by_id(connection: Connection, booking_id: int) -> Booking | None:
    return _one(connection, bookings.c.id == booking_id)


def lock(connection: Connection, number: str) -> Booking | None:
    """By its number; nobody else changes it until we commit."""
    connection.execute(
        select(bookings.c.id).where(bookings.c.number == number).with_for_update()
    ).first()
    return by_number(connection, number)


def live_of_conversation(connection: Connection, conversation_id: int) -> list[Booking]:
    return _all(
        connection, (bookings.c.conversation_id == conversation_id) & bookings.c.state.in_(LIVE)
    )


def of_visit(connection: Connection, visit_id: int) -> list[Booking]:
    """Whom the team visits: the live ones, in the order in which they came."""
    return _all(connection, (bookings.c.visit_id == visit_id) & bookings.c.state.in_(LIVE))


def change(
    connection: Connection,
    booking: Booking,
    state: BookingState,
    visit_id: int | None,
    now: datetime,
) -> bool:
    """Only if it is still in the state that was read."""
    changed = connection.execute(
        update(bookings)
        .where(bookings.c.id == booking.id, bookings.c.state == booking.state.value)
        .values(state=state.value, visit_id=visit_id, changed_at=now)
    )
    return changed.rowcount == 1


_WITH_VISIT = select(
    bookings,
    visits.c.team_id,
    visits.c.region.label("visit_region"),
    visits.c.day,
    visits.c.half,
    visits.c.open,
).select_from(bookings.outerjoin(visits, visits.c.id == bookings.c.visit_id))


def _one(connection: Connection, where: ColumnElement[bool]) -> Booking | None:
    row = connection.execute(_WITH_VISIT.where(where)).first()
    return _booking(connection, row) if row else None


def _all(connection: Connection, where: ColumnElement[bool]) -> list[Booking]:
    rows = connection.execute(_WITH_VISIT.where(where).order_by(bookings.c.id)).all()
    return [_booking(connection, row) for row in rows]


def _booking(connection: Connection, row: Any) -> Booking:
    told = vault_of(connection).open_json(row.sealed, f"bookings.sealed:{row.number}")
    told["for_whom"] = ForWhom(told["for_whom"])
    told["kind"] = DisabilityKind(told["kind"]) if told["kind"] else None
    at = None
    if row.visit_id is not None:
        at = Visit(row.visit_id, row.team_id, row.visit_region, row.day, Half(row.half), row.open)
    return Booking(
        id=row.id,
        number=row.number,
        state=BookingState(row.state),
        region=row.region,
        visit=at,
        conversation_id=row.conversation_id,
        created_at=row.created_at,
        request=VisitRequest(**told, visit_id=row.visit_id),
    )
