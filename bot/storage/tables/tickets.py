"""The staff's queue: items, what was said in them, who looks at them, what became public."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.storage.tables.base import Id, Moment, metadata, partial_index

OPEN = "state in ('waiting', 'taken', 'with_person', 'with_office')"
DONE = "state in ('answered', 'closed')"
"""A query that says one of these in these very words uses the small index of the open ones."""

tickets = Table(
    "tickets",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("number", String(20), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("region", String(12), nullable=False, server_default="44"),
    # The office that has it: its division's federation.
    Column("conversation_id", Id, ForeignKey("conversations.id", ondelete="SET NULL")),
    Column("state", String(12), nullable=False),
    # waiting, taken, with_person, with_office, answered, closed
    Column("taken_by", Id, ForeignKey("staff.id")),
    Column("waiting_since", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("priority", Integer, nullable=False, server_default=text("2")),
    # 0 an emergency, 1 high, 2 usual, 3 low
    Column("level", Integer, nullable=False, server_default=text("0")),
    # 0 for everybody, 1 for supervisors
    Column("due_at", Moment),
    Column("warned_at", Moment),
    Column("escalated_at", Moment),
    Column("answered_at", Moment),
    # Of the first answer.
    Column("anonymous", Boolean, nullable=False, server_default=text("false")),
    Column("settled", String(8), nullable=False, server_default=""),
    # asked, yes, no
    Column("asked_at", Moment),
    Column("booking_id", Id, ForeignKey("bookings.id", name="fk_tickets_booking_id")),
    Column("merged_into", Id, ForeignKey("tickets.id", name="fk_tickets_merged_into")),
    partial_index("ix_tickets_done", "state", "waiting_since", where=DONE),
    Index("ix_tickets_conversation", "conversation_id"),
    Index("ix_tickets_created_at", "created_at"),
    partial_index(
        "ix_tickets_open",
        "priority",
        "due_at",
        "id",
        "region",
        "state",
        # All that listing and counting ask for: they need not look into the table.
        where=OPEN,
    ),
    Index("ix_tickets_taken_by", "taken_by", "state"),
    partial_index("ix_tickets_merged_into", "merged_into", where="merged_into is not null"),
)

ticket_messages = Table(
    "ticket_messages",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("uid", String(32), nullable=False, unique=True),
    Column("ticket_id", Id, ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
    Column("who", String(10), nullable=False),
    # person, staff, bot, note (staff among themselves), event
    Column("staff_id", Id, ForeignKey("staff.id")),
    Column("sealed", LargeBinary, nullable=False),
    Column("file", String(40), ForeignKey("files.reference")),
    Column("outbox_uid", String(32)),
    Column("at", Moment, nullable=False),
    Column("event", String(20), nullable=False, server_default=""),
    # What happened, where `who` is event: handed, merged, reopened ...
    Index("ix_ticket_messages_ticket", "ticket_id", "id"),
    partial_index("ix_ticket_messages_file", "file", where="file is not null"),
)

ticket_labels = Table(
    "ticket_labels",
    metadata,
    Column("ticket_id", Id, ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True),
    Column("label", String(30), primary_key=True),
    Index("ix_ticket_labels_label", "label"),
)

ticket_words = Table(
    "ticket_words",
    metadata,
    Column("token", Integer, primary_key=True, autoincrement=False),
    # Keyed hash of two neighbouring characters, cut to 20 bits: docs/decisions/0009.
    Column("ticket_id", Id, ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_ticket_words_ticket", "ticket_id"),
)

ticket_desks = Table(
    "ticket_desks",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("uid", String(32), nullable=False, unique=True),
    Column("ticket_id", Id, ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
    Column("staff_id", Id, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("writing_at", Moment),
    # Who wrote last has the draft lock for a while.
    Column("sealed", LargeBinary),
    # The draft; None: nothing is being written.
    UniqueConstraint("ticket_id", "staff_id"),
)

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("staff_id", Id, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(40), nullable=False),
    Column("query", String(300), nullable=False),
    # As in the address of the queue's page; words that are looked for are never kept.
    UniqueConstraint("staff_id", "name"),
)

ticket_followers = Table(
    "ticket_followers",
    metadata,
    Column("ticket_id", Id, ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "conversation_id", Id, ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("at", Moment, nullable=False),
    Index("ix_ticket_followers_conversation", "conversation_id"),
)

public_notes = Table(
    "public_notes",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("ticket_id", Id, ForeignKey("tickets.id"), nullable=False),
    Column("state", String(12), nullable=False),
    # draft, released, withdrawn
    Column("said", Text, nullable=False),
    Column("done", Text, nullable=False),
    # Each in three languages, as JSON; written for everybody, without personal data.
    Column("author_id", Id, ForeignKey("staff.id"), nullable=False),
    Column("released_by", Id, ForeignKey("staff.id")),
    Column("created_at", Moment, nullable=False),
    Column("released_at", Moment),
    Index("ix_public_notes_state", "state", "released_at"),
    Index("ix_public_notes_ticket", "ticket_id"),
)
