"""Where a conversation stands: plain values for one JSON column, readable by any release."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.dialog.question import Option
from bot.domain.preferences import UNSAID, Preferences
from bot.i18n import Json, Text
from bot.messages import Reply

KEPT_OFFERS = 6
"""So many of the last lists of choices are kept; an older button is from an earlier talk."""
KEPT_KNOWN = 4
"""So many earlier answers of one kind are offered again."""


class Unreadable(Exception):
    """A stored conversation that no release of ours has written."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One open flow."""

    flow: str
    argument: str = ""
    answers: tuple[tuple[str, Json], ...] = ()
    """Pairs in the order in which they were given: jsonb would sort an object's keys."""
    asking: str = ""
    """The key of a question that is asked out of turn; '': the first one not yet answered."""
    partial: Json = None
    misses: int = 0

    def answered(self) -> dict[str, Json]:
        return dict(self.answers)

    def with_answer(self, key: str, stored: Json, void: tuple[str, ...] = ()) -> "Frame":
        """The answer in its old place if there was one, else at the end; dependants void."""
        pairs = [(k, stored if k == key else v) for k, v in self.answers if k not in void]
        if key not in dict(pairs):
            pairs.append((key, stored))
        return replace(self, answers=tuple(pairs), asking="", partial=None, misses=0)

    def without_answer(self, key: str, void: tuple[str, ...] = ()) -> "Frame":
        gone = {key, *void}
        kept = tuple(pair for pair in self.answers if pair[0] not in gone)
        return replace(self, answers=kept, asking="", partial=None, misses=0)

    def digest(self) -> str:
        """Of the answers: a 'send it' choice is bound to what it showed."""
        told = json.dumps(self.answers, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Offer:
    """A list of choices that was shown; flow '' where it belongs to no question."""

    number: int
    flow: str
    question: str
    stored: tuple[Json, ...]
    """Its options as they are kept: of most lists nobody chooses any more."""

    @classmethod
    def of(cls, number: int, flow: str, question: str, options: tuple[Option, ...]) -> "Offer":
        return cls(number, flow, question, tuple(map(_dump_option, options)))

    @property
    def options(self) -> tuple[Option, ...]:
        return tuple(map(_load_option, self.stored))


@dataclass(frozen=True, slots=True)
class Conversation:
    """One chat's state. What it holds is personal: it is stored sealed."""

    language: str
    frames: tuple[Frame, ...] = ()
    offers: tuple[Offer, ...] = ()
    offered: int = 0
    """How many offers there ever were: the next one's number."""
    last_heard: datetime | None = None
    last_said: tuple[Reply, ...] = ()
    """The replies of the last turn that left no question open, for 'say it again'."""
    prefers: Preferences = UNSAID
    consented: bool = False
    """To sensitive data being asked here (PIPL Art. 29)."""
    known: tuple[tuple[str, tuple[Json, ...]], ...] = ()
    misses: int = 0

    @property
    def top(self) -> Frame | None:
        return self.frames[-1] if self.frames else None

    def with_top(self, frame: Frame) -> "Conversation":
        return replace(self, frames=(*self.frames[:-1], frame))

    def offer(self, flow: str, question: str, options: tuple[Option, ...]) -> "Conversation":
        made = Offer.of(self.offered + 1, flow, question, options)
        return replace(self, offered=made.number, offers=(*self.offers[1 - KEPT_OFFERS :], made))

    def remember(self, name: str, stored: Json) -> "Conversation":
        """The newest first, each once; of a person ({'name': …}) only the newest."""
        known = dict(self.known)
        earlier = tuple(one for one in known.get(name, ()) if not _same(one, stored))
        known[name] = (stored, *earlier)[:KEPT_KNOWN]
        return replace(self, known=tuple(known.items()))

    def taking_over(self, other: "Conversation", without: str) -> "Conversation":
        """This chat, going on with what is open in that one, and knowing what that one knows.

        What is open here already stays; `without`: the flow that does the moving. Consent is not
        taken over: it was given for another channel.
        """
        frames = self.frames or tuple(one for one in other.frames if one.flow != without)
        known = dict(self.known)
        for name, values in other.known:
            mine = known.get(name, ())
            new = tuple(one for one in values if one not in mine)
            known[name] = (*mine, *new)[:KEPT_KNOWN]
        return replace(
            self,
            frames=tuple(replace(one, misses=0) for one in frames),
            known=tuple(known.items()),
            prefers=self.prefers.either(other.prefers),
        )

    def dump(self) -> Json:
        return {
            "language": self.language,
            "frames": [
                [f.flow, f.argument, f.answers, f.asking, f.partial, f.misses] for f in self.frames
            ],
            "offers": [
                [offer.number, offer.flow, offer.question, offer.stored] for offer in self.offers
            ],
            "offered": self.offered,
            "heard": self.last_heard and self.last_heard.isoformat(),
            "said": [reply.dump() for reply in self.last_said],
            **self.prefers.dump(),
            "consented": self.consented,
            "known": self.known,
            "misses": self.misses,
        }

    @classmethod
    def load(cls, stored: Json) -> "Conversation":
        """Raises Unreadable."""
        try:
            return cls._load(stored)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise Unreadable from error

    @classmethod
    def _load(cls, stored: Json) -> "Conversation":
        return cls(
            language=stored["language"],
            frames=tuple(
                Frame(flow, argument, tuple((k, v) for k, v in answers), asking, partial, misses)
                for flow, argument, answers, asking, partial, misses in stored["frames"]
            ),
            offers=tuple(
                Offer(number, flow, question, tuple(map(_whole, options)))
                for number, flow, question, options in stored["offers"]
            ),
            offered=stored["offered"],
            last_heard=datetime.fromisoformat(stored["heard"]) if stored["heard"] else None,
            last_said=tuple(Reply.load(reply) for reply in stored["said"]),
            prefers=Preferences.load(stored),
            consented=stored["consented"],
            known=tuple((name, tuple(values)) for name, values in stored["known"]),
            misses=stored["misses"],
        )


def _same(one: Json, other: Json) -> bool:
    if isinstance(one, dict) and isinstance(other, dict) and "name" in one:
        return bool(one["name"] == other.get("name"))
    return bool(one == other)


def _dump_option(option: Option) -> Json:
    return [option.value, option.label.dump(), option.detail and option.detail.dump()]


def _whole(stored: Json) -> Json:
    """Raises ValueError where it is no option."""
    _value, _label, _detail = stored
    return stored


def _load_option(stored: Json) -> Option:
    value, label, detail = stored
    return Option(value, Text.load(label), Text.load(detail) if detail else None)


@dataclass(slots=True)
class Talk:
    """One turn in progress: the conversation as it becomes, and what is said so far."""

    conversation: Conversation
    replies: list[Reply] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    """Sentences that the next question begins with, so that one turn is one message."""
    echo: Text | None = None
    """What a button chose, said before the next question (rule T5)."""
    settled: bool = False
    """The last reply has its own choices: the open question is not asked again."""
