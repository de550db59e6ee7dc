"""What of a turn staff may read later, when they look at the chat of one of its items.

A letter may turn out to be anonymous at its very last question. So the lines of a flow that writes
one (Flow.withheld) are withheld from the first on, and shown when a letter with a name was sent.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from bot.dialog import Conversation, Flow, Frame, Handlers, Unreadable
from bot.dialog.asking import next_question
from bot.services import Turn
from bot.storage import conversations, heard, withheld
from bot.storage.conversations import Locked
from bot.storage.db import Connection
from bot.storage.heard import HeardRow
from bot.storage.vault import Unsealable
from bot.storage.withheld import FOR_GOOD

log = logging.getLogger(__name__)


class Said(TypedDict):
    """Fields of storage.messages.Saying."""

    withheld: str
    personal: bool


@dataclass(frozen=True, slots=True)
class Marks:
    """Of the rows of one turn."""

    withheld: str = ""
    heard_personal: bool = False
    """The person answered a question about sensitive data."""
    said_personal: bool = False
    """What we said may repeat such an answer."""

    @property
    def of_what_is_said(self) -> Said:
        return {"withheld": self.withheld, "personal": self.said_personal}


SECRET = Marks(FOR_GOOD)


@dataclass(frozen=True, slots=True)
class Discretion:
    """One turn: how the conversation stood before and after it, and what it wrote to staff."""

    handlers: Handlers
    before: Conversation
    after: Conversation
    turn: Turn
    now: datetime

    def settle(self, connection: Connection) -> Marks:
        """Show or withhold the lines of what ended; the marks of this turn's own."""
        here = self.turn.conversation_id
        wrote_openly = self.turn.letters == {False}
        for flow in self._withheld(self.before):
            if self._lapsed(flow) or flow not in self._withheld(self.after):
                shown = wrote_openly and not self._lapsed(flow)
                withheld.settle(connection, here, flow.name, shown=shown)
        personal = self._answers_personal()
        return Marks(self._this_turn(), personal, personal or self._repeats_personal())

    def _this_turn(self) -> str:
        if True in self.turn.letters:
            return FOR_GOOD
        after, before = self._top(self.after), self._top(self.before)
        if after and after.withheld:
            return after.name
        if before is None or not before.withheld or self._lapsed(before):
            return ""
        if before in self._withheld(self.after):
            return before.name
        return "" if self.turn.letters else FOR_GOOD

    def _withheld(self, conversation: Conversation) -> tuple[Flow, ...]:
        flows = (self._flow(frame) for frame in conversation.frames)
        return tuple(flow for flow in flows if flow and flow.withheld)

    def _lapsed(self, flow: Flow) -> bool:
        heard = self.before.last_heard
        return heard is not None and self.now - heard > flow.keep_for

    def _top(self, conversation: Conversation) -> Flow | None:
        return self._flow(conversation.top) if conversation.top else None

    def _flow(self, frame: Frame) -> Flow | None:
        found = self.handlers.by_name.get(frame.flow)
        return found if isinstance(found, Flow) else None

    # --- sensitive data

    def _answers_personal(self) -> bool:
        """The open question was about sensitive data and was answered, or an answer changed."""
        frame, flow = self.before.top, self._top(self.before)
        if frame is None or flow is None:
            return False
        at = len(self.before.frames) - 1
        later = self.after.frames[at] if at < len(self.after.frames) else None
        if later == frame:
            return False  # they asked something else meanwhile
        asked = next_question(flow, frame)
        if asked and asked.sensitive:
            return True
        changed = set(_changed(frame, later)) if later and later.flow == frame.flow else set()
        return any(one.sensitive and one.key in changed for one in flow.questions)

    def _repeats_personal(self) -> bool:
        """A review shows every answer; a question may offer an earlier one again."""
        frame, flow = self.after.top, self._top(self.after)
        if frame is None or flow is None:
            return False
        asked = next_question(flow, frame)
        if asked:
            return asked.sensitive
        answered = frame.answered()
        return any(one.sensitive and one.key in answered for one in flow.questions)


def _changed(frame: Frame, later: Frame) -> Iterator[str]:
    before, after = frame.answered(), later.answered()
    return (key for key in before.keys() | after.keys() if before.get(key) != after.get(key))


def pass_on_broken(
    connection: Connection, handlers: Handlers, locked: Locked, row: HeardRow, turn: Turn
) -> tuple[str, Marks]:
    """An item for a message on which the turn broke, as anonymous as the talk; its number.

    What cannot be read any more may be anonymous: then it is.
    """
    said, hidden = "", True
    try:
        said = heard.opened(connection, row).text
        state = conversations.state_of(connection, locked)
        before = Conversation.load(state) if state else Conversation(locked.language)
        flows = (handlers.by_name.get(frame.flow) for frame in before.frames)
        hidden = any(isinstance(flow, Flow) and flow.withheld for flow in flows)
    except (Unsealable, Unreadable, ArithmeticError, LookupError, TypeError, ValueError):
        log.warning("broken_message_unreadable", extra={"conversation": locked.id})
    marks = SECRET if hidden or turn.tickets.listens_anonymously() else Marks()
    heard.withhold(connection, row.id, marks.withheld)
    return turn.tickets.open_failure(row.id, said, anonymous=bool(marks.withheld)), marks
