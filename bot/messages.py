"""What is said, in the shape that every channel shares: it names meaning, never markup."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.i18n import Json, Text, Translator, _


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


class Progress(StrEnum):
    """How far one step of a way is."""

    DONE = "done"
    NOW = "now"
    NEXT = "next"


PROGRESS = {
    Progress.DONE: _("Done: {what}"),
    Progress.NOW: _("Now: {what}"),
    Progress.NEXT: _("Next: {what}"),
}
"""In words; a channel that draws a mark for it keeps them for those who cannot see the mark."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """One step of a way that takes days: 'Review', 'by law until 4 December'."""

    progress: Progress
    name: Text
    when: Text | None = None

    def said(self, dated: Text) -> Text:
        """Its name; where a day is known, as `dated` puts both."""
        return dated.fill(what=self.name, when=self.when) if self.when else self.name


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is done, now and next: lines for the ear, drawn with marks where a channel can draw."""

    milestones: tuple[Milestone, ...]
    note: Text | None = None
    """What must be known of the times that are to come."""

    def lines(self, spoken: Translator) -> list[str]:
        """A line for each step that was or is, one for all that comes.

        Words and no signs: a reader speaks every sign by its name (rules C8 and C9).
        """
        coming = [one for one in self.milestones if one.progress is Progress.NEXT]
        said = [
            PROGRESS[one.progress].fill(what=one.said(_("{what}, {when}"))).to(spoken)
            for one in self.milestones
            if one.progress is not Progress.NEXT
        ]
        if coming:
            comma = ", " if spoken.language == "en" else "、"
            names = comma.join(one.said(_("{what} ({when})")).to(spoken) for one in coming)
            said.append(PROGRESS[Progress.NEXT].fill(what=names).to(spoken))
        return said

    def dump(self) -> Json:
        """Plain JSON; `load` gives an equal one back."""
        return [
            [[one.progress, one.name.dump(), _dumped(one.when)] for one in self.milestones],
            _dumped(self.note),
        ]

    @classmethod
    def load(cls, stored: Json) -> "Timeline":
        milestones, note = stored
        return cls(
            tuple(
                Milestone(Progress(progress), Text.load(name), _loaded(when))
                for progress, name, when in milestones
            ),
            _loaded(note),
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to a person, in the order in which it is drawn."""

    heading: Text | None = None
    paragraphs: tuple[Text, ...] = ()
    items: tuple[Text, ...] = ()
    timeline: Timeline | None = None
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
            "heading": _dumped(self.heading),
            "paragraphs": [text.dump() for text in self.paragraphs],
            "items": [text.dump() for text in self.items],
            "timeline": self.timeline and self.timeline.dump(),
            "caution": _dumped(self.caution),
            "sources": [text.dump() for text in self.sources],
            "link": self.link and [self.link.url, self.link.words.dump(), self.link.to_scan],
            "file": kept and [kept.reference, kept.media_type, kept.name, kept.size],
            "question": _dumped(self.question),
            "choices": [
                [choice.token, choice.label.dump(), _dumped(choice.detail)]
                for choice in self.choices
            ],
            "private": self.private,
            "wants": sorted(self.wants),
        }

    @classmethod
    def load(cls, stored: Json) -> "Reply":
        timeline = stored.get("timeline")  # Releases before it wrote none.
        return cls(
            heading=_loaded(stored["heading"]),
            paragraphs=tuple(Text.load(one) for one in stored["paragraphs"]),
            items=tuple(Text.load(one) for one in stored["items"]),
            timeline=Timeline.load(timeline) if timeline else None,
            caution=_loaded(stored["caution"]),
            sources=tuple(Text.load(one) for one in stored["sources"]),
            link=_link(stored["link"]) if stored["link"] else None,
            attachment=Attachment(*stored["file"]) if stored["file"] else None,
            question=_loaded(stored["question"]),
            choices=tuple(
                Choice(token, Text.load(label), _loaded(detail))
                for token, label, detail in stored["choices"]
            ),
            private=stored["private"],
            wants=frozenset(Kind(one) for one in stored.get("wants", ())),
        )


def _dumped(text: Text | None) -> Json:
    return text and text.dump()


def _loaded(stored: Json) -> Text | None:
    return Text.load(stored) if stored else None


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
    left_out: bool = False
    """It answers a question about sensitive data, or repeats one: staff do not read that here."""
