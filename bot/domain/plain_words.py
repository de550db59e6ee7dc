"""What stands between a staff reply and the person who reads or hears it: rules C, before sending.

The clerk decides; only what would hurt (rule C35) or is unfinished is refused.
"""

import re
import unicodedata
from dataclasses import dataclass

from bot.i18n import Text, _, verbatim

MOST_HAN = 300
MOST_LETTERS = 1200
MOST_LINES = 8
LONGEST_SENTENCE = 30
LONGEST_ENGLISH = 25
"""Words of an English sentence."""
SHOWN = 12

_HAN = re.compile(r"[\u3400-\u9fff]")
_SENTENCES = re.compile(r"[。！？!?\n；;]|(?<=[a-z])\.(?:\s|$)")
_BLANK = re.compile(r"【[^】]*】")
_SHORT_DATE = re.compile(r"(?<![\d/-])\d{1,2}/\d{1,2}(?![\d/])|(?<!\d)\d{4}-\d{1,2}-\d{1,2}(?!\d)")
_BARE_HOUR = re.compile(r"(?<![\d:：])([01]?\d|2[0-3])[:：][0-5]\d(?![\d:：])")
_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_MARKUP = re.compile(r"\*\*|__|^#{1,4} |</?[a-zA-Z][^>]*>|\[[^\]]+\]\([^)]+\)", re.MULTILINE)
_DRAWN = re.compile(r"[\u2460-\u24ff\u2500-\u257f\u2580-\u25ff]|！！|～～")
_BLAME = ("非法", "无效", "無效", "错误操作", "錯誤操作")
_WHERE = ("下方", "上方", "红色", "紅色", "绿色", "綠色", "点击这里", "點擊這裡", "click here")
_HURTS = ("残废", "殘廢", "弱智", "正常人", "傻子", "瘸", "白痴", "crippled", "retarded")
_OFFICIALESE = {
    "予以": "给",
    "予以受理": "收下了",
    "办结": "办好",
    "辦結": "辦好",
    "依据": "按照",
    "依據": "按照",
    "逾期": "过了时间",
    "兹": "现在",
    "茲": "現在",
    "特此": "在这里",
    "贵方": "您",
    "貴方": "您",
    "拟": "打算",
    "擬": "打算",
    "上述": "上面说的",
    "复函": "回信",
    "不予": "不",
    "酌情": "看情况",
    "提请": "请",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """`refused`: it cannot be sent so."""

    words: Text
    refused: bool = False


def faults(text: str, language: str) -> list[Fault]:
    """What is wrong, how to mend it; none for a good reply."""
    return [
        *_unfinished(text),
        *_length(text, language),
        *_signs(text),
        *_numbers(text),
        *_said(text),
    ]


def _unfinished(text: str) -> list[Fault]:
    blank = _BLANK.search(text)
    if not blank:
        return []
    words = _("{blank} is still to be filled in.").fill(blank=verbatim(blank[0]))
    return [Fault(words, refused=True)]


def _length(text: str, language: str) -> list[Fault]:
    found = []
    size, most = (
        (len(text), MOST_LETTERS) if language == "en" else (len(_HAN.findall(text)), MOST_HAN)
    )
    if size > most:
        words = _("It has {count} characters. Up to {most} can be read or heard at one go.")
        found.append(Fault(words.fill(count=size, most=most)))
    if text.strip().count("\n") >= MOST_LINES:
        found.append(Fault(_("It has more than {most} lines.").fill(most=MOST_LINES)))
    for sentence in _SENTENCES.split(text):
        measured, longest = (
            (len(sentence.split()), LONGEST_ENGLISH)
            if language == "en"
            else (len(_HAN.findall(sentence)), LONGEST_SENTENCE)
        )
        if measured > longest:
            words = _("A long sentence: '{words}…'. Please make two of it.")
            found.append(Fault(words.fill(words=verbatim(sentence.strip()[:SHOWN]))))
    if len(re.findall(r"[？?]", text)) > 1:
        found.append(Fault(_("It asks more than one question. Please ask the second one later.")))
    return found


def _signs(text: str) -> list[Fault]:
    found = []
    emoji = [one for one in text if unicodedata.category(one) == "So"]
    if emoji:
        found.append(Fault(_("Emoji are read out one by one. Please leave them out.")))
    drawn = _DRAWN.search(text)
    if drawn:
        words = _("'{sign}' is a drawing that screen readers stumble over.")
        found.append(Fault(words.fill(sign=verbatim(drawn[0]))))
    markup = _MARKUP.search(text)
    if markup:
        words = _("'{sign}' arrives as these very characters: nothing becomes bold or a link.")
        found.append(Fault(words.fill(sign=verbatim(markup[0]))))
    return found


def _numbers(text: str) -> list[Fault]:
    found = []
    date = _SHORT_DATE.search(text) or _BARE_HOUR.search(text)
    if date:
        words = _("'{number}': please write it out, for example 3月5日（星期四）上午9点30分.")
        found.append(Fault(words.fill(number=verbatim(date[0]))))
    if _IDENTITY.search(text) or _MOBILE.search(text):
        found.append(Fault(_("It holds an identity or mobile number. Is it meant for this chat?")))
    return found


def _said(text: str) -> list[Fault]:
    low = text.lower()
    found = []
    for word in _HURTS:
        if word in low:
            words = _("'{word}' hurts people. Please write it otherwise.")
            found.append(Fault(words.fill(word=verbatim(word)), refused=True))
    for word in _BLAME:
        if word in low:
            words = _("'{word}' blames. Please say what is wrong and how to mend it.")
            found.append(Fault(words.fill(word=verbatim(word))))
    for word in _WHERE:
        if word in low:
            words = _("'{word}' says nothing to who cannot see it. Please name it instead.")
            found.append(Fault(words.fill(word=verbatim(word))))
    for word, plainer in _OFFICIALESE.items():
        if word in text:
            words = _("Officialese: '{word}'. Plainer: '{plainer}'.")
            found.append(Fault(words.fill(word=verbatim(word), plainer=verbatim(plainer))))
    return found
