"""docs/writing-a-flow.md is true: its example is held as a conversation."""

import re
from datetime import UTC, datetime
from pathlib import Path

from bot.dialog import Answered, Answerer, Conversation, Engine, Handlers, Request
from bot.i18n import translator
from bot.messages import Address, IncomingMessage, Reply
from tests.stage import HEARING

GUIDE = Path(__file__).parent.parent / "docs" / "writing-a-flow.md"


def test_the_example_of_the_guide_works() -> None:
    code = re.search(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert code
    names: dict[str, object] = {}
    exec(code[1], names)  # noqa: S102 - our own documentation
    menu = Answerer("menu", lambda request, turn: Answered(Reply()))
    policy = Answerer("policy", _unknown)
    handlers = Handlers(flows=(names["CALL_BACK"],), answerers=(menu, policy))  # type: ignore[arg-type]
    engine = Engine(handlers, HEARING, translator)
    conversation = Conversation("en")
    said: list[str] = []
    for number, words in enumerate(
        ("/call_back", "Mary Chan", "2", "agree", "13800138000", "back", "13900139000", "1")
    ):
        message = IncomingMessage(
            Address("test", "1"), str(number), datetime(2026, 3, 2, tzinfo=UTC), text=words
        )
        conversation, replies = engine.take_turn(conversation, message, None, now=message.sent_at)
        said.append(" ".join(text.msgid for text in replies[-1].paragraphs))
    assert said[-1] == "We call {name}. Number: {phone}."
    assert conversation.frames == ()


def _unknown(request: Request, turn: object) -> Answered:
    return Answered(Reply())
