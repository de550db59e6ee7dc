"""Home visits on both databases: what is offered, booked, moved, cancelled, and reminded of."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy

from bot.demo import APPLICATIONS, load_demo
from bot.domain.bookings import AlreadyBooked, BookingState, NotLive, SlotTaken, UnknownBooking
from bot.domain.calendar import WorkCalendar
from bot.domain.people import DisabilityKind
from bot.domain.visits import Half, VisitKind, Wish
from bot.i18n import GUANGDONG
from bot.messages import Address
from bot.services import Services, Turn
from bot.storage import conversations
from bot.storage.db import Database
from bot.storage.tables import bookings, tickets
from handlers import mine
from tests.visit_factories import (
    STREET,
    a_request,
    a_team,
    a_visit,
    book,
    reminders,
    taken,
    turn,
    use,
)

# --- what is offered


def test_nearest_first_five_and_more(database: Database) -> None:
    made = [
        a_visit(database, 1, date(2026, 3, 2) + timedelta(days=after), half)
        for after in (10, 4, 3, 9)
        for half in (Half.AFTERNOON, Half.MORNING)
    ]
    first = use(database, lambda services: services.visits.offered(Wish(STREET)))
    then = use(
        database, lambda services: services.visits.offered(Wish(STREET), after=first[-1].visit.id)
    )
    shown = [(offer.visit.day, offer.visit.half) for offer in (*first, *then)]
    assert len(first) == 5
    assert len(shown) == len(made)
    assert shown == sorted(shown, key=lambda one: (one[0], one[1] is Half.AFTERNOON))
    assert first[0].free == 1
    assert first[0].team == "演示队"


def test_paging_goes_on_after_a_visit_that_filled_up(database: Database) -> None:
    visits = [a_visit(database, 1, date(2026, 3, day)) for day in (4, 5, 6)]
    book(database, a_request(1, visits[0]))
    then = use(database, lambda services: services.visits.offered(Wish(STREET), after=visits[0].id))
    assert [offer.visit.id for offer in then] == [visits[1].id, visits[2].id]


def test_only_the_teams_own_streets_kinds_and_open_future_days(database: Database) -> None:
    def setting(services: Services) -> None:
        team = a_team(services, DisabilityKind.PHYSICAL, DisabilityKind.MENTAL)
        for day in (2, 3, 4, 5):
            services.visits.open_visit(team, date(2026, 3, day), Half.MORNING, 1)

    use(database, setting)

    def days(region: str, kind: DisabilityKind | None = None) -> list[int]:
        found = use(
            database,
            lambda services: services.visits.offered(
                Wish(region, frozenset([kind] if kind else ()))
            ),
        )
        return [offer.visit.day.day for offer in found]

    assert days(STREET) == [4, 5]
    assert days(STREET, DisabilityKind.MENTAL) == [4, 5]
    assert days(STREET, DisabilityKind.VISION) == []
    assert days("440104001") == []


def test_full_is_not_the_same_as_not_planned(database: Database) -> None:
    use(database, lambda services: a_team(services, DisabilityKind.PHYSICAL))
    visit = a_visit(database, 1)
    book(database, a_request(1, visit))

    def planned(wish: Wish) -> bool:
        return use(database, lambda services: services.visits.planned(wish))

    assert planned(Wish(STREET))
    assert not planned(Wish(STREET, frozenset([DisabilityKind.HEARING])))
    assert not planned(Wish(STREET, kind=VisitKind.GROUP))
    assert not planned(Wish("440104001"))


def test_no_visit_on_a_day_off(database: Database) -> None:
    with pytest.raises(ValueError, match="working day"):
        a_visit(database, day=date(2026, 3, 7))


# --- booking


def test_booked_sealed_and_mine(database: Database) -> None:
    visit = a_visit(database, 1)
    booking = book(database, a_request(7, visit, id_number="11010519491231002X"))
    assert booking.state is BookingState.BOOKED
    assert booking.visit == visit
    assert turn(database, lambda one: one.bookings.mine(one.conversation_id)) == [booking]
    other = Address("telegram", "2")
    assert turn(database, lambda one: one.bookings.mine(one.conversation_id), other) == []
    for secret in ("演示7", "多宝路", "11010519491231002X", "13800000007"):
        assert secret not in repr(booking)
    row = database.write_now(
        lambda connection: connection.execute(sqlalchemy.select(bookings)).one()
    )
    assert "演示7".encode() not in row.sealed
    assert "002X" not in f"{row.number} {row.person_key} {row.request_key} {row.sealed!r}"


def test_the_last_place(database: Database) -> None:
    visit = a_visit(database, 1)
    book(database, a_request(1, visit))
    assert use(database, lambda services: services.visits.offered(Wish(STREET))) == []
    with pytest.raises(SlotTaken):
        book(database, a_request(2, visit))
    later = a_visit(database, 1, date(2026, 3, 6))
    assert book(database, a_request(2, later)).visit == later


def test_slot_taken_leaves_no_trace_in_the_same_transaction(database: Database) -> None:
    visit = a_visit(database, 1)
    book(database, a_request(1, visit))

    def caught(one: Turn) -> None:
        with pytest.raises(SlotTaken):
            one.bookings.book(a_request(2, visit), "key")

    turn(database, caught)
    count = sqlalchemy.select(sqlalchemy.func.count()).select_from(bookings)
    assert database.write_now(lambda connection: connection.execute(count).scalar_one()) == 1


def test_too_near_too_far_away_or_of_the_wrong_kind(database: Database) -> None:
    tomorrow = a_visit(database, day=date(2026, 3, 3))
    with pytest.raises(SlotTaken):
        book(database, a_request(1, tomorrow))
    with pytest.raises(SlotTaken):
        book(database, a_request(1, a_visit(database), street="440104001"))
    with pytest.raises(SlotTaken):
        book(database, a_request(1, visit_id=999))


def test_confirmed_twice_is_one_booking(database: Database) -> None:
    visit = a_visit(database, 5)
    first, again = (book(database, a_request(1, visit), "event:digest") for _at in range(2))
    assert first.number == again.number
    assert taken(database) == 1
    assert len(reminders(database)) == 1


def test_one_live_booking_a_person(database: Database) -> None:
    visit = a_visit(database, 5)
    first = book(database, a_request(1, visit), "one")
    with pytest.raises(AlreadyBooked) as there:
        book(database, a_request(1, visit, door="另一个门"), "two")
    assert there.value.booking.number == first.number
    use(database, lambda services: services.bookings.cancel(first.number))
    assert book(database, a_request(1, visit), "three").number != first.number
    same_id = {"id_number": "11010519491231002X"}
    book(database, a_request(2, visit, **same_id))
    with pytest.raises(AlreadyBooked):
        book(database, a_request(3, visit, **same_id))


def test_request_where_no_visits_are_open(database: Database) -> None:
    request = a_request(1)
    made = [turn(database, lambda one: one.bookings.request(request, "key")) for _at in range(2)]
    assert made[0].number == made[1].number
    assert made[0].state is BookingState.REQUESTED
    assert made[0].visit is None
    rows = database.write_now(
        lambda connection: list(connection.execute(sqlalchemy.select(tickets)))
    )
    assert [(row.kind, row.region) for row in rows] == [("visit_request", STREET)]
    assert reminders(database) == []


# --- afterwards


def test_move(database: Database) -> None:
    old, new = a_visit(database, 1), a_visit(database, 1, date(2026, 3, 9), Half.AFTERNOON)
    number = book(database, a_request(1, old)).number
    moved = use(database, lambda services: services.bookings.move(number, new.id))
    assert moved.visit == new
    assert moved.request.visit_id == new.id
    assert taken(database) == 1
    assert [at.astimezone(GUANGDONG).isoformat() for at in reminders(database)] == [
        "2026-03-02T10:00:00+08:00"
    ]
    again = use(database, lambda services: services.bookings.move(number, new.id))
    assert again == moved


def test_move_to_a_full_visit_keeps_the_old_place(database: Database) -> None:
    old, full = a_visit(database, 1), a_visit(database, 1, date(2026, 3, 9))
    number = book(database, a_request(1, old)).number
    book(database, a_request(2, full))

    def caught(services: Services) -> None:
        with pytest.raises(SlotTaken):
            services.bookings.move(number, full.id)

    use(database, caught)
    kept = use(database, lambda services: services.bookings.find(number))
    assert kept
    assert kept.visit == old
    assert taken(database) == 2
    assert len(reminders(database)) == 2


def test_a_request_becomes_a_booking_by_choosing_a_date(database: Database) -> None:
    number = turn(database, lambda one: one.bookings.request(a_request(1), "key")).number
    visit = a_visit(database, 1)
    moved = use(database, lambda services: services.bookings.move(number, visit.id))
    assert moved.state is BookingState.BOOKED
    assert len(reminders(database)) == 1


def test_cancel(database: Database) -> None:
    visit = a_visit(database, 1)
    number = book(database, a_request(1, visit)).number
    use(database, lambda services: services.bookings.cancel(number))
    assert taken(database) == 0
    assert reminders(database) == []
    assert turn(database, lambda one: one.bookings.mine(one.conversation_id)) == []
    for gone, error in ((number, NotLive), ("B222-2222", UnknownBooking)):
        with pytest.raises(error):
            use(database, lambda services, gone=gone: services.bookings.cancel(gone))
        with pytest.raises(error):
            use(database, lambda services, gone=gone: services.bookings.move(gone, visit.id))


def test_the_first_reminder_is_due_the_day_before(database: Database) -> None:
    """Three days ahead: the one of the week before is past already."""
    book(database, a_request(1, a_visit(database)))
    (at,) = reminders(database)
    assert at.astimezone(GUANGDONG).isoformat() == "2026-03-04T08:00:00+08:00"


def test_a_number_opens_nothing_in_another_chat(database: Database) -> None:
    visits = [a_visit(database), a_visit(database, half=Half.AFTERNOON)]
    number = book(database, a_request(1, visits[0])).number
    other = Address("web", "somebody else")
    for opens in (mine.opens, mine.opens_move):
        assert turn(database, lambda one, opens=opens: opens(number, one)) is None
        said = turn(database, lambda one, opens=opens: opens(number, one), other)
        assert said == turn(database, lambda one, opens=opens: opens("B222-2222", one), other)
        assert said == mine.gone()


# --- demo


def test_demo_once_on_working_days_and_its_applications_are_found(database: Database) -> None:
    now = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    lines = use(database, load_demo, now)
    assert use(database, load_demo, now) == []
    offers = use(database, lambda services: services.visits.offered(Wish(STREET), limit=500), now)
    assert 20 <= len(offers) <= 40
    assert all(WorkCalendar().is_workday(offer.visit.day) for offer in offers)
    assert all(4 <= offer.free <= 8 for offer in offers)
    chat = database.write_now(
        lambda connection: conversations.ensure(connection, Address("web", "w1"), "zh_Hans", now)
    )
    for number, last_four, _name, _street, stage in APPLICATIONS:
        found = use(
            database,
            lambda services, number=number, last_four=last_four: services.applications.look_up(
                number, last_four, chat
            ),
            now,
        )
        assert found.stage is stage
        assert any(number in line and last_four in line for line in lines)
        assert found.reached[-1].at < now
