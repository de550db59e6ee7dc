"""Who works here, their sessions, failed tries, and what they did."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table, text

from bot.storage.tables.base import Id, Moment, metadata

staff = Table(
    "staff",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("name", String(60), nullable=False, unique=True),
    Column("display_name", String(60), nullable=False),
    Column("role", String(20), nullable=False),
    # clerk, assessor, supervisor, administrator
    Column("region", String(12), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("must_change", Boolean, nullable=False, server_default=text("false")),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("language", String(10), nullable=False, server_default="zh_Hans"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
)

tries = Table(
    "tries",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("subject", String(80), nullable=False),
    # 'status:conversation:17', 'sign-in:name': whose tries are counted
    Column("at", Moment, nullable=False),
    Index("ix_tries_subject", "subject", "at"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("staff_id", Id),
    Column("event", String(40), nullable=False),
    Column("subject", String(60), nullable=False),
    Column("success", Boolean, nullable=False),
    Column("detail", String(200), nullable=False, server_default=""),
    Column("chain", String(64), nullable=False),
    # HMAC over this row and the chain of the row before.
)
