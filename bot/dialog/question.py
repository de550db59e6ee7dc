"""One question: how its answer is offered, read, shown and stored; what reading it can come to.

Start at Question. Kinds of answer that stand already: expect.py, days.py, place.py, personal.py,
several.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bot.i18n import LANGUAGES, Json, Text
from bot.messages import Attachment, Kind

T = TypeVar("T")

Context = Any
"""What handlers reach the service through; the engine hands it on without looking."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose; `value` is what is stored, at most 200 characters."""

    value: str
    label: Text
    detail: Text | None = None


@dataclass(frozen=True, slots=True)
class Understood(Generic[T]):
    """The answer."""

    value: T
    fills: tuple[tuple[str, Json], ...] = ()
    """Other answers of this flow that it gives as well, by key, as they are stored."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer, but not one that can be taken: what is wrong and how to mend it."""

    why: Text


@dataclass(frozen=True, slots=True)
class Unclear:
    """Maybe not an answer at all; others may hear it."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Part of an answer: the same question stays open, with other options."""

    partial: Json
    say: Text | None = None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """An answer with which this flow has no point: it ends, and that conversation opens."""

    to: str
    """'no_visit:away': the name of a flow or an answerer, and its argument."""


Reading = Understood[T] | Refused | Unclear | Narrowed | Elsewhere


class Answers:
    """What was answered so far: `answers[DAY]` is a date, and mypy knows."""

    def __init__(
        self,
        stored: Mapping[str, Json],
        argument: str = "",
        language: str = LANGUAGES[0],
        *,
        plain: bool = False,
    ) -> None:
        self._stored = stored
        self.argument = argument
        """What the flow was opened with: the number of a booking, say."""
        self.language = language
        """Of the conversation, for words of content/: what is gettext's needs it not."""
        self.plain = plain
        """This person asked for plain messages."""

    def __getitem__(self, question: "Question[T]") -> T:
        return question.expect.load(self._stored[question.key])

    def get(self, question: "Question[T]") -> T | None:
        stored = self._stored.get(question.key)
        return None if stored is None else question.expect.load(stored)

    def stored(self, question: "Question[Any]") -> Json:
        """As it is kept; None where it is not given."""
        return self._stored.get(question.key)

    def __contains__(self, question: "Question[Any]") -> bool:
        return question.key in self._stored


@dataclass(frozen=True, slots=True)
class Asked:
    """The situation in which a question is asked or an answer read."""

    answers: Answers
    context: Context
    partial: Json = None


class Expect(Generic[T]):
    """How one kind of answer is offered, read, shown and stored. Subclasses are plain values."""

    takes_anything: bool = False
    """An open question: a question back is listened for first."""
    for_people: bool = False
    """Its words are meant for a person: a question among them is not asked of us."""
    polite: bool = True
    """Words of anger alone are no answer here, but are heard; in a complaint they are one."""
    takes: frozenset[Kind] = frozenset()
    """Kinds of message besides text that this can read."""

    def options(self, asked: Asked) -> tuple[Option, ...]:
        return ()

    def prompt(self, asked: Asked) -> Text | None:
        """Other words to ask with, once the answer has been narrowed."""
        return None

    def pick(self, value: str, asked: Asked) -> Reading[T]:
        """One of the options was chosen, by whatever way."""
        return self.read(Heard(value, value), asked)

    def skippable(self, asked: Asked) -> bool:
        """May an optional question still be skipped, after part of an answer?"""
        return True

    def known_words(self, stored: Json) -> Text:
        """How one that this chat knows already is offered."""
        return self.show(self.load(stored))

    def recall(self, stored: Json, asked: Asked) -> Reading[T]:
        """One of those that this chat knows already (Question.remember) was chosen."""
        return Understood(self.load(stored))

    def read(self, heard: "Heard", asked: Asked) -> Reading[T]:
        return Unclear()

    def show(self, value: T) -> Text:
        """For the review: personal data masked (rule C14)."""
        raise NotImplementedError

    def dump(self, value: T) -> Json:
        return value

    def load(self, stored: Json) -> T:
        """Raises what a value of another release makes it raise; then the question comes again."""
        if not isinstance(stored, str):
            raise TypeError(stored)
        loaded: Any = stored
        value: T = loaded
        return value


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as a question reads it."""

    text: str
    """As typed, without spaces around it."""
    plain: str
    """The same, normalised: half width, Simplified, lower case."""
    kind: Kind = Kind.TEXT
    attachment: Attachment | None = None
    agrees: bool | None = None
    """The whole message means yes, or no; None: neither."""


def _always(answers: Answers) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[T]):
    """One thing to ask: its words, how the answer is read, its name, when it applies."""

    key: str
    """Stored with the answer: never renamed, never reused."""
    ask: Text
    expect: Expect[T]
    label: Text
    """Its name in the review and in 'change …': at most twelve Han characters."""
    called: tuple[str, ...] = ()
    """Other words for the label, as `Heard.plain` holds them: '名字' for '姓名'."""
    why: Text | None = None
    """The reason, said when the person asks why (rule C38)."""
    when: Callable[[Answers], bool] = _always
    hint: Text | None = None
    """Said after a miss: the shape of an answer, with an example."""
    changes: tuple[str, ...] = ()
    """Keys of the answers that a new answer here makes void."""
    sensitive: bool = False
    """Reads sensitive personal data (PIPL Art. 28): consent first, and not over every channel."""
    optional: bool = False
    remember: str = ""
    """Under this name the answer is offered again in this chat's later flows."""
    recalls: str = ""
    """What the end of a flow kept under this name (Done.known) is offered here."""
