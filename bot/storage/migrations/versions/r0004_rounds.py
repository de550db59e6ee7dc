"""Who goes with a team; where streets are and which touch each other."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "team_members",
        sa.Column("team_id", ID, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("team_id", "staff_id", name=op.f("pk_team_members")),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_team_members_team_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_team_members_staff_id"), ondelete="CASCADE"
        ),
    )
    op.create_index("ix_team_members_staff", "team_members", ["staff_id"])
    op.create_table(
        "streets",
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("neighbours", sa.String(length=400), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("region", name=op.f("pk_streets")),
    )


def downgrade() -> None:
    op.drop_table("streets")
    op.drop_index("ix_team_members_staff", table_name="team_members")
    op.drop_table("team_members")
