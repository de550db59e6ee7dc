"""Teams, their half-days, the places in them, and who has which."""

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
    UniqueConstraint,
    text,
)

from bot.storage.tables.base import Id, Moment, metadata

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
