"""Reminders: a week, a day, two hours before and after; once a day at most, never at night."""

import itertools
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.visit_reminders import Reminder, due, is_quiet, moments, next_moment, wakes
from bot.domain.visits import Half, Visit
from bot.i18n import GUANGDONG
from bot.messages import Address
from bot.storage.db import Database
from tests.visit_factories import NOW, a_request, a_visit, book, turn, use


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=GUANGDONG)


def made(database: Database, now: datetime) -> list[object]:
    return use(database, lambda services: services.reminders.make_due(), now)


def words(notices: list[object]) -> list[str]:
    return [notice.reply.heading.msgid for notice in notices]  # type: ignore[attr-defined]


def test_all_that_a_visit_has(database: Database) -> None:
    number = book(database, a_request(1, a_visit(database, 1, date(2026, 3, 13)))).number
    assert made(database, at(3, 6, 9, 59)) == []
    (week,) = made(database, at(3, 6, 10))
    assert [value for value, _label in week.options] == [  # type: ignore[attr-defined]
        f"fine:{number}",
        f"move_booking:{number}",
        f"cancel_booking:{number}",
        "reminders:off",
    ]
    assert made(database, at(3, 6, 10, 1)) == [], "once"
    assert words(made(database, at(3, 12, 8))) == ["Tomorrow is the visit"]
    assert words(made(database, at(3, 13, 8))) == ["The visit is today"]
    assert words(made(database, at(3, 14, 18))) == ["After the visit"]
    assert made(database, at(3, 20, 18)) == []


def test_cancelled_and_moved_are_not_reminded_of(database: Database) -> None:
    visits = [a_visit(database, 1, date(2026, 3, day)) for day in (13, 20)]
    moved, gone = (book(database, a_request(one, visits[one])).number for one in (0, 1))
    use(database, lambda services: services.bookings.cancel(gone))
    use(database, lambda services: services.bookings.move(moved, visits[1].id))
    assert made(database, at(3, 12, 8)) == []
    assert len(made(database, at(3, 13, 10))) == 1, "a week before its new date"


def test_after_an_outage_none_at_night_and_none_that_is_overtaken(database: Database) -> None:
    book(database, a_request(1, a_visit(database, 1, date(2026, 3, 13))))
    assert made(database, at(3, 12, 22)) == [], "the day before, but at night"
    assert words(made(database, at(3, 13, 8))) == ["The visit is today"]
    assert made(database, at(3, 13, 8, 5)) == []


def test_two_people_of_one_carer_are_one_message_a_day(database: Database) -> None:
    """Rule C23: what comes later that day is said with what comes first."""
    morning = a_visit(database, 5, date(2026, 3, 13))
    afternoon = a_visit(database, 5, date(2026, 3, 13), Half.AFTERNOON)
    for person, visit in ((1, morning), (2, afternoon)):
        book(database, a_request(person, visit))
    (one,) = made(database, at(3, 12, 8))
    assert len(one.reply.items) == 2  # type: ignore[attr-defined]
    assert made(database, at(3, 12, 12)) == [], "the other one's own hour"


def test_switched_off_and_on_again(database: Database) -> None:
    book(database, a_request(1, a_visit(database, 1, date(2026, 3, 13))))
    turn(database, lambda one: one.reminders.switch(one.conversation_id, on=False))
    assert made(database, at(3, 6, 10)) == []
    turn(database, lambda one: one.reminders.switch(one.conversation_id, on=True))
    assert len(made(database, at(3, 12, 8))) == 1


def test_a_second_member_is_reminded_too(database: Database) -> None:
    number = book(database, a_request(1, a_visit(database, 1, date(2026, 3, 13)))).number
    code = turn(
        database,
        lambda one: one.joining.new_code(one.bookings.mine_numbered(one.conversation_id, number)),
    )
    turn(database, lambda one: one.joining.join(code), Address("telegram", "7"))
    assert len(made(database, at(3, 6, 10))) == 2


@pytest.mark.parametrize("half", list(Half))
def test_a_day_lies_between_any_two(half: Half) -> None:
    visit = Visit(1, 1, "440103", date(2026, 3, 13), half)
    times = [moment for moment, _what in moments(visit)]
    assert all(later - sooner >= timedelta(hours=24) for sooner, later in itertools.pairwise(times))
    assert not any(is_quiet(moment) for moment in times)


@settings(max_examples=60, deadline=None)
@given(
    days=st.lists(st.integers(3, 40), min_size=1, max_size=4),
    looks=st.lists(st.integers(0, 60 * 24 * 42), min_size=1, max_size=60),
)
def test_whenever_upkeep_looks(days: list[int], looks: list[int]) -> None:
    """Of any visits, at any moments: nothing at night, nothing twice, nothing after it began."""
    visits = [
        Visit(at, 1, "440103", (NOW + timedelta(days=day)).date(), Half.MORNING)
        for at, day in enumerate(days)
    ]
    said: Counter[tuple[int, Reminder]] = Counter()
    nexts = {visit.id: next_moment(visit, NOW) for visit in visits}
    for minutes in sorted(looks):
        now = NOW + timedelta(minutes=minutes)
        for visit in visits:
            planned = nexts[visit.id]
            if planned is None or planned > now:
                continue
            if is_quiet(now):
                nexts[visit.id] = wakes(now)
                continue
            what = due(visit, now)
            if what:
                said[visit.id, what] += 1
            nexts[visit.id] = next_moment(visit, now)
    assert all(count == 1 for count in said.values())
