"""staff: accounts of the console."""

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands.base import Command
from bot.config import Config

if TYPE_CHECKING:
    from bot.app import App
    from bot.domain.staff import Member
    from bot.services import Services

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
    change = actions.add_parser("change", help="another role or region")
    change.add_argument("name")
    change.add_argument("--role", choices=ROLES)
    change.add_argument("--region", help="code or name of a division")
    step = actions.add_parser("reset-second-step", help="it is set up anew at the next sign-in")
    step.add_argument("name")
    sessions = actions.add_parser("end-sessions", help="sign this account out everywhere")
    sessions.add_argument("name")
    away = actions.add_parser("away", help="note an absence; without days: it is over")
    away.add_argument("name")
    away.add_argument("--first", type=date.fromisoformat, help="first day, such as 2026-03-05")
    away.add_argument("--last", type=date.fromisoformat, help="last day")
    people = actions.add_parser("import", help="make the accounts of a CSV or XLSX file")
    people.add_argument("file", type=Path, help="columns: 账号, 姓名, 角色, 地区")


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
    if arguments.action == "import":
        return _import(app, arguments.file)
    if arguments.action in ("change", "reset-second-step", "end-sessions", "away"):
        return _change(app, arguments)
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


def _operator() -> "Member":
    """Whoever may run this command on the server may do everything; the log names nobody."""
    from bot.domain.staff import Member, Role

    return Member(0, "doorstep", "", Role.ADMINISTRATOR, "44", "en", must_change=False, active=True)


def _change(app: "App", arguments: argparse.Namespace) -> int:
    from bot.domain.tickets import NotFound
    from bot.i18n import translator
    from bot.services.people import Refused

    by, name = _operator(), arguments.name

    def work(services: "Services") -> None:
        if arguments.action == "reset-second-step":
            services.people.reset_second_step(name, by)
        elif arguments.action == "end-sessions":
            services.people.end_sessions(name, by)
        elif arguments.action == "away":
            services.people.set_away(name, arguments.first, arguments.last, by)
        else:
            member = services.people.one(name, by)
            wish = services.people.wish_of(
                member, arguments.role or member.role, arguments.region or member.region, by
            )
            if wish.account is None:
                raise Refused(wish.faults[0])
            services.people.change(name, wish.account, by)

    try:
        app.write_now(work)
    except NotFound:
        print(f"There is no account {name}.")
        return 1
    except Refused as refused:
        print(refused.text.to(translator("en")))
        return 1
    print("Done.")
    return 0


def _import(app: "App", path: Path) -> int:
    """All or nothing; prints each one-time password once."""
    from bot import sheets
    from bot.domain.accounts import COLUMNS
    from bot.i18n import translator
    from bot.services import passwords

    by, english = _operator(), translator("en")
    try:
        with path.open("rb") as file:
            rows = [(one.line, one.cells) for one in sheets.records(file, COLUMNS)]
    except OSError as error:
        print(f"{path}: {error.strerror}")
        return 1
    except sheets.Unreadable as unreadable:
        print(unreadable.text.to(english))
        return 1
    wishes = app.write_now(lambda services: services.people.wishes(rows, by))
    faults = [f"row {one.line}: {fault.to(english)}" for one in wishes for fault in one.faults]
    if faults:
        print("\n".join([*faults, "Nothing was made."]))
        return 1
    wanted = [one.account for one in wishes if one.account]
    given = [passwords.one_time_password() for _one in wanted]
    hashes = [passwords.hash_of(one) for one in given]

    def make(services: "Services") -> None:
        for account, hashed in zip(wanted, hashes, strict=True):
            services.people.add(account, hashed, by)

    app.write_now(make)
    for account, password in zip(wanted, given, strict=True):
        print(f"{account.name}: one-time password {password}")
    return 0


STAFF = Command("staff", "accounts of the console", _run, _arguments)
