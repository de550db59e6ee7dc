"""The staff's queue."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, text

from bot.storage.tables.base import Id, Moment, metadata

tickets = Table(
    "tickets",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("number", String(20), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("region", String(12), nullable=False, server_default="44"),
    Column("conversation_id", Id, ForeignKey("conversations.id", ondelete="SET NULL")),
    Column("state", String(12), nullable=False),
    # waiting, taken, answered, closed
    Column("urgent", Boolean, nullable=False, server_default=text("false")),
    Column("taken_by", Id, ForeignKey("staff.id")),
    Column("waiting_since", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Index("ix_tickets_queue", "state", "waiting_since"),
    Index("ix_tickets_conversation", "conversation_id"),
    Index("ix_tickets_created_at", "created_at"),
)

ticket_messages = Table(
    "ticket_messages",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("uid", String(32), nullable=False, unique=True),
    Column("ticket_id", Id, ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
    Column("who", String(10), nullable=False),
    # person, staff, bot
    Column("staff_id", Id, ForeignKey("staff.id")),
    Column("sealed", LargeBinary, nullable=False),
    Column("file", String(40), ForeignKey("files.reference")),
    Column("outbox_uid", String(32)),
    Column("at", Moment, nullable=False),
    Index("ix_ticket_messages_ticket", "ticket_id", "id"),
)
