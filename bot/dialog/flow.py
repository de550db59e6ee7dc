"""What a conversation is made of: flows of questions, and answerers that need one turn only.

Start at Flow. How to write one: docs/writing-a-flow.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.dialog.question import Answers, Context, Option, Question
from bot.domain.preferences import UNSAID, Preferences
from bot.i18n import Json, Text
from bot.messages import IncomingMessage, Kind, Reply


@dataclass(frozen=True, slots=True)
class Done:
    """The flow is over: what is said, and what may be chosen next."""

    reply: Reply
    options: tuple[Option, ...] = ()
    known: tuple[tuple[str, Json], ...] = ()
    """What this chat knows from now on, by the name under which questions remember it."""
    forget: bool = False
    """The person wants nothing kept: what this chat knows of them goes too."""


@dataclass(frozen=True, slots=True)
class AskAgain:
    """One answer fell (a place was taken a moment ago); the others stay."""

    question: Question[Any]
    because: Text


@dataclass(frozen=True, slots=True)
class Instead:
    """Not this flow: what an option of this value opens."""

    value: str


Outcome = Done | AskAgain


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Several turns, one purpose. Going back, changing, cancelling are not its business."""

    name: str
    title: Text
    questions: tuple[Question[Any], ...]
    finish: Callable[[Answers, Context], Outcome]
    opening: Text | None = None
    opens: Callable[[str, Context], Done | Instead | None] | None = None
    """May this flow start, with that argument? A Done says why not, and what else there is."""
    given: Callable[[str], Mapping[str, Json]] | None = None
    """Answers by key that the argument holds: who says 'a complaint' is not asked what it is."""
    review: Callable[[Answers], Text] | Text | None = None
    """The words of the 'send it' choice; None: what was answered is acted on at once."""
    opens_on_kinds: frozenset[Kind] = frozenset()
    """A message of these kinds, sent out of the blue, starts the flow as its first answer."""
    keep_for: timedelta = timedelta(days=7)
    withheld: bool = False
    """It writes a letter that may be anonymous: staff see no line of it before that is decided."""


@dataclass(frozen=True, slots=True)
class Request:
    """What an answerer is asked: the person's words, or the argument of a choice."""

    text: str
    argument: str
    language: str
    message: IncomingMessage
    during: Text | None = None
    """The title of the flow that is open meanwhile."""
    prefers: Preferences = UNSAID


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, what may be chosen next, and the preferences that it changed."""

    reply: Reply
    options: tuple[Option, ...] = ()
    language: str = ""
    prefers: Preferences | None = None


@dataclass(frozen=True, slots=True)
class Answerer:
    """One turn; can be asked in the middle of any flow."""

    name: str
    reply: Callable[[Request, Context], Answered]


Listener = Callable[[IncomingMessage, Context], Answered | None]
"""Hears free words first while nothing is open: the answer to a member of staff, say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """All conversations, by hand. Raises ValueError for a name that stands twice."""

    flows: tuple[Flow, ...]
    answerers: tuple[Answerer, ...]
    listeners: tuple[Listener, ...] = ()
    first: tuple[Listener, ...] = ()
    """These hear before the choices that were shown: the answer to a notice, which has its own."""
    last: tuple[Listener, ...] = ()
    """These hear what nobody else understood, before the fallback."""
    commands: Mapping[str, str] = field(default_factory=dict)
    """Commands whose word is not the conversation's name: {'book': 'booking'}."""
    never_answers: frozenset[str] = frozenset()
    """Conversations whose own words are no answer, whatever is asked: 'confirm moving'."""
    fallback: str = "policy"
    """The answerer that hears what nobody else understood."""
    by_name: Mapping[str, Flow | Answerer] = field(init=False)

    def __post_init__(self) -> None:
        everyone: tuple[Flow | Answerer, ...] = (*self.flows, *self.answerers)
        names = {one.name: one for one in everyone}
        if len(names) != len(everyone):
            raise ValueError("two conversations have the same name")
        for flow in self.flows:
            keys = [question.key for question in flow.questions]
            if len(set(keys)) != len(keys) or any(key.startswith("_") for key in keys):
                raise ValueError(
                    f"flow {flow.name}: a question's key stands twice or starts with _"
                )
        object.__setattr__(self, "by_name", names)
