"""Being told of a move: one message for several, never at night, in the chat's language.

A message that has not left yet is taken back and written anew with what came meanwhile, so that
who is told hears once, and nothing that was corrected in time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from bot.domain.applications import due_date, told_at
from bot.domain.stages import Procedure, Stage, Way
from bot.i18n import Text, _, translator, verbatim
from bot.messages import Reply
from bot.storage import application_links as links
from bot.storage import application_news as kept
from bot.storage import applications as stored
from bot.storage import conversations, messages
from bot.storage.application_news import Told
from bot.storage.messages import Saying

if TYPE_CHECKING:
    from bot.services import Services

LISTED = 8
"""Moves in one message; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Move:
    """An application that stands elsewhere now."""

    application_id: int
    procedure: Procedure
    way: Way
    stage: Stage
    at: datetime
    mistaken: bool = False
    """The stage before was recorded by mistake."""
    wrong: Stage | None = None
    back: bool = False
    """The right stage is one that it had reached before."""


class News:
    """Into the outbox, in the transaction of the move."""

    def __init__(self, services: "Services") -> None:
        self._connection = services.connection
        self._now = services.now
        self._book = services.known.stages
        self._calendar = services.known.calendar

    def tell(self, moves: Sequence[Move]) -> int:
        """How many messages that made."""
        by_id = {move.application_id: move for move in moves}
        followers = links.told_of(self._connection, list(by_id))
        if not followers:
            return 0
        languages = {one.conversation_id: one.language for one in followers}
        news, dues = kept.take_back_unsent(self._connection, list(languages), self._now)
        for one in followers:
            move = by_id[one.application_id]
            told = Told(
                one.conversation_id,
                one.application_id,
                move.stage,
                move.at,
                move.mistaken,
                one.number,
                one.called,
                move.procedure,
                move.way,
            )
            _add(news, told, move)
        return self._say(news, languages, dues)

    def without(self, conversation_id: int, application_id: int | None) -> None:
        """Nothing of that application, or of any, leaves for this chat; the rest still does."""
        news, dues = kept.take_back_unsent(self._connection, [conversation_id], self._now)
        left = [one for one in news if application_id not in (None, one.application_id)]
        language = conversations.language_of(self._connection, conversation_id)
        self._say(left, {conversation_id: language}, dues)
        if application_id is None:
            kept.drop_unsent_of(self._connection, conversation_id)

    def _say(
        self,
        news: Sequence[Told],
        languages: Mapping[int, str],
        dues: Mapping[int, datetime],
    ) -> int:
        news = sorted(news, key=lambda one: one.conversation_id)
        told: list[list[Told]] = []
        sayings: list[tuple[int, Saying]] = []
        due = told_at(self._now)
        for conversation_id, ones in groupby(news, key=lambda one: one.conversation_id):
            group = list(ones)
            language = languages[conversation_id]
            saying = Saying(
                self._reply(group, language),
                language,
                due=dues.get(conversation_id, due),
                subject=kept.subject_of(conversation_id),
            )
            told.append(group)
            sayings.append((conversation_id, saying))
        uids = messages.say_to_many(self._connection, sayings, self._now)
        kept.note_told(
            self._connection,
            [(one, uid) for group, uid in zip(told, uids, strict=True) for one in group],
        )
        return len(uids)

    def _reply(self, news: Sequence[Told], language: str) -> Reply:
        sentences = [self._sentence(one, language) for one in news]
        last = news[-1]
        notes = [*self._missing(news), verbatim(self._book.words[last.stage].can[language])]
        if any(one.mistaken for one in news):
            notes.insert(0, CORRECTED)
        if len(news) == 1:
            return Reply(heading=sentences[0], paragraphs=(*notes, HOW_TO_STOP))
        alone = len({one.application_id for one in news}) == 1
        shown = sentences[-LISTED:]
        return Reply(
            heading=sentences[-1] if alone else _("News about your applications"),
            items=tuple(shown),
            paragraphs=(*(notes if alone else notes[:-1]), HOW_TO_STOP),
        )

    def _missing(self, news: Sequence[Told]) -> list[Text]:
        """Which papers, where they are what is waited for."""
        waits = [one.application_id for one in news if one.stage is Stage.PAPERS_MISSING]
        found = (stored.by_id(self._connection, one) for one in dict.fromkeys(waits))
        return [
            _("Missing: {papers}").fill(papers=verbatim(one.missing))
            for one in found
            if one and one.missing and one.stage is Stage.PAPERS_MISSING
        ]

    def _sentence(self, one: Told, language: str) -> Text:
        until: date | None = due_date(
            self._book, self._calendar, one.procedure, one.way, one.stage, one.at
        )
        return self._book.sentence(
            one.stage, language, whose(one.called, one.number, language), until
        )


def _add(news: list[Told], told: Told, move: Move) -> None:
    """One more; what was wrong and has not left is not told at all."""
    if move.mistaken:
        unsent = [
            one
            for one in news
            if one.stage is move.wrong
            and one.conversation_id == told.conversation_id
            and one.application_id == told.application_id
        ]
        if unsent and move.back:
            news[:] = [one for one in news if one not in unsent]
            return
        if unsent:
            news[:] = [one for one in news if one not in unsent]
            told = replace(told, mistaken=False)
    news.append(told)


CORRECTED = _(
    "What stood here before was recorded by mistake, and is corrected now. We are sorry for that."
)
HOW_TO_STOP = _(
    "To see all of it, write 'check progress'. To get no more of these, write 'stop messages'."
)


def whose(called: str, number: str, language: str) -> str:
    """'Mum's application', or 'Application A…'."""
    spoken = translator(language)
    if called:
        return _("{name}'s application").fill(name=verbatim(called)).to(spoken)
    return _("Application {number}").fill(number=number).to(spoken)
