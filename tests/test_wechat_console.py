"""What staff see of WeChat in the console: voices to play, why something waits, what is left."""

import io
import itertools
import math
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
import av
import pytest

from bot.storage.tables import files, tickets
from tests.console_client import Browser
from tests.test_console import signed_in
from tests.test_wechat_limits import answers, writes_a_letter
from tests.test_wechat_service import Running, running

RATE = 8000
BLOCKED = "对方屏蔽了我们或离开了"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path) as made:
        yield made


class Desk:
    """What a browser's sign-in needs of the service."""

    def __init__(self, service: Running) -> None:
        self.do = service.app.write_now


@asynccontextmanager
async def at_the_desk(service: Running, role: str = "clerk") -> AsyncIterator[Browser]:
    """Somebody signed in to the console of the running service."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(service.platform.service, cookie_jar=jar) as session:
        browser = Browser(session)  # type: ignore[arg-type]
        await signed_in(browser, Desk(service), role=role)  # type: ignore[arg-type]
        yield browser


def a_voice(hertz: int, seconds: int) -> bytes:
    """A tone as a phone records it for WeChat."""
    wave = [int(9000 * math.sin(2 * math.pi * hertz * at / RATE)) for at in range(RATE * seconds)]
    made = io.BytesIO()
    with av.open(made, "w", format="amr") as written:
        stream = written.add_stream("libopencore_amrnb", rate=RATE)
        stream.bit_rate, stream.layout = 12_200, "mono"
        for at in range(0, len(wave), 160):
            frame = av.AudioFrame(format="s16", layout="mono", samples=160)
            frame.planes[0].update(struct.pack("<160h", *wave[at : at + 160]))
            frame.sample_rate, frame.pts = RATE, at
            written.mux(stream.encode(frame))
        written.mux(stream.encode(None))
    return made.getvalue()


def hertz_and_seconds(sound: bytes) -> tuple[float, float]:
    """How often it crosses zero upwards, in its middle; how long it is."""
    with av.open(io.BytesIO(sound), "r", format="mp3") as heard:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        pieces = [
            bytes(one.planes[0])[: one.samples * 2]
            for frame in heard.decode(audio=0)
            for one in resampler.resample(frame)
        ]
    samples = [value for (value,) in struct.iter_unpack("<h", b"".join(pieces))]
    middle = samples[RATE : 2 * RATE]
    crossings = sum(1 for before, after in itertools.pairwise(middle) if before < 0 <= after)
    return crossings, len(samples) / RATE


async def test_a_voice_is_played_where_it_is_read(service: Running) -> None:
    """AMR plays in no browser: what staff hear is the same sound, in a form that does."""
    person = service.platform.person()
    service.platform.files["MV"] = ("audio/amr", a_voice(440, seconds=3))
    await person.says("/feedback")
    await person.sends("voice", MediaId="MV", Format="amr")
    await person.does_all(["说完了", "投诉", "跳过", "让他们看到", "提交"])
    await service.app.upkeep.fetch_files()
    (kept,) = service.rows_of(files)
    assert kept.media_type == "audio/mpeg"
    number = service.rows(tickets)[0].number
    async with at_the_desk(service) as browser:
        page = await browser.get(f"/staff/tickets/{number}")
        (player,) = page.all("audio")
        async with browser.client.get(player["src"]) as answer:
            assert (answer.status, answer.content_type) == (200, "audio/mpeg")
            hertz, seconds = hertz_and_seconds(await answer.read())
    assert hertz == pytest.approx(440, abs=10)
    assert seconds == pytest.approx(3, abs=0.2)


async def test_a_link_settles_the_letter_that_it_stands_under(service: Running) -> None:
    """Also when another letter was answered after it."""
    person = service.platform.person()
    await writes_a_letter(person)
    answers(service, "第一件修好了。")
    await service.sent()
    (first,) = service.rows(tickets)
    older = person.received[-1]
    await writes_a_letter(person)
    answers(service, "第二件也修好了。")
    await service.sent()
    person.received.append(older)  # they scroll up to it
    said = await person.taps_link("解决了") or ""
    assert f"编号 {first.number} 办完了" in said
    assert [one.settled for one in service.rows(tickets)] == ["yes", "asked"]


async def test_of_an_account_that_may_only_answer(tmp_path: Path) -> None:
    async with running(tmp_path, passive=True) as service:
        person = service.platform.person()
        await writes_a_letter(person)
        number = service.rows(tickets)[0].number
        async with at_the_desk(service) as browser:
            for words in ("修好了。", "真的。"):
                answers(service, words)
                await service.sent()
                html = (await browser.get(f"/staff/tickets/{number}")).html
                assert "这个公众号只能回复，对方一写就送到" in html
                assert "对方再写消息之前，不能发" in html
                assert BLOCKED not in html
                assert words in (await person.says("在吗") or "")


async def test_a_closed_window_is_not_called_blocked(service: Running) -> None:
    person = service.platform.person()
    await writes_a_letter(person)
    service.clock.ahead += timedelta(hours=49)
    answers(service, "修好了。")
    await service.sent()
    number = service.rows(tickets)[0].number
    async with at_the_desk(service, "supervisor") as browser:
        page = await browser.get(f"/staff/tickets/{number}")
        assert "对方再写消息之前，不能发。您的回复会留着" in page.html
        assert BLOCKED not in page.html, "nobody has left"
        assert "微信现在不让再发，对方一写就先送到" in page.html
        assert "微信现在不让再发" in (await browser.get("/staff/stuck")).html
        assert "修好了。" in (await person.says("在吗") or "")
        page = await browser.get(f"/staff/tickets/{number}")
        assert "微信现在不让再发" not in page.html
        service.platform.faults.next["message/custom/send"].append(43004)
        answers(service, "再说一句。")
        await service.sent()
        assert BLOCKED in (await browser.get(f"/staff/tickets/{number}")).html
