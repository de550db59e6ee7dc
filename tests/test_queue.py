"""The queue: the next one goes to one clerk only, deadlines, search, hand over, merge, split."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.deadlines import OfficeHours
from bot.domain.queue import BeingAnswered, QueueFilter, View
from bot.domain.staff import Member, Role
from bot.domain.tickets import AlreadyTaken, NotFound, NotPossible, Priority, Ticket, TicketKind
from bot.i18n import GUANGDONG
from bot.messages import Address
from bot.services import Services, Turn
from bot.storage import conversations, ticket_words, transcript
from bot.storage.db import Database
from bot.storage.vault import vault_of
from tests.stage import KNOWN, START

_events = itertools.count(1)


class Office:
    """One database, a clock that a test sets, people who write and staff who work."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = START

    def do(self, use: Callable[[Services], Any]) -> Any:
        return self.database.write_now(lambda c: use(Services(c, self.now, KNOWN)))

    def as_person(self, user: str, use: Callable[[Turn], Any]) -> Any:
        def work(connection: Any) -> Any:
            who = Address("web", user)
            chat = conversations.ensure(connection, who, "zh_Hans", self.now)
            return use(Turn(connection, self.now, KNOWN, who, chat, f"e{next(_events)}"))

        return self.database.write_now(work)

    def writes(
        self, words: str, user: str = "w1", kind: TicketKind = TicketKind.COMPLAINT, **more: Any
    ) -> Ticket:
        return self.as_person(user, lambda turn: turn.tickets.open(kind, words, **more))

    def member(self, name: str = "wang", role: Role = Role.CLERK, region: str = "44") -> Member:
        self.do(lambda services: services.staff.add(name, f"{name}小姐", role, region))
        everyone = self.do(lambda services: services.staff.everyone())
        return next(one for one in everyone if one.name == name)

    def ticket(self, number: str, member: Member) -> Ticket:
        return self.do(lambda services: services.tickets.item(number, member)).ticket

    def heard(self, user: str) -> list[str]:
        def work(connection: Any) -> list[str]:
            chat = conversations.find(connection, Address("web", user))
            assert chat
            lines = transcript.lines(connection, chat)
            return [text.msgid for line in lines if line.reply for text in line.reply.paragraphs]

        return self.database.write_now(work)

    def numbers(self, member: Member, **wanted: Any) -> list[str]:
        page = self.do(lambda services: services.tickets.page(member, QueueFilter(**wanted)))
        return [line.ticket.number for line in page.lines]


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=GUANGDONG)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        (at(2, 9), 1, at(2, 10)),
        (at(2, 11, 30), 1, at(2, 14, 30)),  # over the midday break
        (at(2, 20), 1, at(3, 9, 30)),  # written in the evening
        (at(6, 16), 4, at(9, 11)),  # over a weekend
        (at(30, 17, month=4), 1, at(6, 9, month=5)),  # over the holiday of 1 May 2026
        (at(9, 9, month=5), 7, at(11, 9, month=5)),  # a Saturday worked for a holiday
    ],
)
def test_deadlines_count_hours_in_which_offices_work(
    start: datetime, hours: int, due: datetime
) -> None:
    found = OfficeHours(KNOWN.calendar).add(start, timedelta(hours=hours))
    assert found == due


def test_fifty_clerks_press_next_at_once_and_none_share(office: Office) -> None:
    numbers = {office.writes(f"第{at}件事", user=f"w{at}").number for at in range(30)}
    clerks = [office.member(f"clerk{at}") for at in range(5)]

    def press(at: int) -> str | None:
        member = clerks[at % len(clerks)]
        ticket = office.do(lambda services: services.tickets.next(member))
        return ticket.number if ticket else None

    with ThreadPoolExecutor(50) as hands:
        given = list(hands.map(press, range(50)))
    taken = [one for one in given if one]
    assert len(taken) == len(set(taken)) == 30, "each item went to one clerk"
    assert set(taken) == numbers
    assert given.count(None) == 20, "the others were told that nobody waits"


def test_next_gives_the_most_urgent_first(office: Office) -> None:
    suggestion = office.writes("多一个坡道", kind=TicketKind.SUGGESTION)
    person = office.writes("找人", kind=TicketKind.HUMAN)
    emergency = office.writes("救命", kind=TicketKind.EMERGENCY, urgent=True)
    member = office.member()
    given = [office.do(lambda services: services.tickets.next(member)).number for _at in range(3)]
    assert given == [emergency.number, person.number, suggestion.number]


def test_what_is_not_settled_is_for_supervisors(office: Office) -> None:
    number = office.writes("电梯坏了").number
    clerk, boss = office.member(), office.member("li", Role.SUPERVISOR)
    ticket = office.do(lambda services: services.tickets.next(clerk))
    office.do(lambda s: s.tickets.answer(number, ticket.version, clerk, "修好了。"))
    office.now += timedelta(hours=1)
    settled = office.as_person("w1", lambda turn: turn.tickets.settle(number, settled=False))
    assert (settled.level, settled.priority, settled.taken_by) == (1, Priority.HIGH, None)
    assert office.do(lambda services: services.tickets.next(clerk)) is None
    assert office.numbers(boss, view=View.SUPERVISOR) == [number]
    assert office.do(lambda services: services.tickets.next(boss)).number == number
    again = office.as_person("w1", lambda turn: turn.tickets.settle(number, settled=False))
    assert again.taken_by == boss.id, "pressed twice it is not taken away again"


def test_a_strangers_tap_settles_nothing(office: Office) -> None:
    number = office.writes("电梯坏了").number
    assert office.as_person("w2", lambda turn: turn.tickets.settle(number, settled=True)) is None


def test_reopening_within_thirty_days_and_no_longer(office: Office) -> None:
    member = office.member()
    ticket = office.writes("电梯坏了")
    taken = office.do(lambda s: s.tickets.take(ticket.number, ticket.version, member))
    office.do(lambda s: s.tickets.answer(ticket.number, taken.version, member, "修好了。"))

    def more(turn: Turn) -> Ticket:
        own = turn.tickets.own(ticket.number)
        assert own
        return turn.tickets.add(own, "又坏了")

    office.now += timedelta(days=29)
    reopened = office.as_person("w1", more)
    assert (reopened.number, reopened.state) == (ticket.number, "taken")
    office.do(lambda s: s.tickets.close(ticket.number, reopened.version, member))
    office.now += timedelta(days=31)
    new = office.as_person("w1", more)
    assert new.number != ticket.number, "after that it is a new matter"
    said = office.do(lambda s: s.tickets.item(new.number, member)).messages
    assert [one.words for one in said if one.event == "follows"] == [ticket.number]


def test_a_search_finds_words_inside_ones_region_only(office: Office) -> None:
    ours = office.writes("地铁站的電梯坏了三个月", region="440103004")
    office.writes("盲道被占", user="w2", region="440103004")
    theirs = office.writes("电梯坏了", user="w3", region="440305001")
    guangzhou, all_of_it = office.member(region="4401"), office.member("li")
    assert office.numbers(guangzhou, words="电梯坏了") == [ours.number]
    assert set(office.numbers(all_of_it, words="电梯")) == {ours.number, theirs.number}
    assert office.numbers(guangzhou, words="坏电") == [], "the pairs must stand in this order"
    assert office.numbers(guangzhou, words="三个月 地铁") == [ours.number]
    assert office.numbers(guangzhou, words=ours.number.lower()) == [ours.number]
    assert office.numbers(guangzhou, words=theirs.number) == []
    assert office.numbers(guangzhou, words="梯") == [], "one character is too little to look for"


def test_the_index_holds_no_words(office: Office) -> None:
    """Who reads the table without the key sees numbers, and several pairs share one."""
    office.writes("电梯坏了")

    def tokens(connection: Any) -> tuple[list[int], list[int]]:
        rows = connection.exec_driver_sql("SELECT token FROM ticket_words").fetchall()
        vault = vault_of(connection)
        made = [int(vault.finding("pair", one)[:8], 16) >> 12 for one in ("电梯", "梯坏", "坏了")]
        return sorted(row[0] for row in rows), sorted(made)

    stored, made = office.database.write_now(tokens)
    assert stored == made
    assert all(0 <= token < 2**ticket_words.BITS for token in stored)


def test_filters_labels_and_views_that_are_kept(office: Office) -> None:
    member = office.member(region="4401")
    first = office.writes("坡道", kind=TicketKind.PLACE, region="440103004")
    office.writes("投诉", user="w2", region="440104001")
    office.do(lambda s: s.tickets.label(first.number, member, "地铁，坡道 地铁"))
    assert office.numbers(member, kind=TicketKind.PLACE) == [first.number]
    assert office.numbers(member, office="440103") == [first.number]
    assert office.numbers(member, label="坡道") == [first.number]
    (line,) = office.do(lambda s: s.tickets.page(member, QueueFilter(label="地铁"))).lines
    assert set(line.labels) == {"地铁", "坡道"}
    with pytest.raises(NotFound):
        office.numbers(member, office="4403")
    office.do(lambda s: s.tickets.save_view(member, "地铁", "label=地铁"))
    office.do(lambda s: s.tickets.save_view(member, "地铁", "label=坡道"))
    (view,) = office.do(lambda s: s.tickets.views(member))
    assert view.query == "label=坡道", "the same name is the same view"
    other = office.member("li")
    office.do(lambda s: s.tickets.forget_view(other, view.id))
    assert office.do(lambda s: s.tickets.views(member)), "another's view is not mine to remove"


def test_handing_to_another_office_needs_a_reason(office: Office) -> None:
    member = office.member(region="4401")
    there = office.member("li", region="4403")
    ticket = office.writes("深圳的事", region="440103004")
    for region, reason in (("440305", " "), ("999", "不归我们"), (ticket.region, "x")):
        with pytest.raises(NotPossible):
            office.do(
                lambda s, region=region, reason=reason: s.tickets.hand_over(
                    ticket.number, ticket.version, member, region, reason
                )
            )
    code = office.do(lambda s: s.offices.named("深圳市南山区"))
    office.do(
        lambda s: s.tickets.hand_over(ticket.number, ticket.version, member, code, "不归我们")
    )
    with pytest.raises(NotFound):
        office.ticket(ticket.number, member)
    item = office.do(lambda s: s.tickets.item(ticket.number, there))
    assert (item.ticket.region, item.ticket.taken_by) == ("440305", None)
    (event,) = [one for one in item.messages if one.event == "handed"]
    assert "不归我们" in event.words
    assert item.ticket.due_at == ticket.due_at, "the person was promised that"


def test_merging_and_splitting(office: Office) -> None:
    member = office.member()
    first, second = office.writes("电梯坏了"), office.writes("地铁口的电梯坏了")
    stranger = office.writes("坡道太陡", user="w2")
    with pytest.raises(NotPossible):
        office.do(lambda s: s.tickets.merge(second.number, 1, member, stranger.number))
    with pytest.raises(NotPossible):
        office.do(lambda s: s.tickets.merge(second.number, 1, member, second.number))
    office.do(lambda s: s.tickets.merge(second.number, 1, member, first.number))
    item = office.do(lambda s: s.tickets.item(first.number, member))
    assert [one.words for one in item.messages if one.who == "person"] == [
        "电梯坏了",
        "地铁口的电梯坏了",
    ]
    added = office.as_person(
        "w1", lambda turn: turn.tickets.add(turn.tickets.own(second.number), "还没修")
    )
    assert added.number == first.number, "what is written to the merged one goes on in the other"
    item = office.do(lambda s: s.tickets.item(first.number, member))
    letters = [one for one in item.messages if one.who == "person"]
    with pytest.raises(NotPossible):
        office.do(
            lambda s: s.tickets.split(
                first.number,
                item.ticket.version,
                member,
                [one.id for one in letters],
                TicketKind.PRAISE,
            )
        )
    made = office.do(
        lambda s: s.tickets.split(
            first.number, item.ticket.version, member, [letters[-1].id], TicketKind.QUESTION
        )
    )
    assert office.numbers(member, words="还没修")[0] == made.number
    assert made.conversation_id == first.conversation_id


def test_closing_one_letter_leaves_the_question_in_another(office: Office) -> None:
    """The same person wrote twice: their next words still answer what was asked in the other."""
    member = office.member()
    first, second = office.writes("电梯坏了"), office.writes("门口有台阶")
    office.do(lambda s: s.tickets.take(second.number, 1, member))
    office.do(lambda s: s.tickets.answer(second.number, 2, member, "在哪个区？", asks=True))
    office.do(lambda s: s.tickets.close(first.number, 1, member))
    awaited = office.as_person("w1", lambda turn: turn.tickets.awaiting_answer())
    assert awaited.number == second.number
    office.do(lambda s: s.tickets.close(second.number, 3, member))
    assert office.as_person("w1", lambda turn: turn.tickets.awaiting_answer()) is None


def test_two_who_answer_at_once(office: Office) -> None:
    """One wins; the other's words are kept as a draft."""
    ticket = office.writes("电梯坏了")
    one, two = office.member(), office.member("li")

    def send(member: Member) -> str:
        try:
            office.do(
                lambda s: s.tickets.answer(ticket.number, ticket.version, member, member.name)
            )
        except AlreadyTaken:
            return "late"
        return "sent"

    office.do(lambda s: s.tickets.keep_draft(ticket.number, two, "我写的"))
    with pytest.raises(BeingAnswered, match="li小姐"):
        office.do(lambda s: s.tickets.answer(ticket.number, ticket.version, one, "快"))
    office.now += timedelta(minutes=6)  # the draft lock is over
    with ThreadPoolExecutor(2) as hands:
        assert sorted(hands.map(send, (one, two))) == ["late", "sent"]
    kept = office.do(lambda s: s.tickets.item(ticket.number, two)).draft
    assert kept in ("我写的", "")
    assert len([words for words in office.heard("w1") if words in ("wang", "li")]) == 1


def test_a_warning_an_escalation_and_the_office_above(office: Office) -> None:
    ticket = office.writes("电梯坏了", region="440103004")
    member = office.member(region="440103")
    city = office.member("li", Role.SUPERVISOR, "4401")
    due = ticket.due_at
    assert due
    office.now = due - timedelta(minutes=30)
    assert office.do(lambda s: s.tickets.look_after()) == 1
    assert office.do(lambda s: s.tickets.look_after()) == 0, "one warning is enough"
    assert office.ticket(ticket.number, member).warned_at == office.now
    office.now = due + timedelta(minutes=1)
    assert office.do(lambda s: s.tickets.look_after()) == 1
    late = office.ticket(ticket.number, member)
    assert (late.priority, late.escalated_at) == (Priority.HIGH, office.now)
    assert any("has no answer yet" in words for words in office.heard("w1")), "we said by when"
    assert office.numbers(city, view=View.OVERDUE) == [ticket.number]
    office.now += timedelta(days=2)
    assert office.do(lambda s: s.tickets.look_after()) == 1
    with pytest.raises(NotFound):
        office.ticket(ticket.number, office.member("chen", region="440103004"))
    assert office.ticket(ticket.number, city).level == 1


def test_what_somebody_on_leave_has_goes_back_to_the_queue(office: Office) -> None:
    ticket = office.writes("电梯坏了")
    member, other = office.member(), office.member("li")
    office.do(lambda s: s.tickets.take(ticket.number, ticket.version, member))
    assert office.do(lambda s: s.tickets.hand_back([member.id])) == 1
    again = office.do(lambda s: s.tickets.next(other))
    assert again.number == ticket.number
    assert again.due_at == ticket.due_at, "the clock did not begin anew"
    office.do(lambda s: s.staff.deactivate("li"))
    assert office.do(lambda s: s.tickets.look_after()) == 1, "an account that is switched off too"
    assert office.ticket(ticket.number, member).taken_by is None


def test_answered_and_silent_for_thirty_days_is_closed(office: Office) -> None:
    ticket, member = office.writes("电梯坏了"), office.member()
    office.do(lambda s: s.tickets.answer(ticket.number, ticket.version, member, "修好了。"))
    office.now += timedelta(days=31)
    assert office.do(lambda s: s.tickets.look_after()) == 1
    assert office.ticket(ticket.number, member).state == "closed"


def test_nobody_sees_who_wrote_anonymously_and_the_reply_arrives(office: Office) -> None:
    office.as_person("w9", lambda turn: None)
    ticket = office.writes("主任骂人", user="w9", anonymous=True)
    member = office.member()
    item = office.do(lambda s: s.tickets.item(ticket.number, member))
    assert (item.person.channel, item.person.conversation, item.person.bookings) == ("", (), ())
    assert item.person.language == "zh_Hans", "to answer in"
    office.do(lambda s: s.tickets.answer(ticket.number, ticket.version, member, "我们查一下。"))
    assert "我们查一下。" in office.heard("w9")


def test_closing_without_a_reply_is_said(office: Office) -> None:
    ticket, member = office.writes("电梯坏了"), office.member()
    office.do(lambda s: s.tickets.close(ticket.number, ticket.version, member))
    assert any("closed without a further reply" in words for words in office.heard("w1"))
    again = office.as_person("w1", lambda turn: turn.tickets.settle(ticket.number, settled=False))
    assert again.level == 1


def test_what_waits_outside_is_still_owed_until_the_person_hears(office: Office) -> None:
    ticket, member = office.writes("电梯坏了"), office.member()
    waits = office.do(
        lambda s: s.tickets.wait_for_office(ticket.number, ticket.version, member, "地铁公司")
    )
    assert waits.due_at
    office.now = waits.due_at + timedelta(hours=1)
    assert office.numbers(member, view=View.OVERDUE) == [ticket.number]
    assert office.do(lambda s: s.tickets.look_after()) == 1
    late = office.ticket(ticket.number, member)
    office.do(lambda s: s.tickets.answer(ticket.number, late.version, member, "已经催了。"))
    answered = office.ticket(ticket.number, member)
    office.do(
        lambda s: s.tickets.wait_for_office(ticket.number, answered.version, member, "地铁公司")
    )
    assert office.numbers(member, view=View.OVERDUE) == []
    assert office.numbers(member, view=View.OUTSIDE) == [ticket.number]


def test_a_question_of_ours_that_nobody_answers_ends(office: Office) -> None:
    ticket, member = office.writes("电梯坏了"), office.member()
    office.do(
        lambda s: s.tickets.answer(ticket.number, ticket.version, member, "哪个口？", asks=True)
    )
    assert office.numbers(member, view=View.OUTSIDE) == [ticket.number]
    office.now += timedelta(days=31)
    assert office.do(lambda s: s.tickets.look_after()) == 1
    assert office.ticket(ticket.number, member).state == "closed"
