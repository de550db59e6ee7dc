"""Bad configuration stops the start with a sentence that names the setting, and exit code 2."""

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.config import Config, ConfigError

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("DOORSTEP_PORT", "eighty"),
        ("DOORSTEP_PORT", "70000"),
        ("DOORSTEP_TELEGRAM_MODE", "magic"),
        ("DOORSTEP_PUBLIC_URL", "example.org"),
        ("DOORSTEP_DATABASE_URL", "mysql://x"),
        ("DOORSTEP_KEYS", "abc"),
        ("DOORSTEP_NOW", "yesterday"),
        ("DOORSTEP_DEMO", "maybe"),
        ("DOORSTEP_LOG_LEVEL", "loud"),
        ("DOORSTEP_TELEGRAM_PERSONAL_DATA", "all"),
        ("DOORSTEP_TELEGRAM_API_URL", "telegram"),
        ("DOORSTEP_WECHAT_MODE", "magic"),
        ("DOORSTEP_WECHAT_ENCRYPTION", "some"),
        ("DOORSTEP_WECHAT_PERSONAL_DATA", "all"),
        ("DOORSTEP_WECHAT_API_URL", "wechat"),
    ],
)
def test_a_wrong_setting_is_named(setting: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        Config.from_env({"DOORSTEP_VAR": str(tmp_path), setting: value}, NOW)
    assert setting in raised.value.faults[0]


def test_all_mistakes_are_reported_together(tmp_path: Path) -> None:
    wrong = {
        "DOORSTEP_VAR": str(tmp_path),
        "DOORSTEP_PORT": "x",
        "DOORSTEP_TELEGRAM_TOKEN": "1:a",
        "DOORSTEP_TELEGRAM_MODE": "webhook",
    }
    with pytest.raises(ConfigError) as raised:
        Config.from_env(wrong, NOW)
    assert len(raised.value.faults) == 3


def test_a_missing_key_file_is_not_replaced(tmp_path: Path) -> None:
    Config.from_env({"DOORSTEP_VAR": str(tmp_path)}, NOW)
    (tmp_path / "doorstep.db").write_bytes(b"")
    (tmp_path / "keys").unlink()
    with pytest.raises(ConfigError, match="DOORSTEP_KEYS"):
        Config.from_env({"DOORSTEP_VAR": str(tmp_path)}, NOW)


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    Config.from_env({"DOORSTEP_VAR": str(tmp_path)}, NOW)
    (tmp_path / "keys").chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        Config.from_env({"DOORSTEP_VAR": str(tmp_path)}, NOW)


def run(tmp_path: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "run"],
        env={**os.environ, "DOORSTEP_VAR": str(tmp_path), **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_database_that_cannot_be_reached(tmp_path: Path) -> None:
    went = run(
        tmp_path,
        DOORSTEP_DATABASE_URL="postgresql://nobody@127.0.0.1:9/none",
        DOORSTEP_KEYS="AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    )
    assert went.returncode == 2
    assert went.stderr.startswith("doorstep: DOORSTEP_DATABASE_URL")
    assert "Traceback" not in went.stderr


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        went = run(tmp_path, DOORSTEP_PORT=str(taken.getsockname()[1]))
    assert went.returncode == 2
    assert "DOORSTEP_PORT" in went.stderr
    assert "Traceback" not in went.stderr


WECHAT = {
    "DOORSTEP_WECHAT_APP_ID": "wx1",
    "DOORSTEP_WECHAT_SECRET": "s",
    "DOORSTEP_WECHAT_TOKEN": "Token1",
}


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("DOORSTEP_WECHAT_TOKEN", ""),
        ("DOORSTEP_WECHAT_TOKEN", "a b"),
        ("DOORSTEP_WECHAT_SECRET", ""),
        ("DOORSTEP_WECHAT_AES_KEY", "short"),
        ("DOORSTEP_WECHAT_ENCRYPTION", "compatible"),
        ("DOORSTEP_WECHAT_PERSONAL_DATA", "link"),
        ("DOORSTEP_WECHAT_NOTICE_FIELDS", "事项"),
    ],
)
def test_a_wrong_setting_of_wechat_is_named(setting: str, value: str, tmp_path: Path) -> None:
    env = {"DOORSTEP_VAR": str(tmp_path), **WECHAT}
    assert Config.from_env(env, NOW).wechat.mode == "customer_service"
    with pytest.raises(ConfigError) as raised:
        Config.from_env(env | {setting: value}, NOW)
    assert setting in raised.value.faults[0]


def test_an_account_that_may_only_answer_needs_no_secret(tmp_path: Path) -> None:
    env = {"DOORSTEP_VAR": str(tmp_path), **WECHAT, "DOORSTEP_WECHAT_SECRET": ""}
    found = Config.from_env(env | {"DOORSTEP_WECHAT_MODE": "passive"}, NOW)
    assert found.wechat.encryption == "plain"
    keyed = Config.from_env(
        env | {"DOORSTEP_WECHAT_MODE": "passive", "DOORSTEP_WECHAT_AES_KEY": "A" * 43}, NOW
    )
    assert keyed.wechat.encryption == "encrypted"
