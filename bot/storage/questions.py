"""Questions without an answer: each kept once, counted, sealed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from bot.domain.editions import OpenQuestion, QuestionState
from bot.storage.db import insert_unless_there
from bot.storage.tables import open_questions
from bot.storage.vault import vault_of

SHOWN = 300


def note(
    connection: Connection, bare: str, words: str, language: str, shown: str, now: datetime
) -> None:
    """Once more; what was done but is asked again is open again. `bare` tells questions apart."""
    vault = vault_of(connection)
    key = vault.finding("question", language, bare)
    connection.execute(
        insert_unless_there(connection, open_questions),
        {
            "key": key,
            "language": language,
            "sealed": vault.seal_json(words, f"open_questions.sealed:{key}"),
            "times": 0,
            "first_at": now,
            "last_at": now,
            "state": QuestionState.OPEN,
        },
    )
    here = open_questions.c.key == key
    connection.execute(
        update(open_questions)
        .where(here)
        .values(times=open_questions.c.times + 1, last_at=now, shown=shown)
    )
    again = here & (open_questions.c.state == QuestionState.DONE)
    connection.execute(update(open_questions).where(again).values(state=QuestionState.OPEN))


def waiting(connection: Connection) -> Sequence[OpenQuestion]:
    """The most asked first."""
    found = connection.execute(
        select(open_questions)
        .where(open_questions.c.state == QuestionState.OPEN)
        .order_by(open_questions.c.times.desc(), open_questions.c.last_at.desc())
        .limit(SHOWN)
    )
    return [_question(connection, row) for row in found]


def get(connection: Connection, question_id: int) -> OpenQuestion | None:
    row = connection.execute(
        select(open_questions).where(open_questions.c.id == question_id)
    ).one_or_none()
    return _question(connection, row) if row else None


def settle(connection: Connection, ids: Sequence[int], state: QuestionState) -> None:
    connection.execute(
        update(open_questions).where(open_questions.c.id.in_(ids)).values(state=state)
    )


def forget(connection: Connection, before: datetime) -> int:
    """Delete those that nobody asked since then. How many."""
    gone = connection.execute(delete(open_questions).where(open_questions.c.last_at < before))
    return gone.rowcount


def _question(connection: Connection, row: Any) -> OpenQuestion:
    words = vault_of(connection).open_json(row.sealed, f"open_questions.sealed:{row.key}")
    return OpenQuestion(row.id, row.language, str(words), row.shown, row.times, row.last_at)
