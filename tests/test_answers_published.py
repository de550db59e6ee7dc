"""What a clerk links in the console is answered by the running service, and can be taken away."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import content
from bot.app import App
from bot.channels.terminal import Terminal
from bot.config import Config
from bot.domain.staff import Member
from bot.messages import Address, IncomingMessage

QUESTION = "轮椅的轱辘歪了残联管修吗"
ANSWER = "benefit.device"


class Chat:
    """One person at the terminal of the whole service."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._heard: list[str] = []
        self._sent = 0
        app.channels["terminal"] = Terminal(self._heard.append)

    async def says(self, words: str) -> str:
        self._heard.clear()
        self._sent += 1
        who = Address("terminal", "me")
        await self.app.ears.hear_and_answer(
            IncomingMessage(
                sender=who,
                event_id=str(self._sent),
                sent_at=self.app.now(),
                text=words,
                language="zh_Hans",
                private=True,
            )
        )
        await self.app.relay.settle()
        await self.app.relay.deliver_due()
        await self.app.relay.settle()
        return "\n".join(self._heard)


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    now = datetime.now(UTC)  # noqa: TID251 - the service runs on the real clock
    made = App(Config.from_env({"DOORSTEP_VAR": str(tmp_path)}, now))
    yield made
    made.database.close()


def clerk(app: App) -> Member:
    app.write_now(lambda services: services.staff.add("wang", "王小姐", "clerk", "44"))
    return next(one for one in app.write_now(lambda s: s.staff.everyone()) if one.name == "wang")


def exported(var: Path, folder: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "content", "export", *([folder] if folder else [])],
        env={**os.environ, "DOORSTEP_VAR": str(var)},
        capture_output=True,
        text=True,
        check=False,
    )


async def test_a_linked_question_is_answered_without_a_restart(app: App, tmp_path: Path) -> None:
    article = app.known.library.pack.article(ANSWER, "zh_Hans")
    assert article
    chat = Chat(app)
    assert article.answer not in await chat.says(QUESTION)
    await chat.says("都不是")
    member = clerk(app)
    app.write_now(lambda s: s.editions.link(1, ANSWER, QUESTION, member))
    await app.refresh_content()
    assert article.answer in await chat.says(QUESTION)

    written = exported(tmp_path, str(tmp_path / "out"))
    assert written.returncode == 0, written.stderr
    file = (tmp_path / "out" / "zh_Hans" / f"{ANSWER}.md").read_text(encoding="utf-8")
    assert QUESTION in content.read(file, ANSWER, "zh_Hans").questions
    assert "1 files written." in written.stdout

    app.write_now(lambda s: s.editions.unlink(1, ANSWER, member))
    await app.refresh_content()
    assert article.answer not in await chat.says(QUESTION)


async def test_export_says_what_is_missing(app: App, tmp_path: Path) -> None:
    missing = exported(tmp_path, "")
    assert missing.returncode == 2
    assert "Name the folder" in missing.stderr
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    app.write_now(lambda s: s.staff.add("wang", "王小姐", "clerk", "44"))
    nothing = exported(tmp_path, str(tmp_path / "file"))
    assert nothing.returncode == 0
    assert "0 files written." in nothing.stdout
