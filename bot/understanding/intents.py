"""What a sentence wants: help at once, a conversation, an answer; or nothing that we know.

bot/hearing.py puts the parts together; the engine asks them one by one.
"""

import re

from bot.understanding.normalise import bare, normalise
from bot.understanding.small_talk import small_talk_in

SHORTEST_MORE = 6
"""Characters beside the wish for a conversation from which on they are a message of their own."""

# Order matters: the first that matches is meant. Patterns run over the normalised sentence.
_INTENTS: tuple[tuple[str, str], ...] = (
    (
        "language",
        r"english|说中文|讲中文|繁体|简体|英文|切换语言|换语言|change language|语言 ?language",
    ),
    ("join", r"^我有(一个|个|了)?(加入码|预约码|代码)$|^(i have|i got) a code$"),
    (
        "group_session",
        r"(预约|约|报名|参加|登记).{0,6}集中(评残|评定)|(book|join).{0,14}group session",
    ),
    (
        "mine",
        r"^(我们?|我哋)(会|可能|要)?(晚|迟)(到|点|啲)|^we (are|will be|re) late$"
        r"|我(的|嘅)预约|我预约了|我约(了|咗)|约咗(什么|乜|几|边)|取消.{0,4}预约|改.{0,4}(预约|时间|日期)|改期|改约"
        r"|预约.{0,3}怎么改|my booking|my appointment|cancel.{0,12}(booking|appointment|visit)"
        r"|move.{0,12}(booking|visit)",
    ),
    ("menu", r"^(更多|还有吗|还有呢|下一页|more)$"),  # of what? nothing waits any more
    (
        "carry_over",
        r"^(确认|我要|我确认)?(确认)?(转移|搬过去|移过去)$|^confirm moving$",
    ),
    (
        "go_on",
        r"^我?有(一个|个|串)?(转移|接续)?(数字|号码|码)$|^(输入|填)(转移|接续)?(数字|码)$|从(别处|别的地方|微信|网页|电报).{0,3}(接着|继续)"
        r"|^i have a number$|moving number",
    ),
    (
        "elsewhere",
        r"(换|去|到|转到?)(个|一个)?(别的?)?(地方|渠道|微信|网页|电报|别处).{0,4}(接着|继续)(办|聊|说)?$"
        r"|^(在|去)?(别处|别的地方)(接着|继续)(办|聊|说)?$|go on elsewhere"
        r"|continue elsewhere|another channel",
    ),
    (
        "booking",
        r"(我要|我想|帮我|想|要|可以|可唔可以|给.{1,6})?.{0,6}(预约|约).{0,8}(上门|到家|来家|评残|评定|时间)"
        r"|^(预约|上门预约|预约上门|我要预约|我想预约|想预约)(上门)?(评残|评定|服务)?$"
        r"|帮我约(下|这|个)|book.{0,20}(visit|assessment|home)|home visit booking",
    ),
    (
        "application_told:off",
        r"(停止|关掉|关闭|取消|不要再?|别再?|不用再?|唔使再?|唔好再?).{0,4}(通知|提醒|发消息|推送)"
        r"|stop (the )?(messages|notifications)|no more messages",
    ),
    (
        "status",
        r"(查|看|问|睇).{0,4}(进度|办到哪|状态|结果)|进度查询|查进度|办到哪(里|一步)|办好(了)?(没|未)"
        r"|我(的|嘅)?(申请|证).{0,4}(办|搞|弄|去)(到|成).{0,2}(哪|点|边)|^(办理|申请)?(进度|状态)$"
        r"|check.{0,14}(status|application|progress)|where is my application",
    ),
    (
        "checklist",
        r"^(我(的|嘅)?|给我(一份|个)?|俾我)?(办证|办理|申请)?(材料|资料)?清单$|(列|给我列|帮我列).{0,4}清单|checklist"
        r"|list of (papers|documents) for me",
    ),
    ("feedback:complaint", r"^投诉$|(我要|我想).{0,4}投诉|complain"),
    ("feedback:suggestion", r"^(提)?建议$|(我要|我想).{0,4}提.{0,2}建议|suggestion"),
    ("feedback:praise", r"^表扬$|(我要|我想).{0,4}表扬"),
    (
        "feedback",
        r"^(我要|我想)?(提意见|反馈|反映(个|一个)?(问题|情况)?|建议)$"
        r"|(我要|我想).{0,4}(提.{0,2}意见|反映)|feedback",
    ),
    (
        "preferences:plain",
        r"^(易读|简易|简单)(版|模式)?$|简单(点|些|一点|啲)(说|讲)|(说|讲)(得)?简单|plain language"
        r"|(simpler|simple|plain) words",
    ),
    (
        "preferences:reader",
        r"^(我|本人)(是盲人)?(平时|一直|都|要|会|在|系)?(用|使用|靠)(手机)?(的)?(读屏|屏幕(阅读|朗读)).{0,4}$"
        r"|^i (use|am using) a screen ?reader$",
    ),
    (
        "preferences:text",
        r"^(请|麻烦|唔该)?(你们|你哋)?(以后|之后)?(不要|别|勿|唔好)(再)?(给我|俾我)?(打(我)?电话|来电)(给我|俾我)?$"
        r"|^(请)?(只|都)(发|用)文字(就行|联系|就好)?$|^text only$"
        r"|^(please )?(don ?'?t|do not) (call|phone) me$",
    ),
    ("preferences", r"易读|大字|偏好|设置|preferences|settings"),
    ("start", r"^(你好|您好|hi|hello|hey|早上好|下午好|晚上好|早晨|在吗|喂|哈喽|你好呀)$"),
)
_COMPILED = tuple((name, re.compile(pattern)) for name, pattern in _INTENTS)
_QUESTION = re.compile(
    r"[?？]|吗|呢$|怎么|怎样|如何|什么|多少|多久|几|哪|能不能|可不可以|要不要|是不是|会不会|点样|点算|边度|"
    r"几时|乜|咩|\b(how|what|where|when|who|which|can i|do i|is there|should)\b"
)

_WANTS_TO_DIE = re.compile(
    r"想(去)?死|不想(再)?活|唔想(再)?(活|做人)|活不(下去|了了)|活够了|活着(真)?(没|冇)(有)?(意思|意义)|生无可恋"
    r"|不如死|死(了|咗)(算|好|更好)|一死了之|一了百了|(想|要|准备)(去)?(自杀|轻生|寻死|跳楼|割腕|上吊)"
    r"|结束(我|自己)?的?生命|了结自己|寻短见|遗书|不想继续(活)?了|没有(活路|希望了)|我(快要|快|要)死了"
    r"|kill (my|him|her)self|killing myself|want(s)? to die|wanna die|end my life|end it all"
    r"|don ?'?t want to live|better off dead|suicidal"
)
_DANGER = re.compile(
    # Self-harm.
    r"自杀|轻生|寻死|跳楼|割腕|上吊|自残|(吞|吃|食)(了|咗)?.{0,4}(安眠药|瓶药)|suicide|overdose"
    r"|(喝|吞|食)(了|咗)?农药|敌敌畏|百草枯|老鼠药|cut(ting|s)? (my|his|her) wrists?|about to jump"
    # Violence.
    r"|打(我|死|伤)(?!.{0,6}(电话|手机|号码|座机)|都|也)|家暴|(被|俾).{0,3}打(?!回|印|开|包|算)|虐待|要杀"
    r"|杀(我|人)|(拿|举|攞)(着|住|了|咗)?.{0,2}刀|砍(我|人|伤)|强奸|性侵|猥亵|拐卖|(?<!不)(要|在|动手)打人"
    r"|(发病|发作|发癫).{0,8}(打|砸|伤|砍)|锁(我)?在(家|屋|房|里)"
    r"|(beat|hit|hurt)(s|ing)? me|beat(s|ing)? my|rape|abus(e|es|ing) me|attack(s|ing)? me|kill me"
    r"|(has|with|holding) a knife"
    r"|violent.{0,20}(right now|episode)|(he|she|they) (is|are) going to (hit|hurt|kill|jump)"
    # Illness and accidents.
    r"|救命|快来人|快叫.{0,2}(救|就)护车|喘不(过|上)气|呼吸(困难|不了|不到|唔到)|透唔到气|唔够气"
    r"|没(有)?(呼吸|心跳)|昏迷|晕(倒|低|咗|过去)|昏(倒|过去)|叫(极都)?(不|唔)(醒|应)|不省人事|大出血"
    r"|(流|出)血不止|止不住血|(在|一直|好多)(流)?血|抽搐|抽抽|癫痫发作|心脏病发作|(心脏|心跳)(骤)?停|心梗"
    r"|心(口|脏)(好|很|剧)?(痛|疼)|胸(?!椎).{0,3}(痛|疼)|中毒|吐血|噎(住|到)|触电|溺水|嘴歪"
    r"|突然.{0,4}(说不出话|动不了|瘫)|(刚|刚刚|突然)中风|中风了现在|(高烧|发烧|烧到).{0,8}抽"
    r"|(摔|跌)(倒|低|咗|了).{0,4}(起不来|爬不起|起唔到|起唔返)|快不行了|没救了"
    r"|(人|孩子|小孩|细路|娃|仔|妈|爸).{0,2}(掉|跌).{0,2}(水|河|井|海)(里|度)"
    r"|(老人|爸|妈|爷|奶|公|婆|孩子|细路|儿子|女儿).{0,3}(走丢|走失|荡失路)"
    r"|着火|起火|火灾|火烛|(屋|家|房|楼).{0,3}冒.{0,2}烟|煤气(泄漏|味|漏)|漏煤气|爆炸"
    r"|can ?not breathe|can ?'?t breathe|stopped breathing|unconscious|collapsed|fainted|drowning"
    r"|(not|isn ?'?t|won ?'?t) (breathing|moving|waking up|wake up)|fell and can ?('?t|not) get up"
    r"|heart attack|chest pain|bleeding|seizure|chok(e|ing)|on fire|there is a fire|ambulance"
)
_ABOUT_RULES = re.compile(
    r"算不算|算残|残联|能办|可以办|能评|可以评|评残|残疾人?证|以前|曾经|怎么评|评定|补贴|后遗症|致残|打(残|聋|瞎)|几级|去年"
    r"|前年|年前|年了|个月|disabilit|certificate"
)
_NOW = re.compile(
    r"救命|刚刚|刚才|正在|现在.{0,2}(怎么救|叫不醒|没)|快来|快不行|怎么救|急救|right now"
)


def conversation_in(text: str) -> str | None:
    """The conversation that is plainly asked for, as 'name' or 'name:argument'."""
    sentence = normalise(text)
    plain = bare(text)
    for name, pattern in _COMPILED:
        if pattern.search(plain) or (name == "language" and pattern.search(sentence)):
            return name
    kind = small_talk_in(text)
    return f"small_talk:{kind}" if kind else None


def says_more(text: str) -> bool:
    """Whether a sentence that asks for a conversation goes on: '我要投诉，门口有三级台阶'."""
    plain = bare(text)
    found = next((one for _name, pattern in _COMPILED if (one := pattern.search(plain))), None)
    rest = plain.replace(found.group(), "", 1) if found else ""
    return len(rest.replace(" ", "")) >= SHORTEST_MORE


def is_question(text: str) -> bool:
    return bool(_QUESTION.search(normalise(text)))


def is_emergency(text: str) -> bool:
    """High recall; a question about the rules ('昏迷的人能办证吗') is not one.

    Who wants to die is always heard, also in a sentence about the certificate.
    """
    sentence = normalise(text).replace("’", "'")
    if _WANTS_TO_DIE.search(sentence):
        return True
    about_rules = _ABOUT_RULES.search(sentence) and not _NOW.search(sentence)
    return bool(_DANGER.search(sentence)) and not about_rules


def language_named(text: str) -> str:
    """The language that a 'language' sentence names: 'zh_Hans', 'zh_Hant', 'en' or ''."""
    sentence = normalise(text)
    if "english" in sentence or "英文" in sentence:
        return "en"
    if "繁" in sentence:
        return "zh_Hant"
    return "zh_Hans" if "简" in sentence or "中文" in sentence else ""
