"""What people asked in vain, and the answers: link, write, review, publish, take back."""

import re
from typing import Any

from aiohttp import web

from bot import content
from bot.domain.editions import Edition, Faulty, OwnDraft
from bot.domain.staff import Member
from bot.domain.tickets import NotFound
from bot.i18n import LANGUAGES, Text, _
from bot.services import Services
from bot.services.articles import TOPICS
from bot.web.forms import form_of, number_in
from bot.web.guard import SESSION
from bot.web.office import Office
from bot.web.pages import Pages

_ID = re.compile(r"[a-z]+\.[a-z0-9-]{1,50}")
LONGEST_WAY = 200
LONGEST_FILE = 12_000
SAID: dict[str, Text] = {
    "linked": _("From now on these words lead to that answer."),
    "unlinked": _("These words no longer lead there."),
    "set-aside": _("Set aside."),
    "drafted": _("The draft is kept. A second person can publish it."),
    "published": _("Published: people read it within seconds."),
    "sent-back": _("The draft was sent back."),
    "withdrawn": _("Taken back. The version before it stands again."),
}
OWN_DRAFT = _("You wrote this draft. A second person has to read and publish it.")


class Answers:
    """Looking, linking and writing are behind rules.clerk, publishing behind rules.supervisor."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office = office
        self._pages = pages

    # --- questions

    async def questions(self, request: web.Request) -> web.StreamResponse:
        groups = await self._office.write(lambda services: services.questions.groups())
        return self._page(request, "questions.html", groups=groups)

    async def question(self, request: web.Request) -> web.StreamResponse:
        return await self._question_page(request)

    async def link(self, request: web.Request) -> web.StreamResponse:
        """Linked or, whatever is wrong, shown again with its words."""
        question_id, member = _id(request), _member(request)
        form = await form_of(request)
        article_id = form.words("article")
        words = " ".join(form.words("words").split())[:LONGEST_WAY]
        faults = [] if words else [_("Please write the words that people use.")]
        if not faults:
            try:
                await self._office.write(
                    lambda services: services.editions.link(question_id, article_id, words, member)
                )
            except Faulty as faulty:
                faults = [Text(fault) for fault in faulty.faults]
        if faults:
            return await self._question_page(request, words, article_id, faults)
        raise web.HTTPSeeOther("/staff/questions?said=linked")

    async def set_aside(self, request: web.Request) -> web.StreamResponse:
        question_id, member = _id(request), _member(request)
        await self._office.write(lambda services: services.questions.set_aside(question_id, member))
        raise web.HTTPSeeOther("/staff/questions?said=set-aside")

    async def _question_page(
        self,
        request: web.Request,
        words: str = "",
        article_id: str = "",
        faults: list[Text] | None = None,
    ) -> web.Response:
        question_id = _id(request)

        def look(services: Services) -> dict[str, Any]:
            group = services.questions.group(question_id)
            first = group.questions[0]
            near = services.articles.find(first.words, first.language).ids
            return {
                "group": group,
                "words": words or first.words,
                "near": near,
                "answers": services.editions.answers(),
                "chosen": article_id or next(iter(near), ""),
            }

        values = await self._office.write(look)
        status = 409 if faults else 200
        return self._page(
            request,
            "question.html",
            status=status,
            faults=faults or [],
            longest=LONGEST_WAY,
            question_id=question_id,
            **values,
        )

    # --- answers

    async def answers(self, request: web.Request) -> web.StreamResponse:
        answers, drafts = await self._office.read(
            lambda services: (services.editions.answers(), services.editions.drafts())
        )
        return self._page(request, "answers.html", answers=answers, drafts=drafts)

    async def faults(self, request: web.Request) -> web.StreamResponse:
        faults = await self._office.read(lambda services: services.editions.faults())
        return self._page(request, "faults.html", faults=faults)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        article_id = request.match_info["article"]
        answer = await self._office.read(lambda services: services.editions.answer(article_id))
        return self._page(request, "answer.html", answer=answer)

    async def unlink(self, request: web.Request) -> web.StreamResponse:
        article_id, member = request.match_info["article"], _member(request)
        way = number_in((await form_of(request)).words("way"))
        await self._office.write(lambda services: services.editions.unlink(way, article_id, member))
        raise web.HTTPSeeOther(f"/staff/answers/{article_id}?said=unlinked")

    async def new(self, request: web.Request) -> web.StreamResponse:
        article_id = request.query.get("id", "").strip().lower()
        if not _ID.fullmatch(article_id) or article_id.partition(".")[0] not in TOPICS:
            raise NotFound
        raise web.HTTPSeeOther(f"/staff/answers/{article_id}/{LANGUAGES[0]}")

    async def write(self, request: web.Request) -> web.StreamResponse:
        """The form; a new answer begins with the shape of a file."""
        article_id, language = _where(request)
        file = await self._office.read(
            lambda services: (
                services.known.library.pack.file(article_id, language)
                or services.known.library.pack.file(article_id, LANGUAGES[0])
                or content.SHAPE.format(id=article_id, today=services.now.date())
            )
        )
        return self._page(
            request, "write.html", article_id=article_id, written_in=language, file=file,
            longest=LONGEST_FILE, faults=[],
        )  # fmt: skip

    async def draft(self, request: web.Request) -> web.StreamResponse:
        article_id, language = _where(request)
        member = _member(request)
        file = (await form_of(request)).words("file") + "\n"
        if len(file) > LONGEST_FILE:
            too_long = _("This is too long. Please keep it under {count} characters.")
            return self._page(
                request, "write.html", status=409, article_id=article_id, written_in=language,
                file=file, longest=LONGEST_FILE, faults=[too_long.fill(count=LONGEST_FILE)],
            )  # fmt: skip
        edition_id = await self._office.write(
            lambda services: services.editions.draft(article_id, language, file, member)
        )
        raise web.HTTPSeeOther(f"/staff/editions/{edition_id}?said=drafted")

    # --- editions

    async def edition(self, request: web.Request) -> web.StreamResponse:
        return await self._edition_page(request)

    async def publish(self, request: web.Request) -> web.StreamResponse:
        edition_id, member = _id(request), _member(request)
        try:
            await self._office.write(lambda services: services.editions.publish(edition_id, member))
        except OwnDraft:
            return await self._edition_page(request, OWN_DRAFT)
        except Faulty:
            return await self._edition_page(request, _("Please mend its faults first."))
        raise web.HTTPSeeOther(f"/staff/editions/{edition_id}?said=published")

    async def send_back(self, request: web.Request) -> web.StreamResponse:
        edition_id, member = _id(request), _member(request)
        await self._office.write(lambda services: services.editions.send_back(edition_id, member))
        raise web.HTTPSeeOther(f"/staff/editions/{edition_id}?said=sent-back")

    async def withdraw(self, request: web.Request) -> web.StreamResponse:
        edition_id, member = _id(request), _member(request)
        await self._office.write(lambda services: services.editions.withdraw(edition_id, member))
        raise web.HTTPSeeOther(f"/staff/editions/{edition_id}?said=withdrawn")

    async def _edition_page(
        self, request: web.Request, refused: Text | None = None
    ) -> web.Response:
        edition_id = _id(request)

        def look(services: Services) -> tuple[Edition, str, list[str]]:
            edition = services.editions.edition(edition_id)
            now = services.known.library.pack.file(edition.article_id, edition.language)
            faults = services.editions.faults_of(edition.article_id, edition.language, edition.file)
            return edition, now, faults

        edition, now, faults = await self._office.read(look)
        return self._page(
            request,
            "edition.html",
            status=409 if refused else 200,
            edition=edition,
            lines=_changes(now, edition.file),
            faults=faults,
            refused=refused,
            is_mine=edition.author_id == _member(request).id,
        )

    def _page(
        self, request: web.Request, template: str, *, status: int = 200, **values: Any
    ) -> web.Response:
        session = request[SESSION]
        said = SAID.get(request.query.get("said", "")) if status == 200 else None  # noqa: PLR2004
        return self._pages.of_member(session, template, status=status, said=said, **values)


def _changes(before: str, after: str) -> list[tuple[str, str]]:
    """Each line with '+', '-' or ' ': what this version changes in what people read now."""
    from difflib import ndiff  # noqa: PLC0415 - for this page alone

    lines = ndiff(before.splitlines(), after.splitlines())
    return [(line[0], line[2:]) for line in lines if line[0] != "?"]


def _id(request: web.Request) -> int:
    return number_in(request.match_info["id"])


def _where(request: web.Request) -> tuple[str, str]:
    """An answer's id and a language of ours. Raises NotFound."""
    article_id, language = request.match_info["article"], request.match_info["language"]
    if language not in LANGUAGES or not _ID.fullmatch(article_id):
        raise NotFound
    return article_id, language


def _member(request: web.Request) -> Member:
    return request[SESSION].member
