"""Drawing for WeChat: 2,047 bytes, splits at sentences, choices together, links nobody forges."""

import os
import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.base import Refused
from bot.channels.wechat import WeChat
from bot.channels.wechat_draw import BETWEEN, bundles, draw, safe
from bot.channels.wechat_menu import BUTTONS, menu
from bot.channels.wechat_picture import qr
from bot.i18n import LANGUAGES, Text, translator, verbatim
from bot.messages import Attachment, Choice, Link, Reply

FULL = os.environ.get("PROVE") == "1"
QUICK = settings(max_examples=2000 if FULL else 120, deadline=None)
LIMITS = WeChat.capabilities
SPOKEN = translator("zh_Hans")
MOST = 2047
_MARK = re.compile(r"^（\d+/\d+）")


def drawn(reply: Reply, *, links: bool = True, language: str = "zh_Hans") -> list[dict[str, Any]]:
    return draw(reply, translator(language), LIMITS, links=links)


def said(*words: str) -> tuple[Text, ...]:
    return tuple(verbatim(one) for one in words)


def choices(*labels: str, detail: str = "") -> tuple[Choice, ...]:
    shown = verbatim(detail) if detail else None
    return tuple(Choice(f"7.{at}", verbatim(label), shown) for at, label in enumerate(labels))


def plain(text: str) -> str:
    return re.sub(r"<a href=[^>]*>(.*?)</a>", r"\1", text)


def test_numbers_and_links() -> None:
    reply = Reply(
        paragraphs=said("好的。"), question=verbatim("选哪个？"), choices=choices("甲", "乙")
    )
    (payload,) = drawn(reply)
    assert payload["text"] == (
        "好的。\n\n选哪个？\n"
        '1 <a href="weixin://bizmsgmenu?msgmenucontent=甲&msgmenuid=7.0">甲</a>\n'
        '2 <a href="weixin://bizmsgmenu?msgmenucontent=乙&msgmenuid=7.1">乙</a>'
    )
    (payload,) = drawn(reply, links=False)
    assert payload["text"] == "好的。\n\n选哪个？\n1 甲\n2 乙"


SENTENCES = st.lists(
    st.text(
        alphabet=st.sampled_from("我们上门办证，请您等一会儿ab 1👩‍🦽👨‍👩‍👧é"), max_size=120
    ).map(lambda words: f"{words}。"),
    min_size=1,
    max_size=60,
)
LABELS = st.lists(
    st.text(alphabet="预约改期取消查进度abc&<\"'", min_size=1, max_size=14), max_size=9, unique=True
)


@QUICK
@given(SENTENCES, LABELS, st.booleans(), st.sampled_from(LANGUAGES))
def test_any_reply_fits_and_nothing_of_it_is_lost(
    sentences: list[str], labels: list[str], links: bool, language: str
) -> None:
    """Rule X1: each text at most 2,047 bytes, and the pieces put together are the whole."""
    reply = Reply(
        paragraphs=said("".join(sentences)), question=verbatim("选哪个？"), choices=choices(*labels)
    )
    payloads = drawn(reply, links=links, language=language)
    texts = [payload["text"] for payload in payloads]
    more = len(f"{BETWEEN}{payloads[0]['more']}".encode())
    assert all(0 < len(text.encode()) <= MOST - more for text in texts), "and the word for more"
    assert [payload["part"] for payload in payloads] == list(range(len(texts)))
    if len(texts) > 1:
        mark = "（{}/{}）" if language != "en" else "({}/{})"
        for at, text in enumerate(texts, 1):
            assert text.startswith(mark.format(at, len(texts)))
            texts[at - 1] = text[len(mark.format(at, len(texts))) :]
    whole = "".join([*sentences, "选哪个？", *(f"{at} {one}" for at, one in enumerate(labels, 1))])
    assert without_spaces("".join(map(plain, texts))) == without_spaces(safe(whole))
    assert _together(plain(texts[-1]), labels), "the choices stand together, under their question"
    for text in texts[:-1]:
        assert not unicodedata.combining(text[-1])
        assert text[-1] != "\u200d"


def _together(last: str, labels: list[str]) -> bool:
    asked = ["选哪个？", *(f"{at} {safe(one)}" for at, one in enumerate(labels, 1))]
    return last.splitlines()[-len(asked) :] == "\n".join(asked).splitlines()


def without_spaces(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_a_long_reply_is_cut_at_ends_of_sentences() -> None:
    sentences = [f"第{at}句，说的是办证要带什么、到哪里办、多久能办好。" for at in range(80)]
    texts = [one["text"] for one in drawn(Reply(paragraphs=said("".join(sentences))))]
    assert len(texts) == 4
    assert all(text.endswith("。") for text in texts)
    assert [_MARK.match(text)[0] for text in texts] == [f"（{at}/4）" for at in (1, 2, 3, 4)]  # type: ignore[index]


def test_a_list_too_long_for_links_or_details_keeps_its_choices() -> None:
    labels = [f"第{at}个办事点在很远的地方" for at in range(14)]
    reply = Reply(question=verbatim("哪里？"), choices=choices(*labels, detail="很长的说明" * 4))
    texts = [one["text"] for one in drawn(reply)]
    assert len(texts) == 1
    assert "<a" not in texts[0]
    assert all(f"{at} {label}" in texts[0] for at, label in enumerate(labels, 1))
    many = [f"第{at}个办事点在很远很远的地方" for at in range(99)]
    texts = [one["text"] for one in drawn(Reply(question=verbatim("哪？"), choices=choices(*many)))]
    lines = [line for text in texts for line in _MARK.sub("", text).splitlines()]
    assert [line for line in lines if line] == [
        "哪？", *(f"{at} {label}" for at, label in enumerate(many, 1))
    ]  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        '<a href="https://evil.example">点这里</a>',
        '<a href="weixin://bizmsgmenu?msgmenucontent=取消&msgmenuid=1">x</a>',
        "<A HREF=x>",
        "</a>",
        "1 < 2",
    ],
)
def test_nobody_can_forge_a_link(words: str) -> None:
    """Not a resident whose words come back, nor a member of staff."""
    reply = Reply(paragraphs=said(words), question=verbatim(words), choices=choices("好", words))
    (payload,) = drawn(reply)
    assert re.findall(r"<[^>]*>", payload["text"]) == [
        '<a href="weixin://bizmsgmenu?msgmenucontent=好&msgmenuid=7.0">', "</a>",
    ]  # fmt: skip
    assert words.replace("<", "＜") in payload["text"]


def test_what_waits_goes_together_as_few_messages() -> None:
    """The quota counts messages."""
    short = [drawn(Reply(paragraphs=said(f"第{at}条。")))[0] for at in range(9)]
    ((joined, count),) = bundles(short, LIMITS)
    assert (count, joined["text"]) == (9, BETWEEN.join(f"第{at}条。" for at in range(9)))
    long = drawn(Reply(paragraphs=said("很长的一句话说了好多好多。" * 100)))
    found = bundles([*short, *long, *short], LIMITS)
    assert sum(count for _one, count in found) == 18 + len(long)
    assert all(len(one["text"].encode()) <= MOST for one, _count in found)
    assert len(found) <= len(long) + 2


def test_a_number_stands_once_in_a_message() -> None:
    """What is typed chooses from the last list: the others keep their words and links only."""
    asked = Reply(
        paragraphs=said("修好了。", "1 层和 2 层都好了。"),
        question=verbatim("您的事解决了吗？"),
        choices=choices("解决了", "没解决", detail="请说\n为什么"),
    )
    menu_reply = Reply(question=verbatim("想办什么事？"), choices=choices("预约", "投诉"))
    thanks = Reply(paragraphs=said("不客气。"))
    waiting = [drawn(one, links=False)[0] for one in (asked, menu_reply, thanks)]
    ((joined, _count),) = bundles(waiting, LIMITS)
    assert joined["text"] == (
        "修好了。\n\n1 层和 2 层都好了。\n\n您的事解决了吗？\n"
        "· 解决了：请说\n为什么\n· 没解决：请说\n为什么\n\n"
        "想办什么事？\n1 预约\n2 投诉\n\n不客气。"
    )
    tapped, _asked = drawn(asked)[0], drawn(menu_reply)
    ((joined, _count),) = bundles([tapped, *_asked], LIMITS)
    lines = joined["text"].splitlines()
    assert [line[:2] for line in lines if "<a " in line] == ["· ", "· ", "1 ", "2 "]


def test_an_address_to_scan_is_a_picture() -> None:
    reply = Reply(
        paragraphs=said("换个地方接着办。"),
        link=Link("https://doorstep.example/", verbatim("网页："), to_scan=True),
    )
    text, picture = drawn(reply)
    assert "https://doorstep.example/" in text["text"]
    assert picture["qr"] == "https://doorstep.example/"
    assert Reply.load(reply.dump()) == reply
    old = reply.dump() | {"link": ["https://doorstep.example/", verbatim("网页：").dump()]}
    assert Reply.load(old).link == Link("https://doorstep.example/", verbatim("网页："))
    content = qr("https://doorstep.example/")
    assert content.startswith(b"\x89PNG")
    assert len(content) < 64 * 1024


def test_a_file_is_refused() -> None:
    with pytest.raises(Refused):
        drawn(Reply(attachment=Attachment("x", "application/pdf")))


def test_the_menu_makes_sense_alone() -> None:
    """Rule X4: at most five characters a name, and the platform's own limits."""
    for language in ("zh_Hans", "zh_Hant"):
        made = menu(translator(language))
        assert 1 <= len(made["button"]) <= 3
        for button in made["button"]:
            assert button["type"] == "click"
            assert 2 <= len(button["name"]) <= 5
            assert len(button["name"].encode()) <= 16
            assert len(button["key"].encode()) <= 128
    assert [key for key, _name in BUTTONS] == ["policy", "book", "mine"]
