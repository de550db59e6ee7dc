"""The kinds of answers. Each is a plain value: how an answer is offered, read, shown, stored.

Every refusal says what is wrong, how to mend it, and gives an example (rule C15). Names and
numbers of people: personal.py. Places of the province: place.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.dialog.personal import IdNumber, LastFour, PersonName, Phone
from bot.dialog.question import (
    Asked,
    Expect,
    Heard,
    Option,
    Reading,
    Refused,
    Unclear,
    Understood,
)
from bot.domain.references import looks_like_reference, read_reference
from bot.i18n import Json, Text, _, verbatim

__all__ = [
    "Choice",
    "IdNumber",
    "LastFour",
    "PersonName",
    "Phone",
    "Reference",
    "Words",
    "YesNo",
]

V = TypeVar("V", bound=str)


@dataclass(frozen=True, slots=True)
class Choice(Expect[V], Generic[V]):
    """One of a few. Keys are strings or members of a StrEnum, and stored as strings."""

    labels: Mapping[V, Text] = field(hash=False)
    spoken: Mapping[str, V] = field(default_factory=dict, hash=False, kw_only=True)
    """Other words for one of them, as `Heard.plain` holds them: '妈', 'mother'."""

    def options(self, asked: Asked) -> tuple[Option, ...]:
        return tuple(Option(str(value), label) for value, label in self.labels.items())

    def read(self, heard: Heard, asked: Asked) -> Reading[V]:
        """By such a word, wherever it stands; two that mean different things say nothing."""
        words = frozenset(heard.plain.split())
        meant = {
            value
            for word, value in self.spoken.items()
            if (word in words if word.isascii() else word in heard.plain)
        }
        return Understood(meant.pop()) if len(meant) == 1 else Unclear()

    def pick(self, value: str, asked: Asked) -> Reading[V]:
        known = self._by_name()
        return Understood(known[value]) if value in known else Unclear()

    def show(self, value: V) -> Text:
        return self.labels[value]

    def dump(self, value: V) -> str:
        return str(value)

    def load(self, stored: str) -> V:
        return self._by_name()[stored]

    def _by_name(self) -> dict[str, V]:
        return {str(value): value for value in self.labels}


@dataclass(frozen=True, slots=True)
class YesNo(Expect[bool]):
    """Yes or no, in the words that people use for it."""

    yes: Text = _("Yes")
    no: Text = _("No")

    def options(self, asked: Asked) -> tuple[Option, ...]:
        return (Option("yes", self.yes), Option("no", self.no))

    def pick(self, value: str, asked: Asked) -> Reading[bool]:
        return Understood(value == "yes")

    def read(self, heard: Heard, asked: Asked) -> Reading[bool]:
        return Unclear() if heard.agrees is None else Understood(value=heard.agrees)

    def show(self, value: bool) -> Text:  # noqa: FBT001 - the answer itself
        return self.yes if value else self.no

    def load(self, stored: Json) -> bool:
        return bool(stored)


def _as_it_is(words: str) -> str:
    return words


@dataclass(frozen=True, slots=True)
class Words(Expect[str]):
    """Free words; `mask` is how the review shows them."""

    shortest: int = 1
    longest: int = 500
    example: Text | None = None
    mask: Callable[[str], str] = _as_it_is
    polite: bool = False
    takes_anything = True

    def read(self, heard: Heard, asked: Asked) -> Reading[str]:
        words = heard.text.strip()
        if len(words) < self.shortest:
            return self._refused(_("That is very short. Please write a little more."))
        if len(words) > self.longest:
            return self._refused(
                _(
                    "That is {count} characters, and at most {longest} fit here. "
                    "Please write it shorter."
                ).fill(count=len(words), longest=self.longest)
            )
        return Understood(words)

    def show(self, value: str) -> Text:
        return verbatim(self.mask(value))

    def _refused(self, why: Text) -> Refused:
        if self.example is None:
            return Refused(why)
        return Refused(_("{why} For example: {example}").fill(why=why, example=self.example))


@dataclass(frozen=True, slots=True)
class Reference(Expect[str]):
    """One of our numbers; `prefix` says of what, `groups` how long it is."""

    prefix: str
    example: str
    groups: int = 2
    takes_anything = True

    def read(self, heard: Heard, asked: Asked) -> Reading[str]:
        number = read_reference(heard.text, self.prefix, self.groups)
        if number:
            return Understood(number)
        if not looks_like_reference(heard.text):
            return Unclear()
        return Refused(
            _(
                "This is not quite one of our numbers: a character is missing or different. "
                "There is never a 0, O, 1, I or L in it. Please compare, for example {example}."
            ).fill(example=self.example)
        )

    def show(self, value: str) -> Text:
        return verbatim(value)
