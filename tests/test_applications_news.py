"""Being told of a move: once for several, never at night, in one's language, until switched off."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.applications import after_the_night, told_at
from bot.domain.stages import Stage
from bot.i18n import GUANGDONG, translator
from bot.messages import Address
from bot.services import Services
from bot.services.application_news import whose
from bot.storage import applications as stored
from bot.storage import conversations, leases, messages
from bot.storage.db import Database
from tests.clerk import a_clerk
from tests.stage import KNOWN

MORNING = datetime(2026, 3, 2, 10, 0, tzinfo=GUANGDONG)


class Play:
    """Some chats that follow applications, a clerk, and what leaves."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = MORNING.astimezone(UTC)

    def do(self, use: Any) -> Any:
        return self.database.write_now(lambda one: use(Services(one, self.clock, KNOWN)))

    def application(self) -> str:
        return str(
            self.do(lambda services: services.applications.record("002X", "440103004", "陈大文"))
        )

    def chat(self, *numbers: str, user: str = "w1", language: str = "zh_Hans") -> int:
        chat = self.database.write_now(
            lambda one: conversations.ensure(one, Address("web", user), language, self.clock)
        )
        for number in numbers:
            self.do(lambda services, n=number: services.applications.look_up(n, "002X", chat))
            self.tell(chat, number, told=True)
        return int(chat)

    def tell(self, chat: int, number: str, *, told: bool) -> None:
        def work(services: Services) -> None:
            one = services.applications.linked_numbered(chat, number)
            services.applications.tell(chat, one, told=told)

        self.do(work)

    def moves(self, number: str, stage: Stage, missing: str = "") -> None:
        def work(services: Services) -> None:
            found = stored.by_number(services.connection, number)
            assert found
            known = [(number, found.version)]
            services.application_desk.move(known, stage, missing, a_clerk(services))

        self.do(work)

    def corrects(self, number: str, stage: Stage) -> None:
        def work(services: Services) -> None:
            found = stored.by_number(services.connection, number)
            assert found
            services.application_desk.correct(number, found.version, stage, a_clerk(services))

        self.do(work)

    def passes(self, **time: float) -> list[str]:
        """What leaves when so much time has passed."""
        self.clock += timedelta(**time)
        rows = self.database.write_now(lambda one: leases.lease_due(one, "test", self.clock, 1000))
        sent = [(row.uid, "") for row in rows]
        if sent:
            self.database.write_now(lambda one: messages.mark_sent(one, sent, self.clock))
        said = []
        for row in rows:
            spoken = translator(row.language)
            parts = (row.reply.heading, *row.reply.items, *row.reply.paragraphs)
            said.append("\n".join(part.to(spoken) for part in parts if part))
        return said


@pytest.fixture
def play(database: Database) -> Play:
    return Play(database)


def test_several_moves_are_one_message(play: Play) -> None:
    one, two = play.application(), play.application()
    play.chat(one, two)
    play.moves(one, Stage.SENT)
    assert play.passes(minutes=5) == []
    play.moves(one, Stage.BOOKED)
    play.moves(two, Stage.PAPERS_MISSING, "两寸近照3张")
    (said,) = play.passes(minutes=5)
    for words in ("正在等评定", "已经约好", "还缺材料", "还缺：两寸近照3张"):
        assert words in said
    assert said.count(one) == 2
    assert said.count(two) == 1
    assert play.passes(days=1) == []


def test_a_message_is_not_put_off_for_ever(play: Play) -> None:
    """It leaves ten minutes after the first move, however many follow."""
    number = play.application()
    play.chat(number)
    said: list[str] = []
    for stage in (Stage.SENT, Stage.BOOKED, Stage.ASSESSED, Stage.NOTICE):
        play.moves(number, stage)
        said += play.passes(minutes=4)
    assert len(said) == 1


def test_each_in_its_language_and_only_who_wants_it(play: Play) -> None:
    number = play.application()
    play.chat(number, user="w1")
    play.chat(number, user="w2", language="en")
    play.chat(number, user="w3", language="zh_Hant")
    silent = play.chat(number, user="w4")
    play.tell(silent, number, told=False)
    play.moves(number, Stage.REVIEW)
    said = "\n".join(play.passes(minutes=11))
    assert said.count("stop messages") == 1
    assert said.count("停止通知") == 2
    assert "under review" in said
    assert "正在審核" in said


def test_never_at_night(play: Play) -> None:
    number = play.application()
    play.chat(number)
    play.clock = MORNING.replace(hour=20, minute=55).astimezone(UTC)
    play.moves(number, Stage.SENT)
    for _hour in range(11):
        assert play.passes(hours=1) == []
    assert play.clock.astimezone(GUANGDONG).hour == 7
    assert len(play.passes(hours=1)) == 1


def test_what_is_late_waits_for_the_morning_too(play: Play) -> None:
    """The service was down in the evening: it does not make up for it at night."""
    number = play.application()
    play.chat(number)
    play.clock = MORNING.replace(hour=20, minute=30).astimezone(UTC)
    play.moves(number, Stage.SENT)
    play.clock += timedelta(hours=2)
    morning = after_the_night(play.clock)
    play.database.write_now(lambda one: messages.put_off(one, play.clock, morning))
    assert play.passes(minutes=1) == []
    play.clock = morning
    assert len(play.passes(minutes=0)) == 1


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)))
def test_no_moment_is_at_night(moment: datetime) -> None:
    now = moment.replace(tzinfo=UTC)
    due = told_at(now)
    assert 8 <= due.astimezone(GUANGDONG).hour < 21
    assert timedelta(minutes=10) <= due - now <= timedelta(hours=11, minutes=10)


def test_switched_off_nothing_that_waits_leaves(play: Play) -> None:
    number = play.application()
    chat = play.chat(number)
    play.moves(number, Stage.SENT)
    play.do(lambda services: services.applications.tell(chat, None, told=False))
    assert play.passes(days=1) == []
    play.moves(number, Stage.BOOKED)
    assert play.passes(days=1) == []


def test_unlinked_nothing_leaves(play: Play) -> None:
    one, two = play.application(), play.application()
    chat = play.chat(one, two)
    play.moves(one, Stage.SENT)
    play.moves(two, Stage.SENT)

    def work(services: Services) -> None:
        linked = services.applications.linked_numbered(chat, one)
        assert linked
        services.applications.unlink(chat, linked)

    play.do(work)
    (said,) = play.passes(days=1)
    assert two in said, "what is still followed is told"
    assert one not in said
    play.moves(one, Stage.BOOKED)
    assert play.passes(days=1) == []


def test_a_mistake_mended_in_time_is_not_told(play: Play) -> None:
    number = play.application()
    play.chat(number)
    play.moves(number, Stage.NOT_ELIGIBLE)
    play.passes(minutes=3)
    play.corrects(number, Stage.ACCEPTED)
    assert play.passes(days=1) == []


def test_a_mistake_mended_in_time_leaves_the_truth(play: Play) -> None:
    number = play.application()
    play.chat(number)
    play.moves(number, Stage.NOT_ELIGIBLE)
    play.corrects(number, Stage.REASSESSMENT)
    (said,) = play.passes(minutes=10)
    assert "重新评定" in said
    assert "没有通过" not in said
    assert "录错" not in said, "nobody was told the mistake"


def test_a_mistake_that_was_told_is_owned_up_to(play: Play) -> None:
    number = play.application()
    play.chat(number)
    play.moves(number, Stage.NOT_ELIGIBLE)
    (said,) = play.passes(minutes=11)
    assert "没有通过" in said
    play.corrects(number, Stage.ACCEPTED)
    (said,) = play.passes(minutes=11)
    assert "已经受理" in said
    assert "录错" in said
    assert "抱歉" in said


def test_a_message_that_is_being_sent_is_not_taken_back(play: Play) -> None:
    number = play.application()
    play.chat(number)
    play.moves(number, Stage.SENT)
    play.clock += timedelta(minutes=10)
    rows = play.database.write_now(lambda one: leases.lease_due(one, "test", play.clock, 10))
    assert len(rows) == 1
    play.moves(number, Stage.BOOKED)
    sent = [(rows[0].uid, "")]
    play.database.write_now(lambda one: messages.mark_sent(one, sent, play.clock))
    (said,) = play.passes(minutes=11)
    assert "已经约好" in said
    assert "正在等评定" not in said


def test_what_it_is_called_stands_sealed(play: Play, database: Database) -> None:
    number = play.application()
    chat = play.chat(number)

    def work(services: Services) -> None:
        one = services.applications.linked_numbered(chat, number)
        assert one
        services.applications.call(chat, one, "金丝雀")

    play.do(work)
    play.moves(number, Stage.SENT)
    (said,) = play.passes(minutes=11)
    assert "金丝雀的申请" in said
    for table in ("application_links", "application_news", "applications", "outbox"):
        rows = database.write_now(
            lambda one, table=table: one.exec_driver_sql(f"select * from {table}").all()
        )
        assert "金丝雀" not in json.dumps([str(row) for row in rows], ensure_ascii=False)
    assert whose("Mum", number, "en") == "Mum's application"
