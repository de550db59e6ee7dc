"""A reply as WeChat messages: text with numbered choices, which also are links where those work.

Pure. A payload is one message: `text`, or `qr` (an address as a picture to scan); `part` is its
place in the reply; `more` are the words that tell of a part which must wait; `numbered` are the
lines of its text that begin with the number of a choice.

WeChat reads `<a …>` in any text, also in what a resident or a member of staff wrote, so '<' goes
out full width everywhere but in our own links: nobody can forge one.
"""

from dataclasses import replace

from bot.channels import drawing
from bot.channels.base import Capabilities, Payload, Refused
from bot.i18n import Translator, _
from bot.messages import Choice, Reply

MARK = _("({at}/{count})")
MORE = _("There is more. Write 'more' to read on.")
BETWEEN = "\n\n"
_BULLET = "· "
_IN_A_LINK = frozenset("&\"'<>#?%=\n")
"""Characters that a link's words cannot hold."""
_MARK_ROOM = 16


def draw(
    reply: Reply, translator: Translator, capabilities: Capabilities, *, links: bool
) -> list[Payload]:
    """One payload a message. Raises Refused for a file that WeChat cannot show."""
    if reply.attachment:
        raise Refused("an official account sends texts and pictures of its own only")
    more = MORE.to(translator)
    room = capabilities.max_text - len(f"{BETWEEN}{more}".encode())
    texts = _texts(reply, translator, capabilities, room, links=links)
    if len(texts) > 1:
        texts = _texts(reply, translator, capabilities, room - _MARK_ROOM, links=links)
        mark = MARK.fill(count=len(texts))
        texts = [f"{mark.fill(at=at).to(translator)}{text}" for at, text in enumerate(texts, 1)]
    numbered = _numbered(reply, translator, links=links)
    payloads: list[Payload] = [
        {"text": text, "numbered": numbered.intersection(text.split("\n"))} for text in texts
    ]
    if reply.link and reply.link.to_scan:
        payloads.append({"qr": reply.link.url})
    return [{**payload, "part": at, "more": more} for at, payload in enumerate(payloads)]


def _texts(
    reply: Reply, translator: Translator, capabilities: Capabilities, room: int, *, links: bool
) -> list[str]:
    """The choices stay together, below their question."""
    narrow = replace(capabilities, max_text=room)
    body = drawing.blocks(replace(reply, question=None, choices=()), translator)
    # As one text, so that a heading never stands alone before what is too long for one message.
    whole = BETWEEN.join(safe(block) for block in body if block.strip())
    texts = [piece.strip() for piece in drawing.pack([whole], narrow) if piece.strip()]
    last = _asked(reply, translator, room, links=links)
    if not last:
        return texts
    joined = f"{texts[-1]}{BETWEEN}{last}" if texts else last
    if len(joined.encode()) <= room:
        return [*texts[:-1], joined]
    return [*texts, *drawing.pack(_fitting(last, room), narrow)]


def _asked(reply: Reply, translator: Translator, room: int, *, links: bool) -> str:
    """The question and its choices: in the first way that fits."""
    question = safe(reply.question.to(translator)) if reply.question else ""
    drawn = ""
    for of, linked in _ways(reply, links=links):
        drawn = "\n".join(
            [*([question] if question else []), *_lines(of, translator, links=linked)]
        )
        if len(drawn.encode()) <= room:
            break
    return drawn


def _ways(reply: Reply, *, links: bool) -> tuple[tuple[Reply, bool], ...]:
    """With links, else plain, else without the details of its choices."""
    return (reply, links), (reply, False), (_brief(reply), False)


def _numbered(reply: Reply, translator: Translator, *, links: bool) -> frozenset[str]:
    """The lines of its choices, in whatever way they were drawn; a detail may go on below."""
    return frozenset(
        line.partition("\n")[0]
        for of, linked in _ways(reply, links=links)
        for line in _lines(of, translator, links=linked)
    )


def _brief(reply: Reply) -> Reply:
    """Its choices without their details."""
    return replace(reply, choices=tuple(replace(one, detail=None) for one in reply.choices))


def _fitting(block: str, room: int) -> list[str]:
    """A list too long for any message, cut between its lines."""
    if len(block.encode()) <= room:
        return [block]
    pieces = [""]
    for line in block.splitlines():
        longer = f"{pieces[-1]}\n{line}" if pieces[-1] else line
        if len(longer.encode()) <= room:
            pieces[-1] = longer
        else:
            pieces.append(line)
    return [piece for piece in pieces if piece]


def _lines(reply: Reply, translator: Translator, *, links: bool) -> list[str]:
    drawn = [safe(line) for line in drawing.choice_lines(reply, translator)]
    if not links:
        return drawn
    return [
        _with_link(line, choice, translator)
        for line, choice in zip(drawn, reply.choices, strict=True)
    ]


def _with_link(line: str, choice: Choice, translator: Translator) -> str:
    """The label as a link that sends it, with the choice's token beside it."""
    label = choice.label.to(translator)
    number, space, rest = line.partition(" ")
    if not choice.token or not label or set(label) & _IN_A_LINK or not rest.startswith(label):
        return line
    link = (
        f'<a href="weixin://bizmsgmenu?msgmenucontent={label}&msgmenuid={choice.token}">{label}</a>'
    )
    return f"{number}{space}{link}{rest[len(label) :]}"


def safe(words: str) -> str:
    """Words in which WeChat finds no link."""
    return words.replace("<", "＜")


def bundles(payloads: list[Payload], capabilities: Capabilities) -> list[tuple[Payload, int]]:
    """Texts joined while they fit one message: the quota counts messages, not sentences.

    Each with the number of payloads that it holds. A number stands once in a message: it chooses
    from the last list, so those of earlier lists go.
    """
    joined: list[tuple[Payload, int]] = []
    for payload in payloads:
        if joined and "text" in payload and "text" in joined[-1][0]:
            before, count = joined[-1]
            numbered = payload["numbered"] or before["numbered"]
            earlier = _without_numbers(before) if payload["numbered"] else before["text"]
            text = f"{earlier}{BETWEEN}{payload['text']}"
            room = capabilities.max_text - len(f"{BETWEEN}{payload['more']}".encode())
            if len(text.encode()) <= room:
                joined[-1] = ({**before, "text": text, "numbered": numbered}, count + 1)
                continue
        joined.append((payload, 1))
    return joined


def _without_numbers(payload: Payload) -> str:
    """Its choices can still be tapped, or answered by their words."""
    return "\n".join(
        f"{_BULLET}{line.partition(' ')[2]}" if line in payload["numbered"] else line
        for line in payload["text"].split("\n")
    )
