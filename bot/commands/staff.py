"""staff: accounts of the console."""

import argparse
from typing import TYPE_CHECKING

from bot.commands.base import Command
from bot.config import Config

if TYPE_CHECKING:
    from bot.app import App

ROLES = ("clerk", "assessor", "supervisor", "administrator")


def _arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="make an account; prints its one-time password")
    add.add_argument("name")
    add.add_argument("--display-name", default="")
    add.add_argument("--role", choices=ROLES, default="clerk")
    add.add_argument("--region", default="44", help="code of a division; 44 is the province")
    reset = actions.add_parser("reset", help="a new one-time password")
    reset.add_argument("name")
    stop = actions.add_parser("deactivate", help="nobody signs in with it any more")
    stop.add_argument("name")
    actions.add_parser("list", help="all accounts")


def _run(arguments: argparse.Namespace, config: Config) -> int:
    from bot.app import App

    app = App(config)
    try:
        return _act(app, arguments)
    finally:
        app.database.close()


def _act(app: "App", arguments: argparse.Namespace) -> int:
    if arguments.action == "list":
        for one in app.write_now(lambda services: services.staff.everyone()):
            print(f"{one.name}\t{one.role}\t{one.region}\t{'' if one.active else 'inactive'}")
        return 0
    if arguments.action == "add":
        password = app.write_now(
            lambda services: services.staff.add(
                arguments.name,
                arguments.display_name or arguments.name,
                arguments.role,
                arguments.region,
            )
        )
    elif arguments.action == "reset":
        password = app.write_now(lambda services: services.staff.reset(arguments.name))
    else:
        done = app.write_now(lambda services: services.staff.deactivate(arguments.name))
        print("Deactivated." if done else f"There is no account {arguments.name}.")
        return 0 if done else 1
    if password is None:
        print(f"The account {arguments.name} stands already, or there is none of that name.")
        return 1
    print(f"{arguments.name}: one-time password {password}")
    return 0


STAFF = Command("staff", "accounts of the console", _run, _arguments)
