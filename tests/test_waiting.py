"""The waiting list, proposals, group sessions, families: on both databases, and all at once."""

import os
import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy

from bot.domain.bookings import (
    AlreadyBooked,
    BookingState,
    NotLive,
    OfferOver,
    OfferState,
    SlotTaken,
    VisitOutcome,
)
from bot.domain.people import DisabilityKind
from bot.domain.visits import County, Half, Mode, Visit, VisitKind, Wish
from bot.messages import Address
from bot.services import Services
from bot.storage.db import Database
from bot.storage.tables import bookings, offers, places, staff
from tests.visit_factories import (
    NOW,
    STREET,
    a_request,
    a_team,
    a_visit,
    book,
    taken,
    together,
    turn,
    use,
)

SEED = int(os.environ.get("SEED", "20260302"))
NEAR = date(2026, 3, 5)


def waits(database: Database, person: int, who: Address | None = None, **changed: Any) -> str:
    request = a_request(person, **changed)
    made = turn(
        database,
        lambda one: one.bookings.wait(request, f"wait {person}"),
        who or Address("web", f"p{person}"),
    )
    return str(made.number)


def found(database: Database, number: str) -> Any:
    return use(database, lambda services: services.bookings.find(number))


def a_clerk(database: Database) -> int:
    def one(connection: Any) -> int:
        row = {"name": "clerk", "display_name": "演示", "role": "clerk", "region": "44"}
        made = connection.execute(
            staff.insert().values(**row, password_hash="").returning(staff.c.id)
        )
        return int(made.scalar_one())

    return database.write_now(one)


def held_is_true(database: Database) -> None:
    """Whoever is booked or offered holds exactly their visit's place, and nobody else holds any."""
    has = sqlalchemy.select(bookings.c.id, bookings.c.visit_id).where(
        bookings.c.state.in_(("booked", "offered"))
    )
    holds = sqlalchemy.select(places.c.booking_id, places.c.visit_id).where(
        places.c.booking_id.is_not(None)
    )
    offered = sqlalchemy.select(bookings.c.id).where(bookings.c.state == "offered")
    asked = sqlalchemy.select(offers.c.booking_id).where(offers.c.state == "open")
    rows = database.write_now(
        lambda connection: [
            sorted(tuple(row) for row in connection.execute(statement))
            for statement in (has, holds, offered, asked)
        ]
    )
    assert rows[0] == rows[1], f"SEED={SEED}"
    assert rows[2] == rows[3], f"SEED={SEED}"


# --- the waiting list


def test_a_freed_place_is_offered_to_the_first_who_fits(database: Database) -> None:
    """Urgent first, then the oldest; whoever needs another doctor is passed over."""

    def setting(services: Services) -> Visit:
        team = a_team(services, DisabilityKind.PHYSICAL)
        return services.visits.open_visit(team, NEAR, Half.MORNING, 1)

    visit = use(database, setting)
    first = book(database, a_request(1, visit)).number
    blind = waits(database, 2, kinds=(DisabilityKind.VISION,))
    old = waits(database, 3)
    urgent = waits(database, 4)
    afternoons = waits(database, 5)
    use(database, lambda services: services.bookings.set_urgency(urgent, 2))
    use(database, lambda services: services.bookings.cancel(first))
    assert found(database, urgent).state is BookingState.OFFERED
    for other in (blind, old, afternoons):
        assert found(database, other).state is BookingState.WAITING
    held_is_true(database)
    with pytest.raises(SlotTaken):  # it is held: nobody can snatch it
        book(database, a_request(9, visit))
    use(database, lambda services: services.waiting.decline(urgent))
    assert found(database, urgent).state is BookingState.WAITING
    assert found(database, old).state is BookingState.OFFERED, "the next is asked"
    booked = use(database, lambda services: services.waiting.accept(old))
    assert booked.state is BookingState.BOOKED
    assert booked.visit.id == visit.id
    again = use(database, lambda services: services.waiting.accept(old))
    assert again.number == old, "pressed twice: the same"
    held_is_true(database)


def test_an_offer_runs_out_and_the_next_is_asked(database: Database) -> None:
    visit = a_visit(database, 1, date(2026, 3, 9))
    number = book(database, a_request(1, visit)).number
    first, second = waits(database, 2), waits(database, 3)
    use(database, lambda services: services.bookings.cancel(number))
    told = use(database, lambda services: services.waiting.tell_new())
    assert len(told) == 1
    assert use(database, lambda services: services.waiting.tell_new()) == [], "told once"
    later = NOW + timedelta(hours=23)
    assert use(database, lambda services: services.waiting.run_out(), later) == []
    later = NOW + timedelta(hours=25)
    assert len(use(database, lambda services: services.waiting.run_out(), later)) == 1
    assert found(database, first).state is BookingState.WAITING
    assert found(database, second).state is BookingState.OFFERED
    with pytest.raises(OfferOver):
        use(database, lambda services: services.waiting.accept(first), later)
    held_is_true(database)


def test_nobody_is_told_at_night(database: Database) -> None:
    visit = a_visit(database, 1, date(2026, 3, 9))
    number = book(database, a_request(1, visit)).number
    waits(database, 2)
    use(database, lambda services: services.bookings.cancel(number))
    night = NOW + timedelta(hours=14)  # 23:00 in Guangdong
    assert use(database, lambda services: services.waiting.tell_new(), night) == []
    morning = NOW + timedelta(hours=23)
    (notice,) = use(database, lambda services: services.waiting.tell_new(), morning)
    assert [value.partition(":")[0] for value, _label in notice.options] == [
        "accept",
        "decline",
        "cancel_booking",
    ]


def test_a_place_that_nobody_noticed_is_found_by_the_sweep(database: Database) -> None:
    visit = a_visit(database, 1)
    number = waits(database, 2)
    assert found(database, number).state is BookingState.WAITING
    assert use(database, lambda services: services.waiting.sweep()) == 1
    assert found(database, number).visit.id == visit.id
    assert use(database, lambda services: services.waiting.sweep()) == 0


def test_a_new_half_day_asks_the_list_first(database: Database) -> None:
    number = waits(database, 2)
    a_visit(database, 1)
    assert found(database, number).state is BookingState.OFFERED


# --- proposals


def test_staff_propose_and_the_person_wants_another(database: Database) -> None:
    """A county that takes requests: nothing can be chosen, a proposal holds its place."""
    clerk = a_clerk(database)
    use(database, lambda services: services.visits.set_county(County("440103", Mode.REQUESTS)))
    visit = a_visit(database, 1)
    assert use(database, lambda services: services.visits.bookable(Wish(STREET))) == []
    number = turn(database, lambda one: one.bookings.request(a_request(1), "key")).number
    use(database, lambda services: services.waiting.propose(number, visit.id, clerk))
    assert found(database, number).state is BookingState.OFFERED
    held_is_true(database)
    turn(database, lambda one: one.waiting.decline(number, "只有下午行"))
    back = found(database, number)
    assert back.state is BookingState.REQUESTED
    assert back.visit is None
    (note,) = use(database, lambda services: services.bookings.notes(back))
    assert (note.what, note.words) == ("wish", "只有下午行")
    assert taken(database) == 0


def test_a_second_proposal_takes_the_first_back(database: Database) -> None:
    clerk = a_clerk(database)
    visits = [a_visit(database, 1, date(2026, 3, day)) for day in (5, 6)]
    number = turn(database, lambda one: one.bookings.request(a_request(1), "key")).number
    for visit in visits:
        use(
            database,
            lambda services, visit=visit: services.waiting.propose(number, visit.id, clerk),
        )
    assert found(database, number).visit.id == visits[1].id
    assert taken(database) == 1
    states = database.write_now(
        lambda connection: list(
            connection.execute(sqlalchemy.select(offers.c.state).order_by(offers.c.id)).scalars()
        )
    )
    assert states == [OfferState.WITHDRAWN, OfferState.OPEN]
    use(database, lambda services: services.bookings.cancel(number))
    assert taken(database) == 0
    held_is_true(database)


# --- group sessions


def test_a_group_session_is_another_kind_of_place(database: Database) -> None:
    def setting(services: Services) -> Visit:
        team = a_team(services)
        session = Visit(
            0, team.id, team.region, NEAR, Half.MORNING, kind=VisitKind.GROUP, venue="演示中心"
        )
        return services.visits.open(session, 2)

    session = use(database, setting)
    group = Wish(STREET, kind=VisitKind.GROUP)
    assert use(database, lambda services: services.visits.bookable(Wish(STREET))) == []
    (offer,) = use(database, lambda services: services.visits.bookable(group))
    assert (offer.visit, offer.free) == (session, 2)
    with pytest.raises(SlotTaken):
        book(database, a_request(1, session))
    booked = book(database, a_request(1, session, visit_kind=VisitKind.GROUP, door=""))
    assert booked.kind is VisitKind.GROUP
    assert booked.visit.venue == "演示中心"


# --- families


def test_a_code_opens_once_and_both_see_and_change(database: Database) -> None:
    visits = [a_visit(database, 1, date(2026, 3, day)) for day in (5, 6)]
    daughter, son, stranger = (Address("web", name) for name in ("daughter", "son", "stranger"))
    number = book(database, a_request(1, visits[0]), who=daughter).number

    def invite(one: Any) -> str:
        return str(one.joining.new_code(one.bookings.mine_numbered(one.conversation_id, number)))

    code = turn(database, invite, daughter)
    assert turn(database, lambda one: one.joining.join(code), son).number == number
    assert turn(database, lambda one: one.joining.join(code), stranger) is None
    turn(database, lambda one: one.bookings.move(number, visits[1].id), son)
    (seen,) = turn(database, lambda one: one.bookings.mine(one.conversation_id), daughter)
    assert seen.visit.id == visits[1].id
    assert turn(database, lambda one: one.bookings.mine(one.conversation_id), stranger) == []


# --- what came of it


def test_outcomes(database: Database) -> None:
    clerk = a_clerk(database)
    visit = a_visit(database, 3)
    numbers = [book(database, a_request(at, visit)).number for at in (1, 2, 3)]
    wanted = (VisitOutcome.ASSESSED, VisitOutcome.NOT_AT_HOME, VisitOutcome.TO_REPEAT)
    for number, outcome in zip(numbers, wanted, strict=True):
        use(
            database,
            lambda services, number=number, outcome=outcome: services.bookings.record_outcome(
                number, outcome, clerk
            ),
        )
    states = [found(database, number).state for number in numbers]
    assert states == [BookingState.DONE, BookingState.REQUESTED, BookingState.REQUESTED]
    with pytest.raises(NotLive):
        use(
            database,
            lambda services: services.bookings.record_outcome(numbers[0], wanted[0], clerk),
        )
    book(database, a_request(1, a_visit(database, 1, date(2026, 3, 6))), "again")


# --- all at once (promises 3 and 4)


def test_everything_at_once(database: Database) -> None:
    """Book, wait, cancel, move, accept, decline, propose, run out: no place and no person twice."""
    chance = random.Random(SEED)
    clerk = a_clerk(database)
    visits = [a_visit(database, 2, date(2026, 3, day)) for day in (5, 6, 9)]
    numbers = [book(database, a_request(at, visits[at % 3]), f"key {at}").number for at in range(6)]
    numbers += [waits(database, at) for at in range(20, 30)]
    numbers += [
        turn(
            database,
            lambda one, at=at: one.bookings.request(a_request(at), f"r{at}"),
            Address("web", f"p{at}"),
        ).number
        for at in range(30, 34)
    ]

    def one() -> Callable[[Services], Any]:
        number, visit = chance.choice(numbers), chance.choice(visits)
        person = chance.randrange(100, 140)
        return chance.choice(
            [
                lambda services: services.bookings.book(
                    a_request(person, visit), f"{person} {visit.id}"
                ),
                lambda services: services.bookings.wait(a_request(person), f"w {person}"),
                lambda services: services.bookings.move(number, visit.id),
                lambda services: services.bookings.cancel(number),
                lambda services: services.waiting.accept(number),
                lambda services: services.waiting.decline(number),
                lambda services: services.waiting.propose(number, visit.id, clerk),
                lambda services: services.waiting.tell_new(),
                lambda services: services.waiting.sweep(),
            ]
        )

    _made, fell = together(database, [one() for _at in range(250)])
    allowed = {SlotTaken, AlreadyBooked, NotLive, OfferOver}
    assert {type(error) for error in fell} <= allowed, f"SEED={SEED}"
    held_is_true(database)


def test_two_replicas_offer_each_place_once(database: Database) -> None:
    visits = [a_visit(database, 1, date(2026, 3, day)) for day in (5, 6, 9)]
    numbers = [book(database, a_request(at, visits[at])).number for at in range(3)]
    for at in range(20, 26):
        waits(database, at)
    url = database.url.render_as_string(hide_password=False)
    other = Database(url, database.vault)
    try:
        works: list[Callable[[Services], Any]] = [
            *(
                lambda services, number=number: services.bookings.cancel(number)
                for number in numbers
            ),  # type: ignore[misc]
            *[lambda services: services.waiting.sweep()] * 6,
            *[lambda services: services.waiting.tell_new()] * 6,
        ]
        _made, fell = together(database, works, other)
    finally:
        other.close()
    assert fell == []
    assert taken(database) == 3
    held_is_true(database)
