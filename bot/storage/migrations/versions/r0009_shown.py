"""When the chat page showed what a member of staff had written."""

import sqlalchemy as sa
from alembic import op

from bot.storage.tables import Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("seen_at", Moment(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("outbox", "seen_at")
