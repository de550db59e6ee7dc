"""Files that people send, with sound that every browser plays.

A decoder of sound is large and reads what strangers sent. So it never lives in the service: a
process of its own (bot.amr) gets the sound and nothing else, may take neither long nor much, and
ends (decision 12).
"""

import asyncio
import contextlib
import logging
import sys

from bot.domain import uploads
from bot.domain.uploads import Harmless

log = logging.getLogger(__name__)

SECONDS = 30.0
"""It takes a second; a busy machine may need more."""


async def harmless(content: bytes) -> Harmless:
    """See uploads.harmless. AMR becomes MP3; broken AMR stays. Raises NotTaken."""
    kept = await asyncio.to_thread(uploads.harmless, content)
    if kept.media_type != "audio/amr":
        return kept
    made = await _written_anew(kept.content)
    return Harmless(made, "audio/mpeg", "audio.mp3") if made else kept


async def _written_anew(content: bytes) -> bytes:
    """Nothing for what is broken, too long or too slow."""
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.amr",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},  # keys and passwords are none of its business
    )
    try:
        made, _nothing = await asyncio.wait_for(running.communicate(content), SECONDS)
    except TimeoutError:
        log.warning("sound_not_read", extra={"error": "timeout"})
        return b""
    finally:
        with contextlib.suppress(ProcessLookupError):
            running.kill()
        await running.wait()
    return made if running.returncode == 0 else b""
