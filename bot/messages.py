"""What is said, in the shape that every channel shares: it names meaning, never markup."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.i18n import Json, Text


@dataclass(frozen=True, slots=True)
class Address:
    """One chat on one channel: not a person, and not yet a conversation."""

    channel: str
    user_id: str


class Kind(StrEnum):
    """What somebody sent."""

    TEXT = "text"
    TAP = "tap"
    """A button of ours; `tap` holds the choice's token."""
    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    """A phone number from the address book, in `text`."""
    EDITED = "edited"
    """Words of an earlier message, changed afterwards."""
    LEFT = "left"
    """The person blocked us or unfollowed."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came or goes: `reference` is how its channel, or our store, finds it again."""

    reference: str
    media_type: str
    name: str = ""
    size: int = 0
    """Bytes; 0 where the channel does not say."""


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """One event of one chat, as the channel decoded it."""

    sender: Address
    event_id: str
    """Unique in its channel; the same event delivered again has the same one."""
    sent_at: datetime
    kind: Kind = Kind.TEXT
    text: str = ""
    """Words, a caption, or a contact's number."""
    tap: str = ""
    attachment: Attachment | None = None
    language: str = ""
    """The channel's guess, one of i18n.LANGUAGES or ''; what the person chose goes first."""
    forwarded: bool = False
    private: bool = False
    """It came over our own page, where sensitive questions may be asked."""

    def dump(self) -> Json:
        kept = self.attachment
        return {
            "channel": self.sender.channel,
            "user": self.sender.user_id,
            "event": self.event_id,
            "at": self.sent_at.isoformat(),
            "kind": self.kind.value,
            "text": self.text,
            "tap": self.tap,
            "file": kept and [kept.reference, kept.media_type, kept.name, kept.size],
            "language": self.language,
            "forwarded": self.forwarded,
            "private": self.private,
        }

    @classmethod
    def load(cls, stored: Json) -> "IncomingMessage":
        return cls(
            sender=Address(stored["channel"], stored["user"]),
            event_id=stored["event"],
            sent_at=datetime.fromisoformat(stored["at"]),
            kind=Kind(stored["kind"]),
            text=stored["text"],
            tap=stored["tap"],
            attachment=Attachment(*stored["file"]) if stored["file"] else None,
            language=stored["language"],
            forwarded=stored["forwarded"],
            private=stored["private"],
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: '1 label' or '1 label：detail' in the text, the label on a button."""

    token: str
    """Comes back as IncomingMessage.tap: at most 24 ASCII characters, '' where only words lead."""
    label: Text
    detail: Text | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """An address to open, ours or a source's, on its own line after words of ours (rule C33)."""

    url: str
    words: Text
    to_scan: bool = False
    """Worth having as a picture too, for another device to scan."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to a person, in the order in which it is drawn."""

    heading: Text | None = None
    paragraphs: tuple[Text, ...] = ()
    items: tuple[Text, ...] = ()
    caution: Text | None = None
    sources: tuple[Text, ...] = ()
    link: Link | None = None
    attachment: Attachment | None = None
    question: Text | None = None
    """Exactly one, and the last sentence before the choices (rule C3)."""
    choices: tuple[Choice, ...] = ()
    private: bool = False
    """Only our own page may show it: it asks for, or repeats, sensitive data."""
    wants: frozenset[Kind] = frozenset()
    """What else than words answers it well: a channel that can may have a button for it."""

    def dump(self) -> Json:
        kept = self.attachment
        return {
            "heading": self.heading and self.heading.dump(),
            "paragraphs": [text.dump() for text in self.paragraphs],
            "items": [text.dump() for text in self.items],
            "caution": self.caution and self.caution.dump(),
            "sources": [text.dump() for text in self.sources],
            "link": self.link and [self.link.url, self.link.words.dump(), self.link.to_scan],
            "file": kept and [kept.reference, kept.media_type, kept.name, kept.size],
            "question": self.question and self.question.dump(),
            "choices": [
                [choice.token, choice.label.dump(), choice.detail and choice.detail.dump()]
                for choice in self.choices
            ],
            "private": self.private,
            "wants": sorted(self.wants),
        }

    @classmethod
    def load(cls, stored: Json) -> "Reply":
        def text(of: Json) -> Text | None:
            return Text.load(of) if of else None

        return cls(
            heading=text(stored["heading"]),
            paragraphs=tuple(Text.load(one) for one in stored["paragraphs"]),
            items=tuple(Text.load(one) for one in stored["items"]),
            caution=text(stored["caution"]),
            sources=tuple(Text.load(one) for one in stored["sources"]),
            link=_link(stored["link"]) if stored["link"] else None,
            attachment=Attachment(*stored["file"]) if stored["file"] else None,
            question=text(stored["question"]),
            choices=tuple(
                Choice(token, Text.load(label), text(detail))
                for token, label, detail in stored["choices"]
            ),
            private=stored["private"],
            wants=frozenset(Kind(one) for one in stored.get("wants", ())),
        )


def _link(stored: Json) -> Link:
    """Releases before WeChat wrote two values."""
    url, words, *more = stored
    return Link(url, Text.load(words), to_scan=bool(more and more[0]))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chat as it was: said by the person, the bot or a member of staff."""

    id: str
    """Grows with time in its chat: 'a client may ask for all lines after this one'."""
    who: str
    """'person', 'bot' or 'staff'."""
    at: datetime
    text: str = ""
    """The person's words; '' where the line is a reply."""
    reply: Reply | None = None
    language: str = ""
    attachment: Attachment | None = None
    unseen: bool = False
    """A member of staff wrote it, and no page has shown it yet."""
