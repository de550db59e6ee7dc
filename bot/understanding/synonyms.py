"""One word for one thing: the field's synonyms, and Cantonese as it is typed."""

import re
from collections.abc import Iterable

# All as `normalise` writes them: 係 is 系 there, 搵 is 揾.
_SAME: tuple[tuple[str, str], ...] = (
    ("残疾证", "残疾人证 残废证 残障证 残证 残疾人证件 残疾证件 残疾卡 残障卡"),
    ("残疾人", "残障人士 残障者 残疾人士 残废人 伤健人士"),
    (
        "上门",
        "来家里 到家里 来我家 到我家 来屋企 到屋企 上屋企 来家 到家 入户评 嚟屋企 家门口",
    ),
    ("过期", "到期 期满 失效 过咗期 过了期 超过有效期 过了有效期"),
    ("妈妈", "阿妈 母亲 老妈 妈咪 我妈 老母"),
    ("爸爸", "阿爸 父亲 老爸 老豆 我爸"),
    ("老人", "老人家 长者 老年人 爷爷 奶奶 阿公 阿婆 外婆 外公 阿嫲 阿爷"),
    ("小孩", "孩子 儿童 细路 细路仔 小朋友 娃娃 细蚊仔 仔女 未成年人"),
    ("家里", "屋企 家人 屋企人 家属"),
    ("丢了", "唔见咗 不见了 遗失 丢失 弄丢 搞丢 掉了 唔见 整唔见 找不到 揾唔到"),
    ("坏了", "坏咗 烂咗 烂了 破损 损坏 破了"),
    ("怎么办", "点算 点搞 点办 咋办 怎么弄 怎么整 怎办"),
    ("怎么", "点样 点 如何 怎样 咋"),
    ("来", "嚟"),
    ("领", "攞 拎"),
    ("没有", "冇 没得"),
    ("有没有", "有冇"),
    ("要不要", "使唔使 洗唔洗 需唔需要 需不需要 用不用 要唔要"),
    ("可以", "得唔得 可唔可以 能不能 可不可以 可否 能否 行不行 行吗"),
    ("不", "唔"),
    ("是", "系"),
    ("了", "咗"),
    ("在", "喺"),
    ("看", "睇"),
    ("找", "揾"),
    ("还", "仲"),
    ("给", "俾 畀"),
    ("现在", "依家 而家"),
    ("哪里", "边度 哪儿 边个地方 什么地方 边处 去哪 去边"),
    ("谁", "边个 什么人"),
    ("什么", "乜嘢 咩 乜 啥 哪些"),
    ("什么时候", "几时 啥时候 何时 哪天"),
    ("多少钱", "几多钱 几钱 多少费用"),
    ("要不要钱", "使唔使钱 要钱吗 收钱吗 收费吗 要收费 收唔收钱 免费吗 收不收钱 收不收费 费用"),
    ("多少", "几多"),
    ("多久", "几耐 多长时间 几长时间 要几天 多少天 多少个工作日"),
    ("评残", "残疾评定 残疾鉴定 评定残疾 鉴定残疾 定残 伤残鉴定 评定"),
    ("补贴", "补助 补助金 津贴 补贴金"),
    ("瘫痪", "瘫 卧床 下不了床 起不了床 起唔到床 落唔到床"),
    ("医院", "医疗机构"),
    ("自闭症", "孤独症 自闭"),
    ("老年痴呆", "认知症 阿尔茨海默 失智 脑退化 老人痴呆 认知障碍"),
    ("中风", "脑出血 脑梗 脑卒中 偏瘫 脑溢血 半身不遂"),
    ("精神残疾", "精神病 精神分裂 精神障碍 躁郁症 双相"),
    ("失明", "看不见 睇唔到 瞎了 瞎 盲"),
    ("耳聋", "听不见 听唔到 聋了 聋"),
    ("骨折", "断骨 打钢板 钢板"),
    ("材料", "资料 证件材料 文件 证件 手续"),
    ("流程", "步骤 程序"),
    ("代办", "代人办 帮人办 替人办 委托别人 委托 代替办"),
    ("注销", "退证 取消证"),
    ("停车", "泊车"),
    ("照片", "影相 相片 拍照"),
    ("工作", "上班 做嘢 返工 份工"),
    ("人工", "真人 客服 同事 职员"),
    ("投诉", "举报 不满意 唔满意"),
    ("助听器", "耳机"),
    ("户口", "户籍 入籍"),
    ("certificate", "card cert"),
    ("renew", "renewal renewing"),
    ("cost", "fee fees price pay charge"),
    ("lost", "lose losing"),
    ("disability", "disabled handicapped"),
)
_TABLE = {word: one for one, words in _SAME for word in words.split()}


def _either(words: Iterable[str]) -> str:
    """A pattern: the longest first, words of letters only whole."""
    longest = sorted(words, key=len, reverse=True)
    return "|".join(rf"\b{word}\b" if word.isascii() else re.escape(word) for word in longest)


_ALL = {*_TABLE, *_TABLE.values()}
# Two patterns, so that the first one is looked for only where one of its characters stands.
_HAN = re.compile(_either(word for word in _ALL if not word.isascii()))
_LATIN = re.compile(_either(word for word in _ALL if word.isascii()))


def one_word(text: str) -> str:
    """`text` (normalised) with every synonym by its one word."""
    return _LATIN.sub(_its_one, _HAN.sub(_its_one, text))


def _its_one(found: re.Match[str]) -> str:
    return _TABLE.get(found[0], found[0])
