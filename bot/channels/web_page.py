"""The chat page as HTML: templates in pages/, the values that they show, and the static files.

Start at `Pages.page`. A line looks the same whether it came with the page or later
(`Pages.fragments`): both go through pages/line.html.
"""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.channels import drawing, web_reply
from bot.channels.web_form import GEO, Problem
from bot.channels.web_session import Session
from bot.i18n import GUANGDONG, LANGUAGES, Text, Translator, _, verbatim
from bot.messages import Line

LANGUAGE_NAMES = {"zh_Hans": "简体", "zh_Hant": "繁體", "en": "English"}
"""In themselves, so that nobody has to read another language to find their own."""

SIZES = 5
USUAL_SIZE = 1
TEXT_SIZES = tuple(str(size) for size in range(SIZES))
"""18, 20, 24, 28 and 32 px where the browser's own size is 16."""

HERE = _("My location: {place}")
START_COMMAND = "/start"
LANGUAGE_COMMAND = "/language "

_PAGES = Path(__file__).parent / "pages"
_STATIC = {"chat.css": "text/css", "chat.js": "text/javascript", "icon.svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class View:
    """Whose page this is, in which language and size."""

    session: Session
    translator: Translator
    size: int = USUAL_SIZE


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file of pages/, under a name that changes with its content."""

    name: str
    content: bytes
    media_type: str


class Pages:
    """Draws everything that the chat shows."""

    def __init__(self, translate_for: Callable[[str], Translator]) -> None:
        self._translate_for = translate_for
        self.static = dict(_static_file(name, kind) for name, kind in _STATIC.items())
        self._environment = Environment(
            autoescape=True,
            loader=FileSystemLoader(_PAGES),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["static"] = self._static_url

    def page(
        self, view: View, lines: Sequence[Line], *, draft: str = "", problem: Problem | None = None
    ) -> str:
        """The whole page; `draft` is what stands in the message box."""
        shown = [self._line(line, view.translator) for line in lines]
        for before, line in pairwise(shown):
            line["same_day"] = before["day"] == line["day"]
        answers = self._open_answers(lines, view.translator)
        for line in shown:
            line["offered"] = answers is not None and line["id"] == answers["line"]
        return self._draw(
            "chat.html",
            view,
            lines=shown,
            latest=_latest(lines),
            answers=answers,
            answered=_answered(lines),
            draft=draft,
            problem=problem and self._problem(problem, view.translator),
            message_id=secrets.token_urlsafe(12),
            form_token=view.session.form_token,
            languages=[(code, LANGUAGE_NAMES[code], language_tag(code)) for code in LANGUAGES],
            size=view.size,
            sizes=SIZES,
        )

    def private(
        self,
        view: View,
        line: Line | None,
        heading: Text,
        words: Text,
        *,
        problem: Problem | None,
        draft: str,
    ) -> str:
        """The page of personal questions: one line and its answers, or why there is none."""
        shown = self._line(line, view.translator) if line else None
        answers = self._answers(line, view.translator) if line else None
        if shown:
            shown["offered"] = answers is not None
        return self._draw(
            "private.html",
            view,
            door="",
            line=shown,
            latest="",
            answers=answers,
            heading=heading.to(view.translator),
            words=words.to(view.translator),
            problem=problem and self._problem(problem, view.translator),
            draft=draft,
            message_id=secrets.token_urlsafe(12),
            form_token=view.session.form_token,
        )

    def private_door(self, view: View, link: str, button: Text, words: Text) -> str:
        """One button, which needs no script: whoever only looks at a link presses none."""
        return self._draw(
            "private.html",
            view,
            line=None,
            problem=None,
            words=words.to(view.translator),
            door=link,
            button=button.to(view.translator),
        )

    def fragments(self, view: View, lines: Sequence[Line]) -> list[str]:
        """Each line as HTML, for a page that is open; a reply's buttons come after it."""
        return [
            self._draw(
                "line.html",
                view,
                latest="",
                line=self._line(line, view.translator),
                answers=self._answers(line, view.translator),
            )
            for line in lines
        ]

    def problem_summary(self, view: View, problem: Problem) -> str:
        """The error summary alone, for a page that is open."""
        return self._draw("problem.html", view, problem=self._problem(problem, view.translator))

    def _draw(self, template: str, view: View, **values: Any) -> str:
        translator = view.translator
        return self._environment.get_template(template).render(
            values, _=translator.sentence, tag=language_tag(translator.language)
        )

    def _static_url(self, name: str) -> str:
        return f"/chat/static/{self.static[name].name}"

    def _problem(self, problem: Problem, translator: Translator) -> dict[str, str]:
        return {"field": problem.field, "words": problem.words.to(translator)}

    def _line(self, line: Line, page: Translator) -> dict[str, Any]:
        """What line.html shows. A reply stays in the language in which it was said."""
        said_in = self._translator_of(line, page)
        day, moment = page.date(line.at.astimezone(GUANGDONG).date()), page.moment(line.at)
        return {
            "id": line.id,
            "who": line.who if line.who in {"person", "staff"} else "bot",
            "day": day,
            "time": moment.removeprefix(day).strip(),
            "at": line.at.isoformat(),
            "same_day": False,
            "offered": False,
            "tag": "" if said_in is page else language_tag(said_in.language),
            "text": _spoken(line.text, page),
            "photo": drawing.file_kind(line.attachment).to(page) if line.attachment else "",
            "reply": web_reply.drawn(line.reply, said_in) if line.reply else None,
        }

    def _answers(self, line: Line, page: Translator) -> dict[str, Any] | None:
        """What can be given under a reply, where it asks: choices, or what the device knows."""
        if line.who == "person" or line.reply is None:
            return None
        if not (line.reply.choices or line.reply.wants):
            return None
        said_in = self._translator_of(line, page)
        tag = "" if said_in is page else language_tag(said_in.language)
        return {"line": line.id, "tag": tag, **web_reply.answers(line.reply, said_in)}

    def _open_answers(self, lines: Sequence[Line], page: Translator) -> dict[str, Any] | None:
        """The buttons of the newest turn.

        A notice without choices leaves them, an answer to what the person wrote since replaces
        them; chat.js does the same with lines that come later.
        """
        answers, answered = None, False
        for line in lines:
            if line.who == "person":
                answered = True
            elif line.reply is not None:
                offered = self._answers(line, page)
                answers = offered or (None if answered else answers)
                answered = False
        return answers

    def _translator_of(self, line: Line, page: Translator) -> Translator:
        if line.language in ("", page.language):
            return page
        return self._translate_for(line.language)


def language_tag(language: str) -> str:
    """As HTML names it: zh-Hans."""
    return language.replace("_", "-")


def _static_file(name: str, media_type: str) -> tuple[str, StaticFile]:
    content = (_PAGES / name).read_bytes()
    stem, ending = name.split(".")
    digest = hashlib.sha256(content).hexdigest()[:12]
    return name, StaticFile(f"{stem}.{digest}.{ending}", content, media_type)


def _spoken(text: str, translator: Translator) -> str:
    """The person's words; what a button of ours sent is shown as that button would say it."""
    if text == START_COMMAND:
        return _("Start").to(translator)
    if text.startswith(GEO):
        place = text.removeprefix(GEO).replace(",", ", ")
        return HERE.fill(place=verbatim(place)).to(translator)
    return LANGUAGE_NAMES.get(text.removeprefix(LANGUAGE_COMMAND), text)


def _latest(lines: Sequence[Line]) -> str:
    """The first line after the person's last one: where reading goes on."""
    latest = ""
    for line in reversed(lines):
        if line.who == "person":
            return latest or line.id
        latest = line.id
    return latest


def _answered(lines: Sequence[Line]) -> bool:
    """Whether the person wrote after the last reply."""
    for line in reversed(lines):
        if line.who == "person":
            return True
        if line.reply is not None:
            return False
    return False
