"""Medians, percentiles and the report's lines; a service as a process of its own."""

import os
import platform
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

KEY = bytes(range(32))
"""Seals benchmark data and nothing else."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure beside what it must reach."""

    what: str
    figure: str
    bar: str
    kept: bool

    def line(self) -> str:
        return (
            f"  {'kept  ' if self.kept else 'MISSED'}  {self.what}: {self.figure} (bar: {self.bar})"
        )


def median(figures: Sequence[float]) -> float:
    return statistics.median(figures)


def percentile(figures: Sequence[float], share: float) -> float:
    """The smallest figure that at least `share` (0–1) of them do not exceed."""
    ordered = sorted(figures)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]


def machine() -> str:
    return (
        f"{os.cpu_count()} processors, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}"
    )


def resident(process: int | str, field: str = "VmRSS") -> float:
    """Its memory in MB; `VmHWM`: the most it ever had.

    Not `ru_maxrss`: a process begins with what its parent had (getrusage(2)).
    """
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


class Process:
    """A command that serves HTTP on a port; `resident` is its memory in MB."""

    def __init__(self, port: int, command: Sequence[str], **env: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        # Compiled modules are kept, as on every machine that does not forbid it.
        kept = {
            name: value
            for name, value in os.environ.items()
            if "DOORSTEP" not in name and name != "PYTHONDONTWRITEBYTECODE"
        }
        self._log = subprocess.DEVNULL
        started = time.perf_counter()
        self._process = subprocess.Popen(
            list(command), env={**kept, **env}, stdout=self._log, stderr=self._log
        )
        self._wait(started)

    def _wait(self, started: float) -> None:
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=1):
                    break
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                if self._process.poll() is not None or time.perf_counter() - started > 60:
                    self.stop()
                    raise RuntimeError(f"{self._process.args} does not serve") from None
                time.sleep(0.005)
        self.seconds_to_ready = time.perf_counter() - started

    @property
    def resident(self) -> float:
        return resident(self._process.pid)

    def pin(self, processor: int) -> None:
        """All its threads to that one processor."""
        for thread in Path(f"/proc/{self._process.pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {processor})

    @property
    def cpu(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii")
        user, system = fields.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def doorstep(var: Path, port: int, **env: str) -> Process:
    """`doorstep run`, as an installation runs it."""
    return Process(
        port,
        (sys.executable, "-m", "bot", "run"),
        DOORSTEP_VAR=str(var),
        DOORSTEP_PORT=str(port),
        **env,
    )
