"""Promise 22: a chat whose servers are abroad never asks for, or repeats, a proof."""

from bot.dialog import Carrying
from bot.storage.db import Database
from tests.talks import Talks, words_of

NUMBER = "ADEM-3333-3333-3333-333E"


async def test_the_proof_is_asked_on_our_own_page_only(database: Database) -> None:
    talks = Talks(database, Carrying.LINK)
    said = await talks.all("anna", "/status", NUMBER)
    assert "后四位" not in words_of(said)
    assert any(reply.link for reply in said)
    typed = await talks.hears("anna", "002X")
    assert "公示" not in words_of(typed), "typed in the chat it is not taken"
    assert "002X" not in words_of(typed)
    page = await talks.takes(talks.message("anna", "002X", private=True))
    assert "公示" in words_of(page)
    everything = words_of(talks.replies["anna"])
    assert "002X" not in everything.replace("例如1234或002X", "")
    assert "演示乙" not in everything, "nor the applicant's name"


async def test_a_name_takes_no_number_of_anybody(database: Database) -> None:
    talks = Talks(database, Carrying.ALLOWED)
    await talks.all("anna", "/status", NUMBER, "002X", "称呼、通知、移除", "起个称呼")
    for number in ("13800138000", "11010519491231002X"):
        said = words_of(await talks.hears("anna", number))
        assert "不要写号码" in said
        assert number not in said
