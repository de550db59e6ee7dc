"""Reading content/: one Markdown file an answer and language, its facts in the front matter.

---
id: manage.lost
title: 证丢了怎么补
questions: [残疾证丢了怎么办, ...]          # six ways to ask, or more
keywords: [遗失, 补办]
audience: 持证人
region: 广东省                              # or 全国; the same mark in every language
effective: 2018-01-01                       # optional: since when its first source is in force
checked: 2026-03-01
confidence: confirmed                       # or to_confirm
sources: [{title: ..., number: ..., article: ..., link: ...}]  # the weightiest first
related: [manage.damaged]
next: [book, "answer:apply.where"]          # or status, feedback, human
plain: [...]                                # the answer in plain words, a sentence each
---
The short answer.

## A heading
- A line of details.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bot import yaml_text
from bot.domain.articles import Article, Confidence, Section, Source
from bot.i18n import LANGUAGES

SHAPE = """---
id: {id}
title:
questions:
  -
keywords: []
audience: 所有人
region: 全国
effective:
checked: {today}
confidence: to_confirm
sources:
  - title:
    number:
    article:
    link:
related: []
next: [human]
plain:
  -
---

"""
"""What a new answer begins with."""
STRANGERS = "strangers.tsv"
_ALWAYS = ("id", "title", "questions", "keywords", "audience", "region", "checked",
           "confidence", "sources", "related", "next")  # fmt: skip
_LISTS = ("questions", "keywords", "sources", "related", "next", "plain")
_WORDS = ("questions", "keywords", "related", "next", "plain")
_QUESTIONS = re.compile(r"^questions:[ \t]*\n((?:([ \t]*)- .*\n)+)", re.MULTILINE)
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)(.*)", re.DOTALL | re.MULTILINE)


class ContentError(Exception):
    """Files that cannot be read: one sentence each, naming the file and the fault."""


class ContentPack:
    """All answers in all languages."""

    def __init__(
        self,
        articles: Mapping[tuple[str, str], Article],
        files: Mapping[tuple[str, str], str] | None = None,
        strangers: Sequence[str] = (),
    ) -> None:
        """By id and language; `files` are what they were read from; see `read_strangers`."""
        self._articles = articles
        self._files = files or {}
        self.strangers = strangers
        self.ids = tuple(dict.fromkeys(article_id for article_id, _language in articles))

    def file(self, article_id: str, language: str) -> str:
        """As it is written in content/; '' where there is none."""
        return self._files.get((article_id, language), "")

    def changed(self, files: Mapping[tuple[str, str], str]) -> "ContentPack":
        """With these files before those of this pack. Raises ValueError, a line a fault."""
        articles = {
            (article_id, language): read(file, article_id, language)
            for (article_id, language), file in files.items()
        }
        return ContentPack({**self._articles, **articles}, {**self._files, **files}, self.strangers)

    def article(self, article_id: str, language: str) -> Article | None:
        """In that language; else in Simplified Chinese, as `.language` then says."""
        return self._articles.get((article_id, language)) or self._articles.get(
            (article_id, LANGUAGES[0])
        )

    def articles(self, language: str) -> tuple[Article, ...]:
        return tuple(one for one in self._articles.values() if one.language == language)


def load(folder: Path) -> ContentPack:
    """Raises ContentError with all faults of all files together."""
    articles: dict[tuple[str, str], Article] = {}
    files: dict[tuple[str, str], str] = {}
    faults: list[str] = []
    for language in LANGUAGES:
        for path in sorted((folder / language).glob("*.md")):
            try:
                file = path.read_text(encoding="utf-8-sig")
                article = read(file, path.stem, language)
            except (OSError, ValueError) as error:
                name = f"content/{language}/{path.name}"
                faults += [f"{name}: {' '.join(line.split())}" for line in str(error).splitlines()]
            else:
                articles[article.id, language] = article
                files[article.id, language] = file
    if not articles and not faults:
        faults.append(f"{folder}: there are no answers; put the folder content/ back")
    strangers: list[str] = []
    try:
        strangers = read_strangers((folder / STRANGERS).read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        pass  # every question is taken for one of ours
    except (OSError, ValueError) as error:
        faults += [f"content/{STRANGERS}: {line}" for line in str(error).splitlines()]
    if faults:
        raise ContentError("\n".join(faults))
    return ContentPack(articles, files, strangers)


def read_strangers(file: str) -> list[str]:
    """Questions that nothing of ours answers, one a line: 'question<TAB>language<TAB>theme'.

    From them the search learns what belongs to other offices and to daily life. Raises ValueError.
    """
    questions, faults = [], []
    for number, line in enumerate(file.splitlines(), 1):
        question, *rest = line.split("\t")
        if not question.strip() or len(rest) != len(("language", "theme")):
            faults.append(f"line {number} is not 'question<TAB>language<TAB>theme'")
        questions.append(question)
    if faults:
        raise ValueError("\n".join(faults))
    return questions


def read(file: str, article_id: str, language: str) -> Article:
    """One answer. Raises ValueError, a line a fault."""
    parts = _FRONT_MATTER.fullmatch(file)
    if not parts:
        raise ValueError("it has no front matter between two lines of ---")
    try:
        facts = yaml_text.loaded(parts[1])
    except yaml_text.YAMLError as error:
        said = yaml_text.in_one_line(error)
        raise ValueError(f"the front matter is not YAML: {said}") from error
    if not isinstance(facts, dict):
        raise ValueError("its front matter is not 'key: value' lines")  # noqa: TRY004
    faults = list(_faults_in(facts, article_id))
    if faults:
        raise ValueError("\n".join(faults))
    return _article(facts, parts[2], language)


def with_question(file: str, words: str) -> str:
    """The same answer with one more way to ask. Raises ValueError where no list of them stands."""
    found = _QUESTIONS.search(file)
    if not found:
        raise ValueError("its questions are not a list with a line each")
    item = f"{found[2]}- {json.dumps(words, ensure_ascii=False)}\n"
    return file[: found.end()] + item + file[found.end() :]


def _faults_in(facts: dict[str, Any], name: str) -> Iterable[str]:
    yield from (f"the front matter has no {key!r}" for key in _ALWAYS if key not in facts)
    if facts.get("id", name) != name:
        yield f"its id is {facts['id']!r}, but its name says {name!r}"
    if facts.get("confidence", Confidence.CONFIRMED) not in list(Confidence):
        yield f"'confidence' is {facts['confidence']!r}, not {' or '.join(Confidence)}"
    yield from _faults_in_lists(facts)
    for key in ("checked", "effective"):
        if not isinstance(facts.get(key) or date.min, date):
            yield f"{key!r} is not a date like 2026-03-01: {facts[key]!r}"
    if not facts.get("checked", date.min):
        yield "'checked' is empty"


def _faults_in_lists(facts: dict[str, Any]) -> Iterable[str]:
    for key in _LISTS:
        if not isinstance(facts.get(key) or [], list):
            yield f"{key!r} is not a list: write [one, two]"
    for key in _WORDS:
        for one in _list(facts, key):
            if isinstance(one, (dict, list)) or one is None:
                yield f"{one!r} in {key!r} is not words: put it between quotation marks"
    for one in _list(facts, "sources"):
        if not isinstance(one, dict) or not one.get("title"):
            yield f"a source has no title: {one!r}"


def _article(facts: dict[str, Any], body: str, language: str) -> Article:
    answer, *parts = re.split(r"^## ", body, flags=re.MULTILINE)
    return Article(
        id=facts["id"],
        language=language,
        title=_words(facts["title"]),
        questions=tuple(str(one) for one in _list(facts, "questions")),
        keywords=tuple(str(one) for one in _list(facts, "keywords")),
        audience=_words(facts["audience"]),
        region=_words(facts["region"]),
        effective=_day(facts["effective"]) if facts.get("effective") else None,
        checked=_day(facts["checked"]),
        confidence=Confidence(facts["confidence"]),
        sources=tuple(_source(one) for one in _list(facts, "sources")),
        related=tuple(str(one) for one in _list(facts, "related")),
        next_steps=tuple(str(one) for one in _list(facts, "next")),
        answer=_joined(answer, " " if language == "en" else ""),
        sections=tuple(_section(part, " " if language == "en" else "") for part in parts),
        plain=tuple(str(one) for one in _list(facts, "plain")),
    )


def _list(facts: dict[str, Any], key: str) -> list[Any]:
    """Empty where the key is missing, left empty, or no list."""
    found = facts.get(key)
    return found if isinstance(found, list) else []


def _words(value: Any) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _joined(answer: str, between: str) -> str:
    """A paragraph becomes a line. Chinese lines are joined without a space."""
    blocks = re.split(r"\n[ \t]*\n", answer.strip())
    return "\n".join(between.join(line.strip() for line in block.split("\n")) for block in blocks)


def _source(facts: dict[str, Any]) -> Source:
    return Source(
        title=str(facts["title"]),
        number=str(facts.get("number") or ""),
        article=str(facts.get("article") or ""),
        link=str(facts.get("link") or ""),
    )


def _section(part: str, between: str) -> Section:
    """A line that does not begin with '- ' goes on with the one before."""
    heading, _newline, rest = part.partition("\n")
    lines: list[str] = []
    for line in filter(None, (one.strip() for one in rest.splitlines())):
        if line.startswith("- ") or not lines:
            lines.append(line.removeprefix("- ").strip())
        else:
            lines[-1] += between + line
    return Section(heading.strip(), tuple(lines))
