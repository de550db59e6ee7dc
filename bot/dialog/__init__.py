"""How we talk: flows as data, and an engine that knows how to go back, change, cancel, resume.

Pure: no database, no network, no clock. Start at engine.py, then flow.py and
question.py.
"""

from bot.dialog.engine import Carrying, Engine
from bot.dialog.flow import (
    Answered,
    Answerer,
    AskAgain,
    Done,
    Flow,
    Handlers,
    Instead,
    Outcome,
    Request,
)
from bot.dialog.hearing import Control, Hearing, Intent
from bot.dialog.question import (
    Answers,
    Asked,
    Elsewhere,
    Expect,
    Heard,
    Narrowed,
    Option,
    Question,
    Reading,
    Refused,
    Unclear,
    Understood,
)
from bot.dialog.state import Conversation, Frame, Unreadable

__all__ = [
    "Answered",
    "Answerer",
    "Answers",
    "AskAgain",
    "Asked",
    "Carrying",
    "Control",
    "Conversation",
    "Done",
    "Elsewhere",
    "Engine",
    "Expect",
    "Flow",
    "Frame",
    "Handlers",
    "Heard",
    "Hearing",
    "Instead",
    "Intent",
    "Narrowed",
    "Option",
    "Outcome",
    "Question",
    "Reading",
    "Refused",
    "Request",
    "Unclear",
    "Understood",
    "Unreadable",
]
