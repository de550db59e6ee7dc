"""Voices that join, a voice message written down, files that a channel fetched, and their ends."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.canned_file import load as load_canned
from bot.channels.base import TryLater
from bot.content import ContentError
from bot.domain.staff import Role
from bot.domain.tickets import NotPossible, TicketKind
from bot.i18n import verbatim
from bot.messages import Address, Attachment, Reply
from bot.services import Services
from bot.services.notices import Notice
from bot.speech import LocalProgram
from bot.storage import conversations, files
from bot.upkeep import Upkeep
from bot.visit_upkeep import tell
from tests.clerk import answer_oldest
from tests.pictures import a_picture
from tests.stage import KNOWN
from tests.talks import Talks, words_of
from tests.test_queue import Office, office

__all__ = ["office"]

SAID = {"zh_Hans": "地铁A口要有电梯", "zh_Hant": "地鐵A口要有電梯", "en": "Exit A needs a lift"}
DONE = {"zh_Hans": "电梯已经开工", "zh_Hant": "電梯已經動工", "en": "Work on the lift began"}


def released(office: Office, number: str) -> None:
    author, boss = office.member("author"), office.member("boss", Role.SUPERVISOR)
    note = office.do(lambda s: s.public_notes.draft(number, author, SAID, DONE))
    office.do(lambda s: s.public_notes.release(note, boss))


def test_like_wishes_are_shown_only_in_released_words(office: Office) -> None:
    first = office.writes("我叫张三，地铁A口要电梯", kind=TicketKind.SUGGESTION, region="440103004")
    words = "地铁A口没有电梯"

    def alike(region: str = "440103004", kind: TicketKind = TicketKind.SUGGESTION) -> Any:
        return office.as_person("w2", lambda turn: turn.tickets.alike(kind, words, region, "en"))

    assert alike() == [], "nothing was released"
    released(office, first.number)
    (voice,) = alike()
    assert (voice.said, voice.voices) == ("Exit A needs a lift", 1)
    assert alike("440305001") == [], "another city's"
    assert alike(kind=TicketKind.QUESTION) == [], "a question is nobody else's"


def test_who_adds_their_voice_is_told_how_it_goes(office: Office) -> None:
    first = office.writes("地铁A口要电梯", kind=TicketKind.SUGGESTION, region="440103004")
    own = office.writes("A口装电梯吧", user="w2", kind=TicketKind.SUGGESTION, region="440103004")

    def join(turn: Any) -> Any:
        return turn.tickets.join(first.number, own.number)

    assert office.as_person("w2", join) is None, "not public yet"
    released(office, first.number)
    assert office.as_person("w2", join).number == first.number
    assert office.as_person("w2", join), "pressed twice"
    member = office.member("wang")
    merged = office.do(lambda s: s.tickets.item(own.number, member))
    assert (merged.ticket.state, merged.merged_into) == ("closed", first.number)
    letters = office.do(lambda s: s.tickets.item(first.number, member)).messages
    assert [one.words for one in letters if one.who == "person"] == ["地铁A口要电梯"], (
        "another person's letter stays theirs"
    )
    more = office.as_person(
        "w2", lambda turn: turn.tickets.add(turn.tickets.own(own.number), "还有")
    )
    assert more.number not in (own.number, first.number), "their words never go into another's"
    before = len(office.heard("w2"))
    boss = office.member("boss2", Role.SUPERVISOR)
    author = office.member("author")
    note = office.do(lambda s: s.public_notes.draft(first.number, author, SAID, DONE))
    office.do(lambda s: s.public_notes.release(note, boss))
    assert len(office.heard("w2")) > before
    (story,) = office.do(lambda s: s.public_notes.stories())
    assert (story.voices, len(story.steps)) == (2, 2)


def test_staff_let_another_persons_item_join_a_public_one(office: Office) -> None:
    first = office.writes("地铁A口要电梯", kind=TicketKind.SUGGESTION, region="440103004")
    own = office.writes("A口装电梯吧", user="w2", kind=TicketKind.SUGGESTION, region="440103004")
    member = office.member("wang")
    with pytest.raises(NotPossible):
        office.do(lambda s: s.tickets.merge(own.number, 1, member, first.number))
    released(office, first.number)
    office.do(lambda s: s.tickets.merge(own.number, 1, member, first.number))
    assert any("goes on together" in words for words in office.heard("w2"))


async def test_in_the_chat_a_like_wish_is_offered_and_joined(database: Any) -> None:
    talks = Talks(database)
    office = Office(database)
    first = office.writes("地铁A口要电梯", kind=TicketKind.SUGGESTION, region="440103004")
    released(office, first.number)
    said = words_of(
        await talks.all(
            "anna", "/feedback", "地铁A口没有电梯", "说完了", "建议", "荔湾多宝", "匿名", "提交"
        )
    )
    assert "您附近也有人提过类似的" in said
    assert f"{first.number}：地铁A口要有电梯（1人）" in said
    assert f"已加入编号 {first.number}" in words_of(await talks.hears("anna", "1"))


class Holds:
    """A channel that still holds the files of its messages."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    async def fetch(self, attachment: Attachment) -> bytes:
        return self.content


class AsOffice:
    """bot.upkeep.Office over a test's database."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def write(self, use: Callable[[Services], Any]) -> Any:
        return self._office.do(use)


def fetching(office: Office, content: bytes, speech: Any = None) -> Upkeep:
    channels: Any = {"web": Holds(content)}
    return Upkeep(
        office.database, None, channels, lambda: office.now, (), AsOffice(office), speech  # type: ignore[arg-type]
    )  # fmt: skip


async def test_a_photo_that_a_channel_held_is_made_harmless(office: Office) -> None:
    ticket = office.writes("看照片", file=Attachment("F1", "image/jpeg"))
    await fetching(office, a_picture("JPEG", comment=b"CANARY")).fetch_files()
    member = office.member()
    item = office.do(lambda s: s.tickets.item(ticket.number, member))
    (letter,) = [one for one in item.messages if one.file]
    found = office.do(lambda s: s.tickets.file(ticket.number, letter.file, member))
    assert found.content.startswith(b"\xff\xd8\xff")
    assert b"CANARY" not in found.content
    assert KNOWN


@pytest.mark.parametrize("content", [b"<svg/>", a_picture("JPEG") + bytes(21_000_000)])
async def test_a_file_that_is_not_taken_is_said_to_both(office: Office, content: bytes) -> None:
    ticket = office.writes("看照片", file=Attachment("F1", "image/jpeg"))
    await fetching(office, content).fetch_files()
    member = office.member()
    item = office.do(lambda s: s.tickets.item(ticket.number, member))
    assert [one.event for one in item.messages if one.event] == ["not_taken"]
    assert any("Everything else that you sent has arrived" in one for one in office.heard("w1"))
    assert office.database.write_now(lambda c: files.missing(c, ["web"])) == [], (
        "nobody asks for it again"
    )


async def test_files_that_cannot_be_had_now_keep_no_other_waiting(office: Office) -> None:
    """A round asks for twenty; the next one for the next twenty."""
    for number in range(60):
        office.writes("看照片", user=f"w{number}", file=Attachment(f"F{number}", "image/jpeg"))
    upkeep = fetching(office, a_picture("JPEG"))
    asked: list[str] = []

    async def fetch(attachment: Attachment) -> bytes:
        asked.append(attachment.reference)
        raise TryLater("hangs")

    upkeep._channels["web"].fetch = fetch  # type: ignore[method-assign]
    for _round in range(3):
        await upkeep.fetch_files()
    assert len(set(asked)) == 60


def program(tmp_path: Path, body: str) -> str:
    script = tmp_path / "hears.py"
    script.write_text(f"import sys\n{body}\n", encoding="utf-8")
    return f"{sys.executable} {script}"


VOICE = b"OggS" + bytes(400)


async def test_a_voice_message_is_written_down_and_an_emergency_jumps_the_queue(
    office: Office, tmp_path: Path
) -> None:
    ticket = office.writes("", file=Attachment("F1", "audio/ogg"))
    heard = "assert open(sys.argv[1], 'rb').read(4) == b'OggS'\nprint('救命，我妈妈昏倒了')"
    upkeep = fetching(office, VOICE, LocalProgram(program(tmp_path, heard)))
    await upkeep.fetch_files()
    await upkeep.listen()
    await upkeep.listen()
    member = office.member()
    item = office.do(lambda s: s.tickets.item(ticket.number, member))
    assert [one.words for one in item.messages if one.who == "bot"] == ["救命，我妈妈昏倒了"]
    assert item.ticket.urgent
    assert any(one.media_type == "audio/ogg" for one in item.messages), "the sound stays"


async def test_without_a_model_the_sound_is_kept_and_nothing_else_happens(office: Office) -> None:
    ticket = office.writes("", file=Attachment("F1", "audio/ogg"))
    upkeep = fetching(office, VOICE)
    await upkeep.fetch_files()
    await upkeep.listen()
    member = office.member()
    item = office.do(lambda s: s.tickets.item(ticket.number, member))
    assert [one.who for one in item.messages] == ["person"]


@pytest.mark.parametrize(
    ("body", "content"),
    [
        ("print('')", VOICE),  # silence
        ("sys.exit(3)", VOICE),
        ("import time; time.sleep(60)", VOICE),
        ("print('x')", b"OggS" + bytes(6_000_000)),  # rule V3
    ],
)
async def test_a_model_that_hears_nothing_harms_nothing(
    tmp_path: Path, body: str, content: bytes
) -> None:
    began = asyncio.get_running_loop().time()
    assert await LocalProgram(program(tmp_path, body), seconds=0.5).transcribe(content) == ""
    assert asyncio.get_running_loop().time() - began < 10
    assert await LocalProgram("/nowhere/at-all").transcribe(VOICE) == ""


TITLE = "a:\n  title: {zh_Hans: x, zh_Hant: x, en: x}\n  words: "


@pytest.mark.parametrize(
    "words",
    [
        "a:\n  title: {zh_Hans: x}\n  words: {zh_Hans: x, zh_Hant: x, en: x}\n",
        TITLE + "{zh_Hans: '{number}', zh_Hant: x, en: x}\n",
        TITLE + "{zh_Hans: '{a}', zh_Hant: '{a}', en: '{a}'}\n",
        TITLE + "{zh_Hans: x",
        "a:\n  words: {zh_Hans: x, zh_Hant: x, en: x}\n",
        "- a\n",
        "",
    ],
)
def test_a_faulty_file_of_ready_made_replies_stops_the_start(tmp_path: Path, words: str) -> None:
    (tmp_path / "canned.yaml").write_text(words, encoding="utf-8")
    with pytest.raises(ContentError):
        load_canned(tmp_path)


def test_an_erased_chat_leaves_no_voice_behind(office: Office) -> None:
    """PIPL Art. 47: whom we told is forgotten; the item stays as the federation's record."""
    first = office.writes("地铁A口要电梯", kind=TicketKind.SUGGESTION, region="440103004")
    released(office, first.number)
    office.as_person("w2", lambda turn: turn.tickets.join(first.number, ""))
    office.do(lambda s: s.privacy.erase(Address("web", "w2")))
    (story,) = office.do(lambda s: s.public_notes.stories())
    assert story.voices == 1


@pytest.mark.parametrize("notice_first", [False, True])
async def test_a_number_answers_what_was_shown_last(sqlite: Any, notice_first: bool) -> None:
    """'1' is not 'it is settled' where a free place was offered after that question."""
    talks = Talks(sqlite)
    await talks.all("anna", "/feedback", "没有坡道", "说完了", "投诉", "荔湾多宝", "匿名", "提交")
    offer = (("policy:cert.what", verbatim("要")), ("policy:topics", verbatim("不要")))

    def offered(connection: Any) -> None:
        chat = conversations.find(connection, Address("web", "anna"))
        assert chat
        reply = Reply(paragraphs=(verbatim("有一个名额"),), question=verbatim("要吗？"))
        tell(connection, Notice(chat, reply, offer), talks.clock)

    def answered(services: Services) -> None:
        answer_oldest(services, "在修了")

    if notice_first:
        talks.database.write_now(offered)
        talks.services(answered)
    else:
        talks.services(answered)
        talks.database.write_now(offered)
    said = words_of(await talks.hears("anna", "1"))
    assert ("办完了" in said) is notice_first
    assert ("合法凭证" in said) is not notice_first
