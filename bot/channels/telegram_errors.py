"""What Telegram's errors mean for us (docs/channels.md, 'Errors')."""

import re
from datetime import timedelta

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.base import OutcomeUnknown, Refused, TryLater, Unreachable

WRONG_TOKEN_PAUSE = timedelta(minutes=1)
_GONE = ("chat not found", "user is deactivated", "bot was blocked", "peer_id_invalid")
_SERVER_ERROR = re.compile(r"\(5\d\d\)|Bad Gateway|Internal Server Error")
_NOT_SENT = ("ConnectError", "ConnectTimeout", "PoolTimeout", "Pool timeout")


def ours(error: TelegramError) -> Exception:
    """Of a message that was to be sent. BadRequest is a NetworkError: the order matters."""
    said = str(error)
    if isinstance(error, RetryAfter):
        return TryLater("429", _seconds(error))
    if isinstance(error, Forbidden):
        return Unreachable(said)
    if isinstance(error, ChatMigrated):
        return Refused("the chat became a group")
    if isinstance(error, BadRequest):
        gone = any(words in said.lower() for words in _GONE)
        return Unreachable(said) if gone else Refused(said)
    if isinstance(error, InvalidToken):
        return TryLater("DOORSTEP_TELEGRAM_TOKEN is refused", WRONG_TOKEN_PAUSE)
    if isinstance(error, Conflict):
        return TryLater(said)
    if isinstance(error, TimedOut | NetworkError):
        cause = type(error.__cause__).__name__
        certain = (
            cause in _NOT_SENT
            or any(words in said for words in _NOT_SENT)
            or bool(_SERVER_ERROR.search(said))
        )
        return TryLater(said) if certain else OutcomeUnknown(said)
    return OutcomeUnknown(said)


def for_a_file(error: TelegramError) -> Exception:
    """Of a file that was to be fetched: asking twice does no harm."""
    if isinstance(error, BadRequest | Forbidden):
        return Refused(str(error))
    return TryLater(str(error))


def pause_after(error: Exception, otherwise: float) -> float:
    """Seconds: as long as Telegram says, else as long as the caller would."""
    if isinstance(error, RetryAfter):
        return _seconds(error).total_seconds()
    if isinstance(error, InvalidToken):
        return WRONG_TOKEN_PAUSE.total_seconds()
    return otherwise


def _seconds(error: RetryAfter) -> timedelta:
    after = error.retry_after
    return after if isinstance(after, timedelta) else timedelta(seconds=after)
