"""What a sentence is about: one form, numbers, words that always work, answers, emergencies."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialog import Control as DialogControl
from bot.dialog import Intent
from bot.hearing import EMERGENCY
from bot.known import load_known, load_pack
from bot.understanding import controls, synonyms
from bot.understanding.confidence import IS_OURS, IS_RIGHT, Evidence, chance
from bot.understanding.controls import (
    Control,
    asks_why,
    control_in,
    has_nothing_to_say,
    yes_no,
)
from bot.understanding.index import Index, questions_of
from bot.understanding.intents import (
    conversation_in,
    is_emergency,
    is_question,
    language_named,
)
from bot.understanding.normalise import bare, language_of, normalise, number_in
from bot.understanding.search import WRITTEN, Finder
from bot.understanding.word_for_word import WordForWord

ASKED = {
    "manage.lost": ["残疾证丢了怎么补", "证不见了去哪里补办", "I lost my disability certificate"],
    "manage.renew": ["残疾证到期怎么换", "十年到期换证要带什么", "How do I renew the certificate?"],
    "home.who": ["什么人可以申请上门评残", "老人卧床能来家里评吗", "Who can be assessed at home?"],
    "assess.stroke": ["中风多久以后能评残", "脑梗偏瘫能办残疾证吗", "When after a stroke?"],
    "benefit.nursing": [
        "重度残疾人护理补贴谁能领",
        "护理补贴要什么条件",
        "Who gets the allowance?",
    ],
    "benefit.device": ["轮椅怎么申请", "助听器有补贴吗", "How do I get a wheelchair?"],
    "apply.fee": ["办残疾证要不要钱", "评残收费吗", "What does the certificate cost?"],
}
INDEX = Index(ASKED)
HEARING = load_known()[1]
"""As the service hears, with all its content."""
ANY_TEXT = (
    st.text() | st.text(st.characters(categories=None)) | st.text("请取消返回12二第?？ /@👍残疾证")
)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("  ＡＢＣ　１２ ", "abc 12"),
        ("殘疾證", "残疾证"),
        ("我 想  辦 證", "我 想 办 证"),
        ("取\u200b消\ufeff", "取消"),
        ("a\ud83db\0c", "abc"),
    ],
)
def test_one_form(typed: str, plain: str) -> None:
    assert normalise(typed) == plain


def test_bare_has_no_punctuation_and_no_emoji() -> None:
    assert bare("「殘疾證」👍 丟 咗，點算？") == "残疾证丢咗点算"
    assert bare("Go back!") == "go back"


@pytest.mark.parametrize(
    "typed",
    "2|２|二|兩|两个|第二个|第二個|選２|选第二个|我要2|2.|(2)|②|2️⃣|2、|option 2|number two|no. 2"
    "|the second one|贰|2 谢谢".split("|"),
)
def test_two_in_every_way(typed: str) -> None:
    assert number_in(typed) == 2


@pytest.mark.parametrize(
    ("typed", "number"),
    [("零", 0), ("十", 10), ("十二", 12), ("二十", 20), ("廿一", 21), ("幺", 1), ("一三", 13)],
)
def test_other_numerals(typed: str, number: int) -> None:
    assert number_in(typed) == number


@pytest.mark.parametrize(
    "typed",
    ["", "二楼", "2b", "-2", "2.5", "1 2", "十十", "no one", "none", "2026", "三个月"],
)
def test_what_is_no_number(typed: str) -> None:
    assert number_in(typed) is None


CONTROLS = {
    Control.BACK: "返回 上一步 返去 back /back /back@DoorstepBot 请返回 唔該返回 goback",
    Control.CANCEL: "取消 cancel /cancel 取消，谢谢 我要取消 停 STOP 不办了。",
    Control.MENU: "菜单 主菜单 主選單 menu ／ｍｅｎｕ 0 返回菜单",
    Control.HUMAN: "人工 轉人工 真人 搵真人 human 可以转人工吗 麻烦转人工谢谢 我想找人工",
    Control.HELP: "帮助 幫助 help /help ? ？ 点用",
    Control.REPEAT: "重复 再说一遍 再講一次 repeat again 没听清",
    Control.WHY: "为什么 點解 why",
    Control.RESUME: "继续 繼續 continue",
}


@pytest.mark.parametrize(
    ("typed", "control"), [(word, one) for one, words in CONTROLS.items() for word in words.split()]
)
def test_words_that_always_work(typed: str, control: Control) -> None:
    assert control_in(typed) is control


@pytest.mark.parametrize(
    "typed",
    [
        "取消预约要怎么弄",
        "可以取消吗",
        "没有人工吗",
        "我妈听不清",
        "听唔到",
        "不要",
        "请",
        "谢谢",
        "/start",
        "",
        "帮助残疾人的政策有哪些",
    ],
)
def test_a_sentence_is_no_control(typed: str) -> None:
    assert control_in(typed) is None


@pytest.mark.parametrize("typed", [*"没有 冇 不知道 唔知啊 忘了 none skip".split(), "I don't know"])
def test_nothing_to_say(typed: str) -> None:
    assert has_nothing_to_say(typed)


@pytest.mark.parametrize("typed", "没有电梯 不知道门牌 好的 肢体".split())
def test_something_to_say(typed: str) -> None:
    assert not has_nothing_to_say(typed)


@pytest.mark.parametrize(
    "typed",
    ["为什么要问户口？", "点解要填身份证", "干嘛要知道地址", "Why do you need my phone number?"],
)
def test_asking_why(typed: str) -> None:
    assert asks_why(typed)


@pytest.mark.parametrize("typed", ["为什么没批", "为什么要身份证号", "我想知道为什么要填表"])
def test_other_whys_are_questions(typed: str) -> None:
    assert not asks_why(typed)


def test_the_dialog_knows_every_control() -> None:
    assert {str(one) for one in Control} == {str(one) for one in DialogControl}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *((word, True) for word in "是 係 好的 好啊 可以 OK! 冇問題 yes 👍 ✅".split()),
        *((word, False) for word in "否 唔係 不用，谢谢 唔要 冇 no 👎".split()),
        *((word, None) for word in "也许 好不好 可以吗 👍👎 2 不知道".split()),
        ("yes please", True),
        ("no thanks", False),
    ],
)
def test_yes_and_no(typed: str, meant: object) -> None:
    assert yes_no(typed) is meant


def test_word_lists_are_written_as_they_are_compared() -> None:
    lists = [*controls.WORDS.values(), controls._YES, controls._NO]
    words = [word for words in lists for word in words.split()]
    assert [word for word in words if bare(word).replace(" ", "") != word] == []
    spoken = [*synonyms._TABLE, *synonyms._TABLE.values()]
    assert [word for word in spoken if normalise(word) != word] == []
    assert set(controls._BY_WORD) & set(controls._ANSWERS) == set()


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("殘疾證唔見咗點算", "manage.lost"),
        ("我的残疾人证到期了，怎么换？", "manage.renew"),
        ("阿妈瘫痪，可以到屋企评吗", "home.who"),
        ("使唔使钱", "apply.fee"),
        ("how can I renew my certificate", "manage.renew"),
        ("脑溢血几耐可以評殘", "assess.stroke"),
    ],
)
def test_the_right_answer_is_first(typed: str, answer: str) -> None:
    assert INDEX.search(typed)[0].id == answer


@pytest.mark.parametrize(
    "typed",
    [
        "今天广州天气怎么样",
        "护照到期怎么换",
        "钱包丢了怎么办",
        "社保卡丢了怎么补",
        "信用卡怎么申请",
        "how do I renew my passport",
        "tell me a joke",
        "???",
    ],
)
def test_what_is_not_ours_is_not_answered(typed: str) -> None:
    assert HEARING.ask(typed)["answer_id"] is None


def test_other_offices_words_are_ours_beside_ours() -> None:
    assert HEARING.ask("护照到期怎么换")["answer_id"] is None
    assert HEARING.ask("残疾人证到期怎么换")["answer_id"] == "manage.renew"


def test_strangers_are_learnt() -> None:
    """The same index, told that such questions are another office's, takes them for less ours."""
    typed = "驾驶证到期怎么换"
    untold = INDEX.look(typed)[1]
    told = Index(ASKED, ["驾驶证过期怎么换", "驾驶证丢了"]).look(typed)[1]
    assert chance(told, IS_OURS) < chance(untold, IS_OURS)
    assert told.fit == untold.fit


def test_a_clear_lead_is_more_likely_right() -> None:
    near, far = (Evidence(fit=3.0, lead=lead, length=2.0, ours=3.0) for lead in (0.1, 2.0))
    assert chance(near, IS_RIGHT) < chance(far, IS_RIGHT)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("我想预约上门评残", "booking"),
        ("睇下我嘅預約", "mine"),
        ("我的申请办到哪了", "status"),
        ("我要投诉", "feedback"),
        ("English please", "language"),
        ("你好", "start"),
        ("唔該晒", "small_talk"),
        ("残疾证丢了怎么补", "policy"),
        ("帮我写一首诗", None),
    ],
)
def test_what_is_meant(typed: str, name: str | None) -> None:
    intent = HEARING.intent(typed, "zh_Hans")
    assert (intent.name if intent else None) == name


@pytest.mark.parametrize(
    ("typed", "argument", "more"),
    [
        ("我要投诉", "complaint", False),
        ("我要投诉多宝街道残联，门口有三级台阶", "complaint", True),
        ("I want to complain about the stairs at the office", "complaint", True),
        ("我想提个建议", "suggestion", False),
        ("我要表扬演示一队", "praise", False),
        ("我想反映情况", "", False),
    ],
)
def test_what_kind_of_letter(typed: str, argument: str, more: bool) -> None:
    intent = HEARING.intent(typed, "zh_Hans")
    assert intent == Intent("feedback", argument, sure=True, more=more)


def test_an_emergency_goes_before_every_answer() -> None:
    asked = HEARING.ask("我不想活了，残疾证丢了怎么补")
    assert (asked["answer_id"], asked["confidence"]) == (EMERGENCY, 1.0)


EMERGENCIES = (
    "想死|想去死|我唔想活|生无可恋|不如死了算了|我要死了|吃了一瓶安眠药|他说要自杀|办不了残疾证我不想活了"
    "|I don’t want to live anymore|he is beating me|老公打我|佢打我|俾人打|儿子要打死我|有人拿刀"
    "|被强奸|救命|胸口好痛|透唔到气|呼吸唔到|我媽暈倒咗|叫不醒|流血不止|癫痫发作了|中风了现在怎么办|着火了"
    "|我弟精神病发作拿着菜刀在家里|我哥发病了要打人怎么办|我妈喝了一瓶敌敌畏|孩子掉水里了|煤气味很大|心脏病发作"
    "|我爷爷走丢了|我被人锁在家里出不去|my brother has a knife|my dad fell and is not moving"
    "|she cut her wrist|屋里冒大烟，轮椅上的人出不来|老公吃了一整瓶药叫不应|老人家跌低起唔返身"
    "|奶奶摔倒爬不起来|my father collapsed|I can’t breathe|chest pain"
)
NO_EMERGENCIES = (
    "昏迷的人能办证吗|中风多久能办残疾证|自杀未遂致残能评残吗|煤气中毒后遗症能评残吗|孩子抽搐算残疾吗|被打聋了算残疾吗"
    "|打我电话|请打我手机13800138000|他打我电话说过两天来|材料被打回怎么办|急死我了|持证人死了怎么注销|胸椎骨折疼痛"
    "|心脏病能办吗|我哥有暴力倾向能评精神残疾吗|精神病人伤人算不算残疾|以前喝过农药，能办残疾证吗|孩子不会打人，能上学吗"
    "|手机掉水里开不了机|does it hurt my career|is the typhoon going to hit us"
    "|人昏迷，家属可以先向残联提吗"
    "|打死都不去医院|家里没有人"
)


@pytest.mark.parametrize("typed", EMERGENCIES.split("|"))
def test_an_emergency_is_heard(typed: str) -> None:
    assert is_emergency(typed)


@pytest.mark.parametrize("typed", NO_EMERGENCIES.split("|"))
def test_a_question_or_a_telephone_call_is_no_emergency(typed: str) -> None:
    assert not is_emergency(typed)


def test_languages() -> None:
    assert language_of("我想办残疾证") == "zh_Hans"
    assert language_of("我想辦殘疾證") == "zh_Hant"
    assert language_of("I need a visit") == "en"
    assert language_of("2") == language_of("/book") == ""
    assert [language_named(one) for one in ("English", "繁體", "简体", "语言")] == [
        "en",
        "zh_Hant",
        "zh_Hans",
        "",
    ]


@given(ANY_TEXT)
@settings(max_examples=300)
def test_any_text_is_understood_somehow(text: str) -> None:
    asked = HEARING.ask(text)
    assert 0 <= asked["confidence"] <= 1
    assert len(asked["alternatives"]) <= 2
    number = number_in(text)
    assert number is None or 0 <= number <= 999
    assert control_in(text) in (*Control, None)
    assert yes_no(text) in (True, False, None)
    assert language_of(text) in ("", "en", "zh_Hans", "zh_Hant")
    assert isinstance(is_question(text), bool)
    assert conversation_in(text) is None or control_in(text) in (*Control, None)


@given(st.text("残疾证上门评定补办到期换领丢不见了怎么要什么", min_size=1, max_size=12))
def test_a_known_question_finds_its_answer_whatever_stands_before_it(words: str) -> None:
    """Filler and more words never make the very words of an answer unfindable."""
    found = INDEX.search(f"请问{words}，轮椅怎么申请", limit=len(ASKED))
    assert "benefit.device" in [match.id for match in found]


def test_what_stands_in_the_content_is_answered_by_it() -> None:
    """Every title and question, in whatever writing: staff who add one can rely on it."""
    for answer, questions in questions_of(load_pack()).items():
        for question in questions:
            found = HEARING.search(f"{question.upper()} ？", "zh_Hans")
            assert (found.ids[0], found.sure) == (answer, True), question


def test_a_question_of_two_answers_is_left_to_the_search() -> None:
    asked = {"one": ["在哪里办？", "要多久"], "two": ["在哪裏辦", "要钱吗"]}
    assert WordForWord(asked).id_of("在哪里办") is None
    assert WordForWord(asked).id_of("要多久？") == "one"
    assert Finder(asked, written=asked).find("要多久").confidence >= WRITTEN
