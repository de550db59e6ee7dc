"""Applications for a certificate: where they stand, who is told, and where they come from."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
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


def _of_application(name: str = "application_id", *, nullable: bool = False) -> Column[int]:
    return Column(name, Id, ForeignKey("applications.id", ondelete="CASCADE"), nullable=nullable)


def _of_conversation() -> Column[int]:
    return Column(
        "conversation_id",
        Id,
        ForeignKey("conversations.id", ondelete="CASCADE"),
        nullable=False,
    )


applications = Table(
    "applications",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("number", String(24), nullable=False, unique=True),
    Column("procedure", String(20), nullable=False),
    Column("region", String(12), nullable=False),
    Column("stage", String(20), nullable=False),
    Column("proof", String(64), nullable=False),
    # Keyed hash of number and the last four characters of the identity number.
    Column("sealed", LargeBinary, nullable=False),
    # Name, phone, missing papers.
    Column("changed_at", Moment, nullable=False),
    Column("way", String(10), nullable=False, server_default="local"),
    Column("outside", String(80)),
    # Its number in the system that it came from.
    Column("name_key", String(64)),
    Column("phone_key", String(64)),
    # Keyed hashes, for the staff's search.
    Column("code", String(64)),
    Column("code_until", Moment),
    # Keyed hash of a code that staff gave out instead of the last four.
    Column("due", Date),
    # The last day of the law's limit for the present stage.
    Column("source", String(60), nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Index("ix_applications_outside", "outside", unique=True),
    Index("ix_applications_name_key", "name_key"),
    Index("ix_applications_phone_key", "phone_key"),
    partial_index("ix_applications_due", "due", where="due is not null"),
    Index("ix_applications_region", "region", "id"),
)

application_stages = Table(
    "application_stages",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    _of_application(),
    Column("stage", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    Column("source", String(60), nullable=False, server_default=""),
    Column("staff_id", Id),
    Column("mistaken", Boolean, nullable=False, server_default=text("false")),
    Index("ix_application_stages_application", "application_id", "id"),
)

application_links = Table(
    "application_links",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    _of_application(),
    _of_conversation(),
    Column("sealed", LargeBinary, nullable=False),
    # What the person calls it.
    Column("told", Boolean),
    # None: was never asked whether to be told of moves.
    Column("linked_at", Moment, nullable=False),
    UniqueConstraint("application_id", "conversation_id"),
    Index("ix_application_links_conversation", "conversation_id"),
)

application_news = Table(
    "application_news",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    _of_conversation(),
    _of_application(),
    Column("stage", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    Column("mistaken", Boolean, nullable=False, server_default=text("false")),
    # This stage replaces one that was recorded by mistake.
    Column("outbox_uid", String(32), nullable=False),
    # The message that tells of it.
    Index("ix_application_news_conversation", "conversation_id"),
)

application_tickets = Table(
    "application_tickets",
    metadata,
    Column("ticket_id", Id, ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True),
    _of_application(),
    Column("why", String(20), nullable=False),
    # 'overdue' or 'papers'
    Index("ix_application_tickets_application", "application_id"),
)

application_alerts = Table(
    "application_alerts",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("kind", String(20), nullable=False),
    # 'application', 'chat', 'many': whose tries were too many
    _of_application(nullable=True),
    Column("region", String(12), nullable=False),
    Column("at", Moment, nullable=False),
    Column("seen_at", Moment),
    Column("seen_by", Id),
    partial_index("ix_application_alerts_open", "id", where="seen_at is null"),
)

application_systems = Table(
    "application_systems",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("name", String(40), nullable=False, unique=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("region", String(12), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", Id),
    Column("revoked_at", Moment),
    Column("used_at", Moment),
)

application_events = Table(
    "application_events",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column(
        "system_id", Id, ForeignKey("application_systems.id", ondelete="CASCADE"), nullable=False
    ),
    Column("key", String(80), nullable=False),
    Column("body_hash", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("answer", Text, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("system_id", "key"),
    Index("ix_application_events_at", "at"),
)

application_imports = Table(
    "application_imports",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("staff_id", Id, nullable=False),
    Column("region", String(12), nullable=False),
    # The member's: rows outside of it are faults.
    Column("file_name", String(120), nullable=False),
    Column("sealed", LargeBinary),
    # The file; None once it is no longer needed.
    Column("columns", Text, nullable=False),
    Column("mapping", Text, nullable=False, server_default="{}"),
    Column("state", String(12), nullable=False),
    # mapping, checking, faulty, ready, running, done, undoing, undone, failed
    Column("done", Integer, nullable=False, server_default=text("0")),
    Column("total", Integer, nullable=False, server_default=text("0")),
    Column("counts", Text, nullable=False, server_default="{}"),
    Column("fault", Text, nullable=False, server_default=""),
    Column("lease_owner", String(40)),
    Column("lease_until", Moment),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
)

application_import_rows = Table(
    "application_import_rows",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column(
        "import_id", Id, ForeignKey("application_imports.id", ondelete="CASCADE"), nullable=False
    ),
    Column("line", Integer, nullable=False),
    Column("action", String(10), nullable=False),
    # make, move, change, same
    Column("number", String(24), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    # The row's values, and what stood there before.
    Column("version", Integer, nullable=False, server_default=text("0")),
    # Of the application: before, and after the import the one that it left.
    Column("state", String(10), nullable=False, server_default="planned"),
    # planned, applied, undone
    Index("ix_application_import_rows_import", "import_id", "id"),
    UniqueConstraint("import_id", "number"),
)

application_import_faults = Table(
    "application_import_faults",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column(
        "import_id", Id, ForeignKey("application_imports.id", ondelete="CASCADE"), nullable=False
    ),
    Column("line", Integer, nullable=False),
    Column("words", Text, nullable=False),
    Index("ix_application_import_faults_import", "import_id", "line"),
)

application_mappings = Table(
    "application_mappings",
    metadata,
    Column("key", String(64), primary_key=True),
    # Hash of the columns' names, in order.
    Column("mapping", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

application_pulls = Table(
    "application_pulls",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("cursor", String(400), nullable=False, server_default=""),
    Column("lease_owner", String(40)),
    Column("lease_until", Moment),
    Column("next_at", Moment),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("ok_at", Moment),
    Column("trouble", String(200), nullable=False, server_default=""),
    Column("refused", Integer, nullable=False, server_default=text("0")),
    # Items of the last pull that could not be taken.
)
