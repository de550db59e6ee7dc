"""A booking in people's own words, and what they are told: by whom, where, and what follows."""

import pytest

from bot.domain.bookings import VisitOutcome
from bot.domain.visits import County, Mode
from bot.i18n import Text, place, translator
from bot.messages import Reply
from bot.storage import transcript
from bot.storage.db import Database
from bot.storage.tables import bookings, conversations
from handlers.free_visits import A_PAGE
from tests.clerk import a_clerk
from tests.talks import Talks, words_of
from tests.test_booking_talk import rows
from tests.test_engine import TO_THE_REVIEW, TO_WHOM


@pytest.fixture
def talks(sqlite: Database) -> Talks:
    return Talks(sqlite)


@pytest.mark.parametrize(
    ("words", "whom"),
    [("我妈妈", "父母或祖父母"), ("my mother", "父母或祖父母"), ("我老公", "丈夫或妻子"),
     ("本人", "我自己")],
)  # fmt: skip
async def test_whom_it_is_for_in_their_own_words(talks: Talks, words: str, whom: str) -> None:
    await talks.all("anna", *TO_WHOM, words)
    answers = dict(talks.state("anna").frames[0].answers)
    names = {"parent": "父母或祖父母", "partner": "丈夫或妻子", "me": "我自己"}
    assert names[answers["for_whom"]] == whom


async def test_two_people_at_once_are_asked_about_again(talks: Talks) -> None:
    await talks.all("anna", *TO_WHOM, "我妈和我老公")
    assert "for_whom" not in dict(talks.state("anna").frames[0].answers)


@pytest.mark.parametrize("words", ["取消", "取消预约", "cancel it"])
async def test_cancel_under_a_booking_means_that_booking(talks: Talks, words: str) -> None:
    await talks.all("anna", *TO_THE_REVIEW, "1", "我的预约")
    asked = words_of(await talks.hears("anna", words))
    assert "要取消吗" in asked
    assert "已取消" in words_of(await talks.hears("anna", "是"))


async def test_cancel_with_nothing_to_cancel_says_so(talks: Talks) -> None:
    await talks.hears("anna", "你好")
    assert "没有" in words_of(await talks.hears("anna", "取消"))


async def test_ones_own_date_is_not_offered_instead(talks: Talks) -> None:
    await talks.all("anna", *TO_THE_REVIEW, "1")
    (row,) = rows(talks, bookings)
    own = talks.services(lambda services: services.visits.visit(row.visit_id))
    (asked,) = await talks.all("anna", "我的预约", "换个日期")
    offered = [one.value for one in talks.state("anna").offers[-1].options]
    assert f"visit:{own.id}" not in offered
    assert len(offered) == len(asked.choices)
    assert sum(one.startswith("visit:") for one in offered) == A_PAGE


async def test_who_was_not_met_hears_what_follows(talks: Talks) -> None:
    await talks.all("anna", *TO_THE_REVIEW, "1")
    (row,) = rows(talks, bookings)
    clerk = talks.services(a_clerk)
    talks.services(
        lambda services: services.bookings.record_outcome(
            row.number, VisitOutcome.NOT_AT_HOME, clerk.id
        )
    )
    told = [reply for reply in outbox_of(talks) if "没有见到人" in words_of([reply])]
    assert len(told) == 1
    assert row.number in words_of(told)


async def test_the_countys_own_words_and_number_are_told(talks: Talks) -> None:
    county = County("440103", Mode.VISITS, "+862083188888", "请把门牌写清楚。")
    talks.services(lambda services: services.visits.set_county(county))
    said = words_of(await talks.all("anna", *TO_THE_REVIEW, "1"))
    assert "残联提醒：请把门牌写清楚。" in said
    assert "020 8318 8888" in said


def test_places_are_read_out_in_english_only() -> None:
    words = place("梅州市梅县区松口镇")
    assert Text.load(words.dump()) == words
    assert words.to(translator("zh_Hant")) == "梅州市梅县区松口镇"
    assert words.to(translator("en")) == "Songkou, Meixian, Meizhou (梅州市梅县区松口镇)"


def outbox_of(talks: Talks) -> list[Reply]:
    """What is on its way, out of the blue."""
    (chat,) = [row.id for row in rows(talks, conversations) if row.user_id == "anna"]
    lines = talks.database.write_now(lambda one: transcript.lines(one, chat))
    return [line.reply for line in lines if line.reply]
