"""Conversations that begin on one channel and go on at another: tests/crossings.

As in tests/transcripts, but each line names the place: `居民（微信）：`, `小助手（网页）：`. The
moving number is written 〔数字〕. `REWRITE=1` writes the assistant's lines anew.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.messages import Reply
from tests.people import OnTelegram, OnTheWeb, OnWeChat, OnWeChatByLinks, Person
from tests.stage import Stage
from tests.test_transcripts import REWRITE, parsed, without_echo, without_secrets

SCRIPTS = sorted((Path(__file__).parent / "crossings").glob("*.md"))
_SPEAKER = re.compile(r"(居民|路人|小助手)（(\w+)）：(.*)")
_NUMBER = re.compile(r"(?<=您的数字：)\d{4} \d{4}")
NUMBER = "〔数字〕"


class Places(Stage):
    """One resident at several places, and a stranger at another."""

    def __init__(self, people: Mapping[str, Person], folder: Path) -> None:
        self._people = people
        self._heard: list[str] = []
        self._number = ""
        super().__init__(next(iter(people.values())), folder)

    def people(self) -> list[Person]:
        return list(self._people.values())

    def heard_by(self, person: Person, reply: Reply) -> None:
        place = next(name for name, one in self._people.items() if one is person)
        words = without_secrets(self.written(reply))
        found = _NUMBER.search(words)
        self._number = found[0] if found else self._number
        self._heard.append(f"小助手（{place}）：{_NUMBER.sub(NUMBER, words)}")

    def goes_on(self, line: str) -> list[str]:
        """What is heard, wherever, after this line."""
        self._heard = []
        spoken = _SPEAKER.fullmatch(line)
        if spoken:
            self.person = self._people[spoken[2]]
            self.says(spoken[3].replace(NUMBER, self._number))
        elif line.startswith("工作人员："):
            self.staff_answers(line.removeprefix("工作人员："))
        else:
            self.direct(line.strip("（）"))
        return self._heard


@pytest.mark.parametrize("wechat", [OnWeChat, OnWeChatByLinks])
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_going_on_elsewhere(script: Path, wechat: type[OnWeChat], tmp_path: Path) -> None:
    before, lines, after = parsed(script.read_text(encoding="utf-8"))
    people = {"微信": wechat(), "网页": OnTheWeb(), "Telegram": OnTelegram()}
    stage = Places(people, tmp_path)
    went: list[str] = []
    try:
        for line in lines:
            if not line.startswith("小助手"):
                went += [line, *stage.goes_on(line)]
    finally:
        stage.close()
    if REWRITE and wechat is OnWeChatByLinks:
        talk = "\n".join(went)
        script.write_text(f"{before}```text\n{talk}\n```{after}", encoding="utf-8")
    if wechat is OnWeChat:  # who types a number is not told what it chose
        went, lines = without_echo(went), without_echo(lines)
    assert went == lines or REWRITE


def test_there_are_crossings_to_and_from_wechat() -> None:
    told = "".join(script.read_text(encoding="utf-8") for script in SCRIPTS)
    for place in ("微信", "网页", "Telegram"):
        assert f"居民（{place}）：{NUMBER}" in told, f"nobody goes on at {place}"
