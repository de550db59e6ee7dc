"""Questions without an answer, and answers that staff write: editions and ways to ask."""

import sqlalchemy as sa
from alembic import op

from bot.storage.tables import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "open_questions",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("shown", sa.String(length=60), server_default="", nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", Moment(timezone=True), nullable=False),
        sa.Column("last_at", Moment(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_questions")),
        sa.UniqueConstraint("key", name=op.f("uq_open_questions_key")),
    )
    op.create_index("ix_open_questions_state", "open_questions", ["state", "last_at"])
    op.create_table(
        "editions",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("article_id", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("author_id", ID, nullable=False),
        sa.Column("reviewer_id", ID, nullable=True),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.Column("changed_at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_editions")),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name=op.f("fk_editions_author_id")),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["staff.id"], name=op.f("fk_editions_reviewer_id")
        ),
    )
    op.create_index("ix_editions_article", "editions", ["article_id", "language", "state"])
    op.create_table(
        "added_ways",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("article_id", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("added_by", ID, nullable=False),
        sa.Column("added_at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_added_ways")),
        sa.ForeignKeyConstraint(["added_by"], ["staff.id"], name=op.f("fk_added_ways_added_by")),
    )


def downgrade() -> None:
    op.drop_table("added_ways")
    op.drop_index("ix_editions_article", table_name="editions")
    op.drop_table("editions")
    op.drop_index("ix_open_questions_state", table_name="open_questions")
    op.drop_table("open_questions")
