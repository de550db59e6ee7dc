"""Teams, their half-days and sessions, the places in them; counties, and days on which none go."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from bot.storage.tables.base import Id, Moment, metadata

counties = Table(
    "counties",
    metadata,
    Column("region", String(12), primary_key=True),
    # A county, or a city without counties. Without a row: visits where a team is, else requests.
    Column("mode", String(10), nullable=False),
    # visits: places are opened here and can be booked; requests: staff propose a date
    Column("phone", String(30), nullable=False, server_default=""),
    # Of its federation, E.164; '' where it gave none: then 12345.
    Column("note", String(200), nullable=False, server_default=""),
    # Staff's own words for residents who book there.
    Column("changed_at", Moment, nullable=False),
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
    Column("half_days", String(120), nullable=False, server_default=""),
    # When it usually goes: '1-morning,3-afternoon', Monday is 1; '' where it has no usual week.
    Column("places", Integer, nullable=False, server_default=text("6")),
    # How many people it usually visits in half a day.
    Column("latitude", Float),
    Column("longitude", Float),
    # Where its round begins, where staff gave it.
    Column("active", Boolean, nullable=False, server_default=text("true")),
    # False: it goes no more; what it did stays.
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
    Column("kind", String(10), nullable=False, server_default="home"),
    # home: the team comes to the door; group: people come to the venue
    Column("venue", String(200), nullable=False, server_default=""),
    # Of a group session: its name and address, as it is told.
    Column("transport", String(300), nullable=False, server_default=""),
    # Of a group session: how to get there, in the staff's words; steps, parking, bus.
    Column("starts", String(5), nullable=False, server_default=""),
    # Of a group session: '09:30', local time; '' says the half-day only.
    Column("closed_because", String(200), nullable=False, server_default=""),
    # Why it was closed, for colleagues and for those who are told.
    UniqueConstraint("team_id", "day", "half"),
    Index("ix_visits_offered", "region", "day"),
)

places = Table(
    "places",
    metadata,
    Column("visit_id", Id, ForeignKey("visits.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("booking_id", Id, ForeignKey("bookings.id"), unique=True),
    # One row a place: two people can never have the same one, nor one person two. A place that
    # is offered to somebody for a while is held in the same way.
    Index("ix_places_of_visit", "visit_id", "booking_id"),
    # Both columns: with the first alone SQLite looks for free places through all of them.
)

closures = Table(
    "closures",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("region", String(12), nullable=False),
    # All teams in it ...
    Column("team_id", Id, ForeignKey("teams.id")),
    # ... or this one only.
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("half", String(10), nullable=False, server_default=""),
    # morning or afternoon; '' for the whole day
    Column("reason", String(200), nullable=False),
    Column("staff_id", Id, ForeignKey("staff.id"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("ix_closures_days", "last_day", "first_day"),
)
