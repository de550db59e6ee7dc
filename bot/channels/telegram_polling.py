"""Long polling: store what came, and only then tell Telegram so by moving the offset."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.base import StoreDown, Wait
from bot.channels.telegram_client import Client
from bot.channels.telegram_errors import WRONG_TOKEN_PAUSE, retry_after
from bot.channels.telegram_settings import OffsetStore

log = logging.getLogger(__name__)

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0

Hear = Callable[[Sequence[Any]], Awaitable[None]]
Note = Callable[[str], None]
"""Told what is wrong now; '': nothing."""


async def poll(client: Client, offsets: OffsetStore, hear: Hear, wait: Wait, note: Note) -> None:
    """Runs until cancelled. What `hear` did not store is asked for again, whatever happened."""
    offset: int | None = None
    pause = FIRST_PAUSE
    while True:
        try:
            if offset is None:
                offset = await offsets.load()
            updates = await client.updates(offset)
            note("")
            if updates:
                await hear(updates)
                # Not the highest ever: after a week of silence Telegram counts from anywhere.
                offset = max(_numbers(updates)) + 1
                await offsets.save(offset)
            pause = FIRST_PAUSE
        except (TelegramError, StoreDown) as trouble:
            log.warning("telegram_polling_failed", extra={"error": told(trouble)})
            note(told(trouble))
            await wait(pause_after(trouble, pause))
            pause = min(pause * 2, LONGEST_PAUSE)
        except Exception:  # the store of the offset, or an answer that is no Telegram's
            log.exception("telegram_polling_broke")
            await wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


async def until_done(work: Callable[[], Awaitable[None]], wait: Wait, note: Note) -> None:
    """A call of the set-up, until Telegram has taken it."""
    pause = FIRST_PAUSE
    while True:
        try:
            await work()
        except TelegramError as trouble:
            log.warning("telegram_set_up_failed", extra={"error": told(trouble)})
            note(told(trouble))
            await wait(pause_after(trouble, pause))
            pause = min(pause * 2, LONGEST_PAUSE)
        else:
            note("")
            return


def pause_after(trouble: Exception, otherwise: float) -> float:
    """Seconds."""
    if isinstance(trouble, RetryAfter):
        return retry_after(trouble).total_seconds()
    if isinstance(trouble, InvalidToken):
        return WRONG_TOKEN_PAUSE.total_seconds()
    return otherwise


def told(trouble: Exception) -> str:
    """For the log, in words that say what to do."""
    if isinstance(trouble, Conflict):
        return "Conflict: another process polls with this token, or set a webhook for it"
    if isinstance(trouble, InvalidToken):
        return "InvalidToken: set DOORSTEP_TELEGRAM_TOKEN to the token that BotFather gave"
    return type(trouble).__name__


def _numbers(updates: Sequence[Any]) -> list[int]:
    """Raises ValueError where there is none: such an answer cannot be acknowledged."""
    numbers = [one.get("update_id") for one in updates if isinstance(one, dict)]
    return [number for number in numbers if type(number) is int]
