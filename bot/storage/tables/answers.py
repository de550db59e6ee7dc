"""Questions without an answer, and answers that staff wrote."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from bot.storage.tables.base import Id, Moment, metadata

open_questions = Table(
    "open_questions",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("key", String(64), nullable=False, unique=True),
    # Keyed hash of the bare words: the same question is counted, not kept again.
    Column("language", String(10), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("shown", String(60), nullable=False, server_default=""),
    # The answer that was 'not quite' it; '' where there was none.
    Column("times", Integer, nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("state", String(12), nullable=False),
    Index("ix_open_questions_state", "state", "last_at"),
)

editions = Table(
    "editions",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("article_id", String(60), nullable=False),
    Column("language", String(10), nullable=False),
    Column("file", Text, nullable=False),
    # As in content/. The newest published one stands before the file of this release.
    Column("state", String(12), nullable=False),
    Column("author_id", Id, ForeignKey("staff.id"), nullable=False),
    Column("reviewer_id", Id, ForeignKey("staff.id")),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Index("ix_editions_article", "article_id", "language", "state"),
)

added_ways = Table(
    "added_ways",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("article_id", String(60), nullable=False),
    Column("language", String(10), nullable=False),
    Column("words", String(200), nullable=False),
    # Cleared of personal data by the clerk who added them.
    Column("added_by", Id, ForeignKey("staff.id"), nullable=False),
    Column("added_at", Moment, nullable=False),
)
