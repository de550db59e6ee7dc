"""Promises 26 and 28: what is installed is what is pinned; tables change without losing a row."""

import itertools
import re
import tomllib
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata as installed
from pathlib import Path

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from packaging.markers import Marker

from bot.storage import schema
from bot.storage.db import Database
from bot.storage.tables import inbox, metadata, outbox
from bot.storage.vault import Vault
from tests.conftest import KEY
from tests.talks import Talks

ROOT = Path(__file__).parent.parent


def revisions() -> list[str]:
    """Oldest first."""
    walked = ScriptDirectory(str(schema.MIGRATIONS)).walk_revisions()
    return [one.revision for one in walked][::-1]


def test_the_migrations_make_exactly_our_tables(database: Database) -> None:
    def difference(connection: sqlalchemy.Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    assert database.write_now(difference) == []


def test_replicas_that_start_together_take_turns(database_url: str) -> None:
    def start(_number: int) -> str | None:
        one = Database(database_url, Vault([KEY]))
        try:
            one.write_now(schema.create_all)
            return one.write_now(schema.revision)
        finally:
            one.close()

    with ThreadPoolExecutor(8) as starting:
        assert set(starting.map(start, range(8))) == {schema.newest()}


async def test_down_and_up_again_under_load(database: Database) -> None:
    """Each revision but the first, with a chat going on: every row is still there, and opens."""
    talks = Talks(database)
    known = revisions()
    for older, newer in itertools.pairwise(known):
        await talks.all("anna", "你好", "残疾人证有什么用？", "/feedback", "电梯坏了")
        before = counted(database)
        database.write_now(lambda connection, older=older: schema.migrate(connection, older))
        assert database.write_now(schema.revision) == older
        assert counted(database) == before
        database.write_now(lambda connection, newer=newer: schema.migrate(connection, newer))
        assert counted(database) == before
        database.write_now(schema.create_all)  # only the newest tables carry a conversation
    assert database.write_now(schema.revision) == schema.newest()
    assert await talks.all("anna", "取消", "我的预约")


def counted(database: Database) -> list[int | None]:
    return [
        database.write_now(
            lambda connection, table=table: connection.execute(
                sqlalchemy.select(sqlalchemy.func.count()).select_from(table)
            ).scalar()
        )
        for table in (inbox, outbox)
    ]


def test_to_the_very_beginning_and_back(database: Database) -> None:
    """`doorstep migrate base` takes everything away, and a new start makes it again."""

    def tables(connection: sqlalchemy.Connection) -> set[str]:
        return set(sqlalchemy.inspect(connection).get_table_names()) - {"alembic_version"}

    assert database.write_now(tables) == set(metadata.tables)
    database.write_now(lambda connection: schema.migrate(connection, "base"))
    assert database.write_now(tables) == set()
    database.write_now(schema.create_all)
    assert database.write_now(tables) == set(metadata.tables)


PINNED = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^ ;\\]+)(?: ; ([^\\]+))?", re.MULTILINE)


def pinned(name: str) -> dict[str, str]:
    """What this Python on this system is to install: the others' versions stand there too."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return {
        found[1].lower().replace("_", "-"): found[2]
        for found in PINNED.finditer(text)
        if not found[3] or Marker(found[3].strip()).evaluate()
    }


def test_what_is_installed_is_what_is_pinned() -> None:
    """Promise 26: a package from anywhere else, or another version, fails here."""
    wanted = pinned("requirements.lock") | pinned("requirements-test.lock")
    there = {
        one.metadata["Name"].lower().replace("_", "-").replace(".", "-"): one.version
        for one in installed.distributions()
    }
    ours = {"doorstep", "pip", "setuptools"}
    wanted = {name.replace(".", "-"): version for name, version in wanted.items()}
    assert there.keys() - wanted.keys() - ours == set()
    for name, version in there.items():
        if name not in ours:
            assert version == wanted[name], name


def test_everything_that_is_imported_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for lock, asked in (
        ("requirements.lock", project["dependencies"]),
        ("requirements-test.lock", project["optional-dependencies"]["test"]),
    ):
        names = {re.split(r"[\[<>=!~ ]", name)[0].lower() for name in asked}
        assert names <= pinned(lock).keys()
        assert len(names) > 5


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_every_pin_has_a_hash(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for block in re.split(r"\n(?=\S)", text):
        if "==" in block.partition("\n")[0]:
            assert "--hash=sha256:" in block, block.partition("\n")[0]
