"""Group sessions, counties, closures; offers of a place, members, outcomes, notes, reminders."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.storage.tables import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OLD_LIVE = "state in ('booked', 'requested')"
LIVE = "state in ('booked', 'requested', 'waiting', 'offered')"

ADDED: dict[str, tuple[sa.Column[Any], ...]] = {
    "teams": (
        sa.Column("half_days", sa.String(length=120), server_default="", nullable=False),
        sa.Column("places", sa.Integer(), server_default=sa.text("6"), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    ),
    "visits": (
        sa.Column("kind", sa.String(length=10), server_default="home", nullable=False),
        sa.Column("venue", sa.String(length=200), server_default="", nullable=False),
        sa.Column("transport", sa.String(length=300), server_default="", nullable=False),
        sa.Column("starts", sa.String(length=5), server_default="", nullable=False),
        sa.Column("closed_because", sa.String(length=200), server_default="", nullable=False),
    ),
    "bookings": (
        sa.Column("kind", sa.String(length=10), server_default="home", nullable=False),
        sa.Column("purpose", sa.String(length=10), server_default="first", nullable=False),
        sa.Column("urgency", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("halves", sa.String(length=10), server_default="", nullable=False),
        sa.Column("from_day", sa.Date(), nullable=True),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("application_id", ID, nullable=True),
        sa.Column("remind_at", Moment(timezone=True), nullable=True),
        sa.Column("fine_at", Moment(timezone=True), nullable=True),
    ),
}


def upgrade() -> None:
    for table, columns in ADDED.items():
        for column in columns:
            op.add_column(table, column._copy())  # noqa: SLF001 - a column belongs to one table
    _live(LIVE)
    listed = sa.text("state in ('waiting', 'requested')")
    op.create_index(
        "ix_bookings_listed",
        "bookings",
        ["region", "urgency", "created_at"],
        postgresql_where=listed,
        sqlite_where=listed,
    )
    due = sa.text("remind_at is not null")
    op.create_index(
        "ix_bookings_remind", "bookings", ["remind_at"], postgresql_where=due, sqlite_where=due
    )
    op.create_index("ix_bookings_application", "bookings", ["application_id"])
    op.drop_index("ix_places_free", table_name="places")
    op.create_index("ix_places_of_visit", "places", ["visit_id", "booking_id"])
    _counties()
    _members()
    _offers()
    _history()
    # Until now a booking was seen by the one chat that made it.
    op.execute(
        "INSERT INTO booking_members (booking_id, conversation_id, joined_at) "
        "SELECT id, conversation_id, created_at FROM bookings WHERE conversation_id IS NOT NULL"
    )
    # Reminders were outbox rows made beforehand; from now on upkeep makes them when they are due.
    op.execute(
        "UPDATE outbox SET state = 'dropped' "
        "WHERE subject LIKE 'booking:%' AND state IN ('waiting', 'held')"
    )
    op.execute("UPDATE bookings SET remind_at = changed_at WHERE state = 'booked'")


def downgrade() -> None:
    """What only this release knows becomes what the older one calls it: nobody is forgotten."""
    op.execute(
        "UPDATE places SET booking_id = NULL WHERE booking_id IN "
        "(SELECT id FROM bookings WHERE state = 'offered')"
    )
    op.execute(
        "UPDATE bookings SET state = 'requested', visit_id = NULL "
        "WHERE state IN ('waiting', 'offered')"
    )
    for table in (
        "reminded",
        "booking_notes",
        "booking_changes",
        "outcomes",
        "offers",
        "join_codes",
        "booking_members",
        "closures",
        "counties",
    ):
        op.drop_table(table)
    for name in ("ix_bookings_application", "ix_bookings_remind", "ix_bookings_listed"):
        op.drop_index(name, table_name="bookings")
    _live(OLD_LIVE)
    op.drop_index("ix_places_of_visit", table_name="places")
    free = sa.text("booking_id is null")
    op.create_index(
        "ix_places_free", "places", ["visit_id"], postgresql_where=free, sqlite_where=free
    )
    for table, columns in ADDED.items():
        for column in columns:
            op.drop_column(table, column.name)


def _live(where: str) -> None:
    """One live booking a person, with these states called live."""
    op.drop_index("uq_bookings_live_person", table_name="bookings")
    op.create_index(
        "uq_bookings_live_person",
        "bookings",
        ["person_key"],
        unique=True,
        postgresql_where=sa.text(where),
        sqlite_where=sa.text(where),
    )


def _counties() -> None:
    op.create_table(
        "counties",
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("phone", sa.String(length=30), server_default="", nullable=False),
        sa.Column("note", sa.String(length=200), server_default="", nullable=False),
        sa.Column("changed_at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("region", name=op.f("pk_counties")),
    )
    op.create_table(
        "closures",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("team_id", ID, nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("half", sa.String(length=10), server_default="", nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closures")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_closures_team_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_closures_staff_id")),
    )
    op.create_index("ix_closures_days", "closures", ["last_day", "first_day"])


def _members() -> None:
    op.create_table(
        "booking_members",
        sa.Column("booking_id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("reminders", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("joined_at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("booking_id", "conversation_id", name=op.f("pk_booking_members")),
        _of_booking("booking_members"),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_booking_members_conversation_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_booking_members_conversation", "booking_members", ["conversation_id"])
    op.create_table(
        "join_codes",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("booking_id", ID, nullable=False),
        sa.Column("expires_at", Moment(timezone=True), nullable=False),
        sa.Column("used_at", Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_join_codes")),
        _of_booking("join_codes"),
    )
    op.create_index("ix_join_codes_booking", "join_codes", ["booking_id"])


def _offers() -> None:
    op.create_table(
        "offers",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("booking_id", ID, nullable=False),
        sa.Column("visit_id", ID, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("back_to", sa.String(length=12), nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("made_at", Moment(timezone=True), nullable=False),
        sa.Column("told_at", Moment(timezone=True), nullable=True),
        sa.Column("until", Moment(timezone=True), nullable=True),
        sa.Column("answered_at", Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
        _of_booking("offers"),
        _of_visit("offers", "visit_id"),
        _of_staff("offers"),
    )
    is_open = sa.text("state = 'open'")
    op.create_index(
        "uq_offers_open_booking",
        "offers",
        ["booking_id"],
        unique=True,
        postgresql_where=is_open,
        sqlite_where=is_open,
    )
    op.create_index(
        "ix_offers_open", "offers", ["until"], postgresql_where=is_open, sqlite_where=is_open
    )
    op.create_index("ix_offers_booking", "offers", ["booking_id"])


def _history() -> None:
    op.create_table(
        "outcomes",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("booking_id", ID, nullable=False),
        sa.Column("visit_id", ID, nullable=False),
        sa.Column("outcome", sa.String(length=14), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
        sa.UniqueConstraint("booking_id", "visit_id", name=op.f("uq_outcomes_booking_id_visit_id")),
        _of_booking("outcomes"),
        _of_visit("outcomes", "visit_id"),
        _of_staff("outcomes"),
    )
    op.create_index("ix_outcomes_visit", "outcomes", ["visit_id"])
    op.create_table(
        "booking_changes",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("booking_id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("from_visit_id", ID, nullable=True),
        sa.Column("to_visit_id", ID, nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_changes")),
        _of_booking("booking_changes"),
        _of_visit("booking_changes", "from_visit_id"),
        _of_visit("booking_changes", "to_visit_id"),
        _of_staff("booking_changes"),
    )
    op.create_index("ix_booking_changes_booking", "booking_changes", ["booking_id", "id"])
    op.create_index("ix_booking_changes_at", "booking_changes", ["at"])
    op.create_table(
        "booking_notes",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("booking_id", ID, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("who", sa.String(length=10), nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_notes")),
        _of_booking("booking_notes"),
        _of_staff("booking_notes"),
    )
    op.create_index("ix_booking_notes_booking", "booking_notes", ["booking_id", "id"])
    op.create_table(
        "reminded",
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "day", name=op.f("pk_reminded")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_reminded_conversation_id"),
            ondelete="CASCADE",
        ),
    )


def _of_booking(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["booking_id"], ["bookings.id"], name=op.f(f"fk_{table}_booking_id"), ondelete="CASCADE"
    )


def _of_visit(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["visits.id"], name=op.f(f"fk_{table}_{column}"))


def _of_staff(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f(f"fk_{table}_staff_id"))
