"""A reply as the values that the chat page's templates show."""

from typing import Any

from bot.channels import drawing
from bot.i18n import Translator
from bot.messages import PROGRESS, Choice, Reply, Timeline

DOT = "· "
"""Before each line of a list that has headings, where a channel shows nothing but text."""
_SHORT_LABEL = 8
"""In halves of a Han character: labels that fit side by side on a phone."""


def drawn(reply: Reply, translator: Translator) -> dict[str, Any]:
    """What item.html shows of it."""
    return {
        "heading": reply.heading and reply.heading.to(translator),
        "paragraphs": [text.to(translator) for text in reply.paragraphs],
        "groups": _groups([text.to(translator) for text in reply.items]),
        "timeline": reply.timeline and _timeline(reply.timeline, translator),
        "caution": reply.caution and drawing.CAUTION.fill(caution=reply.caution).to(translator),
        "sources": drawing.sources_of(reply).to(translator) if reply.sources else "",
        "link": reply.link and {"url": reply.link.url, "words": reply.link.words.to(translator)},
        "file": reply.attachment
        and {"reference": reply.attachment.reference, "name": reply.attachment.name},
        "question": reply.question and reply.question.to(translator),
        "choices": drawing.choice_lines(reply, translator),
    }


def _groups(items: list[str]) -> list[tuple[str, list[str]]]:
    """['Bring', '· a card'] as a heading with its list; items without a dot are one list."""
    if not any(item.startswith(DOT) for item in items):
        return [("", items)] if items else []
    groups: list[tuple[str, list[str]]] = []
    for item in items:
        if not item.startswith(DOT):
            groups.append((item, []))
        elif groups:
            groups[-1][1].append(item.removeprefix(DOT))
        else:
            groups.append(("", [item.removeprefix(DOT)]))
    return groups


def _choice(number: int, choice: Choice, translator: Translator) -> dict[str, Any]:
    return {
        "number": number,
        "token": choice.token,
        "label": choice.label.to(translator),
        "detail": choice.detail.to(translator) if choice.detail else "",
    }


def answers(reply: Reply, translator: Translator) -> dict[str, Any]:
    """What answers.html shows: a group of buttons that the question names."""
    choices = [_choice(at, one, translator) for at, one in enumerate(reply.choices, 1)]
    return {
        "question": reply.question.to(translator) if reply.question else "",
        "choices": choices,
        "wants": reply.wants,
        "short": all(_width(one["label"]) <= _SHORT_LABEL and not one["detail"] for one in choices),
    }


def _timeline(timeline: Timeline, translator: Translator) -> dict[str, Any]:
    """Each step with the words for its mark: '已完成：'."""
    return {
        "steps": [
            {
                "progress": one.progress.value,
                "said": PROGRESS[one.progress].fill(what="").to(translator).strip(),
                "name": one.name.to(translator),
                "when": one.when.to(translator) if one.when else "",
            }
            for one in timeline.milestones
        ],
        "note": timeline.note.to(translator) if timeline.note else "",
    }


def _width(label: str) -> int:
    return sum(1 if character.isascii() else 2 for character in label)
