"""Words out of a voice message, by a program on this machine; without one, staff listen.

The program is given the sound's file and prints what it heard: whisper.cpp, sherpa-onnx and
Vosk can all be called so. What it hears is only ever shown beside the sound, never acted on as
data: digits of a disabled speaker are too easily misheard (rule V2).
"""

import asyncio
import contextlib
import logging
import shlex
import tempfile
from pathlib import Path
from typing import Protocol

log = logging.getLogger(__name__)

FILE = "{file}"
"""Where the command wants the file's path; at its end where it does not say."""
SECONDS = 20.0
"""Rule V4: then staff have to listen."""
MOST_BYTES = 5 * 1024 * 1024
"""Rule V3: more is a story for human ears."""
LONGEST = 2000
"""Characters kept."""


class Speech(Protocol):
    """Something that listens."""

    async def transcribe(self, content: bytes) -> str:
        """'' for silence, noise, what is too long, and a program that fails."""


class LocalProgram:
    """DOORSTEP_SPEECH_COMMAND; nothing leaves this machine."""

    def __init__(self, command: str, seconds: float = SECONDS) -> None:
        self._command = shlex.split(command)
        self._seconds = seconds

    async def transcribe(self, content: bytes) -> str:
        if len(content) > MOST_BYTES:
            return ""
        with tempfile.TemporaryDirectory(prefix="doorstep-voice-") as folder:
            file = Path(folder) / "voice"
            file.write_bytes(content)
            return await self._run(str(file))

    async def _run(self, file: str) -> str:
        command = [part.replace(FILE, file) for part in self._command]
        if command == self._command:
            command.append(file)
        try:
            running = await asyncio.create_subprocess_exec(
                *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
            )
        except OSError as error:
            log.warning("speech_failed", extra={"error": type(error).__name__})
            return ""
        try:
            told, _nothing = await asyncio.wait_for(running.communicate(), self._seconds)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                running.kill()
            await running.wait()
            log.warning("speech_failed", extra={"error": "timeout"})
            return ""
        words = told.decode("utf-8", "replace").strip()
        return words[:LONGEST] if running.returncode == 0 else ""
