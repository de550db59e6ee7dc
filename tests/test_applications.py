"""Where an application stands, and that nobody else can find out."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest

from bot.content import ContentError
from bot.domain.applications import TooManyTries, TooSoon
from bot.domain.calendar import WorkCalendar
from bot.domain.references import new_reference
from bot.domain.regions import Regions
from bot.domain.staff import Member
from bot.domain.stages import Procedure, Stage, Way
from bot.domain.tickets import AlreadyTaken, NotFound
from bot.messages import Address, Progress
from bot.services import Known, Services
from bot.services.application_desk import Impossible
from bot.sheets import Unreadable
from bot.stages_file import FOLDER, load
from bot.storage import application_alerts, conversations
from bot.storage import applications as stored
from bot.storage.db import Database

T = TypeVar("T")
KNOWN = Known(Regions.load(), cast("Any", None), WorkCalendar(), cast("Any", None))
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HEADER = "number,procedure,region,stage,name,last4"
BOOK = KNOWN.stages


def use(database: Database, work: Callable[[Services], T], now: datetime = NOW) -> T:
    return database.write_now(lambda connection: work(Services(connection, now, KNOWN)))


def recorded(database: Database, last_four: str = "002X") -> str:
    reached = ((Stage.ACCEPTED, NOW - timedelta(days=20)), (Stage.NOTICE, NOW))
    return use(
        database,
        lambda services: services.applications.record(last_four, "440103004", "演示甲", reached),
    )


def chat(database: Database, user: str = "w1") -> int:
    return database.write_now(
        lambda connection: conversations.ensure(connection, Address("web", user), "zh_Hans", NOW)
    )


def look(database: Database, number: str, proof: str, user: str = "w1", now: datetime = NOW) -> Any:
    mine = chat(database, user)
    return use(database, lambda services: services.applications.look_up(number, proof, mine), now)


def test_found_with_both(database: Database) -> None:
    number = recorded(database)
    found = look(database, number, "002x")
    assert found.number == number
    assert found.name == "演示甲"
    assert "演示甲" not in repr(found)
    assert [one.stage for one in found.reached] == [Stage.ACCEPTED, Stage.NOTICE]


def test_same_answer_for_unknown_and_for_wrong(database: Database) -> None:
    number = recorded(database)
    assert look(database, number, "1234") is None
    assert look(database, new_reference("A", 5), "002X") is None


def test_a_wrong_try_makes_the_next_one_wait(database: Database) -> None:
    """Longer each time, whether the number exists or not; waiting is not counted as a try."""
    number = recorded(database)
    for asked in (number, new_reference("A", 5)):
        user, at = f"u{asked}", NOW + timedelta(hours=2)
        waits: list[int] = []
        misses = 0
        with pytest.raises(TooManyTries):
            while True:
                try:
                    assert look(database, asked, "1234", user, at) is None
                    misses += 1
                except TooSoon as soon:
                    waits.append(soon.seconds)
                    at += timedelta(seconds=soon.seconds)
        assert (misses, waits) == (5, [10, 30, 60])


def test_five_wrong_tries_pause_the_chat_for_an_hour(database: Database) -> None:
    number = recorded(database)
    for minute in range(5):
        at = NOW + timedelta(minutes=minute)
        assert look(database, new_reference("A", 5), "1234", now=at) is None
    at = NOW + timedelta(minutes=10)
    with pytest.raises(TooManyTries) as paused:
        look(database, number, "002X", now=at)
    assert paused.value.until == NOW + timedelta(hours=1)
    one, two = chat(database), chat(database, "w2")
    assert use(database, lambda services: services.applications.paused_until(one), at)
    assert use(database, lambda services: services.applications.paused_until(two), at) is None
    assert look(database, number, "002X", "w2", at)
    assert look(database, number, "002X", now=NOW + timedelta(minutes=61))


def test_five_wrong_tries_pause_the_application_from_every_chat(database: Database) -> None:
    """And staff of its region see it; of a number that nobody has, the province does."""
    number = recorded(database)
    unknown = new_reference("A", 5)
    for asked in (number, unknown):
        for attempt in range(5):
            at = NOW + timedelta(minutes=2 * attempt)
            assert look(database, asked, "1234", f"u{attempt}{asked}", at) is None
        with pytest.raises(TooManyTries):
            look(database, asked, "002X", "w200", NOW + timedelta(minutes=11))
    alerts = database.write_now(lambda one: application_alerts.open_in(one, "440103"))
    assert [(alert.kind, alert.number) for alert in alerts] == [("application", number)]
    everywhere = database.write_now(lambda one: application_alerts.open_in(one, "44"))
    assert sorted(alert.number for alert in everywhere) == ["", number]


def test_ten_wrong_tries_a_day_pause_until_the_next(database: Database) -> None:
    for attempt in range(10):
        at = NOW + timedelta(hours=attempt)
        assert look(database, new_reference("A", 5), "1234", now=at) is None
    with pytest.raises(TooManyTries) as paused:
        look(database, new_reference("A", 5), "1234", now=NOW + timedelta(hours=12))
    assert paused.value.until == NOW + timedelta(days=1)


def test_a_code_of_the_staff_is_a_proof_for_a_week(database: Database) -> None:
    number = recorded(database)
    member = someone(database)
    code = use(database, lambda services: services.application_desk.new_code(number, member))
    assert look(database, number, code, "w2").number == number
    late = NOW + timedelta(days=8)
    assert look(database, number, code, "w3", late) is None
    other = recorded(database)
    assert look(database, other, code, "w4") is None


def test_linked_after_the_proof_and_nowhere_else(database: Database) -> None:
    number = recorded(database)
    one, two = chat(database), chat(database, "w2")
    assert look(database, number, "1111") is None
    assert use(database, lambda services: services.applications.linked(one)) == []
    look(database, number, "002X")

    def of(which: int) -> Any:
        return use(database, lambda services: services.applications.linked_numbered(which, number))

    assert of(two) is None
    linked = of(one)
    assert linked.called == ""
    assert linked.told is None
    use(database, lambda services: services.applications.call(one, linked, "妈妈"))
    assert of(one).called == "妈妈"
    use(database, lambda services: services.applications.unlink(one, linked))
    assert of(one) is None


def test_steps_with_the_laws_limit(database: Database) -> None:
    found = look(database, recorded(database), "002X")
    steps = found.steps(WorkCalendar(), BOOK)
    assert [step.progress for step in steps] == [Progress.DONE] * 4 + [Progress.NOW] + [
        Progress.NEXT
    ] * 4
    assert steps[0].since == date(2026, 2, 10)
    assert steps[1].since is None
    assert steps[4].until == found.due == date(2026, 3, 9)
    assert not found.is_overdue(date(2026, 3, 9))
    assert found.is_overdue(date(2026, 3, 10))


def test_a_limit_is_only_where_a_source_sets_it() -> None:
    limited = {key: way.limits for key, way in BOOK.ways.items() if way.limits}
    assert set(limited) == {(Procedure.FIRST, Way.LOCAL)}
    (limits,) = limited.values()
    assert {stage: limit.workdays for stage, limit in limits.items()} == {
        Stage.NOTICE: 5,
        Stage.REVIEW: 10,
    }
    for way in BOOK.ways.values():
        assert way.sources
        assert way.confirmed or way.note


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (("notice:\n  zh_Hans: {name: 公示中", "notice:\n  zh_Hans: {nam: 公示中"), "'nam'"),
        (("{who}正在公示。", "正在公示。"), "'says' has no {who}"),
        (("ready:\n  end: true", "ready:"), "'end'"),
    ],
)
def test_faults_of_the_stages_are_named(wrong: tuple[str, str], fault: str, tmp_path: Path) -> None:
    for name in ("stages.yaml", "procedures.yaml"):
        text = (FOLDER / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace(*wrong), encoding="utf-8")
    with pytest.raises(ContentError, match=re.escape(fault)):
        load(tmp_path)


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (("source: m9}", "source: m99}"), "no source"),
        (("path: [accepted, review, ended]", "path: [accepted, review]"), "end at an end"),
        (
            ("      confidence: to_confirm\n      note: differs", "      confidence: to_confirm"),
            "note",
        ),
        (("  lost:", "  mislaid:"), "no procedure"),
    ],
)
def test_faults_of_the_ways_are_named(wrong: tuple[str, str], fault: str, tmp_path: Path) -> None:
    for name in ("stages.yaml", "procedures.yaml"):
        text = (FOLDER / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace(*wrong), encoding="utf-8")
    with pytest.raises(ContentError, match=re.escape(fault)):
        load(tmp_path)


def someone(database: Database, region: str = "44", name: str = "wang") -> Member:
    def work(services: Services) -> Member:
        services.staff.add(name, "王小姐", "clerk", region)
        return next(one for one in services.staff.everyone() if one.name == name)

    return use(database, work)


def version(database: Database, number: str) -> int:
    found = database.write_now(lambda connection: stored.by_number(connection, number))
    assert found
    return found.version


def move(
    database: Database, number: str, stage: Stage, now: datetime = NOW, known: int | None = None
) -> int:
    member = next(iter(use(database, lambda services: services.staff.everyone())), None) or someone(
        database
    )
    at = known or version(database, number)
    return use(
        database,
        lambda services: services.application_desk.move([(number, at)], stage, "", member),
        now,
    )


def test_side_ways(database: Database) -> None:
    number = recorded(database)
    move(database, number, Stage.NOT_ELIGIBLE)
    found = look(database, number, "002X")
    steps = found.steps(WorkCalendar(), BOOK)
    assert steps[-1].stage is Stage.NOT_ELIGIBLE
    assert steps[-1].progress is Progress.NOW
    assert found.due is None
    with pytest.raises(AlreadyTaken):
        move(database, number, Stage.READY, known=1)


def test_a_stage_that_the_procedure_has_not(database: Database) -> None:
    number = use(
        database,
        lambda services: services.applications.record(
            "002X", "440103004", "演示甲", procedure=Procedure.RENEWAL
        ),
    )
    with pytest.raises(Impossible):
        move(database, number, Stage.NOTICE)


def test_outside_ones_region(database: Database) -> None:
    number = recorded(database)
    member = someone(database, "4403", "li")
    desk: Any = lambda work: use(database, lambda services: work(services.application_desk))  # noqa: E731
    for work in (
        lambda one: one.show(number, member),
        lambda one: one.move([(number, 1)], Stage.REVIEW, "", member),
        lambda one: one.correct(number, 1, Stage.REVIEW, member),
        lambda one: one.new_code(number, member),
    ):
        with pytest.raises(NotFound):
            desk(work)
    for words in (number, "演示甲", ""):
        assert desk(lambda one, words=words: one.find(member, words=words)).rows == []


def test_found_by_name_and_phone(database: Database) -> None:
    member = someone(database, "4401", "li")
    number = use(
        database,
        lambda services: services.applications.record(
            "002X", "440103004", "Wong Siu Ming", phone="+86 138 0013 8000"
        ),
    )
    recorded(database)
    for words in ("wong siuming", "13800138000", "138-0013-8000", number, number.lower()):
        found = use(
            database,
            lambda services, words=words: services.application_desk.find(member, words=words),
        )
        assert [row.number for row in found.rows] == [number], words


def at_once(database: Database, lines: list[str]) -> Any:
    content = "\n".join(lines).encode()
    return use(database, lambda services: services.application_import_work.at_once(content))


def test_import_at_once_all_or_nothing(database: Database) -> None:
    one, two = new_reference("A", 5), new_reference("A", 5)
    good = [HEADER, f"{one},first,440103004,accepted,演示甲,1234"]
    faulty = [*good, f"{two},first,990103004,flying,演示乙,12"]
    counts, faults = at_once(database, faulty)
    assert counts == {}
    assert [fault.line for fault in faults] == [3, 3, 3]
    assert look(database, one, "1234", "w7") is None
    assert at_once(database, good)[0] == {"make": 1}
    moved = [HEADER, f"{one},first,荔湾多宝,等待评定,演示甲,1234"]
    assert at_once(database, moved) == ({"move": 1}, [])
    assert at_once(database, moved) == ({"same": 1}, [])
    assert look(database, one, "1234", "w8").stage is Stage.SENT
    (fault,) = at_once(database, [HEADER, moved[1].replace("1234", "4321")])[1]
    assert fault.line == 2
    with pytest.raises(Unreadable):
        at_once(database, ["number,procedure"])
