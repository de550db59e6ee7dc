"""The lint itself: a good message passes, and each spoilt one is named by its rule."""

import pytest

from bot.i18n import translator, verbatim
from bot.messages import Choice, Reply
from tests.lint import faults

CHINESE = translator("zh_Hans")
GOOD = Reply(
    heading=verbatim("约好了：上门评残"),
    paragraphs=(verbatim("时间：2026年3月4日（星期三）上午9点30分。电话 138****8000。"),),
    question=verbatim("接下来想做什么？"),
    choices=(Choice("1.0", verbatim("改期或取消")), Choice("1.1", verbatim("主菜单"))),
)


def saying(words: str) -> Reply:
    return Reply(paragraphs=(verbatim(words),))


def choosing(*labels: str) -> Reply:
    return Reply(choices=tuple(Choice(str(at), verbatim(one)) for at, one in enumerate(labels)))


def test_a_good_message_passes() -> None:
    assert faults(GOOD, CHINESE) == []


@pytest.mark.parametrize(
    ("rule", "reply"),
    [
        ("C1", saying("很长的话。" * 130)),
        ("C2", saying("这是一个没有停顿的句子" * 5)),
        ("C3", Reply(question=verbatim("您叫什么？住哪里？"))),
        ("C7", choosing("主菜单", "主菜单")),
        ("C7", choosing("这个选项的名字实在是太长了没有人看得完它")),
        ("C8", saying("约好了🎉")),
        ("C9", saying("①先去残联")),
        ("C9", saying("请**马上**来")),
        ("C12", saying("3/5 上午")),
        ("C12", saying("请在 14:00 到")),
        ("C14", saying("您的电话是 13912345678")),
        ("C14", saying("身份证号 440103199001011234")),
        ("C15", saying("输入无效")),
        ("C28", saying("Please choose one of these options")),
        ("C34", saying("请按下方的按钮")),
        ("C35", saying("残废证")),
    ],
)  # fmt: skip
def test_a_spoilt_message_is_named(rule: str, reply: Reply) -> None:
    assert any(fault.startswith(rule) for fault in faults(reply, CHINESE)), faults(reply, CHINESE)
