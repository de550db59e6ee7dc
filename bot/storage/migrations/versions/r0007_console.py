"""The console: a second step at signing in, sessions to list, absences, the audit log's end."""

import sqlalchemy as sa
from alembic import op

from bot.storage.audit import mark_end
from bot.storage.tables import Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    off, on = sa.text("false"), sa.text("true")
    op.add_column("staff", sa.Column("sealed_totp", sa.LargeBinary(), nullable=True))
    op.add_column("staff", sa.Column("totp_on", sa.Boolean(), server_default=off, nullable=False))
    op.add_column("staff", sa.Column("totp_step", sa.BigInteger(), nullable=True))
    op.add_column("staff", sa.Column("keys_on", sa.Boolean(), server_default=on, nullable=False))
    op.add_column("staff", sa.Column("away_from", sa.Date(), nullable=True))
    op.add_column("staff", sa.Column("away_until", sa.Date(), nullable=True))
    op.add_column(
        "sessions",
        sa.Column("complete", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
    op.add_column(
        "sessions", sa.Column("agent", sa.String(length=60), server_default="", nullable=False)
    )
    op.create_index("ix_sessions_staff_id", "sessions", ["staff_id"])
    op.create_table(
        "recovery_codes",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_recovery_codes")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_recovery_codes_staff_id"), ondelete="CASCADE"
        ),
    )
    op.create_index("ix_recovery_codes_staff_id", "recovery_codes", ["staff_id"])
    op.create_table(
        "devices",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("seen_at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", "staff_id", name=op.f("pk_devices")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_devices_staff_id"), ondelete="CASCADE"
        ),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_index("ix_tickets_created_at", "tickets", ["created_at"])
    mark_end(op.get_bind())


def downgrade() -> None:
    op.drop_index("ix_tickets_created_at", table_name="tickets")
    op.drop_table("audit_head")
    op.drop_table("devices")
    op.drop_index("ix_recovery_codes_staff_id", table_name="recovery_codes")
    op.drop_table("recovery_codes")
    op.drop_index("ix_sessions_staff_id", table_name="sessions")
    # Whoever is halfway through signing in must not find the door open.
    op.execute("DELETE FROM sessions WHERE complete = false")
    op.drop_column("sessions", "agent")
    op.drop_column("sessions", "complete")
    for name in ("away_until", "away_from", "keys_on", "totp_step", "totp_on", "sealed_totp"):
        op.drop_column("staff", name)
