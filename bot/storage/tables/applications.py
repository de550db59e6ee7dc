"""Applications for a certificate, and where they stand."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Table

from bot.storage.tables.base import Id, Moment, metadata

applications = Table(
    "applications",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("number", String(24), nullable=False, unique=True),
    Column("procedure", String(20), nullable=False),
    Column("region", String(12), nullable=False),
    Column("stage", String(20), nullable=False),
    Column("proof", String(64), nullable=False),
    # Keyed hash of number and the last four characters of the identity number.
    Column("sealed", LargeBinary, nullable=False),
    Column("changed_at", Moment, nullable=False),
)

application_stages = Table(
    "application_stages",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column(
        "application_id",
        Id,
        ForeignKey("applications.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("stage", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_application_stages_application", "application_id", "id"),
)

application_followers = Table(
    "application_followers",
    metadata,
    Column(
        "application_id",
        Id,
        ForeignKey("applications.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column(
        "conversation_id",
        Id,
        ForeignKey("conversations.id", ondelete="CASCADE"),
        primary_key=True,
    ),
)
