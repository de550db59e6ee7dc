"""Codes with which a person goes on at another channel."""

from sqlalchemy import Column, ForeignKey, Index, String, Table

from bot.storage.tables.base import Id, Moment, metadata

crossings = Table(
    "crossings",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("code", String(64), nullable=False, unique=True),
    # Keyed hash.
    Column(
        "conversation_id",
        Id,
        ForeignKey("conversations.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("claimed_by", Id, ForeignKey("conversations.id", ondelete="CASCADE")),
    # The chat in which it was typed: once, by one.
    Column("claimed_at", Moment),
    Column("expires_at", Moment, nullable=False),
    Index("ix_crossings_conversation", "conversation_id"),
)
