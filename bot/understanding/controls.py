"""Words that always work, in three languages, in Cantonese and as commands (rule C5)."""

import re
from enum import StrEnum

from bot.understanding.normalise import bare, normalise


class Control(StrEnum):
    """What such a word asks for; the values are those of bot.dialog.Control."""

    BACK = "back"
    CANCEL = "cancel"
    MENU = "menu"
    HUMAN = "human"
    HELP = "help"
    REPEAT = "repeat"
    WHY = "why"
    RESUME = "resume"


# As `bare` writes them: Simplified, lower case; English without its spaces.
WORDS: dict[Control, str] = {
    Control.BACK: "返回 上一步 后退 回上一步 返回上一步 回去 退回 上一题 上一个 返去 返上一步 "
    "返转头 倒返转头 back previous goback",
    Control.CANCEL: "取消 不办了 算了 停止 停 停下 结束 退出 不要了 不弄了 唔办啦 唔办 "
    "唔整啦 唔搞啦 唔约啦 取消佢 cancel cancelit stop quit exit abort nevermind",
    Control.MENU: "菜单 主菜单 首页 主页 目录 选单 主选单 功能 返回菜单 回菜单 回主菜单 "
    "返回主菜单 回到首页 回首页 返回首页 0 零 menu main mainmenu",
    Control.HUMAN: "人工 转人工 转接人工 真人 转真人 人工服务 人工客服 找人工 客服 找客服 联系客服 "
    "找人 找真人 我要人工 找工作人员 工作人员 人手 真人客服 真人服务 揾人 揾真人 揾人工 "
    "揾职员 职员 同真人倾 跟真人说 human person agent operator representative "
    "talktoaperson talktoahuman speaktoaperson speaktoahuman ahuman aperson realperson "
    "arealperson",
    Control.HELP: "帮助 怎么用 怎么使用 说明 使用说明 求助说明 帮手 点用 点样用 help helpme howto",
    Control.REPEAT: "重复 再说一遍 再讲一遍 再说一次 再讲一次 再讲多次 再讲过 再讲 重说 没听清 "
    "没听清楚 没看清 repeat again sayagain repeatthat sayitagain",
    Control.WHY: "为什么 为什么问这个 为什么要问 为何 点解 点解要问 干嘛问 做乜问 why whydoyouask",
    Control.RESUME: "继续 接着 接着办 继续办 接着来 接住 continue resume goon",
}
_BY_WORD = {word: control for control, words in WORDS.items() for word in words.split()}

# Unmistakable: '嗯' and '哦' also say no more than 'I am listening' (docs/decisions/0013).
_YES = (
    "是 是的 系的 对 对的 都对 全对 好 好的 可以 行 要 有 确定 确认 同意 我同意 没错 没问题 愿意 "
    "当然 系 得 啱 啱晒 冇错 冇问题 梗系 yes y yeah yep yup ok okay sure right correct allright "
    "agree agreed iagree ofcourse yesido yesitis"
)
_NO = (
    "否 不 不了 不是 不是的 不要 不用 不用了 不行 不可以 不对 不太对 不好 不同意 我不同意 不愿意 "
    "没 没有 不需要 有错 错了 错 唔 唔系 唔要 唔使 唔好 唔得 唔啱 唔同意 我唔同意 唔可以 冇 no "
    "n nope notatall notquite wrong disagree idontagree idonotagree noidont noitisnot"
)
_ANSWERS = dict.fromkeys(_YES.split(), True) | dict.fromkeys(_NO.split(), False)
_SIGNS = {"👍": True, "👌": True, "✅": True, "✔": True, "👎": False, "❌": False}

# Beside every 'no': of an optional question each of them says 'leave it out'.
_NOTHING = frozenset(
    "跳过 略过 过 不填 不想填 不写 不想写 不说 不想说 不想讲 不方便说 不知道 不晓得 不清楚 不记得 "
    "不记得了 忘了 忘记了 无 没有了 都没有 暂时没有 不了解 唔知 唔知道 唔清楚 唔记得 唔记得咗 唔填 "
    "唔讲 唔想讲 skip pass none nothing dontknow idontknow idontremember idk unknown".split()
)
_WHY_ASKED = re.compile(
    r"(?:为什么|为啥|为何|干嘛|干吗|点解|做乜)(?:你们?|你哋)?(?:还|仲)?(?:一定)?要?(?:问|填|写|知道).{0,10}"
    r"|why do you (?:ask|need|want)(?: to know)?(?: for)? ?.{0,30}"
)

_COMMAND = re.compile(r"/(\w+)(?:@\w+)?\s*")
_POLITE = re.compile(
    r"^(?:请|麻烦(?:你|您)?|唔该(?:晒|你)?|帮我|我(?:要|想)|please|iwantto|iwant|idliketo)+"
    r"|(?:谢谢(?:你|您)?|多谢(?:晒)?|唔该(?:晒)?|please|thanks|thankyou|一下|下|先|[啦吧呀啊喇嘞咯哦喔嘅])+$"
)
_ASKED = re.compile(
    r"^(?:可不可以|能不能|可唔可以|得唔得|可以|能|canyou|couldyou|cani|couldi)+"
    r"|(?:可以吗|好吗|行吗|得唔得|好唔好|[吗嘛])+$"
)


def control_in(text: str) -> Control | None:
    """The control that the whole message is; None otherwise.

    '取消预约要怎么弄' is a question, not a 'cancel'; '可以取消吗' asks, '可以转人工吗' wants.
    """
    said = normalise(text)
    if said and not said.strip("? "):
        return Control.HELP
    command = _COMMAND.fullmatch(said)
    word = command[1] if command else bare(said).replace(" ", "")
    control = _known(word)
    if control:
        return control
    asked = _known(_ASKED.sub("", _POLITE.sub("", word)))
    return None if asked is Control.CANCEL else asked


def yes_no(text: str) -> bool | None:
    """Whether the whole message agrees or declines; None: it does neither."""
    signs = {_SIGNS[sign] for sign in _SIGNS if sign in text}
    word = bare(text).replace(" ", "")
    if not word:
        return signs.pop() if len(signs) == 1 else None
    return _ANSWERS.get(word, _ANSWERS.get(_POLITE.sub("", word)))


def has_nothing_to_say(text: str) -> bool:
    """Whether the whole message leaves a question out: '没有', '不知道', 'I don't know'."""
    word = bare(text).replace(" ", "")
    return yes_no(text) is False or word in _NOTHING or _POLITE.sub("", word) in _NOTHING


def asks_why(text: str) -> bool:
    """Whether the whole message asks why something is asked: '为什么要填户口'."""
    return _WHY_ASKED.fullmatch(bare(text)) is not None


def _known(word: str) -> Control | None:
    return _BY_WORD.get(word) or _BY_WORD.get(_POLITE.sub("", word))
