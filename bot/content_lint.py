"""What a reviewer must mend in content/, a clear line each: `doorstep content check`."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from urllib.parse import urlsplit

from bot.content import ContentPack
from bot.domain.articles import CHECKED_WITHIN, Article, Confidence, Source
from bot.domain.figures import unlike
from bot.i18n import LANGUAGES

STEPS = ("book", "status", "feedback", "checklist", "human")
FEWEST_QUESTIONS = 6
LONGEST_TITLE = {"zh_Hans": 14, "zh_Hant": 14, "en": 40}
"""A title is a button's label (accessibility rule C7)."""
LONGEST_ANSWER = {"zh_Hans": 120, "zh_Hant": 120, "en": 360}
"""The main answer comes first, and fits a phone."""
LONGEST_DETAILS = 1800
"""All sections together are one message: WeChat takes 2,048 bytes, split at sentences."""
LONGEST_SENTENCE = {"zh_Hans": 45, "zh_Hant": 45, "en": 35}
"""Han characters, or English words."""
MEAN_SENTENCE = {"zh_Hans": 22, "zh_Hant": 22, "en": 18}
PLAIN_CLAUSE = {"zh_Hans": 15, "zh_Hant": 15, "en": 15}
"""易读: so many characters, or words, a clause on average."""
PLAIN_SENTENCE = {"zh_Hans": 26, "zh_Hant": 26, "en": 16}
"""One idea a sentence, so that it needs no second reading."""
OURSELVES = ("上门办", "上門辦", "Doorstep")
REGIONS = ("全国", "广东省")
"""Written so in every language: it is a mark, not a word for people."""
KNOWN_SITES = ("gov.cn", "npc.gov.cn", "cdpf.org.cn", "gddpf.org.cn", "news.cn", "thepaper.cn")
"""Where a source may lead: official sites, and newspapers that somebody here has read."""

_SENTENCES = re.compile(r"[。！？；!?]|\.(?:\s|$)|\n")
_CLAUSES = re.compile(r"[，。：；！？,:;!?]|\.(?:\s|$)")
_HAN = re.compile(r"[\u3400-\u9fff]")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b|(?:19|20)\d\d年")
_NO_LETTER = re.compile(r"[\W_]+")


def faults(pack: ContentPack, today: date) -> list[str]:
    """'zh_Hans/manage.lost: has no source', one line a fault; none for a good pack."""
    lines = []
    for article in _all(pack):
        found = (fault for check in CHECKS for fault in check(article, pack, today))
        lines += [f"{article.language}/{article.id}: {fault}" for fault in found]
    return lines + _missing(pack) + _twice(pack) + _answered_strangers(pack)


def _all(pack: ContentPack) -> list[Article]:
    return [article for language in LANGUAGES for article in pack.articles(language)]


def _grounds(article: Article, pack: ContentPack, today: date) -> Iterable[str]:
    if not article.sources:
        yield "has no source"
    elif article.confidence is Confidence.CONFIRMED and not any(
        _can_be_found(source) for source in article.sources
    ):
        yield "is marked confirmed, but no source has a number, an article, a date or a link"
    for source in article.sources:
        if source.link and not _is_address(source.link):
            yield f"names the source {source.link!r}, which is not a web address"
        elif source.link and not _is_known(source.link):
            sites = ", ".join(KNOWN_SITES)
            yield f"names the source {source.link!r}, whose site is none of {sites}"


def _can_be_found(source: Source) -> bool:
    """Or it is this service speaking of itself."""
    named = source.number or source.article or source.link or _YEAR.search(source.title)
    return bool(named) or any(own in source.title for own in OURSELVES)


def _is_address(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in parts.netloc


def _is_known(link: str) -> bool:
    host = urlsplit(link).hostname or ""
    return any(host == site or host.endswith(f".{site}") for site in KNOWN_SITES)


def _dates(article: Article, pack: ContentPack, today: date) -> Iterable[str]:
    if today - article.checked > CHECKED_WITHIN:
        yield f"was checked more than a year ago ({article.checked})"
    if article.checked > today:
        yield f"was checked in the future ({article.checked})"
    if article.effective and article.effective > article.checked:
        yield f"takes effect ({article.effective}) after it was checked ({article.checked})"


def _shape(article: Article, pack: ContentPack, today: date) -> Iterable[str]:
    if len(article.questions) < FEWEST_QUESTIONS:
        yield f"has {len(article.questions)} questions, at least {FEWEST_QUESTIONS}"
    for what in ("title", "audience", "keywords"):
        if not getattr(article, what):
            yield f"its {what!r} is empty"
    if article.language == "en" and _HAN.search(article.audience):
        yield f"its audience {article.audience!r} is in Chinese"
    if article.region not in REGIONS:
        yield f"its region is {article.region!r}, none of {', '.join(REGIONS)}"
    if not article.answer:
        yield "has no answer before its first heading"
    for section in article.sections:
        if not section.lines:
            yield f"{section.heading!r} has no lines"
    if article.sections and not article.plain:
        yield "has steps or details, but no plain version"


def _length(article: Article, pack: ContentPack, today: date) -> Iterable[str]:
    title, answer = LONGEST_TITLE[article.language], LONGEST_ANSWER[article.language]
    if len(article.title) > title:
        yield f"its title has {len(article.title)} characters, at most {title} fit a button"
    if len(article.answer) > answer:
        yield f"its answer has {len(article.answer)} characters, at most {answer}"
    details = sum(len(line) for section in article.sections for line in section.lines)
    if details > LONGEST_DETAILS:
        yield f"its sections have {details} characters, at most {LONGEST_DETAILS} fit a message"


def _reading(article: Article, pack: ContentPack, today: date) -> Iterable[str]:
    language = article.language
    said = [article.answer, *(line for part in article.sections for line in part.lines)]
    sentences = _parts(_SENTENCES, said)
    if not sentences:
        return
    lengths = [_words_in(one, language) for one in sentences]
    longest = max(sentences, key=lambda one: _words_in(one, language))
    if max(lengths) > LONGEST_SENTENCE[language]:
        yield f"has a sentence of {max(lengths)} {_unit(language)}: {longest[:20]!r}"
    mean = sum(lengths) / len(lengths)
    if mean > MEAN_SENTENCE[language]:
        yield f"its sentences have {mean:.0f} {_unit(language)} on average"
    clauses = [_words_in(one, language) for one in _parts(_CLAUSES, article.plain)]
    if clauses and sum(clauses) / len(clauses) > PLAIN_CLAUSE[language]:
        yield f"its plain clauses have {sum(clauses) / len(clauses):.0f} {_unit(language)}"
    for sentence in _parts(_SENTENCES, article.plain):
        if _words_in(sentence, language) > PLAIN_SENTENCE[language]:
            yield (
                f"has a plain sentence of {_words_in(sentence, language)} {_unit(language)}: "
                f"{sentence[:20]!r}"
            )
    for sentence in article.plain:
        if re.search("[;；]", sentence):
            yield f"joins two ideas in a plain sentence by a semicolon: {sentence[:20]!r}"
    for one in unlike(_plain(article), _whole(article))[0]:
        yield f"its plain version says {one}, which the answer does not"


def _parts(at: re.Pattern[str], texts: Sequence[str]) -> list[str]:
    return [part.strip() for text in texts for part in at.split(text) if part.strip()]


def _words_in(text: str, language: str) -> int:
    return len(text.split()) if language == "en" else len(_HAN.findall(text))


def _unit(language: str) -> str:
    return "words" if language == "en" else "characters"


def _ways_on(article: Article, pack: ContentPack, today: date) -> Iterable[str]:
    answers = [step for step in article.next_steps if step not in STEPS]
    for step in answers:
        if not step.startswith("answer:"):
            yield f"has the next step {step!r}, none of {', '.join(STEPS)} or answer:<id>"
    named = (*article.related, *(step.partition(":")[2] for step in answers if ":" in step))
    for one in named:
        if one not in pack.ids:
            yield f"leads to {one}, which does not exist"
    if article.id in named:
        yield "leads to itself"


def _agreement(article: Article, pack: ContentPack, today: date) -> Iterable[str]:
    """A translation says the same, no surer and no less."""
    first = pack.article(article.id, LANGUAGES[0])
    if first is None or first is article:
        return
    for what in ("region", "confidence", "effective", "checked", "related", "next_steps"):
        if getattr(first, what) != getattr(article, what):
            yield f"its {what} differs from {LANGUAGES[0]}'s"
    if len(first.sources) != len(article.sources):
        yield f"has {len(article.sources)} sources, {LANGUAGES[0]} has {len(first.sources)}"
    for source, its in zip(first.sources, article.sources, strict=False):
        if source.link != its.link or any(unlike(_named(source), _named(its))):
            yield f"its source {its.title!r} differs from {LANGUAGES[0]}'s {source.title!r}"
    for part, mine in (("answer", _whole), ("plain version", _plain)):
        ours, theirs = unlike(mine(first), mine(article))
        yield from (f"its {part} lacks {one}, which stands in {LANGUAGES[0]}" for one in ours)
        yield from (f"its {part} says {one}, which {LANGUAGES[0]} does not" for one in theirs)
    if len(first.sections) != len(article.sections):
        yield f"has {len(article.sections)} sections, {LANGUAGES[0]} has {len(first.sections)}"


def _named(source: Source) -> str:
    return f"{source.title} {source.number} {source.article}"


def _whole(article: Article) -> str:
    lines = [line for part in article.sections for line in (part.heading, *part.lines)]
    return "\n".join((article.answer, *lines))


def _plain(article: Article) -> str:
    return "\n".join(article.plain)


CHECKS: tuple[Callable[[Article, ContentPack, date], Iterable[str]], ...] = (
    _grounds,
    _dates,
    _shape,
    _length,
    _reading,
    _ways_on,
    _agreement,
)


def _missing(pack: ContentPack) -> list[str]:
    there = {(article.id, article.language) for article in _all(pack)}
    return [
        f"{language}/{one}: is missing"
        for one in pack.ids
        for language in LANGUAGES
        if (one, language) not in there
    ]


def _twice(pack: ContentPack) -> list[str]:
    """One question, two answers (across languages too, because people mix them); one title, two."""
    asked: dict[str, Article] = {}
    titles: dict[tuple[str, str], Article] = {}
    lines = []
    for article in _all(pack):
        other = titles.setdefault((article.language, article.title.casefold()), article)
        if other.id != article.id:
            lines.append(f"{article.language}/{article.id}: its title is also that of {other.id}")
        for question in article.questions:
            other = asked.setdefault(_NO_LETTER.sub("", question.casefold()), article)
            if other.id != article.id:
                lines.append(
                    f"{article.language}/{article.id}: its question {question!r} "
                    f"is also one of {other.language}/{other.id}"
                )
    return lines


def _answered_strangers(pack: ContentPack) -> list[str]:
    """A question that is said to be another office's, and has an answer."""
    asked = {
        _NO_LETTER.sub("", question.casefold()): article
        for article in _all(pack)
        for question in article.questions
    }
    found = ((one, asked.get(_NO_LETTER.sub("", one.casefold()))) for one in pack.strangers)
    return [f"strangers.tsv: {one!r} is also one of {other.id}" for one, other in found if other]
