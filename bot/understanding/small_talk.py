"""What is said between people: thanks, goodbye, 'are you a robot?', and anger."""

import re

from bot.understanding.normalise import bare

_KINDS: tuple[tuple[str, str], ...] = (
    (
        "thanks",
        r"(好的?|嗯+|哦+|ok|okay)?(非常|太|真的|十分|万分)?(谢谢|多谢|唔该|感谢|辛苦|麻烦)(你"
        r"|您|晒|了|哂|啦|啊|哈|呀|你们|大家"
        r"|帮忙|你的帮助)*|(many |so )?thank(s| you)?( you)?( so| very)?( much)?( a lot)?|thx"
        r"|ty|你真(棒|好)"
        r"|太好了|真棒|帮(到|咗)我(好|很)?(大忙|多)|很有用|有用|great|perfect|very helpful",
    ),
    (
        "bye",
        r"再见|拜拜|白白|晚安|下次(再聊|见)|走(了|先)|先这样(吧)?|就这样(吧)?|没(有)?(别的)?(事"
        r"|问题)了|冇嘢喇|冇其他"
        r"|(good ?)?bye( bye)?|good ?night|see you( later)?|that(s| is) all",
    ),
    (
        "heard",
        r"好(的|吧|嘅|啦|哒)?|嗯+|哦+|噢+|收到|知道(了|啦)?|明白(了|啦|晒)?|了解(了)?|ok(ay)?"
        r"|哈+|呵+|嘻+|got it|i see"
        r"|alright"
        r"|fine",
    ),
    (
        "robot",
        r"(你|您)(是|系)?(不是|唔系|咪|咪真系)?(一个|个)?(机器人|机械人|真人|人工智能|ai|电脑|人)(吗|么"
        r"|呀|来的|嚟㗎|还是人|还是真人"
        r"|还是机器人)*|(你|您)(是|系)(谁|边个|什么)(啊|呀)?|(你|您)叫(什么|咩|乜)(名字?|名)?"
        r"|(你|您)(会|能|可以)(做|干|帮我做|帮我)?(些)?(什么|啥|咩|乜嘢)"
        r"|(are you|is this|am i talking to) (a |an )?(real |actual )?(human|person|robot|bot"
        r"|ai|machine|somebody real)"
        r"|who are you|what are you|what can you do|what s your name|what is your name",
    ),
    (
        "how_are_you",
        r"你(好|最近|今天)?(吗|怎么样|点呀|点样)|你好吗|最近(好吗|怎么样|点呀)|吃(了|饭)(饭"
        r"|了)?(吗|没|没有)|食咗饭未"
        r"|how are you( today| doing)?|how s it going|what s up",
    ),
    (
        "alone",
        r"(我)?(好|很|太|真的?)?(孤独|寂寞|无聊|闷)(啊|呀)?|陪我(聊|倾)(聊|下)?(天|偈)?"
        r"|没(有)?人(跟|和|同|陪)我(聊|说话|倾).{0,3}"
        r"|(i am |i m )?(so )?(lonely|bored)|talk (to|with) me|(我)?(心情|今天)(很|好)?(不好"
        r"|唔好|难过|难受)",
    ),
)
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)
_ABUSE = re.compile(
    r"(你|妳)?(个|这个|这|真)?(大)?(傻|煞|沙)(逼|b|比|叉|x|瓜|子)|(去|滚|叼|屌|丢|操|草|干|日"
    r"|艹|顶)(你|妳|他)(妈|娘|老母|大爷|个肺)"
    r"|他妈的|妈的|tmd|nmsl|cnm|滚(开|蛋|远点)?$|废物|垃圾(机器人|东西|系统|服务|客服|玩意)"
    r"|人工智障|智障机器人|(你|真)(是)?(个)?"
    r"(白痴|蠢货|脑残|神经病|王八蛋|畜生|混蛋|贱人|去死|吃屎)|蠢(死|货|猪)|猪头|仆街|扑街"
    r"|冚家铲|冚家富贵|死蠢|痴线(啊|你)?$|柒头|正仆"
    r"|\bf+u+c+k+\w*|\bshit\b|\bbullshit\b|\basshole\b|\bbitch\b|\bidiot\b|\bmoron\b"
    r"|stupid (bot|robot|machine)"
    r"|you (are |re )?(so )?(stupid|useless|dumb|an? idiot)|useless (bot|robot|machine)|shut up"
    r"|piece of (crap|junk)"
    r"|^(真|太)?(没用|没有用|冇用|无用|烂|差劲|垃圾)$|什么破(玩意|东西|系统)|一点用(都|也)没(有)?"
)
_MATTER = re.compile(
    r"残|证|评|补贴|上门|预约|申请|骂|打|邻居|老板|丈夫|老公|儿子|disab|certif|assess|visit"
)


def small_talk_in(text: str) -> str:
    """'thanks', 'bye', 'heard', 'robot', 'how_are_you', 'alone', 'abuse'; '' for what matters.

    Who swears beside a matter of ours is answered on the matter.
    """
    plain = bare(text)
    for kind, pattern in _COMPILED:
        if pattern.fullmatch(plain):
            return kind
    return "abuse" if _ABUSE.search(plain) and not _MATTER.search(plain) else ""
