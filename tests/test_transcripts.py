"""The conversations of tests/transcripts, held on every channel.

A transcript is a Markdown file: a title, a line of setting, and the talk in a fenced block.
`居民：` speaks or presses `［a choice］`; `小助手：` answers; `工作人员：` answers the oldest item
in the console; `（…）` is a stage direction. New numbers are written 〔编号〕.
`make transcripts` writes the assistant's lines anew; the reviewer reads the difference.
"""

import os
import re
from pathlib import Path

import pytest

from handlers import HANDLERS
from tests.people import (
    InATerminal,
    NotDrawn,
    OnTelegram,
    OnTheWeb,
    OnWeChat,
    OnWeChatByLinks,
    Person,
)
from tests.stage import Stage

FOLDER = Path(__file__).parent / "transcripts"
SCRIPTS = sorted(FOLDER.rglob("*.md"))
REWRITE = os.environ.get("REWRITE") == "1"
PEOPLE: dict[str, type] = {
    "web": OnTheWeb,
    "telegram": OnTelegram,
    "terminal": InATerminal,
    "wechat": OnWeChat,
    "wechat by links": OnWeChatByLinks,
}
SHOWN_IN = {
    "booking": "booking/happy-path",
    "group_session": "booking/group-session",
    "move_booking": "booking/cancel-and-move",
    "cancel_booking": "booking/cancel-and-move",
    "decline": "booking/requests-county",
    "note_booking": "booking/reminders",
    "late": "booking/reminders",
    "join": "booking/family-code",
    "status": "status/five-tries",
    "application_name": "status/two-people",
    "application_papers": "status/late-and-papers",
    "checklist": "checklist/renewal",
    "feedback": "feedback/answered",
    "note": "feedback/human",
    "erase": "start/erase",
}
"""Of each flow, a conversation that goes through it."""
BETWEEN_TWO_CHATS = {"go_on", "carry_over"}
"""No single chat shows these: tests/crossings."""
PHENOMENA = (
    "going-back-and-change", "digression", "cancel-and-move", "not-understood", "silence",
    "old-button", "odd-messages", "bad-input", "yes-and-no", "english",
)  # fmt: skip
"""What the engine does in every flow is shown in the longest."""
_REFERENCE = re.compile(r"\b[A-Z][0-9A-Z]{3,4}(?:-[0-9A-Z]{3,5})+\b")
_SECRET = re.compile(r"/[0-9a-f]{32}(?=\.ics)")
_SPEAKER = re.compile(r"(居民|照顾人|小助手|工作人员)：(.*)")


def parsed(text: str) -> tuple[str, list[str], str]:
    """What stands before the talk, its lines, and what stands after."""
    before, talk, after = re.split(r"^```.*\n|^```$", text, maxsplit=2, flags=re.MULTILINE)
    return before, [line for line in talk.splitlines() if line.strip()], after


def language_of(before: str) -> str:
    found = re.search(r"语言：(\w+)", before)
    return found[1] if found else "zh_Hans"


def play(stage: Stage, lines: list[str]) -> list[str]:
    """The talk as it went: the person's lines as written, the assistant's as they came."""
    went: list[str] = []
    for line in lines:
        spoken = _SPEAKER.fullmatch(line)
        if spoken and spoken[1] == "小助手":
            continue
        went.append(line)
        if line.startswith("（"):
            replies = stage.direct(line.strip("（）"))
        elif spoken and spoken[1] == "工作人员":
            replies = stage.staff_answers(spoken[2])
        else:
            assert spoken, f"nobody says: {line}"
            try:
                replies = stage.says(spoken[2])
            except NotDrawn:
                if not REWRITE:
                    raise
                went.append(f"!! {spoken[2]} 没有画出来")
                continue
        went += [f"小助手：{without_secrets(stage.written(reply))}" for reply in replies]
    return went


def without_secrets(words: str) -> str:
    """What is another one in every play."""
    return _REFERENCE.sub("〔编号〕", _SECRET.sub("/〔密钥〕", words))


@pytest.mark.parametrize("channel", PEOPLE)
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_transcript(script: Path, channel: str, tmp_path: Path) -> None:
    before, lines, after = parsed(script.read_text(encoding="utf-8"))
    if channel in ("terminal", "wechat") and "只在有按钮的渠道" in before:
        pytest.skip("who types numbers has no old buttons to press")
    person: Person = PEOPLE[channel]()
    stage = Stage(person, tmp_path, language_of(before))
    try:
        went = play(stage, lines)
    finally:
        stage.close()
    name = str(script.relative_to(FOLDER).with_suffix(""))
    assert {flow for flow, held in SHOWN_IN.items() if held == name} <= stage.opened
    if REWRITE:  # as on the web: there every choice is echoed
        if channel != "web":
            return
        talk = "\n".join(went)
        script.write_text(f"{before}```text\n{talk}\n```{after}", encoding="utf-8")
        return
    if channel != "web":
        went, lines = without_echo(went), without_echo(lines)
    assert went == lines


def without_echo(lines: list[str]) -> list[str]:
    """A terminal types a number where others press: it is not told what it chose."""
    return [
        re.sub(r"您选择了：.*?。 ?|You chose: .*?\. ?|您選擇了：.*?。 ?", "", line)
        for line in lines
    ]


def test_every_flow_is_shown_in_a_transcript() -> None:
    """`test_transcript` looks whether the flow was really open in it."""
    flows = {flow.name for flow in HANDLERS.flows}
    assert SHOWN_IN.keys() | BETWEEN_TWO_CHATS == flows
    wanted = {*SHOWN_IN.values(), *(f"booking/{one}" for one in PHENOMENA)}
    assert wanted - {str(one.relative_to(FOLDER).with_suffix("")) for one in SCRIPTS} == set()


def test_every_transcript_has_a_title_and_a_talk() -> None:
    for script in SCRIPTS:
        before, lines, _after = parsed(script.read_text(encoding="utf-8"))
        assert before.startswith("# "), script
        assert any(line.startswith("小助手：") for line in lines), script
