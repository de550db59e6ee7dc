"""Places that are held: taken back by staff, phoned to whoever has no chat, near ones for staff."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import update

from bot.domain.bookings import BookingState, OfferOver, SlotTaken
from bot.domain.tickets import TicketKind
from bot.domain.visits import County as CountyWay
from bot.domain.visits import Half, Mode
from bot.i18n import GUANGDONG
from bot.storage import bookings as stored
from bot.storage.db import Database
from bot.storage.tables import tickets
from bot.visit_upkeep import VisitUpkeep
from bot.web import make_console
from tests.clerk import a_clerk
from tests.stage import KNOWN
from tests.talks import Talks, words_of
from tests.test_console import Office
from tests.visits_console import (
    LIWAN,
    SHENZHEN,
    THURSDAY,
    County,
    heard,
    in_chat,
    member,
    request_of,
    stands,
)

FRIDAY = date(2026, 3, 6)


@pytest.fixture
def office(sqlite: Database) -> Office:
    made = Office(sqlite)
    made.do(a_clerk)
    return made


@pytest.fixture
async def client(office: Office) -> AsyncIterator[TestClient[Any, Any]]:
    app = web.Application()
    app.router.add_routes(make_console(office, secure=False, now=lambda: office.now))
    async with TestClient(TestServer(app)) as made:
        yield made


async def upkeep(office: Office) -> None:
    await VisitUpkeep(office.database, KNOWN, lambda: office.now).round()


def requested(office: Office, user: str, language: str = "zh_Hans") -> str:
    request = request_of()
    made = in_chat(office, lambda turn: turn.bookings.request(request, "k"), user, language)
    return str(made.number)


def waits(office: Office, person: int, user: str = "") -> str:
    """In a chat of their own, or on the phone: ''."""
    request = request_of(person=person)
    if user:
        made = in_chat(office, lambda turn: turn.bookings.wait(request, f"k{person}"), user)
    else:
        made = office.do(lambda services: services.bookings.wait(request, f"k{person}", 1))
    return str(made.number)


# --- taken back


async def test_a_proposal_is_taken_back_with_a_reason_and_the_person_is_told(
    client: TestClient[Any, Any], office: Office
) -> None:
    county = County(office)
    visit = county.opens(places=1)
    number = requested(office, "anna", "en")
    browser = await member(client, office)
    page = await browser.get(f"/staff/bookings/{number}")
    page = await browser.post(
        f"/staff/bookings/{number}/propose", page, known=page.hidden("known"), visit=str(visit)
    )
    await upkeep(office)
    assert "proposes a date" in heard(office, "anna")
    page = await browser.get(f"/staff/bookings/{number}")
    taking = f"/staff/bookings/{number}/withdraw"
    known = page.hidden("known")
    silent = await browser.post(taking, page, known=known, why="other", more="")
    assert silent.status == 422
    assert stands(office, number).state is BookingState.OFFERED, "nobody is told without a reason"
    page = await browser.post(taking, page, known=known, why="transport", more="")
    assert "已收回" in page.html
    back = stands(office, number)
    assert (back.state, back.visit) == (BookingState.REQUESTED, None)
    told = heard(office, "anna").split("proposes a date")[1]
    assert "take this date back" in told
    assert "no car" in told
    assert "Thursday" in told, "which date it is about"
    assert number in told
    shown = await browser.post(f"/staff/bookings/{number}/reveal", page)
    assert "收回了" in shown.html.split('id="history"')[1], "it is in the history"
    assert "没有车" in shown.html.split('id="history"')[1], "with its reason"
    again = await browser.post(taking, page, known=known, why="ill", more="")
    assert again.status == 409
    assert office.do(lambda services: services.visits.offered(back.request.wish))[0].free == 1


async def test_what_was_held_for_the_list_goes_to_the_next(office: Office) -> None:
    first, second = waits(office, 1, "anna"), waits(office, 2, "berta")
    visit = County(office).opens(places=1)
    office.do(lambda services: services.waiting.withdraw(first, "临时安排", 1))
    assert stands(office, first).state is BookingState.WAITING
    assert stands(office, second).visit
    assert stands(office, second).visit.id == visit
    assert "下一个合适的名额会再问您" in heard(office, "anna")
    with pytest.raises(OfferOver):
        office.do(lambda services: services.waiting.withdraw(first, "临时安排", 1))


async def test_a_button_of_an_earlier_date_never_answers_a_later_one(sqlite: Database) -> None:
    """Taken back and proposed anew: 'yes' to the first date is no 'yes' to the second."""
    talks, chats = Talks(sqlite), VisitUpkeep(sqlite, KNOWN, lambda: talks.clock)
    street = KNOWN.regions.streets("440117")[0].code
    talks.services(lambda one: one.visits.set_county(CountyWay("440117", Mode.REQUESTS)))
    await talks.hears("anna", "你好")
    clerk = talks.services(a_clerk).id

    def asks(connection: Any) -> str:
        from bot.messages import Address
        from bot.services import Turn
        from bot.storage import conversations

        who = Address("web", "anna")
        chat = conversations.ensure(connection, who, "zh_Hans", talks.clock)
        turn = Turn(connection, talks.clock, KNOWN, who, chat, "event")
        return turn.bookings.request(request_of(street=street), "key").number

    number = sqlite.write_now(asks)

    def proposes(day: date) -> Any:
        def work(services: Any) -> None:
            from bot.domain.people import DisabilityKind

            team = services.visits.add_team(f"{day}", "440117", tuple(DisabilityKind))
            visit = services.visits.open_visit(team, day, Half.MORNING, 2)
            services.waiting.propose(number, visit.id, clerk)

        return work

    talks.services(proposes(THURSDAY))
    await chats.round()
    talks.services(lambda services: services.waiting.withdraw(number, "没有车", clerk))
    old = talks.state("anna").offers[-1]
    talks.services(proposes(FRIDAY))
    await chats.round()
    for at in (0, 1):  # 'yes', 'another date'
        said = words_of(await talks.hears("anna", tap=f"{old.number}.{at}"))
        assert "那个日期不再保留了" in said
        assert "3月6日" in said, "how it stands now"
        assert talks.services(lambda one: one.bookings.find(number)).state is BookingState.OFFERED
    new = next(one for one in talks.state("anna").offers if one.number > old.number)
    said = words_of(await talks.hears("anna", tap=f"{new.number}.0"))
    assert "约好了" in said


# --- by phone


async def test_who_has_no_chat_is_phoned(client: TestClient[Any, Any], office: Office) -> None:
    county = County(office)
    phoned, other = waits(office, 1), waits(office, 2, "berta")
    browser = await member(client, office)
    assert "要打电话" not in (await browser.get("/staff/bookings")).html
    county.opens(places=1)
    await upkeep(office)
    item = next(
        row
        for row in office.database.write_now(lambda c: c.execute(tickets.select()).all())
        if row.kind == TicketKind.VISIT_NOTE
    )
    page = await browser.get(f"/staff/tickets/{item.number}")
    assert f'href="/staff/bookings/{phoned}"' in page.html
    assert "请在2026年3月3日（星期二）上午9点00分前打电话" in page.html
    page = await browser.get("/staff/bookings")
    assert "1人要打电话" in page.html
    page = await browser.get("/staff/bookings?list=offered")
    assert "请打电话，留到2026年3月3日（星期二）上午9点00分" in page.html
    page = await browser.get(f"/staff/bookings/{phoned}")
    known = page.hidden("known")
    answer = f"/staff/bookings/{phoned}/answer"
    await browser.post(answer, page, known=known, answer="decline")
    assert stands(office, phoned).state is BookingState.WAITING
    assert stands(office, other).state is BookingState.OFFERED, "the next is asked"
    page = await browser.get("/staff/bookings?list=offered")
    assert phoned not in page.html
    assert "请打电话" not in page.html, "berta reads it in her chat"
    items = office.database.write_now(lambda c: c.execute(tickets.select()).all())
    assert len(items) == 1, "what staff entered themselves is no news to them"


async def test_staff_accept_for_them(client: TestClient[Any, Any], office: Office) -> None:
    phoned = waits(office, 1)
    visit = County(office).opens(places=1)
    await upkeep(office)
    browser = await member(client, office)
    page = await browser.get(f"/staff/bookings/{phoned}")
    page = await browser.post(
        f"/staff/bookings/{phoned}/answer", page, known=page.hidden("known"), answer="accept"
    )
    booked = stands(office, phoned)
    assert booked.state is BookingState.BOOKED
    assert booked.visit
    assert booked.visit.id == visit
    assert "wang" in page.html.split('id="history"')[1], "who entered it"


async def test_the_office_has_a_working_day_to_phone(office: Office) -> None:
    """Friday afternoon: whoever reads it in a chat has until Saturday, the office until Monday."""
    office.now = datetime(2026, 3, 6, 16, 0, tzinfo=GUANGDONG)
    phoned, chats = waits(office, 1), waits(office, 2, "anna")
    County(office).opens(date(2026, 3, 12), places=2)
    await upkeep(office)

    def until(number: str) -> datetime:
        offer = office.do(lambda one: one.waiting.open_offer(one.bookings.find(number)))
        return offer.until.astimezone(GUANGDONG)

    assert until(chats).date() == date(2026, 3, 7)
    assert until(phoned) == datetime(2026, 3, 9, 16, 0, tzinfo=GUANGDONG)


async def test_a_proposal_that_nobody_answered_comes_back_to_the_office(office: Office) -> None:
    visit = County(office).opens(THURSDAY, places=1)
    number = requested(office, "anna")
    office.do(lambda services: services.waiting.propose(number, visit, 1))
    await upkeep(office)
    offer = office.do(lambda one: one.waiting.open_offer(one.bookings.find(number)))
    assert offer.until == datetime(2026, 3, 5, 9, 0, tzinfo=GUANGDONG), "never past the visit"
    office.now = offer.until
    await upkeep(office)
    assert stands(office, number).state is BookingState.REQUESTED
    assert "残联会在这里提别的日期" in heard(office, "anna")
    rows = office.database.write_now(lambda c: c.execute(tickets.select()).all())
    assert [row.kind for row in rows] == [TicketKind.VISIT_REQUEST, TicketKind.VISIT_NOTE]
    assert all(row.booking_id == stands(office, number).id for row in rows)


# --- near places


async def test_staff_may_use_a_place_that_is_too_near_for_residents(
    client: TestClient[Any, Any], office: Office
) -> None:
    county = County(office)
    tomorrow = county.opens(date(2026, 3, 3), places=2)
    booking = county.booked(county.opens(), 1, "anna")
    wish = booking.request.wish
    with pytest.raises(SlotTaken):
        in_chat(office, lambda turn: turn.bookings.move(booking.number, tomorrow), "anna")
    offered = in_chat(office, lambda turn: turn.visits.bookable(wish), "anna")
    assert tomorrow not in [one.visit.id for one in offered]
    browser = await member(client, office)
    page = await browser.get(f"/staff/bookings/{booking.number}")
    assert "时间很近" in page.html
    await browser.post(
        f"/staff/bookings/{booking.number}/move", page, known=page.hidden("known"),
        visit=str(tomorrow), why="asked", more="",
    )  # fmt: skip
    moved = stands(office, booking.number)
    assert moved.visit
    assert moved.visit.id == tomorrow
    assert "3月3日" in heard(office, "anna")
    phoned = request_of(person=2, visit_id=tomorrow)
    with pytest.raises(SlotTaken):
        office.do(lambda services: services.bookings.book(phoned, "resident"))
    assert office.do(lambda services: services.bookings.book(phoned, "staff", 1)).visit


async def test_what_has_begun_is_nobodys_any_more(office: Office) -> None:
    county = County(office)
    visit = county.opens(date(2026, 3, 3), Half.MORNING)
    booking = county.booked(county.opens(), 1)
    office.now = datetime(2026, 3, 3, 8, 59, tzinfo=GUANGDONG)
    wish = booking.request.wish
    assert office.do(lambda services: services.desk.offered(wish))[0].visit.id == visit
    office.now += timedelta(minutes=1)
    assert office.do(lambda services: services.desk.offered(wish))[0].visit.id != visit
    with pytest.raises(SlotTaken):
        office.do(lambda services: services.bookings.move(booking.number, visit, staff_id=1))


async def test_nothing_is_proposed_that_cannot_be_answered(office: Office) -> None:
    """In the evening, for nine the next morning: nobody is asked before eight."""
    county = County(office)
    number = requested(office, "anna")
    early = county.opens(date(2026, 3, 3), Half.MORNING)
    later = county.opens(date(2026, 3, 3), Half.AFTERNOON)
    office.now = datetime(2026, 3, 3, 9, 30, tzinfo=GUANGDONG)
    with pytest.raises(SlotTaken):
        office.do(lambda services: services.waiting.propose(number, early, 1))
    assert office.do(lambda services: services.waiting.propose(number, later, 1))


# --- from an item to the booking


async def test_an_item_leads_to_its_booking_inside_the_region_only(
    client: TestClient[Any, Any], office: Office
) -> None:
    ours, theirs = County(office), County(office, SHENZHEN, "深圳队")
    booking = ours.booked(ours.opens(), 1, "anna")
    foreign = theirs.booked(theirs.opens(), 2, "anna")
    in_chat(office, lambda turn: turn.bookings.note(booking.number, "late", "半小时"), "anna")
    browser = await member(client, office)
    item = office.database.write_now(lambda c: c.execute(tickets.select()).one())
    page = await browser.get(f"/staff/tickets/{item.number}")
    links = [link["href"] for link in page.all("a")]
    assert links.count(f"/staff/bookings/{booking.number}") == 1
    assert foreign.number not in page.html, "not even its number"
    assert (await browser.get(f"/staff/bookings/{booking.number}")).status == 200
    # an item of ours that speaks of a booking elsewhere
    office.database.write_now(
        lambda c: c.execute(update(tickets).values(booking_id=foreign.id, region=LIWAN))
    )
    page = await browser.get(f"/staff/tickets/{item.number}")
    assert foreign.number not in page.html
    assert office.database.write_now(lambda c: stored.by_id(c, foreign.id))
