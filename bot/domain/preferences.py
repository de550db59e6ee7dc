"""How somebody wants to be written to and reached, as they said themselves in this chat."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Preferences:
    """Kept with the conversation's state, so personal as that: stored sealed, seen by staff."""

    plain: bool = False
    """Plain messages: one idea each, no decoration."""
    screen_reader: bool = False
    """They hear what we write."""
    text_only: bool = False
    """Nobody should phone: they do not hear, or do not speak."""

    def either(self, other: "Preferences") -> "Preferences":
        return Preferences(
            plain=self.plain or other.plain,
            screen_reader=self.screen_reader or other.screen_reader,
            text_only=self.text_only or other.text_only,
        )

    def dump(self) -> dict[str, bool]:
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> "Preferences":
        """From a state of any release; what it did not know yet was not said."""
        return cls(**{one.name: bool(stored.get(one.name)) for one in fields(cls)})


UNSAID = Preferences()
