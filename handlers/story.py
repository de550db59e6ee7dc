"""What somebody wants to tell the staff: words, photos, voice, in as many messages as it takes."""

from dataclasses import dataclass

from bot.dialog import Asked, Expect, Heard, Narrowed, Option, Reading, Refused, Understood
from bot.dialog.several import is_all
from bot.i18n import Json, Text, _, ngettext, verbatim
from bot.messages import Attachment, Kind

THAT_IS_ALL = "all"
MOST_MESSAGES = 20
LONGEST = 10_000
"""Characters of one message."""
FILES = frozenset({Kind.PHOTO, Kind.VOICE, Kind.VIDEO, Kind.DOCUMENT})
TOLD_WITH = FILES | {Kind.LOCATION}
"""Whatever else a story can be told with."""
SHOWN = 60


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a story."""

    words: str
    file: Attachment | None = None


Story = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Telling(Expect[Story]):
    """Stays open until 'that is all'; what came in is kept meanwhile."""

    takes_anything: bool = True
    for_people: bool = True
    takes: frozenset[Kind] = TOLD_WITH

    def options(self, asked: Asked) -> tuple[Option, ...]:
        return (Option(THAT_IS_ALL, _("That is all")),) if asked.partial else ()

    def prompt(self, asked: Asked) -> Text | None:
        if not asked.partial:
            return None
        return _(
            "Is there more? Write it, or send a photo or a voice message. "
            "If not, choose 'That is all'."
        )

    def pick(self, value: str, asked: Asked) -> Reading[Story]:
        return Understood(self.load(asked.partial or []))

    def read(self, heard: Heard, asked: Asked) -> Reading[Story]:
        parts = self.load(asked.partial or [])
        if parts and heard.attachment is None and is_all(heard):
            return Understood(parts)
        if len(heard.text) > LONGEST:
            return Refused(
                _("That is too long for one message. Please send it in two or three parts.")
            )
        more = (*parts, Part(heard.text, heard.attachment))
        if len(more) > MOST_MESSAGES:
            return Understood(more)
        return Narrowed(self.dump(more), _("I have noted that."))

    def show(self, value: Story) -> Text:
        words = " ".join(part.words for part in value if part.words)
        if words:
            return verbatim(words if len(words) <= SHOWN else f"{words[:SHOWN]}…")
        return ngettext("{count} file", "{count} files", len(value))

    def dump(self, value: Story) -> Json:
        return [
            [
                part.words,
                part.file
                and [part.file.reference, part.file.media_type, part.file.name, part.file.size],
            ]
            for part in value
        ]

    def load(self, stored: Json) -> Story:
        return tuple(Part(words, Attachment(*file) if file else None) for words, file in stored)
