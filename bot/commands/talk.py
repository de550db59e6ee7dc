"""ask, chat, bench: the conversation without a channel."""

import argparse
import asyncio
import json
import runpy
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.channels import drawing
from bot.commands.base import Command
from bot.config import Config
from bot.i18n import LANGUAGES, translator
from bot.messages import Address, IncomingMessage, Reply


def _ask_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", nargs="?", default="")
    parser.add_argument("--json", action="store_true", help="one object a question")
    parser.add_argument("--batch", action="store_true", help="questions from standard input")
    parser.add_argument("--language", choices=LANGUAGES, default="")


def _ask(arguments: argparse.Namespace, config: Config) -> int:
    """Answers without a database: the content pack is all that it needs."""
    from bot.hearing import OurHearing, finder_of
    from bot.known import load_pack

    pack = load_pack()
    hearing = OurHearing(finder_of(pack))
    questions: Iterable[str] = sys.stdin if arguments.batch else [arguments.question]
    for line in questions:
        answered = hearing.ask(line.strip(), arguments.language)
        if arguments.json or arguments.batch:
            print(json.dumps(answered, ensure_ascii=False), flush=True)
        else:
            print(_as_read(pack, answered))
    return 0


def _as_read(pack: Any, answered: dict[str, Any]) -> str:
    """The answer as a resident reads it."""
    from bot.app import reply_to_a_question

    language = answered["language"] or LANGUAGES[0]
    article = pack.article(answered["answer_id"], language) if answered["answer_id"] else None
    reply = reply_to_a_question(article, language)
    return "\n\n".join(drawing.blocks(reply, translator(language)))


def _chat_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--language", choices=LANGUAGES, default="", help="of a new chat; later say '/language'"
    )
    parser.add_argument("--user", default="me", help="another name is another chat")


def _chat(arguments: argparse.Namespace, config: Config) -> int:
    return asyncio.run(_talk(arguments, config))


async def _talk(arguments: argparse.Namespace, config: Config) -> int:
    """Line by line from standard input, so that a transcript can be piped through."""
    from bot.app import App
    from bot.channels.terminal import Terminal

    app = App(config)
    if config.demo:
        app.load_demo()
    terminal = Terminal(print)
    app.channels["terminal"] = terminal
    who = Address("terminal", arguments.user)
    started = datetime.now(UTC)  # noqa: TID251 - makes this run's event ids its own
    try:
        for number, line in enumerate(_lines(interactive=sys.stdin.isatty())):
            message = IncomingMessage(
                sender=who,
                event_id=f"{started.isoformat()}:{number}",
                sent_at=app.now(),
                text=line,
                language=arguments.language,
                private=True,
            )
            await app.ears.hear_and_answer(message)
            await app.relay.settle()
            await app.relay.deliver_due()
            await app.relay.settle()
    finally:
        app.database.close()
    return 0


def _lines(*, interactive: bool) -> Iterable[str]:
    read: Callable[[], str] = (lambda: input("> ")) if interactive else input
    while True:
        try:
            line = read()
        except EOFError:
            return
        yield line


BENCHMARKS = Path(__file__).parent.parent.parent / "benchmarks"


def _bench_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("parts", nargs="*", help="turns, webhook, …; default: all of them")


def _bench(arguments: argparse.Namespace, config: Config) -> int:
    """The benchmarks of this checkout; figures go to standard output."""
    run = BENCHMARKS / "run.py"
    code: int = runpy.run_path(str(run))["main"](arguments.parts)
    return code


ASK = Command("ask", "answer one question about the certificate", _ask, _ask_arguments)
CHAT = Command("chat", "talk in the terminal", _chat, _chat_arguments)
BENCH = Command("bench", "run the benchmarks, beside their peers", _bench, _bench_arguments)

__all__ = ["ASK", "BENCH", "CHAT", "Reply"]
