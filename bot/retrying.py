"""When the relay tries again, when it gives up, and whose leases wait for nobody."""

import os
from datetime import timedelta

GIVE_UP_AFTER = 48
"""Tries: with the pauses below about four hours, then the message is parked for staff."""
UNKNOWN_AFTER = 5
"""Tries whose outcome nobody knows: more repetitions would only annoy."""
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)
LEASE_LEFT = timedelta(seconds=25)
"""A send takes less than this; with less of its lease left, a row goes back instead."""


def pause(tries: int) -> timedelta:
    """1, 2, 4 … seconds, at most LONGEST_PAUSE."""
    doubled: timedelta = FIRST_PAUSE * 2 ** min(tries, 12)
    return min(doubled, LONGEST_PAUSE)


def is_dead(owner: str, me: str) -> bool:
    """Owners are 'host:pid:random'. Another host's processes are nobody's to judge."""
    host, _colon, rest = owner.partition(":")
    my_host, _colon, my_rest = me.partition(":")
    pid, my_pid = rest.partition(":")[0], my_rest.partition(":")[0]
    if host != my_host or not pid.isdecimal():
        return False
    if pid == my_pid:
        return True  # its number is ours now
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
