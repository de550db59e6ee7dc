"""audit: is the log whole, and where does it end?"""

import argparse
from typing import TYPE_CHECKING

from bot.commands.base import Command
from bot.config import Config

if TYPE_CHECKING:
    from bot.app import App


def _arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = actions.add_parser("verify", help="walk the whole chain; exit code 1: it is broken")
    check.add_argument(
        "--anchor", action="append", default=[], help="as `doorstep audit anchor` printed it"
    )
    actions.add_parser("anchor", help="print where the log ends now: keep it on another machine")


def _run(arguments: argparse.Namespace, config: Config) -> int:
    from bot.app import App

    app = App(config)
    try:
        return _act(app, arguments)
    finally:
        app.database.close()


def _act(app: "App", arguments: argparse.Namespace) -> int:
    if arguments.action == "anchor":
        print(app.write_now(lambda services: services.audit.anchor()))
        return 0
    broken = app.write_now(lambda services: services.audit.broken_at())
    gone = [
        anchor
        for anchor in arguments.anchor
        if not app.write_now(lambda services, anchor=anchor: services.audit.stands(anchor))  # type: ignore[misc]
    ]
    if broken is not None:
        print(f"The chain is broken at entry {broken}.")
    for anchor in gone:
        print(f"Entry {anchor.partition(':')[0]} is not what it was when its anchor was taken.")
    if broken is None and not gone:
        print("The chain is whole.")
    return 0 if broken is None and not gone else 1


AUDIT = Command("audit", "is the audit log whole?", _run, _arguments)
