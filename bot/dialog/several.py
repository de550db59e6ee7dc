"""Several of a few: chosen one after the other, or named together; then 'done'."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.dialog.question import (
    Asked,
    Expect,
    Heard,
    Narrowed,
    Option,
    Reading,
    Refused,
    Unclear,
    Understood,
)
from bot.i18n import Json, Text, _, enumerated, in_all_languages, verbatim

V = TypeVar("V", bound=str)

_DONE = "_done"
_BETWEEN = re.compile(r"[\s\W和及与跟兼]+|\band\b")
DONE_WORDS = frozenset("好了 就这些 没有了 没了 完了 选好了 选完了 done finished".split())
LONGEST = 200


def is_all(heard: Heard) -> bool:
    """'Is there anything else?' 'No', or 'that is all' in one's own words."""
    return heard.plain in DONE_WORDS or heard.agrees is False


@dataclass(frozen=True, slots=True)
class Chosen(Generic[V]):
    """What was chosen, and words of the person's own beside it."""

    those: tuple[V, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Several(Expect[Chosen[V]], Generic[V]):
    """`labels` in the order in which they are offered. With `free`, other words count too."""

    labels: Mapping[V, Text] = field(hash=False)
    free: bool = False
    spoken: Mapping[str, V] = field(default_factory=dict, hash=False)
    """Other words for one of them, as `Heard.plain` holds them: '轮椅', '盲'."""

    @property
    def takes_anything(self) -> bool:  # type: ignore[override]
        return self.free

    def options(self, asked: Asked) -> tuple[Option, ...]:
        chosen = self._chosen(asked)
        options = [
            Option(str(value), label)
            for value, label in self.labels.items()
            if value not in chosen.those
        ]
        if chosen.those or chosen.words:
            options.insert(0, Option(_DONE, _("That is all")))
        return tuple(options)

    def prompt(self, asked: Asked) -> Text | None:
        chosen = self._chosen(asked)
        if not (chosen.those or chosen.words):
            return None
        return _("So far: {chosen}. Is there anything else?").fill(chosen=self.show(chosen))

    def skippable(self, asked: Asked) -> bool:
        return not asked.partial

    def pick(self, value: str, asked: Asked) -> Reading[Chosen[V]]:
        chosen = self._chosen(asked)
        if value == _DONE:
            return Understood(chosen)
        known = {str(one): one for one in self.labels}
        return self._with(chosen, known[value]) if value in known else Unclear()

    def read(self, heard: Heard, asked: Asked) -> Reading[Chosen[V]]:
        chosen = self._chosen(asked)
        if is_all(heard) and (chosen.those or chosen.words):
            return Understood(chosen)
        named = self._named(heard.plain)
        if named:
            added = tuple(one for one in named if one not in chosen.those)
            if len(named) > 1:  # said together: nobody goes on choosing
                return Understood(Chosen((*chosen.those, *added), chosen.words))
            return self._with(chosen, named[0])
        if not self.free:
            return Unclear()
        words = f"{chosen.words} {heard.text}".strip()
        if len(words) > LONGEST:
            return Refused(_("That is very long. Please write the most important, in a few words."))
        return Understood(Chosen(chosen.those, words))

    def show(self, value: Chosen[V]) -> Text:
        shown = [self.labels[one] for one in self.labels if one in value.those]
        if value.words:
            shown.append(verbatim(value.words))
        return enumerated(shown) if shown else _("nothing")

    def dump(self, value: Chosen[V]) -> Json:
        return [[str(one) for one in value.those], value.words]

    def load(self, stored: Json) -> Chosen[V]:
        known = {str(one): one for one in self.labels}
        those, words = stored
        return Chosen(tuple(known[one] for one in those), str(words))

    def _chosen(self, asked: Asked) -> Chosen[V]:
        try:
            return self.load(asked.partial) if asked.partial else Chosen()
        except (KeyError, TypeError, ValueError):
            return Chosen()

    def _with(self, chosen: Chosen[V], one: V) -> Reading[Chosen[V]]:
        those = chosen.those if one in chosen.those else (*chosen.those, one)
        more = Chosen(those, chosen.words)
        if len(those) == len(self.labels):
            return Understood(more)
        return Narrowed(self.dump(more))

    def _named(self, plain: str) -> tuple[V, ...]:
        """Those that a message of nothing else names: '肢体、言语', 'vision and hearing'."""
        words = {
            _BETWEEN.sub("", word.casefold()): value
            for value, label in self.labels.items()
            for word in in_all_languages(label)
        }
        words |= {_BETWEEN.sub("", word): value for word, value in self.spoken.items()}
        rest, found = _BETWEEN.sub("", plain), list[V]()
        while rest:
            word = max((one for one in words if rest.startswith(one)), key=len, default="")
            if not word:
                return ()
            rest = rest.removeprefix(word).removeprefix("残疾")
            if words[word] not in found:
                found.append(words[word])
        return tuple(found)
