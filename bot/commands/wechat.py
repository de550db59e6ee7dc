"""wechat: what is done once for an official account."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from bot.commands.base import Command
from bot.config import Config, ConfigError

if TYPE_CHECKING:
    from bot.channels.wechat import WeChat


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        choices=["menu", "check"],
        help="menu: publish the menu under the chat; check: are app id and secret accepted?",
    )


def _run(arguments: argparse.Namespace, config: Config) -> int:
    if not config.wechat.app_id:
        raise ConfigError("DOORSTEP_WECHAT_APP_ID is empty: set the account's app id first.")
    if arguments.action == "menu":
        return asyncio.run(told(config, lambda channel: channel.publish_menu(), "menu published"))
    return asyncio.run(told(config, lambda channel: channel.check(), "app id and secret accepted"))


async def told(config: Config, call: Callable[["WeChat"], Awaitable[None]], done: str) -> int:
    """0, and `done` on standard output; or 1, and the platform's words with what they mean."""
    fault = await fault_of(config, call)
    if fault:
        print(f"✗ WeChat: {fault}", file=sys.stderr)
        return 1
    print(f"✓ WeChat: {done}.")
    return 0


async def fault_of(config: Config, call: Callable[["WeChat"], Awaitable[None]]) -> str:
    """What the platform has against it; '': nothing."""
    from bot.app import App
    from bot.channels.base import OutcomeUnknown, TryLater
    from bot.channels.wechat import WeChat
    from bot.channels.wechat_errors import Told, advice

    app = App(config)
    channel = app.channels["wechat"]
    assert isinstance(channel, WeChat)  # noqa: S101 - made of these settings
    try:
        await call(channel)
    except Told as error:
        return advice(error)
    except (TryLater, OutcomeUnknown) as error:
        return f"{config.wechat.api_url} cannot be reached ({error})."
    finally:
        await channel.close()
        app.database.close()
    return ""


WECHAT = Command(
    "wechat", "publish the official account's menu; check its settings", _run, _arguments
)
