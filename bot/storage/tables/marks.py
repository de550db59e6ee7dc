"""Small facts that outlive a process."""

from sqlalchemy import Column, String, Table

from bot.storage.tables.base import metadata

marks = Table(
    "marks",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("value", String(300), nullable=False),
    # Which edition of the answers is the newest, say.
)
