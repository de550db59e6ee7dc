"""A reply as plain text lines within a channel's limits: the drawing that all channels share."""

import re
from collections.abc import Iterable

from bot.channels.base import Capabilities
from bot.i18n import SEMICOLON, Text, Translator, _, enumerated
from bot.messages import Attachment, Reply

_SENTENCE_END = re.compile(r"(?<=[。！？；.!?;\n])")
_CHARACTER = re.compile(
    "(?:[\U0001f1e6-\U0001f1ff]{2}|.)"
    "(?:[\u0300-\u036f\ufe00-\ufe0f\u20e3\U0001f3fb-\U0001f3ff]|\u200d.)*",
    re.DOTALL,
)
"""What people see as one: a letter with its accents, an emoji of several parts, a flag."""
SOURCES = _("Source: {sources}")
CAUTION = _("Please note: {caution}")
_KINDS = {"image": _("Photo"), "audio": _("Voice message"), "video": _("Video")}


def file_kind(file: Attachment) -> Text:
    """What a person sent, in a word."""
    return _KINDS.get(file.media_type.partition("/")[0], _("File"))


def sources_of(reply: Reply) -> Text:
    """What it rests on, in a line; of a reply that has sources."""
    return SOURCES.fill(sources=enumerated(reply.sources, SEMICOLON))


def blocks(reply: Reply, translator: Translator) -> list[str]:
    """The reply's blocks in reading order; the last holds the question and its choices.

    Accessibility rule C4: choices stand in the text as '1 label', so that no button is needed.
    """
    drawn = [text.to(translator) for text in (reply.heading,) if text]
    drawn += [text.to(translator) for text in reply.paragraphs]
    if reply.items:
        drawn.append("\n".join(text.to(translator) for text in reply.items))
    if reply.timeline:
        drawn.append("\n".join(reply.timeline.lines(translator)))
        drawn += [text.to(translator) for text in (reply.timeline.note,) if text]
    if reply.caution:
        drawn.append(CAUTION.fill(caution=reply.caution).to(translator))
    if reply.sources:
        drawn.append(sources_of(reply).to(translator))
    if reply.link:
        drawn.append(f"{reply.link.words.to(translator)}\n{reply.link.url}")
    asked = [reply.question.to(translator)] if reply.question else []
    asked += choice_lines(reply, translator)
    if asked:
        drawn.append("\n".join(asked))
    return drawn


def choice_lines(reply: Reply, translator: Translator) -> list[str]:
    """'1 label' or '1 label：detail' for each choice."""
    lines = []
    for number, choice in enumerate(reply.choices, 1):
        label = choice.label.to(translator)
        if choice.detail:
            colon = ": " if translator.language == "en" else "："
            label = f"{label}{colon}{choice.detail.to(translator)}"
        lines.append(f"{number} {label}")
    return lines


def length(text: str, capabilities: Capabilities) -> int:
    """Length in the unit that the channel counts in."""
    if capabilities.text_unit == "bytes":
        return len(text.encode())
    if capabilities.text_unit == "utf16":
        return len(text.encode("utf-16-le")) // 2
    return len(text)


def messages(reply: Reply, translator: Translator, capabilities: Capabilities) -> list[str]:
    """The reply as one or more texts that fit, split at sentences; the choices stay together."""
    drawn = blocks(reply, translator)
    return pack(drawn, capabilities) or [""]


def pack(drawn: Iterable[str], capabilities: Capabilities) -> list[str]:
    """Join blocks with an empty line while they fit; cut a block that alone is too long."""
    packed: list[str] = []
    for block in drawn:
        for piece in _pieces(block, capabilities):
            joined = f"{packed[-1]}\n\n{piece}" if packed else piece
            if packed and length(joined, capabilities) <= capabilities.max_text:
                packed[-1] = joined
            else:
                packed.append(piece)
    return packed


def _pieces(block: str, capabilities: Capabilities) -> list[str]:
    if length(block, capabilities) <= capabilities.max_text:
        return [block]
    pieces = [""]
    for sentence in _SENTENCE_END.split(block):
        for part in _cut(sentence, capabilities):
            if length(pieces[-1] + part, capabilities) <= capabilities.max_text:
                pieces[-1] += part
            else:
                pieces.append(part)
    return [piece for piece in pieces if piece]


def _cut(sentence: str, capabilities: Capabilities) -> list[str]:
    """A sentence too long for any message, cut between characters."""
    parts = [""]
    for character in _CHARACTER.findall(sentence):
        if length(parts[-1] + character, capabilities) > capabilities.max_text:
            parts.append("")
        parts[-1] += character
    return parts
