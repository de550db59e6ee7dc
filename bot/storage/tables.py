"""Every table and its constraints: what must never break is a constraint here.

Columns named `sealed` hold personal data, encrypted by vault.py; times are UTC.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)


class Moment(TypeDecorator[datetime]):
    """An aware datetime, stored as UTC: SQLite has no zones of its own."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        found: datetime = value
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")

conversations = Table(
    "conversations",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("channel", String(20), nullable=False),
    Column("user_id", String(80), nullable=False),
    Column("language", String(10), nullable=False),
    Column("sealed", LargeBinary),
    Column("reachable", Boolean, nullable=False, server_default=text("true")),
    Column("ticket_id", Id),
    # A member of staff wrote last, in this item: the person's next words answer it.
    Column("last_heard", Moment),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("channel", "user_id"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("channel", String(20), nullable=False),
    Column("event_id", String(120), nullable=False),
    Column("conversation_id", Id, ForeignKey("conversations.id", ondelete="CASCADE")),
    # None: nobody could parse it.
    Column("sealed", LargeBinary, nullable=False),
    Column("state", String(10), nullable=False),
    # waiting, handled, parked
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("error", Text),
    Column("received_at", Moment, nullable=False),
    UniqueConstraint("channel", "event_id"),
    Index(
        "ix_inbox_waiting",
        "conversation_id",
        "id",
        postgresql_where=text("state = 'waiting'"),
        sqlite_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_inbox_parked",
        "received_at",
        postgresql_where=text("state = 'parked'"),
        sqlite_where=text("state = 'parked'"),
    ),
    Index("ix_inbox_conversation", "conversation_id", "id"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("uid", String(32), nullable=False, unique=True),
    Column(
        "conversation_id",
        Id,
        ForeignKey("conversations.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("inbox_id", Id),
    Column("position", Integer, nullable=False, server_default=text("0")),
    Column("who", String(10), nullable=False, server_default="bot"),
    # bot or staff
    Column("language", String(10), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("state", String(10), nullable=False),
    # waiting, sending, sent, unknown, held, parked, dropped
    Column("subject", String(40)),
    # What it reminds of ('booking:17'): moving or cancelling that takes it back.
    Column("due", Moment, nullable=False),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("lease_owner", String(40)),
    Column("lease_until", Moment),
    Column("external_id", String(80)),
    Column("error", Text),
    Column("created_at", Moment, nullable=False),
    Column("sent_at", Moment),
    UniqueConstraint("inbox_id", "position"),
    Index(
        "ix_outbox_open",
        "due",
        "id",
        postgresql_where=text("state in ('waiting', 'sending', 'unknown')"),
        sqlite_where=text("state in ('waiting', 'sending', 'unknown')"),
    ),
    Index(
        "ix_outbox_open_conversation",
        "conversation_id",
        "id",
        postgresql_where=text("state in ('waiting', 'sending', 'unknown')"),
        sqlite_where=text("state in ('waiting', 'sending', 'unknown')"),
    ),
    Index("ix_outbox_conversation", "conversation_id", "id"),
    Index(
        "ix_outbox_stuck",
        "state",
        "id",
        postgresql_where=text("state in ('held', 'parked')"),
        sqlite_where=text("state in ('held', 'parked')"),
    ),
    Index(
        "ix_outbox_subject",
        "subject",
        postgresql_where=text("subject is not null"),
        sqlite_where=text("subject is not null"),
    ),
)

files = Table(
    "files",
    metadata,
    Column("reference", String(40), primary_key=True),
    Column("media_type", String(60), nullable=False),
    Column("sealed_name", LargeBinary),
    Column("sealed", LargeBinary),
    # None: still to be fetched from its channel, by `origin`.
    Column("channel", String(20)),
    Column("origin", String(300)),
    Column("size", Integer, nullable=False, server_default=text("0")),
    Column("created_at", Moment, nullable=False),
)

consents = Table(
    "consents",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column(
        "conversation_id",
        Id,
        ForeignKey("conversations.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("scope", String(30), nullable=False),
    Column("given", Boolean, nullable=False),
    Column("channel", String(20), nullable=False),
    Column("at", Moment, nullable=False),
)

private_links = Table(
    "private_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column(
        "conversation_id",
        Id,
        ForeignKey("conversations.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("expires_at", Moment, nullable=False),
    Column("session_hash", String(64), unique=True),
    # Set at the first use, which is the only one; the page's cookie leads here afterwards.
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("number", String(20), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("region", String(12), nullable=False, server_default="44"),
    Column("conversation_id", Id, ForeignKey("conversations.id", ondelete="SET NULL")),
    Column("state", String(12), nullable=False),
    # waiting, taken, answered, closed
    Column("urgent", Boolean, nullable=False, server_default=text("false")),
    Column("taken_by", Id, ForeignKey("staff.id")),
    Column("waiting_since", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Index("ix_tickets_queue", "state", "waiting_since"),
    Index("ix_tickets_conversation", "conversation_id"),
)

ticket_messages = Table(
    "ticket_messages",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("uid", String(32), nullable=False, unique=True),
    Column("ticket_id", Id, ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
    Column("who", String(10), nullable=False),
    # person, staff, bot
    Column("staff_id", Id, ForeignKey("staff.id")),
    Column("sealed", LargeBinary, nullable=False),
    Column("file", String(40), ForeignKey("files.reference")),
    Column("outbox_uid", String(32)),
    Column("at", Moment, nullable=False),
    Index("ix_ticket_messages_ticket", "ticket_id", "id"),
)

teams = Table(
    "teams",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("name", String(80), nullable=False),
    Column("region", String(12), nullable=False),
    # The county (or city) whose streets it visits.
    Column("kinds", String(60), nullable=False),
    # Disability kinds its doctors assess: 'physical,vision,...'
)

visits = Table(
    "visits",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("team_id", Id, ForeignKey("teams.id"), nullable=False),
    Column("region", String(12), nullable=False),
    Column("day", Date, nullable=False),
    Column("half", String(10), nullable=False),
    # morning or afternoon
    Column("open", Boolean, nullable=False, server_default=text("true")),
    UniqueConstraint("team_id", "day", "half"),
    Index("ix_visits_offered", "region", "day"),
)

places = Table(
    "places",
    metadata,
    Column("visit_id", Id, ForeignKey("visits.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("booking_id", Id, ForeignKey("bookings.id"), unique=True),
    # One row a place: two people can never have the same one, nor one person two.
    Index(
        "ix_places_free",
        "visit_id",
        postgresql_where=text("booking_id is null"),
        sqlite_where=text("booking_id is null"),
    ),
)

bookings = Table(
    "bookings",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("number", String(20), nullable=False, unique=True),
    Column("conversation_id", Id, ForeignKey("conversations.id", ondelete="SET NULL")),
    Column("request_key", String(64), nullable=False, unique=True),
    # Of the confirmation that made it: pressed twice, it is the same booking.
    Column("region", String(12), nullable=False),
    Column("visit_id", Id, ForeignKey("visits.id")),
    # None: requested in a county that opens no visits; staff propose one.
    Column("state", String(12), nullable=False),
    # booked, requested, cancelled, done
    Column("person_key", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Index(
        "uq_bookings_live_person",
        "person_key",
        unique=True,
        postgresql_where=text("state in ('booked', 'requested')"),
        sqlite_where=text("state in ('booked', 'requested')"),
    ),
    Index("ix_bookings_conversation", "conversation_id"),
    Index("ix_bookings_visit", "visit_id"),
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
    Column("changed_at", Moment, nullable=False),
)

application_stages = Table(
    "application_stages",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column(
        "application_id",
        Id,
        ForeignKey("applications.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("stage", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_application_stages_application", "application_id", "id"),
)

application_followers = Table(
    "application_followers",
    metadata,
    Column(
        "application_id",
        Id,
        ForeignKey("applications.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column(
        "conversation_id",
        Id,
        ForeignKey("conversations.id", ondelete="CASCADE"),
        primary_key=True,
    ),
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

marks = Table(
    "marks",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("value", String(300), nullable=False),
    # Telegram's polling offset, the audit's anchor, the demo's being loaded.
)

open_questions = Table(
    "open_questions",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("key", String(64), nullable=False, unique=True),
    # Keyed hash of the bare words: the same question is counted, not kept again.
    Column("language", String(10), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("shown", String(60), nullable=False, server_default=""),
    # The answer that was 'not quite' it; '' where there was none.
    Column("times", Integer, nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("state", String(12), nullable=False),
    Index("ix_open_questions_state", "state", "last_at"),
)

editions = Table(
    "editions",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("article_id", String(60), nullable=False),
    Column("language", String(10), nullable=False),
    Column("file", Text, nullable=False),
    # As in content/. The newest published one stands before the file of this release.
    Column("state", String(12), nullable=False),
    Column("author_id", Id, ForeignKey("staff.id"), nullable=False),
    Column("reviewer_id", Id, ForeignKey("staff.id")),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Index("ix_editions_article", "article_id", "language", "state"),
)

added_ways = Table(
    "added_ways",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("article_id", String(60), nullable=False),
    Column("language", String(10), nullable=False),
    Column("words", String(200), nullable=False),
    # Cleared of personal data by the clerk who added them.
    Column("added_by", Id, ForeignKey("staff.id"), nullable=False),
    Column("added_at", Moment, nullable=False),
)
