"""Every benchmark, or those named: `doorstep bench [PART ...]`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import (
    applications,
    booking,
    console,
    growth,
    idle,
    retrieval,
    staff_queue,
    turns,
    visits_console,
    webhook,
    wechat,
)
from benchmarks.measure import machine

ALL = {
    "turns": turns,
    "webhook": webhook,
    "wechat": wechat,
    "idle": idle,
    "growth": growth,
    "retrieval": retrieval,
    "visits_console": visits_console,
    "applications": applications,
    "console": console,
    "queue": staff_queue,
    "booking": booking,
}


def main(names: list[str]) -> int:
    """1: a bar was missed; 2: there is no such part."""
    for name in names:
        if name not in ALL:
            print(f"There is no benchmark {name}. There are: {', '.join(ALL)}.", file=sys.stderr)
            return 2
    print(machine())
    bars = []
    for name in names or ALL:
        print(flush=True)
        bars += ALL[name].measure()
    print("\nBars")
    for bar in bars:
        print(bar.line())
    return 0 if all(bar.kept for bar in bars) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
