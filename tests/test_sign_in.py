"""Promise 24, and the second step: guessing is slow, the owner gets in, no code counts twice."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.staff import IDLE, TRIES
from bot.services import passwords
from bot.web import hashing
from bot.web.sign_in import next_of
from tests.console_client import Browser
from tests.console_stage import Visitors, code_of, sign_in, with_second_step
from tests.killing import PROVE
from tests.test_console import PASSWORD, Office, signed_in

GUESSES = 10_000 if PROVE else 400


async def test_the_second_step_is_asked_and_each_code_counts_once(
    visitors: Visitors, office: Office
) -> None:
    browser = await visitors.new()
    await signed_in(browser, office)
    secret, codes = await with_second_step(browser, office)
    assert len(set(codes)) == 10
    other = await visitors.new()
    page = await sign_in(other)
    assert page.url == "/staff/code"
    for path in ("/staff/", "/staff/account", "/staff/password", "/staff/second-step"):
        assert (await other.get(path)).url == "/staff/code", "half a sign-in opens nothing"
    used = code_of(secret, office)
    page = await other.post("/staff/code", page, code=used)
    assert page.status == 401, "the code that confirmed the set-up was used"
    office.now += timedelta(seconds=30)
    code = code_of(secret, office)
    page = await other.post("/staff/code", page, code=f" {code[:3]} {code[3:]} ")
    assert page.url == "/staff/", "it can be pasted with spaces"
    third = await visitors.new()
    page = await sign_in(third)
    for again in (code, used, code_of(secret, office, -1)):
        page = await third.post("/staff/code", page, code=again)
        assert page.status == 401, "replayed"


async def test_a_recovery_code_lets_in_once(visitors: Visitors, office: Office) -> None:
    browser = await visitors.new()
    await signed_in(browser, office)
    _secret, codes = await with_second_step(browser, office)
    other = await visitors.new()
    page = await sign_in(other)
    page = await other.post("/staff/code", page, code=codes[3].upper())
    assert page.url == "/staff/"
    page = await other.get("/staff/account")
    assert "剩余恢复码：9个" in page.html
    page = await sign_in(await visitors.new())
    third = visitors.clients[-1]
    page = await Browser(third).post("/staff/code", page, code=codes[3])
    assert page.status == 401


async def test_codes_are_not_guessed(visitors: Visitors, office: Office) -> None:
    """Five tries, then waiting; and the right code does not count while one has to wait."""
    browser = await visitors.new()
    await signed_in(browser, office)
    secret, _codes = await with_second_step(browser, office)
    office.now += timedelta(minutes=20)
    other = await visitors.new()
    page = await sign_in(other)
    statuses = []
    for number in range(20):
        page = await other.post("/staff/code", page, code=f"{number:06}")
        statuses.append(page.status)
    assert statuses.count(401) == TRIES
    assert statuses.count(429) == 20 - TRIES
    page = await other.post("/staff/code", page, code=code_of(secret, office))
    assert page.status == 429
    office.now += timedelta(minutes=1)
    page = await other.post("/staff/code", page, code=code_of(secret, office))
    assert page.url == "/staff/"


@pytest.mark.prove
async def test_guessing_reaches_argon2_a_few_times_and_the_owner_gets_in(
    visitors: Visitors, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All at one moment, then over a day; from a browser that is known there is no waiting."""
    owner = await visitors.new()
    page = await signed_in(owner, office)
    await owner.post("/staff/sign-out", page)
    checked = []
    real = passwords.matches

    def counted(password_hash: str, password: str) -> bool:
        checked.append(password)
        return real(password_hash, password)

    monkeypatch.setattr(passwords, "matches", counted)
    guesser = await visitors.new()
    page = await guesser.get("/staff/sign-in")
    form = {"csrf": page.hidden("csrf"), "name": "wang"}

    async def guess(number: int) -> int:
        data = {**form, "password": f"guess {number}"}
        async with guesser.client.post("/staff/sign-in", data=data) as answer:
            return answer.status

    for first in range(0, GUESSES, 20):
        statuses = await asyncio.gather(*(guess(first + at) for at in range(20)))
        assert set(statuses) <= {401, 429}
    assert len(checked) == TRIES, "many at once do not slip through together"
    page = await sign_in(owner)
    assert page.url == "/staff/", "the owner, in the middle of it"
    await owner.post("/staff/sign-out", page)
    checked.clear()
    hours = 24 if PROVE else 4
    for number in range(hours * 60):
        office.now += timedelta(minutes=1)
        await guess(number)
    assert 0 < len(checked) <= hours * 40
    page = await sign_in(owner)
    assert page.url == "/staff/"


async def test_an_unknown_name_is_answered_alike(visitors: Visitors, office: Office) -> None:
    browser = await visitors.new()
    await signed_in(browser, office)
    other = await visitors.new()
    known = await sign_in(other, "wang", "wrong")
    unknown = await sign_in(other, "nobody", "wrong")
    assert known.status == unknown.status == 401
    assert known.words["p"] == unknown.words["p"]


async def test_when_too_many_sign_in_they_are_told(
    visitors: Visitors, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await visitors.new()
    await signed_in(browser, office)
    monkeypatch.setattr(hashing, "LONGEST_QUEUE", 0)
    page = await sign_in(await visitors.new())
    assert page.status == 503
    assert "请再按一次" in page.html


async def test_sessions_are_listed_and_ended(visitors: Visitors, office: Office) -> None:
    browser, other = await visitors.new(), await visitors.new()
    await signed_in(browser, office)
    await sign_in(other)
    page = await browser.get("/staff/account")
    assert page.html.count("Firefox, Windows") == 2
    assert page.html.count("当前这处") == 1
    handle = next(f["value"] for f in page.all("input") if f.get("name") == "session")
    page = await browser.post("/staff/account/sessions/end", page, session=handle)
    assert "那一处登录已结束" in page.html
    assert (await other.get("/staff/")).url == "/staff/sign-in"
    assert (await browser.get("/staff/")).url == "/staff/"
    page = await browser.post("/staff/account/sessions/end", page, session="f" * 16)
    assert page.status == 404
    await sign_in(other)
    page = await browser.post(
        "/staff/account/sessions/end-others", await browser.get("/staff/account")
    )
    assert (await other.get("/staff/")).url == "/staff/sign-in"
    assert (await browser.get("/staff/")).url == "/staff/"


async def test_nobody_ends_a_session_of_somebody_else(visitors: Visitors, office: Office) -> None:
    browser, other = await visitors.new(), await visitors.new()
    await signed_in(browser, office)
    await signed_in(other, office, name="li")
    await sign_in(await visitors.new(), "li")
    page = await other.get("/staff/account")
    handle = next(f["value"] for f in page.all("input") if f.get("name") == "session")
    page = await browser.get("/staff/account")
    page = await browser.post("/staff/account/sessions/end", page, session=handle)
    assert page.status == 404


async def test_a_session_is_made_longer_by_its_owner_only(
    visitors: Visitors, office: Office
) -> None:
    """S11: the page asks how long it lasts, which changes nothing; a press of a key does."""
    browser = await visitors.new()
    page = await signed_in(browser, office)
    for _time in range(12):
        office.now += IDLE - timedelta(minutes=3)
        async with browser.client.get("/staff/session") as answer:
            assert (await answer.json())["idle"] == 180
        async with browser.client.post(
            "/staff/session",
            data={"csrf": page.hidden("csrf")},
            headers={"Accept": "application/json"},
        ) as answer:
            assert (await answer.json())["idle"] == IDLE.total_seconds()
    for _time in range(3):
        office.now += timedelta(minutes=11)
        async with browser.client.get("/staff/session", allow_redirects=False) as answer:
            last = answer.status
    assert last == 303, "asking does not keep it alive"


async def test_what_was_written_when_a_session_ended_is_not_lost(
    visitors: Visitors, office: Office
) -> None:
    number = office.writes("请回电话")
    browser = await visitors.new()
    await signed_in(browser, office)
    page = await browser.get(f"/staff/tickets/{number}")
    office.now += IDLE + timedelta(minutes=1)
    page = await browser.post(f"/staff/tickets/{number}/reply", page, words="写了一半<b>的回复")
    assert page.status == 403
    assert "写了一半&lt;b&gt;的回复" in page.html
    page = await browser.get(f"/staff/tickets/{number}")
    assert page.url == "/staff/sign-in"
    assert page.hidden("next") == f"/staff/tickets/{number}"
    page = await browser.post("/staff/sign-in", page, name="wang", password=PASSWORD,
                              next=page.hidden("next"))  # fmt: skip
    assert page.url == f"/staff/tickets/{number}", "back where one was"


@pytest.mark.parametrize(
    "asked",
    ["//evil.example", "https://evil.example", "/staff/\\evil", "/staff//evil.example", "/chat",
     "/staff/sign-in", "/staff/x?y", "/staff/\r\nX: y", "", None, "/staff/é"],
)  # fmt: skip
def test_where_to_go_on_is_a_page_of_ours(asked: str | None) -> None:
    assert next_of(asked) == "/staff/"
    assert next_of("/staff/tickets/F123") == "/staff/tickets/F123"


class TestStrict:
    """With DOORSTEP_SECOND_STEP=required."""

    @pytest.fixture
    def strict(self) -> bool:
        return True

    async def test_nobody_gets_further_without_a_second_step(
        self, visitors: Visitors, office: Office
    ) -> None:
        browser = await visitors.new()
        once = office.do(lambda services: services.staff.add("wang", "王小姐", "clerk", "44"))
        page = await sign_in(browser, "wang", once)
        page = await browser.post("/staff/password", page, old=once, new=PASSWORD)
        assert page.url == "/staff/second-step"
        assert "以后再说" not in page.html
        for path in ("/staff/", "/staff/account", "/staff/answers"):
            page = await browser.get(path)
            assert page.url == "/staff/second-step"
            assert "<nav" not in page.html
        secret, _codes = await with_second_step(browser, office)
        assert (await browser.get("/staff/")).url == "/staff/"
        office.now += timedelta(seconds=30)
        page = await browser.get("/staff/second-step")
        page = await browser.post("/staff/second-step/off", page, code=code_of(secret, office))
        assert (await browser.get("/staff/")).url == "/staff/second-step"
