"""Bringing a database to this release's tables: Alembic's migrations, one file a change."""

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

LOCK = 4_040_112_345
"""PostgreSQL's name for 'somebody is migrating': any number that nobody else uses."""
MIGRATIONS = Path(__file__).parent / "migrations"


def create_all(connection: Connection) -> None:
    """Up to the newest release, from whichever; replicas that start together take turns."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    migrate(connection, "head")


def migrate(connection: Connection, revision: str) -> None:
    """Up or down to a revision ('head', 'base', '0001')."""
    config = _config(connection)
    if revision == "head" or _is_newer(config, connection, revision):
        command.upgrade(config, revision)
    else:
        command.downgrade(config, revision)


def revision(connection: Connection) -> str | None:
    """The revision that this database stands at; None: it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision of this release."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def _is_newer(config: AlembicConfig, connection: Connection, wanted: str) -> bool:
    known = [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()]
    here = revision(connection)
    return wanted != "base" and (here is None or known.index(wanted) < known.index(here))


def _config(connection: Connection) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
