"""What the engine needs to understand of a sentence; bot.understanding provides it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Control(StrEnum):
    """Words that always work, in every state and language (rule C5)."""

    BACK = "back"
    CANCEL = "cancel"
    MENU = "menu"
    HUMAN = "human"
    HELP = "help"
    REPEAT = "repeat"
    WHY = "why"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class Intent:
    """The conversation that a sentence asks for."""

    name: str
    """Of a flow or an answerer."""
    argument: str = ""
    sure: bool = False
    """Sure enough to leave an open question for."""
    more: bool = False
    """The sentence goes on, and may hold the first answer already."""


class Hearing(Protocol):
    """Pure and quick: a question of milliseconds at most."""

    def plain(self, text: str) -> str:
        """Half width, Simplified, lower case, without emoji and outer punctuation."""

    def control(self, text: str) -> Control | None:
        """The whole message is one of the words that always work."""

    def yes_no(self, text: str) -> bool | None:
        """The whole message agrees or declines, unmistakably: '嗯' does neither."""

    def has_nothing_to_say(self, text: str) -> bool:
        """The whole message leaves a question out: '没有', '不知道', 'none'."""

    def asks_why(self, text: str) -> bool:
        """The whole message asks why something is asked: '为什么要填户口'."""

    def number(self, text: str) -> int | None:
        """'2', '２', '二', '第二个'."""

    def intent(self, text: str, language: str) -> Intent | None:
        """None: below the confidence at which a guess is allowed."""

    def named(self, text: str) -> str:
        """The conversation that these words plainly ask for, without a search; '': none."""

    def emergency(self, text: str) -> bool:
        """Somebody's life or safety may be in danger."""

    def is_question(self, text: str) -> bool:
        """It asks something, by its mark or by a question word."""

    def is_rude(self, text: str) -> bool:
        """Anger, and nothing else."""

    def language_of(self, text: str) -> str:
        """The language it is plainly written in, or ''."""
