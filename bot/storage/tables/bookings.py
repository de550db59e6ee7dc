"""Bookings and all that belongs to one: who may see it, offers of a place, outcomes, notes."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)

from bot.storage.tables.base import Id, Moment, metadata, partial_index

LIVE = "state in ('booked', 'requested', 'waiting', 'offered')"
"""A person has at most one such booking."""
LISTED = "state in ('waiting', 'requested')"
"""Who waits for a date."""

bookings = Table(
    "bookings",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("number", String(20), nullable=False, unique=True),
    Column("conversation_id", Id, ForeignKey("conversations.id", ondelete="SET NULL")),
    # The chat in which it was made; who else sees it stands in booking_members.
    Column("request_key", String(64), nullable=False, unique=True),
    # Of the confirmation that made it: pressed twice, it is the same booking.
    Column("region", String(12), nullable=False),
    # The street.
    Column("visit_id", Id, ForeignKey("visits.id")),
    # booked: the place; offered: the place that is held for the answer; else None
    Column("state", String(12), nullable=False),
    # booked, requested, waiting, offered, cancelled, done
    Column("person_key", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    # domain.visits.VisitRequest: name, phone, door, kinds, needs ...
    Column("kind", String(10), nullable=False, server_default="home"),
    # home or group: what the person asked for
    Column("purpose", String(10), nullable=False, server_default="first"),
    # first, renew, change: what the assessment is for
    Column("urgency", SmallInteger, nullable=False, server_default=text("0")),
    # 0, 1 soon, 2 urgent: by staff, or because of a ventilator. The waiting list goes by it.
    Column("halves", String(10), nullable=False, server_default=""),
    # On the waiting list: 'morning' or 'afternoon' only; '' for any.
    Column("from_day", Date),
    # On the waiting list: not before that day.
    Column("staff_id", Id),
    # Who booked it for somebody that phoned; None: the person's chat.
    Column("application_id", Id),
    # The application that its outcome moves on. (SQLite drops no column with a foreign key.)
    Column("remind_at", Moment),
    # When upkeep has something to say of it: a reminder before, a question after.
    Column("fine_at", Moment),
    # When the person said 'still fine', or accepted an offer.
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    partial_index("uq_bookings_live_person", "person_key", unique=True, where=LIVE),
    Index("ix_bookings_conversation", "conversation_id"),
    Index("ix_bookings_visit", "visit_id"),
    partial_index("ix_bookings_listed", "region", "urgency", "created_at", where=LISTED),
    partial_index("ix_bookings_remind", "remind_at", where="remind_at is not null"),
    Index("ix_bookings_application", "application_id"),
)

booking_members = Table(
    "booking_members",
    metadata,
    Column("booking_id", Id, ForeignKey("bookings.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "conversation_id",
        Id,
        ForeignKey("conversations.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("reminders", Boolean, nullable=False, server_default=text("true")),
    # False: this chat switched them off.
    Column("joined_at", Moment, nullable=False),
    Index("ix_booking_members_conversation", "conversation_id"),
)

join_codes = Table(
    "join_codes",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    # Keyed hash: who reads the table can join nothing.
    Column("booking_id", Id, ForeignKey("bookings.id", ondelete="CASCADE"), nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    # A code opens once.
    Index("ix_join_codes_booking", "booking_id"),
)

offers = Table(
    "offers",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("booking_id", Id, ForeignKey("bookings.id", ondelete="CASCADE"), nullable=False),
    Column("visit_id", Id, ForeignKey("visits.id"), nullable=False),
    Column("state", String(12), nullable=False),
    # open, accepted, declined, expired, withdrawn
    Column("back_to", String(12), nullable=False),
    # waiting or requested: what the booking is again when it comes to nothing
    Column("staff_id", Id, ForeignKey("staff.id")),
    # Who proposed it; None: the waiting list.
    Column("made_at", Moment, nullable=False),
    Column("told_at", Moment),
    # None: upkeep has still to tell the person (not at night).
    Column("until", Moment),
    # The place is held till then; set when the person is told.
    Column("answered_at", Moment),
    partial_index("uq_offers_open_booking", "booking_id", unique=True, where="state = 'open'"),
    partial_index("ix_offers_open", "until", where="state = 'open'"),
    Index("ix_offers_booking", "booking_id"),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("booking_id", Id, ForeignKey("bookings.id", ondelete="CASCADE"), nullable=False),
    Column("visit_id", Id, ForeignKey("visits.id"), nullable=False),
    Column("outcome", String(14), nullable=False),
    # assessed, not_at_home, refused, to_repeat
    Column("uid", String(32), nullable=False),
    Column("sealed", LargeBinary),
    # The assessor's note.
    Column("staff_id", Id, ForeignKey("staff.id"), nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("booking_id", "visit_id"),
    # One outcome a person and visit; to_repeat is followed by another visit.
    Index("ix_outcomes_visit", "visit_id"),
)

booking_changes = Table(
    "booking_changes",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("booking_id", Id, ForeignKey("bookings.id", ondelete="CASCADE"), nullable=False),
    Column("uid", String(32), nullable=False),
    Column("what", String(12), nullable=False),
    # made, moved, cancelled, offered, accepted, declined, expired, done, repeated
    Column("from_visit_id", Id, ForeignKey("visits.id")),
    Column("to_visit_id", Id, ForeignKey("visits.id")),
    Column("sealed", LargeBinary),
    # The reason, in the words that the person was told.
    Column("staff_id", Id, ForeignKey("staff.id")),
    # None: the person, or the waiting list.
    Column("at", Moment, nullable=False),
    Index("ix_booking_changes_booking", "booking_id", "id"),
    Index("ix_booking_changes_at", "at"),
)

booking_notes = Table(
    "booking_notes",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("booking_id", Id, ForeignKey("bookings.id", ondelete="CASCADE"), nullable=False),
    Column("uid", String(32), nullable=False),
    Column("what", String(10), nullable=False),
    # note, late (for the round that is under way), wish (another date), rating (how it was)
    Column("who", String(10), nullable=False),
    # person or staff
    Column("staff_id", Id, ForeignKey("staff.id")),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_booking_notes_booking", "booking_id", "id"),
)

reminded = Table(
    "reminded",
    metadata,
    Column(
        "conversation_id",
        Id,
        ForeignKey("conversations.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("day", Date, primary_key=True),
    # One row a chat and day: nobody is reminded twice in one (rule C23).
    Column("at", Moment, nullable=False),
)
