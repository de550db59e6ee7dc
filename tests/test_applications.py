"""Where an application stands, and that nobody else can find out."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar, cast

import pytest

from bot.domain.applications import (
    MEANINGS,
    PATH,
    Progress,
    Stage,
    TooManyTries,
)
from bot.domain.calendar import WorkCalendar
from bot.domain.references import new_reference
from bot.domain.regions import Regions
from bot.services import Known, Services
from bot.services.applications import Faulty, MovedMeanwhile
from bot.storage.db import Database

T = TypeVar("T")
KNOWN = Known(Regions.load(), cast("Any", None), WorkCalendar(), cast("Any", None))
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HEADER = "number,procedure,region,stage,name,last4"


def use(database: Database, work: Callable[[Services], T], now: datetime = NOW) -> T:
    return database.write_now(lambda connection: work(Services(connection, now, KNOWN)))


def recorded(database: Database, last_four: str = "002X") -> str:
    reached = ((Stage.ACCEPTED, NOW - timedelta(days=20)), (Stage.NOTICE, NOW))
    return use(
        database,
        lambda services: services.applications.record(last_four, "440103004", "演示甲", reached),
    )


def look(database: Database, number: str, proof: str, chat: int = 1, now: datetime = NOW) -> Any:
    return use(database, lambda services: services.applications.look_up(number, proof, chat), now)


def test_found_with_both(database: Database) -> None:
    number = recorded(database)
    found = look(database, number, "002x")
    assert found.number == number
    assert found.name == "演示甲"
    assert "演示甲" not in repr(found)
    assert [stage for stage, _at in found.reached] == [Stage.ACCEPTED, Stage.NOTICE]


def test_same_answer_for_unknown_and_for_wrong(database: Database) -> None:
    number = recorded(database)
    assert look(database, number, "1234") is None
    assert look(database, new_reference("A", 5), "002X") is None


def test_five_wrong_tries_pause_the_chat_for_an_hour(database: Database) -> None:
    number = recorded(database)
    for minute in range(5):
        at = NOW + timedelta(minutes=minute)
        assert look(database, new_reference("A", 5), "1234", now=at) is None
    at = NOW + timedelta(minutes=10)
    with pytest.raises(TooManyTries) as paused:
        look(database, number, "002X", now=at)
    assert paused.value.until == NOW + timedelta(hours=1)
    assert use(database, lambda services: services.applications.paused_until(1), at)
    assert use(database, lambda services: services.applications.paused_until(2), at) is None
    assert look(database, number, "002X", chat=2, now=at)
    assert look(database, number, "002X", now=NOW + timedelta(minutes=61))


def test_five_wrong_tries_pause_the_application_from_every_chat(database: Database) -> None:
    number = recorded(database)
    unknown = new_reference("A", 5)
    for asked in (number, unknown):
        for chat in range(5):
            assert look(database, asked, "1234", chat=100 + chat) is None
        with pytest.raises(TooManyTries):
            look(database, asked, "002X", chat=200)


def test_ten_wrong_tries_a_day_pause_until_the_next(database: Database) -> None:
    for attempt in range(10):
        at = NOW + timedelta(hours=attempt)
        assert look(database, new_reference("A", 5), "1234", now=at) is None
    with pytest.raises(TooManyTries) as paused:
        look(database, new_reference("A", 5), "1234", now=NOW + timedelta(hours=12))
    assert paused.value.until == NOW + timedelta(days=1)


def test_a_crawl_finds_nothing(sqlite: Database) -> None:
    """Promise 13, small: the right number and wrong proofs, from many chats."""
    number = recorded(sqlite, "9999")
    hits = 0
    for guess in range(300):
        try:
            hits += look(sqlite, number, f"{guess:04}", chat=guess // 6) is not None
        except TooManyTries:
            continue
    assert hits == 0


def test_steps_with_the_laws_limit(database: Database) -> None:
    found = look(database, recorded(database), "002X")
    steps = found.steps(WorkCalendar())
    assert [step.progress for step in steps] == [Progress.DONE] * 3 + [Progress.NOW] + [
        Progress.NEXT
    ] * 3
    assert steps[0].since == date(2026, 2, 10)
    assert steps[1].since is None
    assert steps[3].until == date(2026, 3, 9)


def test_every_stage_has_words() -> None:
    assert set(MEANINGS) == set(Stage)
    assert [stage for stage in PATH if MEANINGS[stage].workdays] == [Stage.NOTICE, Stage.REVIEW]


def test_side_ways(database: Database) -> None:
    number = recorded(database)
    use(
        database,
        lambda services: services.applications.move_on(number, Stage.NOT_ELIGIBLE, Stage.NOTICE),
    )
    steps = look(database, number, "002X").steps(WorkCalendar())
    assert steps[-1].stage is Stage.NOT_ELIGIBLE
    assert steps[-1].progress is Progress.NOW
    with pytest.raises(MovedMeanwhile):
        use(
            database,
            lambda services: services.applications.move_on(number, Stage.READY, Stage.NOTICE),
        )


def test_import_all_or_nothing(database: Database) -> None:
    one, two = new_reference("A", 5), new_reference("A", 5)
    good = [HEADER, f"{one},first,440103004,accepted,演示甲,1234"]
    faulty = [*good, f"{two},first,990103004,flying,演示乙,12"]
    with pytest.raises(Faulty) as faults:
        use(database, lambda services: services.applications.import_csv(faulty))
    assert [fault.partition(":")[0] for fault in faults.value.faults] == ["line 3"] * 3
    assert look(database, one, "1234", chat=7) is None
    assert use(database, lambda services: services.applications.import_csv(good)) == 1
    moved = [HEADER, f"{one},first,440103004,sent,演示甲,1234"]
    assert use(database, lambda services: services.applications.import_csv(moved)) == 1
    assert look(database, one, "1234").stage is Stage.SENT
    with pytest.raises(Faulty):
        use(
            database,
            lambda services: services.applications.import_csv(
                [HEADER, moved[1].replace("1234", "4321")]
            ),
        )
    with pytest.raises(Faulty, match="last4"):
        use(database, lambda services: services.applications.import_csv(["number,procedure"]))
