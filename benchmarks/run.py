"""Every benchmark, or those named: `doorstep bench turns queue console`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import console, growth, idle, retrieval, staff_queue, turns, webhook
from benchmarks.measure import machine

ALL = {
    "turns": turns,
    "webhook": webhook,
    "idle": idle,
    "growth": growth,
    "retrieval": retrieval,
    "queue": staff_queue,
    "console": console,
}


def main(names: list[str]) -> int:
    """1: a bar was missed."""
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
    sys.exit(main([name for name in sys.argv[1:] if name in ALL]))
