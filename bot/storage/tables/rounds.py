"""Who goes with a team, and what staff told of the streets for planning its rounds."""

from sqlalchemy import Column, Float, ForeignKey, Index, String, Table

from bot.storage.tables.base import Id, metadata

team_members = Table(
    "team_members",
    metadata,
    Column("team_id", Id, ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    # An assessor sees the days and sheets of these teams, and of no other.
    Index("ix_team_members_staff", "staff_id"),
)

streets = Table(
    "streets",
    metadata,
    Column("region", String(12), primary_key=True),
    Column("latitude", Float),
    Column("longitude", Float),
    # Of its middle.
    Column("neighbours", String(400), nullable=False, server_default=""),
    # Codes of the streets that touch it: '440103005,440103006'
)
