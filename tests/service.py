"""The real service as a process of its own, to be killed."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


PATIENCE = 60.0
"""Seconds for a start, on a machine that many share."""


class Service:
    """`doorstep run` in a folder; `kill` is SIGKILL."""

    def __init__(self, var: Path, **env: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._env = {
            **os.environ,
            "DOORSTEP_VAR": str(var),
            "DOORSTEP_PORT": str(self.port),
            "DOORSTEP_LOG_LEVEL": "error",
            **env,
        }
        self._process: subprocess.Popen[str] | None = None
        self.told = ""
        self.log = var / "log"

    def start(self) -> float:
        """Seconds until it was ready."""
        began = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "run"],
                env=self._env,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        while time.monotonic() - began < PATIENCE:
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                    if answer.status == 200:
                        return time.monotonic() - began
            except OSError:
                assert self._process.poll() is None, "the service stopped by itself"
                time.sleep(0.02)
        raise AssertionError("the service did not get ready")

    def kill(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        if self._process.stdout:
            self.told += self._process.stdout.read()
            self._process.stdout.close()

    def stop(self) -> None:
        """SIGTERM, as an operator would."""
        assert self._process
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(30)
        if self._process.stdout:
            self.told += self._process.stdout.read()
            self._process.stdout.close()

    @property
    def password(self) -> str:
        """The administrator's one-time password, from what the first start printed."""
        found = re.search(r"one-time password: (\S+)", self.told)
        assert found
        return found[1]

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid
