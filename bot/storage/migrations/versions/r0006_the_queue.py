"""Feedback and the queue: deadlines, levels, labels, search, drafts, followers, public notes."""

import sqlalchemy as sa
from alembic import op

from bot.storage.tables import Moment

revision = "0006"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = "state in ('waiting', 'taken', 'with_person', 'with_office')"
DONE = "state in ('answered', 'closed')"
MOMENTS = ("due_at", "warned_at", "escalated_at", "answered_at", "asked_at")


def upgrade() -> None:
    _add_columns()
    op.create_index(
        "ix_tickets_open",
        "tickets",
        ["priority", "due_at", "id", "region", "state"],
        postgresql_where=sa.text(OPEN),
        sqlite_where=sa.text(OPEN),
    )
    op.drop_index("ix_tickets_queue", table_name="tickets")
    op.create_index(
        "ix_tickets_done",
        "tickets",
        ["state", "waiting_since"],
        postgresql_where=sa.text(DONE),
        sqlite_where=sa.text(DONE),
    )
    op.create_index("ix_tickets_taken_by", "tickets", ["taken_by", "state"])
    op.create_index(
        "ix_tickets_merged_into",
        "tickets",
        ["merged_into"],
        postgresql_where=sa.text("merged_into is not null"),
        sqlite_where=sa.text("merged_into is not null"),
    )
    op.add_column(
        "ticket_messages",
        sa.Column("event", sa.String(length=20), server_default="", nullable=False),
    )
    op.add_column("files", sa.Column("heard_at", Moment(timezone=True), nullable=True))
    _make_tables()


def downgrade() -> None:
    for table in (
        "public_notes",
        "ticket_followers",
        "saved_views",
        "ticket_desks",
        "ticket_words",
        "ticket_labels",
    ):
        op.drop_table(table)
    op.drop_column("files", "heard_at")
    op.drop_column("ticket_messages", "event")
    op.drop_index("ix_tickets_merged_into", table_name="tickets")
    op.drop_index("ix_tickets_taken_by", table_name="tickets")
    op.drop_index("ix_tickets_open", table_name="tickets")
    op.drop_index("ix_tickets_done", table_name="tickets")
    op.create_index("ix_tickets_queue", "tickets", ["state", "waiting_since"])
    op.add_column(
        "tickets",
        sa.Column("urgent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.execute("UPDATE tickets SET urgent = true WHERE priority = 0")
    op.execute(
        "UPDATE tickets SET state = 'taken' WHERE state IN ('with_person', 'with_office')"
        " AND taken_by IS NOT NULL"
    )
    op.execute("UPDATE tickets SET state = 'waiting' WHERE state IN ('with_person', 'with_office')")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_tickets_booking_id", "tickets")
        op.drop_constraint("fk_tickets_merged_into", "tickets")
    for column in (
        "merged_into", "booking_id", "settled", "anonymous", *MOMENTS, "level", "priority",
    ):  # fmt: skip
        op.drop_column("tickets", column)


def _add_columns() -> None:
    op.add_column(
        "tickets", sa.Column("priority", sa.Integer(), server_default=sa.text("2"), nullable=False)
    )
    op.add_column(
        "tickets", sa.Column("level", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    for moment in MOMENTS:
        op.add_column("tickets", sa.Column(moment, Moment(timezone=True), nullable=True))
    op.add_column(
        "tickets",
        sa.Column("anonymous", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column(
        "tickets", sa.Column("settled", sa.String(length=8), server_default="", nullable=False)
    )
    # Alembic adds no foreign key to a table of SQLite but by making the table anew, which would
    # delete what hangs on it; SQLite itself takes one with the column.
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    for column, there in (("booking_id", "bookings"), ("merged_into", "tickets")):
        op.execute(
            f"ALTER TABLE tickets ADD COLUMN {column} {kind}"
            f" CONSTRAINT fk_tickets_{column} REFERENCES {there} (id)"
        )
    op.execute("UPDATE tickets SET priority = 0 WHERE urgent")
    op.execute("UPDATE tickets SET due_at = waiting_since")
    op.drop_column("tickets", "urgent")


def _ticket(*, primary_key: bool = False, cascade: bool = True) -> "sa.Column[int]":
    return sa.Column(
        "ticket_id",
        ID,
        sa.ForeignKey("tickets.id", ondelete="CASCADE" if cascade else None),
        nullable=False,
        primary_key=primary_key,
    )


def _make_tables() -> None:
    op.create_table(
        "ticket_labels",
        _ticket(primary_key=True),
        sa.Column("label", sa.String(length=30), primary_key=True),
    )
    op.create_index("ix_ticket_labels_label", "ticket_labels", ["label"])
    op.create_table(
        "ticket_words",
        sa.Column("token", sa.Integer(), primary_key=True, autoincrement=False),
        _ticket(primary_key=True),
    )
    op.create_index("ix_ticket_words_ticket", "ticket_words", ["ticket_id"])
    op.create_table(
        "ticket_desks",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("uid", sa.String(length=32), nullable=False, unique=True),
        _ticket(),
        sa.Column("staff_id", ID, sa.ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
        sa.Column("seen_at", Moment(timezone=True), nullable=False),
        sa.Column("writing_at", Moment(timezone=True), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.UniqueConstraint(
            "ticket_id", "staff_id", name=op.f("uq_ticket_desks_ticket_id_staff_id")
        ),
    )
    op.create_table(
        "saved_views",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("staff_id", ID, sa.ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("query", sa.String(length=300), nullable=False),
        sa.UniqueConstraint("staff_id", "name", name=op.f("uq_saved_views_staff_id_name")),
    )
    op.create_table(
        "ticket_followers",
        _ticket(primary_key=True),
        sa.Column(
            "conversation_id",
            ID,
            sa.ForeignKey("conversations.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("at", Moment(timezone=True), nullable=False),
    )
    op.create_index("ix_ticket_followers_conversation", "ticket_followers", ["conversation_id"])
    op.create_table(
        "public_notes",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        _ticket(cascade=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("done", sa.Text(), nullable=False),
        sa.Column("author_id", ID, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("released_by", ID, sa.ForeignKey("staff.id"), nullable=True),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.Column("released_at", Moment(timezone=True), nullable=True),
    )
    op.create_index("ix_public_notes_state", "public_notes", ["state", "released_at"])
    op.create_index("ix_public_notes_ticket", "public_notes", ["ticket_id"])
