"""What the library's errors mean for us: may it be sent again, later, or never."""

import re
from datetime import timedelta

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.channels.base import OutcomeUnknown, Refused, TryLater, Unreachable
from bot.channels.telegram_request import NEVER_LEFT

WRONG_TOKEN_PAUSE = timedelta(minutes=10)
_GONE = ("chat not found", "user not found", "peer_id_invalid", "deactivated", "user_is_blocked")
_TOKEN = re.compile(r"\d+:[\w-]{20,}")


def of_a_message(error: TelegramError) -> Exception:
    """The order matters: to the library a BadRequest, which never heals, is a NetworkError."""
    said = without_token(str(error))
    match error:
        case RetryAfter():
            return TryLater(said, retry_after(error))
        case Forbidden() | ChatMigrated():
            return Unreachable(said)
        case BadRequest():
            gone = any(words in said.lower() for words in _GONE)
            return Unreachable(said) if gone else Refused(said)
        case InvalidToken():
            return TryLater("DOORSTEP_TELEGRAM_TOKEN is not accepted", WRONG_TOKEN_PAUSE)
        case NetworkError():
            return TryLater(said) if _certainly_not_delivered(error) else OutcomeUnknown(said)
    return OutcomeUnknown(said)


def of_a_file(error: TelegramError) -> Exception:
    """Getting a file twice does no harm, so an unknown outcome is one more reason to try."""
    ours = of_a_message(error)
    if isinstance(ours, Unreachable):
        return Refused(str(ours))
    return TryLater(str(ours)) if isinstance(ours, OutcomeUnknown) else ours


def retry_after(error: RetryAfter) -> timedelta:
    """A timedelta or a number, as the environment's PTB_TIMEDELTA says."""
    after = error.retry_after
    return after if isinstance(after, timedelta) else timedelta(seconds=after)


def without_token(text: str) -> str:
    """An address in an error's words would tell the token."""
    return _TOKEN.sub("***", text)


def _certainly_not_delivered(error: NetworkError) -> bool:
    """No connection, or an HTTP status that says no.

    With a status the library names no cause, or a TelegramError where the body was no JSON.
    """
    cause = error.__cause__
    return cause is None or isinstance(cause, (*NEVER_LEFT, TelegramError))
