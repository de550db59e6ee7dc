"""The calendar, bookings, day sheets, imports and numbers, through the console's pages."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.domain.applications import Stage
from bot.domain.bookings import BookingState
from bot.domain.visits import Half, Mode
from bot.services.visit_outcomes import application_of
from bot.web import make_console
from tests.pdf_text import words_of
from tests.stage import START
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
    sheet,
    stands,
    upload,
)

TUESDAY = date(2026, 3, 10)


@pytest.fixture
def office(sqlite) -> Office:
    return Office(sqlite)


@pytest.fixture
async def client(office: Office) -> AsyncIterator[TestClient[Any, Any]]:
    app = web.Application()
    app.router.add_routes(make_console(office, secure=False, now=lambda: office.now))
    async with TestClient(TestServer(app)) as made:
        yield made


# --- the calendar


async def test_the_week_shows_what_is_open_full_closed_and_off(
    client: TestClient[Any, Any], office: Office
) -> None:
    county = County(office)
    full = county.opens(places=1)
    county.booked(full)
    county.opens(date(2026, 3, 6), Half.AFTERNOON, 3)
    browser = await member(client, office)
    page = await browser.get("/staff/visits")
    assert "1/1" in page.html
    assert "已满" in page.html
    assert "0/3" in page.html
    assert "一队" in page.html
    page = await browser.get("/staff/visits?week=2026-10-01")
    assert "国庆节" in page.html
    page = await browser.get("/staff/visits?week=2026-10-10")
    assert "调休上班" in page.html, "Saturday, 10 October is worked for the holiday"


async def test_a_half_day_is_opened_from_its_cell(
    client: TestClient[Any, Any], office: Office
) -> None:
    county = County(office)
    browser = await member(client, office)
    page = await browser.get(f"/staff/visits/open?team={county.team.id}&day={TUESDAY}&half=morning")
    page = await browser.post(
        "/staff/visits/open", page, team=str(county.team.id), day=TUESDAY.isoformat(),
        half="morning", places="5", kind="home",
    )  # fmt: skip
    assert "已开放" in page.html
    assert "共5个，已约0个" in page.html
    again = {"team": str(county.team.id), "half": "morning", "places": "5", "kind": "home"}
    for day, words in (
        (TUESDAY.isoformat(), "已有安排"),
        ("2026-03-08", "不是工作日"),
        ("2026-02-27", "已经过去"),
        ("2027-10-01", "已经过去"),
        ("nonsense", "请选择日期"),
    ):
        refused = await browser.post("/staff/visits/open", page, day=day, **again)
        assert refused.status in (409, 422), day
        assert words in refused.html, day
    group = await browser.post(
        "/staff/visits/open", page, **{**again, "half": "afternoon", "kind": "group"},
        day=TUESDAY.isoformat(),
    )  # fmt: skip
    assert group.status == 422
    assert "要写地点" in group.html


async def test_a_blocked_half_day_keeps_its_people_a_closed_one_tells_them(
    client: TestClient[Any, Any], office: Office
) -> None:
    county = County(office)
    visit = county.opens()
    mine = county.booked(visit, 1, "anna")
    in_chat(office, lambda turn: turn.bookings.mine(turn.conversation_id), "anna")
    browser = await member(client, office)
    page = await browser.get(f"/staff/half-days/{visit}")
    page = await browser.post(
        f"/staff/half-days/{visit}/close", page, booked="keep", why="weather", more=""
    )
    assert "不再接受新的预约" in page.html
    assert stands(office, mine.number).state is BookingState.BOOKED
    page = await browser.post(f"/staff/half-days/{visit}/reopen", page)
    assert "重新开放" in page.html
    await browser.post(
        f"/staff/half-days/{visit}/close", page, booked="release", why="ill", more=""
    )
    after = stands(office, mine.number)
    assert after.state is BookingState.WAITING
    assert after.urgency == 1
    told = heard(office, "anna")
    assert "医生" in told
    assert mine.number in told
    phoned = await browser.get("/staff/bookings")
    assert mine.number in phoned.html


async def test_a_closure_is_entered_shown_and_removed(
    client: TestClient[Any, Any], office: Office
) -> None:
    county = County(office)
    visit = county.opens(TUESDAY)
    browser = await member(client, office)
    page = await browser.get("/staff/closures")
    page = await browser.post(
        "/staff/closures", page, team="", first="2026-03-09", last="2026-03-11", half="",
        reason="台风", booked="keep",
    )  # fmt: skip
    assert "台风" in page.html
    week = await browser.get("/staff/visits?week=2026-03-09")
    assert "台风" in week.html
    refused = await browser.post(
        "/staff/visits/open", page, team=str(county.team.id), day="2026-03-11", half="morning",
        places="5", kind="home",
    )  # fmt: skip
    assert "台风" in refused.html
    page = await browser.get(f"/staff/half-days/{visit}")
    refused = await browser.post(f"/staff/half-days/{visit}/reopen", page)
    assert refused.status == 409
    removing = next(form["action"] for form in (await browser.get("/staff/closures")).all("form")
                    if form["action"].endswith("/remove"))  # fmt: skip
    page = await browser.post(removing, page)
    assert "台风" not in page.html


async def test_places_are_added_and_only_free_ones_taken_away(
    client: TestClient[Any, Any], office: Office
) -> None:
    county = County(office)
    visit = county.opens(places=2)
    county.booked(visit, 1)
    county.booked(visit, 2)
    browser = await member(client, office)
    page = await browser.get(f"/staff/half-days/{visit}")
    refused = await browser.post(f"/staff/half-days/{visit}/places", page, places="1")
    assert refused.status == 409
    assert "2人" in refused.html
    page = await browser.post(f"/staff/half-days/{visit}/places", page, places="6")
    assert "6" in page.html
    page = await browser.post(f"/staff/half-days/{visit}/places", page, places="2")
    assert page.status == 200
    for wrong in ("0", "61", "x", "", "-1"):
        refused = await browser.post(f"/staff/half-days/{visit}/places", page, places=wrong)
        assert refused.status == 422


# --- bookings


async def test_data_are_masked_until_they_are_revealed_and_that_is_recorded(
    client: TestClient[Any, Any], office: Office
) -> None:
    county = County(office)
    number = county.booked(
        county.opens(), 1, name="陈大文", needs_more="请先敲门三下", door="多宝路12号3楼"
    ).number
    browser = await member(client, office)
    page = await browser.get(f"/staff/bookings/{number}")
    for secret in ("陈大文", "请先敲门三下", "多宝路12号3楼", "13800000001"):
        assert secret not in page.html
    page = await browser.post(f"/staff/bookings/{number}/reveal", page)
    for secret in ("陈大文", "请先敲门三下", "多宝路12号3楼", "13800000001"):
        assert secret in page.html
    assert {"aria-expanded": "true", "aria-controls": "data"} in page.all("button")

    def events(connection: Any) -> list[tuple[str, str]]:
        rows = connection.exec_driver_sql("SELECT event, subject FROM audit ORDER BY id")
        return [tuple(row) for row in rows]

    logged = office.database.write_now(events)
    assert ("booking.read", number) in logged
    assert logged.count(("booking.revealed", number)) == 1
    assert office.do(lambda services: services.audit.verify())


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh_Hans", "天气"), ("zh_Hant", "天氣"), ("en", "weather")],
)
async def test_a_moved_visit_is_told_in_the_persons_language_and_reminders_move(
    client: TestClient[Any, Any], office: Office, language: str, words: str
) -> None:
    county = County(office)
    first, second = county.opens(), county.opens(TUESDAY)
    request = request_of(visit_id=first)
    number = in_chat(office, lambda turn: turn.bookings.book(request, "k"), "anna", language).number

    def remind_at(connection: Any) -> Any:
        return connection.exec_driver_sql("SELECT remind_at FROM bookings").scalar()

    before = office.database.write_now(remind_at)
    browser = await member(client, office)
    page = await browser.get(f"/staff/bookings/{number}")
    known = page.hidden("known")
    page = await browser.post(
        f"/staff/bookings/{number}/move", page, known=known, visit=str(second), why="weather",
        more="",
    )  # fmt: skip
    assert page.status == 200
    moved = stands(office, number)
    assert moved.visit
    assert moved.visit.id == second
    assert words in heard(office, "anna")
    assert office.database.write_now(remind_at) != before
    stale = await browser.post(
        f"/staff/bookings/{number}/move", page, known=known, visit=str(first), why="ill", more=""
    )
    assert stale.status == 409, "a colleague moved it since"


async def test_a_cancelled_visit_is_told_with_the_colleagues_own_words(
    client: TestClient[Any, Any], office: Office
) -> None:
    county = County(office)
    number = county.booked(county.opens(), 1, "anna").number
    browser = await member(client, office)
    page = await browser.get(f"/staff/bookings/{number}")
    known = page.hidden("known")
    silent = await browser.post(
        f"/staff/bookings/{number}/cancel", page, known=known, why="other", more=""
    )
    assert silent.status == 422
    await browser.post(
        f"/staff/bookings/{number}/cancel", page, known=known, why="other", more="您已搬到外省。"
    )
    assert stands(office, number).state is BookingState.CANCELLED
    assert "您已搬到外省。" in heard(office, "anna")


async def test_a_date_is_proposed_to_a_request_and_answered_on_the_phone(
    client: TestClient[Any, Any], office: Office
) -> None:
    county = County(office)
    request = request_of()
    number = in_chat(office, lambda turn: turn.bookings.request(request, "k"), "anna").number
    browser = await member(client, office)
    page = await browser.get("/staff/bookings?list=requested")
    assert number in page.html
    page = await browser.get(f"/staff/bookings/{number}")
    assert "没有合适的时段" in page.html
    visit = county.opens(places=1)
    page = await browser.get(f"/staff/bookings/{number}")
    page = await browser.post(
        f"/staff/bookings/{number}/propose", page, known=page.hidden("known"), visit=str(visit)
    )
    assert "名额已经留住" in page.html
    assert stands(office, number).state is BookingState.OFFERED
    assert number in (await browser.get("/staff/bookings?list=offered")).html
    page = await browser.post(
        f"/staff/bookings/{number}/answer", page, known=page.hidden("known"), answer="accept"
    )
    assert stands(office, number).state is BookingState.BOOKED


async def test_somebody_who_phoned_is_booked_without_a_chat(
    client: TestClient[Any, Any], office: Office
) -> None:
    county = County(office)
    visit = county.opens()
    browser = await member(client, office)
    page = await browser.get("/staff/bookings/new")
    form = {
        "key": page.hidden("key"), "name": "陈大文", "phone": "138 0013 8000", "kind": "home",
        "travel": "cannot", "purpose": "first", "residence": "here", "street": "荔湾多宝",
        "door": "多宝路12号", "call": "text", "for_whom": "parent", "kinds": "physical",
        "agreed": "yes", "id_number": "440103 1950 0505 0023",
    }  # fmt: skip
    page = await browser.post("/staff/bookings/new", page, **form)
    assert page.status == 200, "a county whose code is younger than the person"
    assert "2026年3月5日" in page.html
    page = await browser.post("/staff/bookings/new", page, **form, visit=str(visit))
    assert page.url.startswith("/staff/bookings/B")
    assert "请打电话" in page.html
    number = page.url.rpartition("/")[2]
    booking = stands(office, number)
    assert booking.conversation_id is None
    assert booking.staff_id is not None
    assert booking.request.phone == "+8613800138000"
    twice = await browser.post("/staff/bookings/new", page, **form, visit=str(visit))
    assert twice.url == page.url, "pressed twice it is one booking"
    other = await browser.post(
        "/staff/bookings/new", page, **{**form, "key": "another"}, visit=str(visit)
    )
    assert other.status == 409
    assert number in other.html


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "陈"),
        ("phone", "123"),
        ("id_number", "440103199001011234"),
        ("street", "南山区南头街道"),
        ("street", "不存在的街"),
        ("door", ""),
        ("travel", "can"),
        ("agreed", ""),
    ],
)
async def test_what_is_wrong_in_the_phone_form_stands_at_its_field(
    client: TestClient[Any, Any], office: Office, field: str, value: str
) -> None:
    County(office).opens()
    browser = await member(client, office)
    page = await browser.get("/staff/bookings/new")
    form = {
        "key": "k", "name": "陈大文", "phone": "13800138000", "kind": "home", "travel": "cannot",
        "street": "荔湾多宝", "door": "多宝路12号", "agreed": "yes",
    }  # fmt: skip
    page = await browser.post("/staff/bookings/new", page, **{**form, field: value})
    assert page.status == 422
    assert f'href="#{field}"' in page.html
    assert {link["href"] for link in page.all("a")} >= {f"#{field}"}
    fields = [one for one in (*page.all("input"), *page.all("select")) if one.get("id") == field]
    assert len(fields) == 1


async def test_the_waiting_list_goes_by_urgency_then_age(
    client: TestClient[Any, Any], office: Office
) -> None:
    County(office)
    numbers = []
    for person in (1, 2, 3):
        request = request_of(person=person)
        numbers.append(
            in_chat(office, lambda turn, r=request, p=person: turn.bookings.wait(r, f"k{p}"),
                    f"w{person}").number
        )  # fmt: skip
        office.now += timedelta(minutes=5)
    browser = await member(client, office)
    page = await browser.get(f"/staff/bookings/{numbers[2]}")
    await browser.post(f"/staff/bookings/{numbers[2]}/urgency", page, urgency="2")
    page = await browser.get("/staff/bookings")
    places = [page.html.index(number) for number in (numbers[2], numbers[0], numbers[1])]
    assert places == sorted(places)
    assert "紧急" in page.html
    found = await browser.get(f"/staff/bookings?number={numbers[0].lower()}")
    assert found.url == f"/staff/bookings/{numbers[0]}"
    unknown = await browser.get("/staff/bookings?number=B222-2222")
    assert "没有这个编号" in unknown.html


async def test_a_request_in_a_county_that_takes_requests_is_listed(
    client: TestClient[Any, Any], office: Office
) -> None:
    County(office)
    boss = await member(client, office, "zhao", "supervisor", "4401")
    page = await boss.get("/staff/teams")
    page = await boss.post(
        "/staff/counties",
        page,
        region=LIWAN,
        mode="requests",
        phone="020 8318 8888",
        note="工作日办理",
    )
    assert "工作日办理" in page.html
    county = office.do(lambda services: services.visits.county(f"{LIWAN}004"))
    assert (county.mode, county.phone) == (Mode.REQUESTS, "+862083188888")


# --- day sheet and outcomes


async def test_the_day_sheet_has_what_is_needed_and_no_more(
    client: TestClient[Any, Any], office: Office
) -> None:
    county = County(office)
    visit = county.opens()
    number = county.booked(
        visit, 1, name="陈大文", id_number="11010519491231002X", door="多宝路12号3楼"
    ).number
    browser = await member(client, office)
    page = await browser.get(f"/staff/bookings/{number}")
    await browser.post(f"/staff/bookings/{number}/note", page, words="门铃坏了，请敲门")
    shown = await browser.get(f"/staff/half-days/{visit}/sheet")
    async with client.get(f"/staff/half-days/{visit}/sheet.pdf") as answer:
        assert answer.status == 200
        assert answer.content_type == "application/pdf"
        assert "no-store" in answer.headers["Cache-Control"]
        paper = words_of(await answer.read())
    for needed in ("陈大文", "138 0000 0001", "多宝路12号3楼", "肢体", number, "门铃坏了，请敲门"):
        assert needed in shown.html, needed
        assert needed in paper.replace("\n", ""), needed
    for more in ("11010519491231002X", "1949"):
        assert more not in shown.html
        assert more not in paper


@pytest.mark.parametrize(
    ("outcome", "state", "stage"),
    [
        ("assessed", BookingState.DONE, Stage.ASSESSED),
        ("refused", BookingState.DONE, Stage.ACCEPTED),
        ("not_at_home", BookingState.REQUESTED, Stage.SENT),
        ("to_repeat", BookingState.REQUESTED, Stage.SENT),
    ],
)
async def test_an_outcome_ends_the_visit_and_moves_the_application(
    client: TestClient[Any, Any],
    office: Office,
    outcome: str,
    state: BookingState,
    stage: Stage,
) -> None:
    county = County(office)
    visit = county.opens()
    number = county.booked(visit).number
    application = office.do(
        lambda services: services.applications.record("1234", f"{LIWAN}004", "演示")
    )
    browser = await member(client, office)
    page = await browser.get(f"/staff/bookings/{number}")
    page = await browser.post(f"/staff/bookings/{number}/link", page, application=application)
    assert application in page.html
    early = await browser.post(
        f"/staff/half-days/{visit}/outcome/{number}", page, outcome=outcome, words=""
    )
    assert early.status == 409
    assert "还没到" in early.html
    office.now = START + timedelta(days=3)
    browser = await member(client, office, "li")
    page = await browser.get(f"/staff/half-days/{visit}/sheet")
    nothing = await browser.post(f"/staff/half-days/{visit}/outcome/{number}", page)
    assert nothing.status == 422
    page = await browser.post(
        f"/staff/half-days/{visit}/outcome/{number}", page, outcome=outcome, words="家属在场"
    )
    assert "结果已登记" in page.html
    assert stands(office, number).state is state
    booking = stands(office, number)
    found = office.do(lambda services: application_of(services, booking))
    assert found
    assert found.stage is stage
    again = await browser.post(
        f"/staff/half-days/{visit}/outcome/{number}", page, outcome="assessed", words=""
    )
    assert again.status == 409
    kept = await browser.get(f"/staff/half-days/{visit}")
    assert number in kept.html, "who was not at home still stands in that half-day"


# --- import


async def test_teams_and_half_days_are_imported_after_a_look(
    client: TestClient[Any, Any], office: Office
) -> None:
    browser = await member(client, office)
    page = await browser.get("/staff/visits/import")
    teams = sheet("队伍,地区,评定类别,名额,出诊半天", "一队,荔湾区,肢体、视力,5,周一上午、周四下午")
    page = await upload(browser, page, "teams", teams)
    assert page.status == 200
    assert "可以导入1行" in page.html
    assert office.do(lambda services: services.visits.teams()) == []
    page = await browser.post(
        "/staff/visits/import/take", page, what="teams", records=page.hidden("records")
    )
    assert "全部导入" in page.html
    (team,) = office.do(lambda services: services.visits.teams())
    assert (team.region, team.places, len(team.half_days)) == (LIWAN, 5, 2)
    visits = sheet(
        "队伍,日期,半天,名额,方式,地点,开始时间",
        "一队,2026-03-05,上午,,上门,,",
        "一队,2026/3/6,下午,30,集中,荔湾区残联二楼,9:30",
    )
    page = await upload(browser, page, "visits", visits)
    page = await browser.post(
        "/staff/visits/import/take", page, what="visits", records=page.hidden("records")
    )
    week = await browser.get("/staff/visits")
    assert "0/5" in week.html
    assert "0/30" in week.html
    page = await browser.get(f"/staff/teams/{team.id}")
    page = await browser.post(
        "/staff/visits/open-usual", page, team=str(team.id), week="2026-03-09", weeks="2"
    )
    week = await browser.get("/staff/visits?week=2026-03-16")
    assert week.html.count("0/5") == 2


async def test_one_faulty_line_and_nothing_is_imported(
    client: TestClient[Any, Any], office: Office
) -> None:
    county = County(office)
    county.opens()
    browser = await member(client, office)
    page = await browser.get("/staff/visits/import")
    visits = sheet(
        "队伍,日期,半天,名额,方式,地点,开始时间",
        "一队,2026-03-06,上午,4,上门,,",
        "二队,2026-03-06,上午,4,上门,,",
        "一队,2026-03-07,上午,4,上门,,",
        "一队,2026-03-05,上午,4,上门,,",
        "一队,2026-03-06,上午,4,上门,,",
        "一队,2026-02-30,上午,4,上门,,",
        "一队,2026-03-06,晚上,4,上门,,",
        "一队,2026-03-06,下午,四,上门,,",
        "一队,2026-03-06,下午,4,集中,,",
        "一队,2026-03-06,下午,4,上门,,25:00",
        "一队,2025-03-06,下午,4,上门,,",
    )
    page = await upload(browser, page, "visits", visits)
    assert page.status == 422
    for line, words in (
        (3, "没有叫“二队”的队伍"),
        (4, "不是工作日"),
        (5, "已有安排"),
        (6, "前面的行里已经有了"),
        (7, "不是日期"),
        (8, "上午或下午"),
        (9, "人数"),
        (10, "要写地点"),
        (11, "不是时间"),
        (12, "已经过去"),
    ):
        assert f'<th scope="row">{line}</th>' in page.html, line
        assert words in page.html, words
    assert "一队，2026-03-06" not in page.html
    weeks = office.do(lambda s: len([1 for one in s.visit_weeks.week(
        s.staff.everyone()[0], THURSDAY).teams[0].slots[0][1] if one.open]))  # fmt: skip
    assert weeks == 1


async def test_hostile_imports_are_refused(client: TestClient[Any, Any], office: Office) -> None:
    County(office, SHENZHEN, "深圳队")
    browser = await member(client, office)
    page = await browser.get("/staff/visits/import")
    theirs = sheet("队伍,地区,评定类别", "深圳队,南山区,肢体")
    refused = await upload(browser, page, "teams", theirs)
    assert "不在您的地区" in refused.html
    for data in (b"", b"\xff\xfe\xfa", b"PK\x03\x04xx", "只有,一行".encode()):
        refused = await upload(browser, page, "teams", data)
        assert refused.status == 422
    for records in ("", "[]", "[[1]]", '{"a":1}', "[1,2]", '[["x","y"]]'):
        refused = await browser.post(
            "/staff/visits/import/take", page, what="teams", records=records
        )
        assert refused.status in (404, 422), records
    refused = await browser.post(
        "/staff/visits/import/take", page, what="teams",
        records='[[2,"深圳队","440305","肢体","","","","",""]]',
    )  # fmt: skip
    assert refused.status == 409, "what is confirmed is looked through once more"
    names = [team.name for team in office.do(lambda services: services.visits.teams())]
    assert names == ["深圳队"]


@pytest.mark.parametrize("what", ["teams", "visits", "streets"])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
async def test_the_templates_can_be_imported_as_they_are(
    client: TestClient[Any, Any], office: Office, what: str, ending: str
) -> None:
    County(office)
    browser = await member(client, office)
    page = await browser.get("/staff/visits/import")
    async with client.get(f"/staff/visits/import/{what}.{ending}") as answer:
        assert answer.status == 200
        data = await answer.read()
    page = await upload(browser, page, what, data, f"x.{ending}")
    assert page.status == 200, page.html


async def test_streets_decide_the_order_of_a_round(
    client: TestClient[Any, Any], office: Office
) -> None:
    county = County(office)
    visit = county.opens()
    numbers = {}
    for person, street in ((1, "440103001"), (2, "440103006"), (3, "440103004")):
        request = request_of(person=person, street=street, visit_id=visit)
        numbers[street] = in_chat(
            office, lambda turn, r=request, p=person: turn.bookings.book(r, f"k{p}"), f"w{person}"
        ).number
    browser = await member(client, office)
    page = await browser.get("/staff/visits/import")
    near = sheet(
        "街道,纬度,经度",
        "440103001,23.10,113.20",
        "440103006,23.11,113.20",
        "440103004,23.30,113.20",
    )
    page = await upload(browser, page, "streets", near)
    await browser.post(
        "/staff/visits/import/take", page, what="streets", records=page.hidden("records")
    )
    shown = await browser.get(f"/staff/half-days/{visit}/sheet")
    at = {street: shown.html.index(f"b-{number}") for street, number in numbers.items()}
    order = sorted(at, key=lambda street: at[street])
    assert order in (
        ["440103001", "440103006", "440103004"],
        ["440103004", "440103006", "440103001"],
    )
    assert "公里" in shown.html


# --- numbers


async def test_the_numbers_as_table_chart_and_files(
    client: TestClient[Any, Any], office: Office
) -> None:
    county = County(office)
    visit = county.opens(places=4)
    people = [county.booked(visit, person).number for person in (1, 2, 3)]
    office.now = START + timedelta(days=3)
    browser = await member(client, office)
    page = await browser.get(f"/staff/half-days/{visit}/sheet")
    for number, outcome in zip(people, ("assessed", "not_at_home", "refused"), strict=True):
        await browser.post(
            f"/staff/half-days/{visit}/outcome/{number}", page, outcome=outcome, words=""
        )
    page = await browser.get("/staff/visits/numbers?first=2026-03&last=2026-03")
    assert "2026-03: 提供4个，预约3个，评定1个" in page.html
    (chart,) = page.all("svg")
    assert chart["role"] == "img"
    assert set(chart["aria-labelledby"].split()) <= {
        one["id"] for one in (*page.all("title"), *page.all("desc")) if "id" in one
    }
    async with client.get("/staff/visits/numbers.csv?first=2026-03&last=2026-03") as answer:
        text = (await answer.read()).decode("utf-8-sig")
    assert text.splitlines()[1] == "广州市荔湾区,2026-03,上门,4,3,1,1,1,0,3.0"
    async with client.get("/staff/visits/numbers.xlsx") as answer:
        assert (await answer.read()).startswith(b"PK")
    for wrong in ("first=2026-13", "first=x", "first=2026-05&last=2026-03", "first=1900-01"):
        assert (await browser.get(f"/staff/visits/numbers?{wrong}")).status == 404
