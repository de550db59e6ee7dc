"""WeChat: parts of long replies, its ledger, its token; codes to go on at another channel."""

import sqlalchemy as sa
from alembic import op

from bot.storage.tables import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "outbox", sa.Column("parts", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.create_table(
        "wechat_ledger",
        sa.Column("user_id", sa.String(length=80), nullable=False),
        sa.Column("said_left", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("said_until", Moment(timezone=True), nullable=True),
        sa.Column("tapped_left", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("tapped_until", Moment(timezone=True), nullable=True),
        sa.Column("noticed_at", Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_wechat_ledger")),
    )
    op.create_table(
        "wechat_agreements",
        sa.Column("user_id", sa.String(length=80), nullable=False),
        sa.Column("template", sa.String(length=100), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "template", name=op.f("pk_wechat_agreements")),
    )
    op.create_table(
        "wechat_tokens",
        sa.Column("app_id", sa.String(length=60), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("until", Moment(timezone=True), nullable=True),
        sa.Column("claimed_until", Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("app_id", name=op.f("pk_wechat_tokens")),
    )
    op.create_table(
        "wechat_nonces",
        sa.Column("signed", sa.String(length=64), nullable=False),
        sa.Column("body", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("signed", name=op.f("pk_wechat_nonces")),
    )
    op.create_index("ix_wechat_nonces_at", "wechat_nonces", ["at"])
    op.create_table(
        "crossings",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("claimed_by", ID, nullable=True),
        sa.Column("claimed_at", Moment(timezone=True), nullable=True),
        sa.Column("expires_at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crossings")),
        sa.UniqueConstraint("code", name=op.f("uq_crossings_code")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_crossings_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["claimed_by"],
            ["conversations.id"],
            name=op.f("fk_crossings_claimed_by"),
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_crossings_conversation", "crossings", ["conversation_id"])


def downgrade() -> None:
    op.drop_index("ix_crossings_conversation", table_name="crossings")
    op.drop_table("crossings")
    op.drop_index("ix_wechat_nonces_at", table_name="wechat_nonces")
    op.drop_table("wechat_nonces")
    op.drop_table("wechat_tokens")
    op.drop_table("wechat_agreements")
    op.drop_table("wechat_ledger")
    op.drop_column("outbox", "parts")
