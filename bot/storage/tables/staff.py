"""Who works here, their sessions, failed tries, and what they did."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    text,
)

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
    Column("sealed_totp", LargeBinary),
    # The secret of the second step (RFC 6238); in force once `totp_on`.
    Column("totp_on", Boolean, nullable=False, server_default=text("false")),
    Column("totp_step", BigInteger),
    # The last half-minute whose code was used: no code counts twice.
    Column("keys_on", Boolean, nullable=False, server_default=text("true")),
    Column("away_from", Date),
    Column("away_until", Date),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("hash", String(64), primary_key=True),
    # Keyed hash of account and code; the row goes away when the code is used.
    Column("staff_id", Id, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
    Index("ix_recovery_codes_staff_id", "staff_id"),
)

devices = Table(
    "devices",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    # Of a browser's cookie: several people may sign in at one browser.
    Column("staff_id", Id, ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("seen_at", Moment, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("complete", Boolean, nullable=False, server_default=text("true")),
    # False: the second step is still owed.
    Column("agent", String(60), nullable=False, server_default=""),
    Index("ix_sessions_staff_id", "staff_id"),
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

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    # One row, 1: where the audit log ends, so that rows cut off its end are missed.
    Column("rows", BigInteger, nullable=False),
    Column("chain", String(64), nullable=False),
    Column("seal", String(64), nullable=False),
    # HMAC over the two.
)
