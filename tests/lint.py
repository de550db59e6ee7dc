"""What every message must keep, whoever it goes to: rules C of the accessibility checklist.

`faults(reply, spoken)` reads the message as it is drawn, in one language. Rules that need the
channel (T) are checked by tests/people.py, those that need a story by the tests of the engine.
"""

import re
import unicodedata
from dataclasses import replace

from bot.channels.drawing import blocks
from bot.i18n import Translator
from bot.messages import Reply

HARD_LIMIT = 500
"""C1: Han characters of one message."""
LONGEST_SENTENCE = 45
"""C2 says 30 Han; sentences out of a law's own words may need more."""
MEAN_SENTENCE = 20
LONGEST_LABEL = {"zh_Hans": 14, "zh_Hant": 14, "en": 40}
"""C7 says 12 Han; a date with its weekday has 14 signs."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_DRAWN = re.compile(
    r"[\u2460-\u24ff\u2500-\u257f\u2580-\u25ff]|！！|～～|～$|(?<!\*)\*\*(?!\*)|__|```|~~"
)
_SHORT_DATE = re.compile(r"(?<![\d/-])\d{1,2}/\d{1,2}(?![\d/])|(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")
_BARE_HOUR = re.compile(r"(?<![\d:：])([01]?\d|2[0-3])[:：][0-5]\d(?![\d:：])(?!\s?[AP]M)")
_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_BLAME = ("非法", "无效", "無效", "错误操作", "invalid", "illegal")
_WHERE = (
    "下方",
    "上方",
    "红色按钮",
    "绿色按钮",
    "点击这里",
    "點擊這裏",
    "click here",
    "button below",
)
_DISRESPECT = ("残废", "殘廢", "弱智", "正常人", "傻子", "瘸", "crippled", "retarded")
_ENGLISH = re.compile(r"(?:\b[a-z]{2,}\b[ ,.]+){3,}", re.IGNORECASE)
ALLOWED_EXAMPLES = ("11010519491231002X", "13800138000", "138 0013 8000")
"""The example of the standard itself, and a number that nobody has."""


def faults(reply: Reply, spoken: Translator) -> list[str]:
    """A line each; none for a good message."""
    drawn = blocks(reply, spoken)
    text = "\n".join(drawn)
    found = [
        *_length(reply, spoken, text),
        *_signs("\n".join(blocks(_ours(reply), spoken))),
        *_words(text, spoken.language),
        *_choices(reply, spoken),
        *_question(reply, spoken, drawn),
    ]
    return [f"{fault}: {text[:60]!r}" for fault in found]


def _ours(reply: Reply) -> Reply:
    """Without the details of choices: at the review those are the person's own words."""
    bare = tuple(replace(choice, detail=None) for choice in reply.choices)
    return replace(reply, choices=bare)


def _length(reply: Reply, spoken: Translator, text: str) -> list[str]:
    if spoken.language == "en":
        return []
    found = []
    if len(_HAN.findall(text)) > HARD_LIMIT:
        found.append(f"C1 {len(_HAN.findall(text))} Han characters")
    own = [*reply.paragraphs, *([reply.question] if reply.question else [])]
    said = " ".join(one.to(spoken) for one in own)
    sentences = [len(_HAN.findall(one)) for one in re.split(r"[。！？\n]", said)]
    sentences = [length for length in sentences if length]
    if sentences and max(sentences) > LONGEST_SENTENCE:
        found.append(f"C2 a sentence of {max(sentences)} Han characters")
    if len(sentences) > 1 and sum(sentences) / len(sentences) > MEAN_SENTENCE:
        found.append(f"C2 sentences of {sum(sentences) / len(sentences):.0f} Han on average")
    return found


def _signs(text: str) -> list[str]:
    found = []
    drawing = _DRAWN.search(text)
    if drawing:
        found.append(f"C9 drawing {text[max(0, drawing.start() - 9) : drawing.end() + 9]!r}")
    emoji = [one for one in text if unicodedata.category(one) == "So"]
    if emoji:
        found.append(f"C8 emoji {emoji}")
    if _SHORT_DATE.search(text):
        found.append("C12 a date in digits only")
    if _BARE_HOUR.search(text):
        found.append("C12 an hour without its half of the day")
    for example in ALLOWED_EXAMPLES:
        text = text.replace(example, "")
    if _IDENTITY.search(text) or _MOBILE.search(text):
        found.append("C14 a number of somebody, unmasked")
    return found


def _words(text: str, language: str) -> list[str]:
    low = text.lower()
    found = [f"C15 {word}" for word in _BLAME if word in low]
    found += [f"C34 {word}" for word in _WHERE if word in low]
    found += [f"C35 {word}" for word in _DISRESPECT if word in low]
    if language != "en" and _ENGLISH.search(text):
        found.append("C28 not translated")
    return found


def _choices(reply: Reply, spoken: Translator) -> list[str]:
    labels = [choice.label.to(spoken) for choice in reply.choices]
    found = []
    if len(labels) != len(set(labels)):
        found.append(f"C7 one label twice {labels}")
    measure = len if spoken.language == "en" else _han
    long = [one for one in labels if measure(one) > LONGEST_LABEL[spoken.language]]
    if long:
        found.append(f"C7 long labels {long}")
    return found


def _han(label: str) -> int:
    return len(_HAN.findall(label))


def _question(reply: Reply, spoken: Translator, drawn: list[str]) -> list[str]:
    """C3: one question, and nothing but the choices after it."""
    if reply.question is None:
        return []
    asked = reply.question.to(spoken)
    found = []
    if len(re.findall(r"[？?]", asked)) > 1:
        found.append("C3 two questions at once")
    at = next((at for at, block in enumerate(drawn) if asked in block), -1)
    if reply.choices and at not in (len(drawn) - 1, len(drawn) - 2):
        found.append("C3 the question is not the last before the choices")
    return found
