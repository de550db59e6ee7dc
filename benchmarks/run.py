"""Every benchmark, or those named: `doorstep bench [PART ...]`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import applications, growth, idle, retrieval, turns, webhook
from benchmarks.measure import machine

ALL = {
    "turns": turns,
    "webhook": webhook,
    "idle": idle,
    "growth": growth,
    "retrieval": retrieval,
    "applications": applications,
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
