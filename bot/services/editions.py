"""Answers written in the console: link a question, draft, review by a second person, take back."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot import checklist_file, content, content_lint
from bot.content import ContentPack
from bot.domain.articles import Article
from bot.domain.editions import AddedWay, Edition, EditionState, Faulty, OwnDraft
from bot.domain.tickets import AlreadyTaken, NotFound
from bot.i18n import LANGUAGES
from bot.storage import editions as stored
from bot.storage.db import Connection

if TYPE_CHECKING:
    from bot.domain.staff import Member
    from bot.services import Services

log = logging.getLogger(__name__)
Files = dict[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as the console shows it."""

    id: str
    files: dict[str, str]
    editions: Sequence[Edition]
    ways: Sequence[AddedWay]


def files_of(connection: Connection, released: ContentPack) -> Files:
    """What staff published, as files that stand before those of the release."""
    files: Files = {}
    for edition in stored.in_state(connection, EditionState.PUBLISHED):
        files[edition.article_id, edition.language] = edition.file
    for way in stored.ways(connection):
        where = way.article_id, way.language
        file = files.get(where) or released.file(*where)
        if file:
            files[where] = content.with_question(file, way.words)
    return {where: file for where, file in files.items() if _is_readable(where, file)}


def _is_readable(where: tuple[str, str], file: str) -> bool:
    """A later release may ask more of a file than the one it was written in."""
    try:
        content.read(file, *where)
    except ValueError as error:
        log.warning("edition_unreadable", extra={"error": f"{where}: {error}"})
        return False
    return True


class Editions:
    """Every change leaves an entry in the audit, and reaches all replicas within seconds."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._connection = services.connection
        self._library = services.known.library

    # --- looking

    def answers(self) -> list[Article]:
        """All answers that people can read now, in Simplified Chinese."""
        return list(self._library.pack.articles(LANGUAGES[0]))

    def drafts(self) -> Sequence[Edition]:
        return stored.in_state(self._connection, EditionState.DRAFT)

    def answer(self, article_id: str) -> Answer:
        """Raises NotFound for an id that neither the pack nor a draft has."""
        versions = stored.of_article(self._connection, article_id)
        files = {one: self._library.pack.file(article_id, one) for one in LANGUAGES}
        if not versions and not any(files.values()):
            raise NotFound
        ways = [way for way in stored.ways(self._connection) if way.article_id == article_id]
        return Answer(article_id, files, versions, ways)

    def edition(self, edition_id: int) -> Edition:
        """Raises NotFound."""
        found = stored.get(self._connection, edition_id)
        if found is None:
            raise NotFound
        return found

    def faults(self) -> list[str]:
        """Of all that people can read now, the personal list among it."""
        today = self._services.now.date()
        return [
            *content_lint.faults(self._library.pack, today),
            *checklist_file.faults(self._services.known.checklist, today),
        ]

    def faults_of(self, article_id: str, language: str, file: str) -> list[str]:
        """Its own; that the other languages have to follow it stands on the page of all faults."""
        try:
            after = self._library.pack.changed({(article_id, language): file})
        except ValueError as error:
            return str(error).splitlines()
        found = content_lint.faults(after, self._services.now.date())
        where = f"{language}/{article_id}"
        return [
            fault
            for fault in found
            if fault.startswith(f"{where}: ") or fault.endswith((f" {where}", f" {article_id}"))
        ]

    # --- changing

    def link(self, question_id: int, article_id: str, words: str, member: "Member") -> None:
        """These words lead to that answer from now on. Raises NotFound, Faulty."""
        language = self._services.questions.group(question_id).questions[0].language
        article = self._library.pack.article(article_id, language)
        file = article and self._library.pack.file(article_id, article.language)
        if not article or not file:
            raise NotFound
        faults = self.faults_of(article_id, article.language, content.with_question(file, words))
        if faults:
            raise Faulty(faults)
        stored.add_way(
            self._connection,
            {
                "article_id": article_id,
                "language": article.language,
                "words": words,
                "added_by": member.id,
                "added_at": self._services.now,
            },
        )
        self._services.questions.done(question_id)
        self._changed(member, "answer.linked", article_id)

    def unlink(self, way_id: int, article_id: str, member: "Member") -> None:
        if stored.take_way(self._connection, way_id):
            self._changed(member, "answer.unlinked", article_id)

    def draft(self, article_id: str, language: str, file: str, member: "Member") -> int:
        """A new draft, whatever its faults: they stand beside it. Its id."""
        now = self._services.now
        edition_id = stored.add(
            self._connection,
            {
                "article_id": article_id,
                "language": language,
                "file": file,
                "state": EditionState.DRAFT,
                "author_id": member.id,
                "created_at": now,
                "changed_at": now,
            },
        )
        self._services.audit.record(member.id, "answer.drafted", f"edition:{edition_id}")
        return edition_id

    def publish(self, edition_id: int, member: "Member") -> None:
        """By a second person. Raises OwnDraft, Faulty, AlreadyTaken."""
        edition = self.edition(edition_id)
        if edition.author_id == member.id:
            raise OwnDraft
        faults = self.faults_of(edition.article_id, edition.language, edition.file)
        if faults:
            raise Faulty(faults)
        self._move(edition, EditionState.DRAFT, EditionState.PUBLISHED, member)
        self._changed(member, "answer.published", edition.article_id)

    def send_back(self, edition_id: int, member: "Member") -> None:
        """A draft is not published. Raises AlreadyTaken."""
        edition = self.edition(edition_id)
        self._move(edition, EditionState.DRAFT, EditionState.WITHDRAWN, member)
        self._services.audit.record(member.id, "answer.sent_back", f"edition:{edition_id}")

    def withdraw(self, edition_id: int, member: "Member") -> None:
        """The version before it stands again: an earlier edition, or the release's file."""
        edition = self.edition(edition_id)
        self._move(edition, EditionState.PUBLISHED, EditionState.WITHDRAWN, member)
        self._changed(member, "answer.withdrawn", edition.article_id)

    def _move(
        self, edition: Edition, before: EditionState, after: EditionState, member: "Member"
    ) -> None:
        moved = stored.move(
            self._connection, edition.id, before, after, member.id, self._services.now
        )
        if not moved:
            raise AlreadyTaken

    def _changed(self, member: "Member", event: str, article_id: str) -> None:
        stored.changed(self._connection, self._services.now)
        self._services.audit.record(member.id, event, article_id)
