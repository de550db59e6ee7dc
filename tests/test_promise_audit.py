"""Promise 18: everything is written down or not done, and whoever touches the log is found out."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text

from bot.storage.db import Database
from bot.web.rules import Step
from tests.console_stage import Visitors
from tests.killing import PROVE
from tests.test_console import KNOWN, Office, signed_in
from tests.test_promise_roles import filled, routes, things

CHANGES = 1_000 if PROVE else 40
ROWS = 30


def filled_log(office: Office) -> None:
    for number in range(ROWS):
        office.do(
            lambda services, number=number: services.audit.record(
                None if number % 3 else 7, f"event.{number % 4}", f"F{number:04}",
                success=bool(number % 2), detail="",
            )
        )  # fmt: skip


def without_triggers(connection: Connection) -> None:
    """What somebody would do who owns the database."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("DROP TRIGGER audit_no_update"))
        connection.execute(text("DROP TRIGGER audit_no_delete"))
    else:
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))


def tampered(office: Office, change: Callable[[Connection], None]) -> int | None:
    """What the check says after that change; it is undone afterwards."""
    from bot.services import Services

    class Undo(Exception):
        pass

    found: list[int | None] = []

    def work(connection: Connection) -> None:
        without_triggers(connection)
        change(connection)
        found.append(Services(connection, office.now, KNOWN).audit.broken_at())
        raise Undo

    with pytest.raises(Undo):
        office.database.write_now(work)
    return found[0]


def one_byte(rng: random.Random) -> tuple[str, Callable[[Connection], None]]:
    """A random column of a random row, changed by as little as can be."""
    row_id = rng.randrange(1, ROWS + 1)
    column = rng.choice(["at", "staff_id", "event", "subject", "success", "detail", "chain", "id"])

    def change(connection: Connection) -> None:
        row = connection.execute(
            text(f"SELECT {column} AS old FROM audit WHERE id = :id"), {"id": row_id}
        ).one()
        connection.execute(
            text(f"UPDATE audit SET {column} = :new WHERE id = :id"),
            {"new": _another(rng, column, row.old), "id": row_id},
        )

    return f"{column} of {row_id}", change


def _another(rng: random.Random, column: str, old: Any) -> Any:
    if column == "id":
        return 10_000 + old
    if column == "staff_id":
        return rng.choice([0, 1, 8]) if old is None else rng.choice([None, old + 1])
    if column == "success":
        return not old
    if column == "at":
        if isinstance(old, str):
            at = rng.choice([3, 9, 12, 18])
            return old[:at] + ("1" if old[at] != "1" else "2") + old[at + 1 :]
        return old + timedelta(microseconds=1)
    if column == "chain" or (old and rng.random() < 0.5):
        at = rng.randrange(len(old))
        return old[:at] + ("x" if old[at] != "x" else "y") + old[at + 1 :]
    return old + rng.choice("0aF ")


@pytest.mark.prove
def test_any_change_of_a_row_is_found(office: Office) -> None:
    filled_log(office)
    assert office.do(lambda services: services.audit.broken_at()) is None
    rng = random.Random(18)
    for _time in range(CHANGES):
        what, change = one_byte(rng)
        assert tampered(office, change) is not None, what


@pytest.mark.parametrize(
    "changes",
    [
        ["DELETE FROM audit WHERE id = 12"],
        ["DELETE FROM audit WHERE id = 1"],
        ["DELETE FROM audit WHERE id = 30"],
        ["DELETE FROM audit WHERE id > 20"],
        ["DELETE FROM audit"],
        ["UPDATE audit SET id = 99 WHERE id = 4", "UPDATE audit SET id = 4 WHERE id = 5",
         "UPDATE audit SET id = 5 WHERE id = 99"],
        ["DELETE FROM audit WHERE id = 30", "UPDATE audit_head SET rows = 29"],
        ["DELETE FROM audit WHERE id = 30", "UPDATE audit_head SET rows = 29, chain ="
         " (SELECT chain FROM audit WHERE id = 29)"],
        ["DELETE FROM audit_head"],
        ["INSERT INTO audit (id, at, event, subject, success, detail, chain) SELECT 31, at, event,"
         " subject, success, detail, chain FROM audit WHERE id = 30"],
    ],
)  # fmt: skip
def test_rows_that_are_gone_added_or_in_another_order_are_found(
    office: Office, changes: list[str]
) -> None:
    filled_log(office)

    def change(connection: Connection) -> None:
        for one in changes:
            connection.execute(text(one))

    assert tampered(office, change) is not None


def test_rows_cut_off_are_found_even_after_the_log_went_on(office: Office) -> None:
    filled_log(office)

    def cut(connection: Connection) -> None:
        connection.execute(text("DELETE FROM audit WHERE id > 25"))
        from bot.services import Services

        Services(connection, office.now, KNOWN).audit.record(None, "sign_in", "wang")

    assert tampered(office, cut) is not None


def test_a_log_that_was_put_back_whole_is_found_by_an_anchor(office: Office) -> None:
    """Somebody restores an old copy of the database: inside it everything fits."""
    filled_log(office)
    anchor = office.do(lambda services: services.audit.anchor())
    assert office.do(lambda services: services.audit.stands(anchor))
    assert office.do(lambda services: services.audit.stands("0:"))
    assert not office.do(lambda services: services.audit.stands("99:" + "0" * 64))
    assert not office.do(lambda services: services.audit.stands("x"))


async def test_everything_that_staff_do_is_written_down(visitors: Visitors, office: Office) -> None:
    """A walk through every route: a row each, by whom, and whether it was allowed."""
    ours = things(office, "440103004", "这里的事", "w1")
    browser = await visitors.new()
    page = await signed_in(browser, office, role="administrator")
    csrf = page.hidden("csrf")
    walked = 0
    me = max(one.id for one in office.do(lambda services: services.staff.everyone()))
    for method, path, rule in routes(visitors):
        if rule.quiet or rule.step is Step.STRANGER or path == "/staff/sign-out":
            continue
        before = last_rows(office)
        address = filled(path, ours.params)
        data = {"csrf": csrf} if method == "POST" else None
        async with browser.client.request(
            method, address, data=data, allow_redirects=False
        ) as answer:
            await answer.read()
            status = answer.status
        new = [row for row in last_rows(office) if row not in before]
        event = {"GET": "page", "POST": "form"}[method]
        subject = (address.removeprefix("/staff/") or "queue")[:60]
        assert (event, subject, me) in {(row[1], row[2], row[3]) for row in new}, path
        if status == 404:
            assert any(not row[4] for row in new), f"{path}: refused, and nobody would know"
        walked += 1
    assert walked > 40
    assert office.do(lambda services: services.audit.verify())


def last_rows(office: Office) -> list[Any]:
    return office.database.write_now(
        lambda c: [
            tuple(row)
            for row in c.exec_driver_sql("SELECT id, event, subject, staff_id, success FROM audit")
        ]
    )


async def test_what_cannot_be_written_down_is_not_done(visitors: Visitors, office: Office) -> None:
    """Fail closed: the log is full, locked or broken; nothing is shown and nothing changes."""
    ours = things(office, "440103004", "这里的秘密", "w1")
    browser = await visitors.new()
    page = await signed_in(browser, office, role="administrator")
    csrf = page.hidden("csrf")

    def refuse(connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            connection.execute(text(
                "CREATE TRIGGER audit_full BEFORE INSERT ON audit "
                "BEGIN SELECT RAISE(ABORT, 'full'); END"
            ))  # fmt: skip
        else:
            connection.execute(
                text("ALTER TABLE audit ADD CONSTRAINT full_up CHECK (id < 0) NOT VALID")
            )

    office.database.write_now(refuse)
    before = state(office.database)
    for method, path, rule in routes(visitors):
        if rule.quiet or rule.step is Step.STRANGER:
            continue
        data = {"csrf": csrf, "version": "1", "words": "x"} if method == "POST" else None
        async with browser.client.request(
            method, filled(path, ours.params), data=data, allow_redirects=False
        ) as answer:
            body = (await answer.read()).decode(errors="replace")
            assert answer.status == 500, f"{method} {path} is {answer.status}"
            assert "这里的秘密" not in body
    assert state(office.database) == before


def state(database: Database) -> list[Any]:
    def look(connection: Connection) -> list[Any]:
        return [
            [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY 1"))]
            for table in ("tickets", "staff", "ticket_messages", "audit", "open_questions")
        ]

    return database.write_now(look)


async def test_the_page_of_the_log_filters_and_checks(visitors: Visitors, office: Office) -> None:
    number = office.writes("请回电话")
    clerk = await visitors.new()
    await signed_in(clerk, office, name="li", region="4403")
    await clerk.get(f"/staff/tickets/{number}")
    chief = await visitors.new()
    await signed_in(chief, office, name="chief", role="administrator")
    page = await chief.get("/staff/audit?name=li&failed=1")
    assert f"tickets/{number}" in page.html
    assert "sign_in" not in page.html
    page = await chief.get("/staff/audit?event=sign_in&since=2026-03-02&until=2026-03-02")
    assert page.html.count("<code>sign_in</code>") == 2
    page = await chief.get("/staff/audit?since=yesterday")
    assert page.status == 422
    page = await chief.post("/staff/audit", page)
    assert "链条完整" in page.html
    local = await visitors.new()
    await signed_in(local, office, name="local", role="administrator", region="4401")
    page = await local.get("/staff/audit")
    assert '<td data-label="账号">local</td>' in page.html
    assert '<td data-label="账号">li</td>' not in page.html, "of another region"
    office.database.write_now(break_it)
    page = await chief.post("/staff/audit", await chief.get("/staff/audit"))
    assert "链条在第3条断了" in page.html


def break_it(connection: Connection) -> None:
    without_triggers(connection)
    connection.execute(text("UPDATE audit SET subject = 'x' WHERE id = 3"))
