"""The `doorstep` command: one word for each thing to do; bot/commands has a file for each group."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from bot import logs
from bot.commands import COMMANDS
from bot.config import Config, ConfigError, environment

WRONG = 2
"""Exit code for a setting or an argument that must be mended first."""


def main(argv: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done, 1 it failed or found faults, 2 a setting must be mended."""
    parser = argparse.ArgumentParser(prog="doorstep", description="Doorstep 上门办")
    words = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        own = words.add_parser(command.name, help=command.help, description=command.help)
        command.arguments(own)
        own.set_defaults(run=command.run)
    arguments = parser.parse_args(argv)
    try:
        config = Config.from_env(environment(), datetime.now(UTC))  # noqa: TID251 - the clock
        logs.configure(config.log_level)
        code: int = arguments.run(arguments, config)
    except ConfigError as error:
        for fault in error.faults:
            print(f"doorstep: {fault}", file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())
