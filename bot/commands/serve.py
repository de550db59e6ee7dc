"""run, migrate, doctor, openapi: the service itself."""

import argparse
import asyncio
import contextlib
import gc
import json
import multiprocessing
import resource
import signal
import sys
from typing import TYPE_CHECKING

from bot.commands.base import Command
from bot.config import Config, ConfigError

if TYPE_CHECKING:
    from bot.app import App


def _run(arguments: argparse.Namespace, config: Config) -> int:
    import uvloop

    _migrate_apart(config)
    return uvloop.run(_serve(config))


def _migrate_apart(config: Config) -> None:
    """In a process of its own, where there is something to migrate: Alembic's 12 MB go with it.

    What goes wrong in it goes wrong again when the service starts, and is told then.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from bot.storage import schema
    from bot.storage.db import Database, Unavailable, once
    from bot.storage.vault import Vault

    vault = Vault(config.keys)

    def migrate() -> None:
        database = Database(config.database_url, vault)
        with contextlib.suppress(Unavailable):
            database.write_now(schema.create_all)
        database.close()

    try:
        with once(config.database_url, vault).connect() as connection:
            newest = schema.revision(connection) == schema.newest()
    except SQLAlchemyError:
        return
    if not newest:
        # Before the first thread of ours: what is copied is whole.
        child = multiprocessing.get_context("fork").Process(target=migrate)
        child.start()
        child.join()


async def _serve(config: Config) -> int:
    """Serve until SIGTERM or SIGINT; then answer what was heard, and stop."""
    from aiohttp import web

    from bot.app import App

    # A core dump would hold what people said in this very moment, unsealed.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # The writer thread and this loop hand over often: the default of 5 ms is felt by who waits.
    sys.setswitchinterval(0.0005)
    app = App(config)
    gc.collect()
    gc.freeze()  # the content's index lives as long as we do: looking through it halts everybody
    told = _first_run(app) if config.demo else []
    runner = web.AppRunner(app.web_app(), access_log=None, handle_signals=False)
    await runner.setup()
    site = web.TCPSite(runner, config.host, config.port)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        raise ConfigError(
            f"DOORSTEP_PORT: port {config.port} on {config.host} cannot be used "
            f"({error.strerror}). Stop what uses it, or set another port."
        ) from error
    port = runner.addresses[0][1]
    print(f"Doorstep 上门办  http://{config.host}:{port}/", flush=True)
    print(f"Staff console    http://{config.host}:{port}/staff/", flush=True)
    for line in told:
        print(line, flush=True)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    await stopped.wait()
    await runner.cleanup()
    return 0


def _first_run(app: "App") -> list[str]:
    """Demo data and the first administrator; nothing where they stand already."""
    lines = app.load_demo()
    password = app.write_now(lambda services: services.staff.first_administrator())
    if password:
        lines.append(f"Administrator    admin   one-time password: {password}")
    return lines


def _migrate(arguments: argparse.Namespace, config: Config) -> int:
    from bot.storage import schema
    from bot.storage.db import Database, Unavailable
    from bot.storage.vault import Vault

    database = Database(config.database_url, Vault(config.keys))
    try:
        database.write_now(lambda connection: schema.migrate(connection, arguments.revision))
        print(f"The database stands at revision {database.write_now(schema.revision)}.")
    except Unavailable as error:
        raise ConfigError(
            f"DOORSTEP_DATABASE_URL: the database cannot be reached ({error})."
        ) from error
    finally:
        database.close()
    return 0


def _migrate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("revision", nargs="?", default="head", help="default: the newest")


def _doctor(arguments: argparse.Namespace, config: Config) -> int:
    """Look at everything the service needs, and say what is wrong in a line each."""
    from bot.app import App

    app = App(config)
    try:
        faults = asyncio.run(_looked_at(app))
    finally:
        app.database.close()
    if config.wechat.app_id and config.wechat.mode != "passive":
        from bot.commands.wechat import fault_of

        fault = asyncio.run(fault_of(config, lambda channel: channel.check()))
        faults += [f"WeChat: {fault}"] if fault else []
    for fault in faults:
        print(f"✗ {fault}", file=sys.stderr)
    if not faults:
        print("✓ database, keys, content, catalogues and audit chain are in order.")
    return 1 if faults else 0


async def _looked_at(app: "App") -> list[str]:
    from bot import i18n

    found = await app.read(lambda services: services.editions.faults())
    faults = [f"content: {fault}" for fault in found]
    for language in i18n.LANGUAGES:
        i18n.translator(language)
    if not await app.read(lambda services: services.audit.verify()):
        faults.append("audit: the chain is broken: somebody changed the log")
    return faults


def _openapi(arguments: argparse.Namespace, config: Config) -> int:
    from bot.health import openapi

    print(json.dumps(openapi(), ensure_ascii=False, indent=2))
    return 0


RUN = Command("run", "serve the chat page, the console and the channels", _run)
MIGRATE = Command(
    "migrate", "bring the database to this release's tables", _migrate, _migrate_arguments
)
DOCTOR = Command("doctor", "look whether everything that the service needs is there", _doctor)
OPENAPI = Command("openapi", "print the OpenAPI document", _openapi)
