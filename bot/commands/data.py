"""import, export, erase, keys, content: what is kept, and the keys that it is kept with."""

import argparse
import base64
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands.base import Command
from bot.config import Config
from bot.messages import Address

if TYPE_CHECKING:
    from bot.content import ContentPack
    from bot.domain.checklists import Checklist


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["applications"])
    parser.add_argument(
        "file", type=Path, help="CSV or XLSX: number,procedure,way,region,stage,name,last4,phone"
    )


def _import(arguments: argparse.Namespace, config: Config) -> int:
    """All or nothing: a faulty line leaves everything as it was, with a line each why."""
    from bot.app import App
    from bot.i18n import translator
    from bot.sheets import Unreadable

    app = App(config)
    spoken = translator("en")
    try:
        content = arguments.file.read_bytes()
        counts, faults = app.write_now(
            lambda services: services.application_import_work.at_once(content)
        )
    except OSError as error:
        print(f"{arguments.file}: {error.strerror}", file=sys.stderr)
        return 1
    except Unreadable as unreadable:
        print(unreadable.text.to(spoken), file=sys.stderr)
        return 1
    finally:
        app.database.close()
    for fault in faults:
        print(f"line {fault.line}: {fault.words.to(spoken)}", file=sys.stderr)
    if faults:
        print("Nothing was imported.", file=sys.stderr)
        return 1
    print(", ".join(f"{name}: {count}" for name, count in counts.items()) or "no rows")
    return 0


def _person_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("channel", help="web, telegram, terminal")
    parser.add_argument("user", help="the channel's id of the chat")


def _export(arguments: argparse.Namespace, config: Config) -> int:
    from bot.app import App

    app = App(config)
    who = Address(arguments.channel, arguments.user)
    try:
        found = app.write_now(lambda services: services.privacy.export(who))
    finally:
        app.database.close()
    if found is None:
        print("There is no such chat.", file=sys.stderr)
        return 1
    print(json.dumps(found, ensure_ascii=False, indent=2))
    return 0


def _erase(arguments: argparse.Namespace, config: Config) -> int:
    from bot.app import App

    app = App(config)
    who = Address(arguments.channel, arguments.user)
    try:
        done = app.write_now(lambda services: services.privacy.erase(who))
    finally:
        app.database.close()
    print("Erased." if done else "There is no such chat.")
    return 0 if done else 1


def _keys_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["new", "list", "rotate"])


def _keys(arguments: argparse.Namespace, config: Config) -> int:
    from bot.storage import rotation
    from bot.storage.db import Database
    from bot.storage.vault import Vault, new_key

    if arguments.action == "new":
        print(base64.b64encode(new_key()).decode())
        return 0
    vault = Vault(config.keys)
    if arguments.action == "list":
        for at, key_id in enumerate(vault.key_ids):
            print(f"{key_id}  {'seals and opens' if at == 0 else 'opens'}")
        return 0
    database = Database(config.database_url, vault)
    try:
        print(f"{rotation.rotate(database)} fields sealed anew with key {vault.key_ids[0]}.")
    finally:
        database.close()
    return 0


def _content_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["check", "export"])
    parser.add_argument("folder", nargs="?", type=Path, help="export: where the files go")


def _content(arguments: argparse.Namespace, config: Config) -> int:
    from bot.known import load_known

    known, _hearing = load_known()
    pack = known.library.pack
    if arguments.action == "check":
        return _check(pack, known.checklist)
    if arguments.folder is None:
        print("Name the folder, for example: doorstep content export content", file=sys.stderr)
        return 2
    return _write_out(pack, arguments.folder, config)


def _check(pack: "ContentPack", checklist: "Checklist") -> int:
    from datetime import UTC, datetime

    from bot import checklist_file, content_lint

    today = datetime.now(UTC).date()  # noqa: TID251 - how old is a check today?
    faults = content_lint.faults(pack, today)
    faults += checklist_file.faults(checklist, today)
    for fault in faults:
        print(fault)
    print(f"{len(pack.ids)} answers, {len(faults)} faults.")
    return 1 if faults else 0


def _write_out(pack: "ContentPack", folder: Path, config: Config) -> int:
    """What staff published in the console, as files of content/: to review and to release."""
    from bot.app import App
    from bot.services.editions import files_of

    app = App(config)
    try:
        files = app.database.write_now(lambda connection: files_of(connection, pack))
    finally:
        app.database.close()
    try:
        for (article_id, language), file in files.items():
            path = folder / language / f"{article_id}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file, encoding="utf-8")
            print(path)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"{len(files)} files written.")
    return 0


IMPORT = Command("import", "read applications from a CSV file", _import, _import_arguments)
EXPORT = Command("export", "all that is kept of one chat, as JSON", _export, _person_arguments)
ERASE = Command("erase", "delete all that is kept of one chat", _erase, _person_arguments)
KEYS = Command("keys", "make, list or rotate the keys of personal fields", _keys, _keys_arguments)
CONTENT = Command(
    "content",
    "check the answers in content/; export what was published",
    _content,
    _content_arguments,
)
