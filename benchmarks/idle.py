"""The idle service: its memory, and how soon after its start it serves."""

import tempfile
import time
from pathlib import Path

from benchmarks.measure import Bar, doorstep, median
from benchmarks.webhook import free_port

RUNS = 5


def measure() -> list[Bar]:
    ready, resident = [], []
    with tempfile.TemporaryDirectory(prefix="doorstep-bench-") as folder:
        for _run in range(RUNS + 1):  # the first one makes the database
            service = doorstep(Path(folder), free_port())
            time.sleep(3)
            ready.append(service.seconds_to_ready)
            resident.append(service.resident)
            service.stop()
    seconds, megabytes = median(ready[1:]), median(resident[1:])
    print(f"Idle service, median of {RUNS} starts")
    print(f"  ready after {seconds:.2f} s (the very first start: {ready[0]:.2f} s)")
    print(f"  resident memory {megabytes:.0f} MB")
    return [
        Bar("ready", f"{seconds:.2f} s", "2 s", seconds < 2),
        Bar("resident memory", f"{megabytes:.0f} MB", "120 MB", megabytes < 120),
    ]
