"""What a command is."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from bot.config import Config


def no_arguments(parser: argparse.ArgumentParser) -> None:
    """A command that needs none."""


@dataclass(frozen=True, slots=True)
class Command:
    """`run` gives the exit code; it may raise ConfigError."""

    name: str
    help: str
    run: Callable[[argparse.Namespace, Config], int]
    arguments: Callable[[argparse.ArgumentParser], None] = no_arguments
