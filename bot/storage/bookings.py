"""Bookings: rows to domain values and back. Places: visits.py; who sees one: booking_members.py."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, text, update
from sqlalchemy import delete as delete_from

from bot.domain.bookings import Booking, BookingState, VisitRequest
from bot.domain.people import DisabilityKind
from bot.domain.visit_needs import Call, Door, ForWhom, Need, Purpose, Residence, Travel
from bot.domain.visits import VisitKind
from bot.i18n import Json
from bot.storage.db import insert_unless_there
from bot.storage.tables import booking_members, bookings, visits
from bot.storage.tables.bookings import LISTED, LIVE
from bot.storage.vault import vault_of
from bot.storage.visits import VISIT_COLUMNS, visit_in

_LIVE, _LISTED = text(f"bookings.{LIVE}"), text(f"bookings.{LISTED}")
"""In the very words of the partial indexes: by a value SQLite would not know that they fit."""
_IN_COLUMNS = ("visit_id", "visit_kind", "purpose")
"""Of a request: the row says these itself, also after a move."""


def add(
    connection: Connection,
    number: str,
    state: BookingState,
    keys: tuple[str, str],
    conversation_id: int | None,
    request: VisitRequest,
    now: datetime,
    staff_id: int | None = None,
) -> int | None:
    """The new row's id; None: this request, number or person has a row already.

    `keys`: hashes of the confirmation and of the person.
    """
    request_key, person_key = keys
    told = {key: value for key, value in asdict(request).items() if key not in _IN_COLUMNS}
    sealed = vault_of(connection).seal_json(told, f"bookings.sealed:{number}")
    made = connection.execute(
        insert_unless_there(connection, bookings, bookings.c.id),
        {
            "number": number,
            "conversation_id": conversation_id,
            "request_key": request_key,
            "region": request.street,
            "visit_id": request.visit_id,
            "state": state.value,
            "person_key": person_key,
            "sealed": sealed,
            "kind": request.visit_kind.value,
            "purpose": request.purpose.value,
            "urgency": 2 if request.urgent else 0,
            "staff_id": staff_id,
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
    return _one(connection, (bookings.c.person_key == person_key) & _LIVE)


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
    """Those that this chat made or joined."""
    return _all(connection, _seen_by(conversation_id) & _LIVE)


def of_conversation_numbered(
    connection: Connection, conversation_id: int, number: str
) -> Booking | None:
    """Also one that is over; None: this chat has none of that number."""
    return _one(connection, _seen_by(conversation_id) & (bookings.c.number == number))


def _seen_by(conversation_id: int) -> ColumnElement[bool]:
    mine = select(booking_members.c.booking_id).where(
        booking_members.c.conversation_id == conversation_id
    )
    return bookings.c.id.in_(mine)


def of_visit(connection: Connection, visit_id: int) -> list[Booking]:
    """Whom the team visits: those that have a place, in the order in which they came."""
    booked = bookings.c.state.in_((BookingState.BOOKED.value, BookingState.DONE.value))
    return _all(connection, (bookings.c.visit_id == visit_id) & booked)


def listed(
    connection: Connection, region: str, states: Sequence[BookingState], limit: int = 500
) -> list[Booking]:
    """In a region, the most urgent first and then the oldest: the waiting list, the requests."""
    wanted: ColumnElement[bool] = bookings.c.state.in_([state.value for state in states])
    if {*states} <= {BookingState.WAITING, BookingState.REQUESTED}:
        wanted &= _LISTED
    inside = bookings.c.region.startswith(region, autoescape=True)
    rows = connection.execute(
        _WITH_VISIT.where(wanted, inside)
        .order_by(bookings.c.urgency.desc(), bookings.c.created_at, bookings.c.id)
        .limit(limit)
    ).all()
    return [_booking(connection, row) for row in rows]


def due(connection: Connection, now: datetime, limit: int) -> list[Booking]:
    """Those of which upkeep has something to say, each to one replica."""
    ids = connection.execute(
        select(bookings.c.id)
        .where(bookings.c.remind_at <= now)
        .order_by(bookings.c.remind_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return _all(connection, bookings.c.id.in_([row[0] for row in ids]))


def any_due(connection: Connection, now: datetime) -> bool:
    found = connection.execute(select(bookings.c.id).where(bookings.c.remind_at <= now).limit(1))
    return found.first() is not None


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


def remind_at(connection: Connection, booking_id: int, at: datetime | None) -> None:
    _set(connection, booking_id, remind_at=at)


def fine_at(connection: Connection, booking_id: int, at: datetime) -> None:
    _set(connection, booking_id, fine_at=at)


def wait_for(connection: Connection, booking_id: int, halves: str, from_day: date | None) -> None:
    """What the waiting list may offer: '' for any half, None for any day."""
    _set(connection, booking_id, halves=halves, from_day=from_day)


def set_urgency(connection: Connection, booking_id: int, urgency: int) -> None:
    """0, 1 soon, 2 urgent."""
    _set(connection, booking_id, urgency=urgency)


def link(connection: Connection, booking_id: int, application_id: int | None) -> None:
    """To the application that its outcome moves on."""
    _set(connection, booking_id, application_id=application_id)


def _set(connection: Connection, booking_id: int, **values: Any) -> None:
    connection.execute(update(bookings).where(bookings.c.id == booking_id).values(**values))


_WITH_VISIT = select(bookings, *VISIT_COLUMNS).select_from(
    bookings.outerjoin(visits, visits.c.id == bookings.c.visit_id)
)


def _one(connection: Connection, where: ColumnElement[bool]) -> Booking | None:
    row = connection.execute(_WITH_VISIT.where(where)).first()
    return _booking(connection, row) if row else None


def _all(connection: Connection, where: ColumnElement[bool]) -> list[Booking]:
    rows = connection.execute(_WITH_VISIT.where(where).order_by(bookings.c.id)).all()
    return [_booking(connection, row) for row in rows]


def _booking(connection: Connection, row: Any) -> Booking:
    told = vault_of(connection).open_json(row.sealed, f"bookings.sealed:{row.number}")
    return Booking(
        id=row.id,
        number=row.number,
        state=BookingState(row.state),
        region=row.region,
        visit=visit_in(row),
        conversation_id=row.conversation_id,
        created_at=row.created_at,
        kind=VisitKind(row.kind),
        urgency=row.urgency,
        halves=row.halves,
        from_day=row.from_day,
        staff_id=row.staff_id,
        application_id=row.application_id,
        fine_at=row.fine_at,
        request=_request(told, row),
    )


def _request(told: Json, row: Any) -> VisitRequest:
    """Also of a booking that an older release made: it knew one kind, and less."""
    kind = told.pop("kind", None)
    kinds = told.pop("kinds", None) or ([kind] if kind else [])
    travel, residence = told.pop("travel", None), told.pop("residence", None)
    return VisitRequest(
        **{
            **told,
            "for_whom": ForWhom(told["for_whom"]),
            "kinds": tuple(DisabilityKind(one) for one in kinds),
            "travel": Travel(travel) if travel else None,
            "residence": Residence(residence) if residence else None,
            "call": Call(told.get("call", Call.ANY)),
            "needs": tuple(Need(one) for one in told.get("needs", ())),
            "door_is": tuple(Door(one) for one in told.get("door_is", ())),
        },
        visit_id=row.visit_id,
        visit_kind=VisitKind(row.kind),
        purpose=Purpose(row.purpose),
    )
