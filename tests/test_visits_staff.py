"""What staff do with half-days, closures and numbers, on SQLite and on PostgreSQL alike."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.bookings import Booking, BookingState, VisitOutcome
from bot.domain.calendar import DayKind
from bot.domain.staff import Member, Role
from bot.domain.tickets import AlreadyTaken, NotFound
from bot.domain.visit_figures import median, together
from bot.domain.visit_weeks import Closed, Closure, TooFew
from bot.domain.visits import Half, VisitKind
from bot.i18n import verbatim
from bot.services import Services
from bot.storage.db import Database
from tests.visit_factories import NOW, a_request, a_visit, book, taken, use
from tests.visit_factories import together as at_once

THURSDAY = date(2026, 3, 5)


def a_clerk(database: Database, name: str = "wang", region: str = "440103") -> Member:
    def make(services: Services) -> Member:
        services.staff.add(name, name, "clerk", region)
        return next(one for one in services.staff.everyone() if one.name == name)

    return use(database, make)


def stands(database: Database, booking: Booking) -> Booking:
    found = use(database, lambda services: services.bookings.find(booking.number))
    assert found
    return found


def test_a_week_counts_places_and_who_has_them(database: Database) -> None:
    clerk = a_clerk(database)
    visit = a_visit(database, count=3)
    book(database, a_request(1, visit))
    book(database, a_request(2, visit))
    week = use(database, lambda services: services.visit_weeks.week(clerk, THURSDAY))
    assert [day.kind for day in week.days] == [DayKind.WORKDAY] * 5
    ((_half, morning), (_other, afternoon)) = week.teams[0].slots
    (found,) = [slot.open for slot in morning if slot.open]
    assert (found.places, found.taken, found.free) == (3, 2, 1)
    assert not any(slot.open for slot in afternoon)
    stranger = replace(clerk, region="440305")
    assert use(database, lambda services: services.visit_weeks.week(stranger, THURSDAY)).teams == []
    with pytest.raises(NotFound):
        use(database, lambda services: services.visit_weeks.half_day(visit.id, stranger))


def test_taken_places_are_never_taken_away(database: Database) -> None:
    clerk = a_clerk(database)
    visit = a_visit(database, count=4)
    booking = book(database, a_request(1, visit))
    use(database, lambda services: services.visit_weeks.set_places(visit.id, 1, clerk))
    assert taken(database) == 1
    assert stands(database, booking).visit
    use(database, lambda services: services.visit_weeks.set_places(visit.id, 3, clerk))
    book(database, a_request(2, visit))
    book(database, a_request(3, visit))
    with pytest.raises(TooFew):
        use(database, lambda services: services.visit_weeks.set_places(visit.id, 2, clerk))
    assert taken(database) == 3


def test_a_closure_closes_all_it_covers_and_frees_who_was_there(database: Database) -> None:
    clerk = a_clerk(database)
    morning = a_visit(database, count=2)
    afternoon = a_visit(database, count=2, half=Half.AFTERNOON)
    first = book(database, a_request(1, morning))
    second = book(database, a_request(2, afternoon))
    closure = Closure(0, "440103", None, THURSDAY, THURSDAY, Half.MORNING, "停电")
    found = use(
        database,
        lambda services: services.visit_weeks.add_closure(closure, clerk, release=True),
    )
    assert found == (1, 1)
    after = stands(database, first)
    assert (after.state, after.visit, after.urgency) == (BookingState.WAITING, None, 1)
    assert stands(database, second).state is BookingState.BOOKED
    assert taken(database) == 1
    with pytest.raises(Closed):
        use(database, lambda services: services.visit_weeks.reopen(morning.id, clerk))
    week = use(database, lambda services: services.visit_weeks.week(clerk, THURSDAY))
    reasons = [slot.closure for _half, slots in week.teams[0].slots for slot in slots]
    assert reasons.count("停电") == 1


def test_a_place_that_is_freed_by_a_reopened_half_day_goes_to_who_waits(
    database: Database,
) -> None:
    clerk = a_clerk(database)
    visit = a_visit(database, count=1)
    booking = book(database, a_request(1, visit))
    why = verbatim("停电")
    use(database, lambda services: services.visit_weeks.close(visit.id, why, clerk, release=True))
    assert stands(database, booking).state is BookingState.WAITING
    use(database, lambda services: services.visit_weeks.reopen(visit.id, clerk))
    assert stands(database, booking).state is BookingState.OFFERED
    assert taken(database) == 1


def test_two_colleagues_move_one_booking_and_one_of_them_is_told(database: Database) -> None:
    clerk = a_clerk(database)
    visits = [a_visit(database), a_visit(database, day=THURSDAY + timedelta(days=1))]
    third = a_visit(database, day=date(2026, 3, 9))
    booking = book(database, a_request(1, visits[0]))
    known = f"booked-{visits[0].id}"

    def moving(to: int) -> Any:
        return lambda services: services.desk.move(
            booking.number, known, to, verbatim("改期"), clerk
        )

    done, fell = at_once(database, [moving(visits[1].id), moving(third.id)])
    assert len(done) == 1
    assert [type(error) for error in fell] == [AlreadyTaken]
    assert taken(database) == 1


def test_twenty_colleagues_move_people_to_three_places(database: Database) -> None:
    """The last places are raced for from the console as from the chat: nobody loses their own."""
    clerk = a_clerk(database)
    full = a_visit(database, count=20)
    small = a_visit(database, count=3, day=THURSDAY + timedelta(days=1))
    people = [book(database, a_request(at, full)) for at in range(20)]
    known = f"booked-{full.id}"
    done, fell = at_once(
        database,
        [
            lambda services, one=one: services.desk.move(  # type: ignore[misc]
                one.number, known, small.id, verbatim("改期"), clerk
            )
            for one in people
        ],
    )
    assert len(done) == 3
    assert {type(error).__name__ for error in fell} == {"SlotTaken"}
    assert taken(database) == 20
    assert {stands(database, one).state for one in people} == {BookingState.BOOKED}


def test_the_numbers_of_a_month(database: Database) -> None:
    clerk = a_clerk(database)
    home = a_visit(database, count=5)
    people = [book(database, a_request(at, home)) for at in range(1, 5)]
    later = NOW + timedelta(days=3)
    ends = (VisitOutcome.ASSESSED, VisitOutcome.NOT_AT_HOME, VisitOutcome.TO_REPEAT)
    for booking, outcome in zip(people, ends, strict=False):
        use(
            database,
            lambda services, b=booking, o=outcome: services.desk.record_outcome(  # type: ignore[misc]
                b.number, f"booked-{home.id}", o, "", clerk
            ),
            later,
        )
    first = date(2026, 3, 1)
    (row,) = use(database, lambda services: services.visit_figures.by_month(clerk, first, first))
    assert (row.region, row.month, row.kind) == ("440103", first, VisitKind.HOME)
    assert (row.offered, row.booked, row.assessed) == (5, 4, 1)
    assert (row.not_at_home, row.to_repeat, row.refused) == (1, 1, 0)
    assert row.waits == {3: 3}, "asked on 2 March in Guangdong, visited on the 5th"
    assert together([row, replace(row, region="440104")], "44")[0].offered == 10
    other = replace(clerk, region="440305", role=Role.CLERK)
    assert use(database, lambda s: s.visit_figures.by_month(other, first, first)) == []


def test_the_day_of_a_request_is_guangdongs(database: Database) -> None:
    """Asked at 23:30 UTC on the 1st, which is the 2nd there: three days before the 5th."""
    clerk = a_clerk(database)
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    visit = a_visit(database)
    number = use(
        database,
        lambda services: services.desk.book(a_request(1, visit), "k", clerk).number,
        late,
    )
    use(
        database,
        lambda services: services.desk.record_outcome(
            number, f"booked-{visit.id}", VisitOutcome.ASSESSED, "", clerk
        ),
        NOW + timedelta(days=3),
    )
    first = date(2026, 3, 1)
    (row,) = use(database, lambda services: services.visit_figures.by_month(clerk, first, first))
    assert row.waits == {3: 1}


@settings(deadline=None)
@given(st.lists(st.integers(0, 400), max_size=60))
def test_a_median_from_a_histogram_is_the_median(values: list[int]) -> None:
    import statistics
    from collections import Counter

    assert median(Counter(values)) == (statistics.median(values) if values else None)
