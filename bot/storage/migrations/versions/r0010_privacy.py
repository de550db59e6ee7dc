"""What of a chat staff may read, whose a file is, and until when drafts and lines are kept."""

import sqlalchemy as sa
from alembic import op

from bot.storage.tables import Moment

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEPT = (
    ("ix_inbox_done", "inbox", ["received_at"], "state = 'handled'"),
    ("ix_inbox_personal", "inbox", ["received_at"], "personal"),
    ("ix_outbox_done", "outbox", ["created_at"], "state in ('sent', 'dropped')"),
    ("ix_conversations_draft_until", "conversations", ["draft_until"], "draft_until is not null"),
    ("ix_files_missing", "files", ["reference"], "sealed is null"),
    ("ix_ticket_messages_file", "ticket_messages", ["file"], "file is not null"),
)


def upgrade() -> None:
    for table in ("inbox", "outbox"):
        op.add_column(
            table, sa.Column("withheld", sa.String(20), server_default="", nullable=False)
        )
        op.add_column(
            table,
            sa.Column("personal", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        )
        # Which lines made up an anonymous letter nobody noted: of its chat staff see none of them.
        chats = "SELECT conversation_id FROM tickets WHERE anonymous"
        op.execute(
            f"UPDATE {table} SET withheld = 'for good' WHERE conversation_id IN ({chats})"  # noqa: S608
        )
    op.add_column("conversations", sa.Column("draft_until", Moment(timezone=True), nullable=True))
    # What is open in a chat only its sealed state tells: each is looked into once.
    op.execute("UPDATE conversations SET draft_until = last_heard WHERE sealed IS NOT NULL")
    # As in r0006: SQLite takes a foreign key with its column, Alembic would make the table anew.
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE files ADD COLUMN conversation_id {kind} CONSTRAINT fk_files_conversation_id"
        " REFERENCES conversations (id)"
    )
    op.create_index("ix_files_conversation", "files", ["conversation_id"])
    op.create_index("ix_files_created_at", "files", ["created_at"])
    for name, table, columns, where in KEPT:
        op.create_index(
            name, table, columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where)
        )


def downgrade() -> None:
    for name, table, _columns, _where in KEPT:
        op.drop_index(name, table_name=table)
    op.drop_index("ix_files_created_at", table_name="files")
    op.drop_index("ix_files_conversation", table_name="files")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_files_conversation_id", "files")
    op.drop_column("files", "conversation_id")
    op.drop_column("conversations", "draft_until")
    for table in ("inbox", "outbox"):
        op.drop_column(table, "personal")
        op.drop_column(table, "withheld")
