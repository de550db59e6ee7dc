"""What the platform's codes mean for us: may it be sent again, later, when they write, or never.

Source: developers.weixin.qq.com, global return codes. The status is 200 also for errors.
"""

from datetime import timedelta

from bot.channels.base import Refused, TryLater, Unreachable
from bot.i18n import Text, _

OK = 0
TOKEN = frozenset({40001, 40014, 42001})
"""The access token is wrong or too old: a new one, and once more."""
WINDOW_CLOSED = 45015
USED_UP = 45047
NO_RIGHT = 48001
_NOT_REACHED = frozenset({40003, 43004, 43005, 43019, 45015, 45047, 48001, 48002, 50002})
"""Wrong or no follower, nothing allowed now, refused by the receiver."""
_SOON = frozenset({-1, 45011, 6000, 61024})
_SETTINGS = frozenset({40013, 40125, 40164, 41002, 41004, 48004, 50001, 61004})
"""App id or secret wrong, our address not on the white list, the interface banned."""
DAILY = 45009
DAY_PAUSE = timedelta(hours=1)
SETTINGS_PAUSE = timedelta(minutes=10)


class Told(Exception):
    """An answer with an errcode; `words` without its numbers of requests."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(f"{code} {words}")
        self.code = code


def of_a_message(told: Told) -> Exception:
    """The channel's own exceptions."""
    if told.code in _NOT_REACHED:
        return waits(told.code) if told.code in _SAID else Unreachable(str(told))
    if told.code in TOKEN:
        return TryLater(str(told), timedelta(seconds=10))
    if told.code == DAILY:
        return TryLater(DAY_USED_UP.msgid, DAY_PAUSE)
    if told.code in _SETTINGS:
        return TryLater(str(told), SETTINGS_PAUSE)
    if told.code in _SOON:
        return TryLater(str(told), None if told.code == -1 else timedelta(minutes=1))
    return Refused(str(told))


def of_a_file(told: Told) -> Exception:
    """A file may be asked for again at any time; one that is gone is refused."""
    ours = of_a_message(told)
    return Refused(str(ours)) if isinstance(ours, Unreachable) else ours


def is_about_settings(told: Told) -> bool:
    """Whoever runs the service must mend something."""
    return told.code in _SETTINGS or told.code == DAILY


_ADVICE = {
    40013: "set DOORSTEP_WECHAT_APP_ID to the AppID of the account.",
    40125: "set DOORSTEP_WECHAT_SECRET to the AppSecret, or reset that at the platform.",
    40164: "add this machine's address to the IP white list of the account.",
    48001: "this account has no right to it: set DOORSTEP_WECHAT_MODE=passive.",
    45009: "the daily quota of this call is used up; it begins anew at midnight.",
}


def advice(told: Told) -> str:
    """What whoever runs the service can do about it."""
    return f"the platform says {told}; {_ADVICE.get(told.code, 'see docs/wechat.md.')}"


# What the console says, in its reader's language.
DAY_USED_UP = _("WeChat's daily number of messages for this account is used up")
_SAID: dict[int, Text] = {
    WINDOW_CLOSED: _("more than 48 hours since the person wrote, or they no longer follow"),
    USED_UP: _("WeChat allows nothing more until the person writes again"),
    NO_RIGHT: _("this account may only answer; it waits until the person writes"),
}


def waits(code: int) -> Unreachable:
    """Held until the person writes: WINDOW_CLOSED, USED_UP or NO_RIGHT says why."""
    return Unreachable(_SAID[code].msgid)
