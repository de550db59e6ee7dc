"""Structured logs that cannot print a person's data: fields from an allow-list, never words.

Use `log.info("turn_failed", extra={"conversation": 17})`: the event is a fixed word, the
fields are those of FIELDS; anything else is left out.
"""

import json
import logging
import re
import sys
from typing import Any

FIELDS = (
    "channel",
    "conversation",
    "count",
    "error",
    "event",
    "method",
    "milliseconds",
    "part",
    "path",
    "seconds",
    "setting",
    "state",
    "status",
    "subject",
    "tries",
    "uid",
    "version",
)
_PERSONAL = re.compile(r"\d{6,}[\dXx]?|bot\d+:[\w-]+")
"""Phone, identity and certificate numbers; a Telegram token in an address."""


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "from": record.name,
            "what": scrubbed(record.getMessage()),
        }
        for field in FIELDS:
            if field in record.__dict__:
                value = record.__dict__[field]
                told[field] = value if isinstance(value, int | float) else scrubbed(str(value))
        if record.exc_info and record.exc_info[0]:
            told["error"] = record.exc_info[0].__name__
            told["where"] = _where(record.exc_info[2])
        return json.dumps(told, ensure_ascii=False)


def scrubbed(text: str) -> str:
    """Without long runs of digits: a safety net under the allow-list."""
    return _PERSONAL.sub("***", text)[:500]


def _where(traceback: Any) -> list[str]:
    """Files and lines only: a traceback's values may be somebody's."""
    places = []
    while traceback:
        code = traceback.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{traceback.tb_lineno}")
        traceback = traceback.tb_next
    return places[-8:]


def configure(level: str) -> None:
    """Called once, by the command that starts."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for chatty in ("httpx", "httpcore", "aiohttp.access", "alembic", "telegram"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
