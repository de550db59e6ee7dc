"""Every setting, once. `Config.from_env` reports all mistakes together, each naming its setting."""

import base64
import binascii
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from bot import config_wechat

KEY_BYTES = 32
CARRIES = ("link", "consent", "allowed")
SECOND_STEPS = ("required", "offered")
MODES = ("polling", "webhook")
LEVELS = ("debug", "info", "warning", "error")


class ConfigError(Exception):
    """One or more settings are wrong; `faults` has a sentence for each."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of docs/settings.md, read and checked."""

    var: Path
    database_url: str
    keys: tuple[bytes, ...]
    host: str
    port: int
    public_url: str
    demo: bool
    second_step: bool
    """Must all staff have a second step at signing in?"""
    telegram_token: str
    telegram_api_url: str
    telegram_mode: str
    telegram_secret: str
    telegram_personal_data: str
    applications_url: str
    applications_token: str
    speech_command: str
    """A local program that writes down a voice message; '': none, and staff listen."""
    wechat: config_wechat.WeChatConfig
    proxy_header: str
    """Where a proxy of ours writes who asks; '': there is no proxy."""
    keep_chats_for: timedelta
    log_level: str
    clock_offset: timedelta
    """DOORSTEP_NOW less the time of the start: tests and demos only."""

    @classmethod
    def from_env(cls, env: Mapping[str, str], now: datetime) -> "Config":
        """Raises ConfigError. Makes the data folder and, the first time, its key."""
        reader = _Reader(env)
        var = Path(reader.text("DOORSTEP_VAR", "var")).absolute()
        public_url = reader.url("DOORSTEP_PUBLIC_URL", "").rstrip("/")
        token = reader.text("DOORSTEP_TELEGRAM_TOKEN", "")
        mode = reader.one_of("DOORSTEP_TELEGRAM_MODE", MODES, "polling")
        secret = reader.text("DOORSTEP_TELEGRAM_SECRET", "")
        if token and mode == "webhook":
            if not public_url:
                reader.fault(
                    "DOORSTEP_PUBLIC_URL is empty, but DOORSTEP_TELEGRAM_MODE=webhook needs the "
                    "https address at which Telegram reaches this service."
                )
            if not secret:
                reader.fault(
                    "DOORSTEP_TELEGRAM_SECRET is empty, but DOORSTEP_TELEGRAM_MODE=webhook needs "
                    "one: set 1 to 256 characters of A-Z a-z 0-9 _ -."
                )
        demo = reader.one_of("DOORSTEP_DEMO", ("0", "1"), "1") == "1"
        real = bool(public_url) or not demo
        config = cls(
            var=var,
            database_url=reader.database_url(var),
            keys=reader.keys(var),
            host=reader.text("DOORSTEP_HOST", "127.0.0.1"),
            port=reader.number("DOORSTEP_PORT", 8080, 0, 65535),
            public_url=public_url,
            demo=demo,
            second_step=reader.one_of(
                "DOORSTEP_SECOND_STEP", SECOND_STEPS, "required" if real else "offered"
            )
            == "required",
            telegram_token=token,
            telegram_api_url=reader.url("DOORSTEP_TELEGRAM_API_URL", "https://api.telegram.org"),
            telegram_mode=mode,
            telegram_secret=secret,
            telegram_personal_data=reader.one_of(
                "DOORSTEP_TELEGRAM_PERSONAL_DATA", CARRIES, "link" if public_url else "consent"
            ),
            applications_url=reader.url("DOORSTEP_APPLICATIONS_URL", ""),
            applications_token=reader.text("DOORSTEP_APPLICATIONS_TOKEN", ""),
            speech_command=reader.text("DOORSTEP_SPEECH_COMMAND", ""),
            wechat=config_wechat.read(reader, public_url),
            proxy_header=reader.text("DOORSTEP_PROXY_HEADER", ""),
            keep_chats_for=timedelta(days=reader.number("DOORSTEP_KEEP_CHAT_DAYS", 90, 7, 3650)),
            log_level=reader.one_of("DOORSTEP_LOG_LEVEL", LEVELS, "info"),
            clock_offset=reader.clock(now),
        )
        if config.telegram_personal_data == "link" and not public_url:
            reader.fault(
                "DOORSTEP_TELEGRAM_PERSONAL_DATA=link needs DOORSTEP_PUBLIC_URL, the address of "
                "our own page: set it, or choose consent."
            )
        if config.applications_url and not config.applications_token:
            reader.fault(
                "DOORSTEP_APPLICATIONS_TOKEN is empty, but DOORSTEP_APPLICATIONS_URL is set: "
                "give the token that the other system expects."
            )
        if reader.faults:
            raise ConfigError(*reader.faults)
        return config

    @property
    def secure(self) -> bool:
        """Is the public address https?"""
        return self.public_url.startswith("https://")


def environment() -> dict[str, str]:
    """The process' environment, and under it the file .env where there is one."""
    from_file = {name: value or "" for name, value in dotenv_values(".env").items()}
    return {**from_file, **os.environ}


class _Reader:
    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.faults: list[str] = []

    def fault(self, sentence: str) -> None:
        self.faults.append(sentence)

    def text(self, name: str, default: str) -> str:
        return self.env.get(name, "").strip() or default

    def number(self, name: str, default: int, least: int, most: int) -> int:
        said = self.text(name, str(default))
        if said.isdecimal() and least <= int(said) <= most:
            return int(said)
        self.fault(f"{name} is {said!r}: set a whole number from {least} to {most}.")
        return default

    def one_of(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        said = self.text(name, default).lower()
        if said in allowed:
            return said
        self.fault(f"{name} is {said!r}: set one of {', '.join(allowed)}.")
        return default

    def url(self, name: str, default: str) -> str:
        said = self.text(name, default)
        parts = urlsplit(said)
        if said and (parts.scheme not in ("http", "https") or not parts.netloc):
            self.fault(f"{name} is {said!r}: set an address such as https://example.org.")
        return said

    def database_url(self, var: Path) -> str:
        said = self.text("DOORSTEP_DATABASE_URL", "")
        if not said:
            try:
                var.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                self.fault(
                    f"DOORSTEP_VAR: cannot make the folder {var} ({error.strerror}): "
                    "name a folder that this user may write to."
                )
            return f"sqlite:///{var / 'doorstep.db'}"
        if said.startswith("postgresql://"):
            return "postgresql+psycopg://" + said.removeprefix("postgresql://")
        if not said.startswith(("sqlite:///", "postgresql+psycopg://")):
            self.fault(
                "DOORSTEP_DATABASE_URL: start it with sqlite:/// or postgresql://, "
                "for example postgresql://doorstep@localhost/doorstep."
            )
        return said

    def keys(self, var: Path) -> tuple[bytes, ...]:
        """DOORSTEP_KEYS: base64 keys of 32 bytes, newest first; else the file `var`/keys."""
        said = self.text("DOORSTEP_KEYS", "")
        kept = var / "keys"
        if not said:
            if not kept.exists():
                if self.text("DOORSTEP_DATABASE_URL", ""):
                    self.fault(
                        "DOORSTEP_KEYS is empty: a database of its own needs its keys given. "
                        "Make one with 'doorstep keys new' and keep it safe."
                    )
                    return ()
                if (var / "doorstep.db").exists():
                    self.fault(
                        f"DOORSTEP_KEYS: {kept} is missing, and without it {var}/doorstep.db "
                        "cannot be read: put the file back, or give its keys in DOORSTEP_KEYS."
                    )
                    return ()
                return (self._new_key(kept),)
            if kept.stat().st_mode & 0o077:
                self.fault(f"DOORSTEP_KEYS: others may read {kept}; run chmod 600 on it.")
            said = kept.read_text()
        keys = tuple(_key(word) for word in said.replace(",", " ").split())
        if not keys or None in keys:
            self.fault(
                "DOORSTEP_KEYS: each key is 32 bytes in base64, newest first, with commas "
                "between; make one with 'doorstep keys new'."
            )
        return tuple(key for key in keys if key)

    def _new_key(self, kept: Path) -> bytes:
        key = secrets.token_bytes(32)
        try:
            kept.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(base64.b64encode(key).decode() + "\n")
        except OSError as error:
            self.fault(
                f"DOORSTEP_VAR: cannot write {kept} ({error.strerror}): "
                "name a folder that this user may write to."
            )
        return key

    def clock(self, now: datetime) -> timedelta:
        said = self.text("DOORSTEP_NOW", "")
        if not said:
            return timedelta(0)
        try:
            moment = datetime.fromisoformat(said)
        except ValueError:
            self.fault(f"DOORSTEP_NOW is {said!r}: set a time such as 2026-03-02T09:00+08:00.")
            return timedelta(0)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=now.tzinfo)
        return moment - now


def _key(word: str) -> bytes | None:
    try:
        key = base64.b64decode(word, validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == KEY_BYTES else None
