"""What a reviewer must mend in content/, a clear line each: `doorstep content check`."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from urllib.parse import urlsplit

from bot.content import ContentPack
from bot.domain.articles import Article, Confidence, Source
from bot.i18n import LANGUAGES

STEPS = ("book", "status", "feedback", "checklist", "human")
CHECKED_WITHIN = timedelta(days=365)
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
OURSELVES = ("上门办", "上門辦", "Doorstep")

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


def _dates(article: Article, pack: ContentPack, today: date) -> Iterable[str]:
    if today - article.checked > CHECKED_WITHIN:
        yield f"was checked more than a year ago ({article.checked})"
    if article.checked > today:
        yield f"was checked in the future ({article.checked})"


def _shape(article: Article, pack: ContentPack, today: date) -> Iterable[str]:
    if len(article.questions) < FEWEST_QUESTIONS:
        yield f"has {len(article.questions)} questions, at least {FEWEST_QUESTIONS}"
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
    for what in ("confidence", "effective", "checked", "related", "next_steps"):
        if getattr(first, what) != getattr(article, what):
            yield f"its {what} differs from {LANGUAGES[0]}'s"
    if [source.link for source in first.sources] != [source.link for source in article.sources]:
        yield f"its sources differ from {LANGUAGES[0]}'s"
    if len(first.sections) != len(article.sections):
        yield f"has {len(article.sections)} sections, {LANGUAGES[0]} has {len(first.sections)}"


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
