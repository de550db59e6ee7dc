"""Applications: ways, links with names, messages on moves, alerts, systems, imports, pulls."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.storage.tables import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = Moment(timezone=True)

NEW_OF_APPLICATIONS: tuple[Callable[[], sa.Column[Any]], ...] = (
    lambda: sa.Column("way", sa.String(10), server_default="local", nullable=False),
    lambda: sa.Column("outside", sa.String(80), nullable=True),
    lambda: sa.Column("name_key", sa.String(64), nullable=True),
    lambda: sa.Column("phone_key", sa.String(64), nullable=True),
    lambda: sa.Column("code", sa.String(64), nullable=True),
    lambda: sa.Column("code_until", AT, nullable=True),
    lambda: sa.Column("due", sa.Date(), nullable=True),
    lambda: sa.Column("source", sa.String(60), server_default="", nullable=False),
    lambda: sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
)
NEW_OF_STAGES: tuple[Callable[[], sa.Column[Any]], ...] = (
    lambda: sa.Column("source", sa.String(60), server_default="", nullable=False),
    lambda: sa.Column("staff_id", ID, nullable=True),
    lambda: sa.Column("mistaken", sa.Boolean(), server_default=sa.text("false"), nullable=False),
)


def _id() -> sa.Column[Any]:
    return sa.Column("id", ID, autoincrement=True, nullable=False)


def _primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _foreign(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [to], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE"
    )


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def upgrade() -> None:
    for column in NEW_OF_APPLICATIONS:
        op.add_column("applications", column())
    for column in NEW_OF_STAGES:
        op.add_column("application_stages", column())
    op.create_index("ix_applications_outside", "applications", ["outside"], unique=True)
    op.create_index("ix_applications_name_key", "applications", ["name_key"])
    op.create_index("ix_applications_phone_key", "applications", ["phone_key"])
    op.create_index(
        "ix_applications_due",
        "applications",
        ["due"],
        postgresql_where=sa.text("due is not null"),
        sqlite_where=sa.text("due is not null"),
    )
    op.create_index("ix_applications_region", "applications", ["region", "id"])
    op.drop_table("application_followers")  # no release ever wrote it
    _people()
    _systems()
    _imports()


def _people() -> None:
    op.create_table(
        "application_links",
        _id(),
        sa.Column("application_id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=True),
        sa.Column("linked_at", AT, nullable=False),
        _primary("application_links", "id"),
        _foreign("application_links", "application_id", "applications.id"),
        _foreign("application_links", "conversation_id", "conversations.id"),
        _unique("application_links", "application_id", "conversation_id"),
    )
    op.create_index("ix_application_links_conversation", "application_links", ["conversation_id"])
    op.create_table(
        "application_news",
        _id(),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("application_id", ID, nullable=False),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("mistaken", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("outbox_uid", sa.String(32), nullable=False),
        _primary("application_news", "id"),
        _foreign("application_news", "conversation_id", "conversations.id"),
        _foreign("application_news", "application_id", "applications.id"),
    )
    op.create_index("ix_application_news_conversation", "application_news", ["conversation_id"])
    op.create_table(
        "application_tickets",
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("application_id", ID, nullable=False),
        sa.Column("why", sa.String(20), nullable=False),
        _primary("application_tickets", "ticket_id"),
        _foreign("application_tickets", "ticket_id", "tickets.id"),
        _foreign("application_tickets", "application_id", "applications.id"),
    )
    op.create_index("ix_application_tickets_application", "application_tickets", ["application_id"])
    op.create_table(
        "application_alerts",
        _id(),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("application_id", ID, nullable=True),
        sa.Column("region", sa.String(12), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("seen_at", AT, nullable=True),
        sa.Column("seen_by", ID, nullable=True),
        _primary("application_alerts", "id"),
        _foreign("application_alerts", "application_id", "applications.id"),
    )
    op.create_index(
        "ix_application_alerts_open",
        "application_alerts",
        ["id"],
        postgresql_where=sa.text("seen_at is null"),
        sqlite_where=sa.text("seen_at is null"),
    )


def _systems() -> None:
    op.create_table(
        "application_systems",
        _id(),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("region", sa.String(12), nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.Column("made_by", ID, nullable=True),
        sa.Column("revoked_at", AT, nullable=True),
        sa.Column("used_at", AT, nullable=True),
        _primary("application_systems", "id"),
        _unique("application_systems", "name"),
        _unique("application_systems", "token_hash"),
    )
    op.create_table(
        "application_events",
        _id(),
        sa.Column("system_id", ID, nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("body_hash", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", AT, nullable=False),
        _primary("application_events", "id"),
        _foreign("application_events", "system_id", "application_systems.id"),
        _unique("application_events", "system_id", "key"),
    )
    op.create_index("ix_application_events_at", "application_events", ["at"])
    op.create_table(
        "application_pulls",
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("cursor", sa.String(400), server_default="", nullable=False),
        sa.Column("lease_owner", sa.String(40), nullable=True),
        sa.Column("lease_until", AT, nullable=True),
        sa.Column("next_at", AT, nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("ok_at", AT, nullable=True),
        sa.Column("trouble", sa.String(200), server_default="", nullable=False),
        sa.Column("refused", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _primary("application_pulls", "name"),
    )


def _imports() -> None:
    op.create_table(
        "application_imports",
        _id(),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("region", sa.String(12), nullable=False),
        sa.Column("file_name", sa.String(120), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("mapping", sa.Text(), server_default="{}", nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("done", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("total", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("counts", sa.Text(), server_default="{}", nullable=False),
        sa.Column("fault", sa.Text(), server_default="", nullable=False),
        sa.Column("lease_owner", sa.String(40), nullable=True),
        sa.Column("lease_until", AT, nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("changed_at", AT, nullable=False),
        _primary("application_imports", "id"),
    )
    op.create_table(
        "application_import_rows",
        _id(),
        sa.Column("import_id", ID, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(10), nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("state", sa.String(10), server_default="planned", nullable=False),
        _primary("application_import_rows", "id"),
        _foreign("application_import_rows", "import_id", "application_imports.id"),
        _unique("application_import_rows", "import_id", "number"),
    )
    op.create_index(
        "ix_application_import_rows_import", "application_import_rows", ["import_id", "id"]
    )
    op.create_table(
        "application_import_faults",
        _id(),
        sa.Column("import_id", ID, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        _primary("application_import_faults", "id"),
        _foreign("application_import_faults", "import_id", "application_imports.id"),
    )
    op.create_index(
        "ix_application_import_faults_import", "application_import_faults", ["import_id", "line"]
    )
    op.create_table(
        "application_mappings",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("at", AT, nullable=False),
        _primary("application_mappings", "key"),
    )


def downgrade() -> None:
    for table, *indexes in (
        ("application_mappings",),
        ("application_import_faults", "ix_application_import_faults_import"),
        ("application_import_rows", "ix_application_import_rows_import"),
        ("application_imports",),
        ("application_pulls",),
        ("application_events", "ix_application_events_at"),
        ("application_systems",),
        ("application_alerts", "ix_application_alerts_open"),
        ("application_tickets", "ix_application_tickets_application"),
        ("application_news", "ix_application_news_conversation"),
        ("application_links", "ix_application_links_conversation"),
    ):
        for index in indexes:
            op.drop_index(index, table_name=table)
        op.drop_table(table)
    op.create_table(
        "application_followers",
        sa.Column("application_id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        _primary("application_followers", "application_id", "conversation_id"),
        _foreign("application_followers", "application_id", "applications.id"),
        _foreign("application_followers", "conversation_id", "conversations.id"),
    )
    for index in ("outside", "name_key", "phone_key", "due", "region"):
        op.drop_index(f"ix_applications_{index}", table_name="applications")
    for column in reversed(NEW_OF_STAGES):
        op.drop_column("application_stages", column().name)
    for column in reversed(NEW_OF_APPLICATIONS):
        op.drop_column("applications", column().name)
