"""Bringing a database to this release's tables: Alembic's migrations, one file a change."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig

LOCK = 4_040_112_345
"""PostgreSQL's name for 'somebody is migrating': any number that nobody else uses."""
MIGRATIONS = Path(__file__).parent / "migrations"


def create_all(connection: Connection) -> None:
    """Up to the newest release, from whichever; replicas that start together take turns."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    if revision(connection) != newest():
        migrate(connection, "head")


def migrate(connection: Connection, wanted: str) -> None:
    """Up or down to a revision ('head', 'base', '0001')."""
    # Alembic takes a third of a second: only who has something to migrate pays for it.
    from alembic import command  # noqa: PLC0415

    config = _config(connection)
    here = revision(connection)
    if wanted == "head" or (wanted != "base" and (here is None or wanted > here)):
        command.upgrade(config, wanted)
    else:
        command.downgrade(config, wanted)


def revision(connection: Connection) -> str | None:
    """The revision that this database stands at; None: it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.exec_driver_sql(
        "SELECT version_num FROM alembic_version"
    ).scalar()
    return found


def newest() -> str:
    """The revision of this release: its files are numbered."""
    return max(path.name[1:5] for path in (MIGRATIONS / "versions").glob("r*.py"))


def _config(connection: Connection) -> "AlembicConfig":
    from alembic.config import Config as AlembicConfig  # noqa: PLC0415

    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
