"""Promises 3, 4 and 5: a place, a person, a confirmation, and many at once; on both databases."""

import os
import random
from collections.abc import Callable
from datetime import date
from typing import Any

import sqlalchemy

from bot.domain.bookings import AlreadyBooked, NotLive, SlotTaken
from bot.domain.visits import Half
from bot.services import Services
from bot.storage.db import Database
from bot.storage.tables import bookings, places
from tests.visit_factories import (
    a_request,
    a_visit,
    book,
    taken,
    together,
)

SEED = int(os.environ.get("SEED", "20260302"))


def test_two_hundred_for_ten_places(database: Database) -> None:
    visit = a_visit(database, 10)
    works: list[Callable[[Services], Any]] = [
        lambda services, at=at: services.bookings.book(a_request(at, visit), f"key {at}")  # type: ignore[misc]
        for at in range(200)
    ]
    made, fell = together(database, works)
    assert len({booking.number for booking in made}) == 10
    assert len(made) == 10
    assert {type(error) for error in fell} == {SlotTaken}
    assert taken(database) == 10


def test_two_processes_for_ten_places(database: Database) -> None:
    """As `test_two_hundred_for_ten_places`, over two Database objects: two replicas."""
    visit = a_visit(database, 10)
    url = database.url.render_as_string(hide_password=False)
    other = Database(url, database.vault)
    try:
        works: list[Callable[[Services], Any]] = [
            lambda services, at=at: services.bookings.book(a_request(at, visit), f"key {at}")  # type: ignore[misc]
            for at in range(100)
        ]
        made, fell = together(database, works, other)
    finally:
        other.close()
    assert len(made) == 10
    assert {type(error) for error in fell} == {SlotTaken}
    assert taken(database) == 10


def test_one_person_a_hundred_times(database: Database) -> None:
    visits = [a_visit(database, 100), a_visit(database, 100, half=Half.AFTERNOON)]
    works: list[Callable[[Services], Any]] = [
        lambda services, at=at: services.bookings.book(a_request(1, visits[at % 2]), f"key {at}")  # type: ignore[misc]
        for at in range(100)
    ]
    made, fell = together(database, works)
    assert len(made) == 1
    assert {type(error) for error in fell} == {AlreadyBooked}
    assert taken(database) == 1


def test_one_confirmation_a_hundred_times(database: Database) -> None:
    visit = a_visit(database, 100)
    works: list[Callable[[Services], Any]] = [
        lambda services: services.bookings.book(a_request(1, visit), "one key")
    ] * 100
    made, fell = together(database, works)
    assert fell == []
    assert len({booking.number for booking in made}) == 1
    assert taken(database) == 1


def test_book_move_cancel_all_at_once(database: Database) -> None:
    """Every booked person then has exactly one place, in their own visit, and nobody else has."""
    chance = random.Random(SEED)
    visits = [a_visit(database, 3, date(2026, 3, day)) for day in (4, 5, 6)]
    numbers = [book(database, a_request(at, visits[at % 3]), f"key {at}").number for at in range(8)]

    def one() -> Callable[[Services], Any]:
        what, visit = chance.randrange(3), chance.choice(visits)
        number, person = chance.choice(numbers), chance.randrange(100, 130)
        if what == 0:
            return lambda services: services.bookings.move(number, visit.id)
        if what == 1 and chance.random() < 0.2:
            return lambda services: services.bookings.cancel(number)
        return lambda services: services.bookings.book(
            a_request(person, visit), f"{person} {visit.id}"
        )

    _made, fell = together(database, [one() for _at in range(300)])
    assert {type(error) for error in fell} <= {SlotTaken, AlreadyBooked, NotLive}
    check = sqlalchemy.select(bookings.c.id, bookings.c.visit_id).where(
        bookings.c.state == "booked"
    )
    held = sqlalchemy.select(places.c.booking_id, places.c.visit_id).where(
        places.c.booking_id.is_not(None)
    )
    rows = database.write_now(
        lambda connection: (
            sorted(tuple(row) for row in connection.execute(check)),
            sorted(tuple(row) for row in connection.execute(held)),
        )
    )
    assert rows[0] == rows[1], f"SEED={SEED}"
