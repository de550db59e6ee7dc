"""The commands of `doorstep`, each run as its user runs it."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


class Shell:
    """One folder for data; no settings but what a test gives."""

    def __init__(self, var: Path) -> None:
        self.var = var

    def __call__(
        self, *words: str, typed: str = "", **settings: str
    ) -> subprocess.CompletedProcess[str]:
        clean = {
            name: value for name, value in os.environ.items() if not name.startswith("DOORSTEP_")
        }
        return subprocess.run(
            [sys.executable, "-m", "bot", *words],
            input=typed,
            env={**clean, "DOORSTEP_VAR": str(self.var), **settings},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "var")


def test_ask_prints_an_answer_as_a_resident_reads_it(shell: Shell) -> None:
    asked = shell("ask", "残疾人证有什么用？")
    assert asked.returncode == 0
    assert "出处" in asked.stdout
    assert not (shell.var / "doorstep.db").exists()  # it needs no database


def test_ask_says_when_it_does_not_know(shell: Shell) -> None:
    answered = json.loads(shell("ask", "--json", "明天会下雨吗").stdout)
    assert answered["answer_id"] is None
    assert 0 <= answered["confidence"] < 1


def test_a_batch_is_one_object_a_line_in_order(shell: Shell) -> None:
    questions = ["残疾证丢了怎么补办？", "", "How do I replace a lost certificate?", "今晚吃什么"]
    asked = shell("ask", "--batch", "--json", typed="\n".join(questions) + "\n")
    answered = [json.loads(line) for line in asked.stdout.splitlines()]
    assert [one["question"] for one in answered] == questions
    assert [one["answer_id"] for one in answered] == ["manage.lost", None, "manage.lost", None]
    assert [one["language"] for one in answered][2] == "en"
    for one in answered:
        assert set(one) == {"question", "answer_id", "confidence", "alternatives", "language"}


def test_chat_is_a_transcript_through_a_pipe(shell: Shell) -> None:
    talk = shell("chat", "--language", "en", typed="/start\nhuman\n")
    assert talk.returncode == 0, talk.stderr
    assert "Doorstep" in talk.stdout
    assert "I have told the staff" in talk.stdout


def test_what_is_kept_of_a_chat_is_exported_and_erased(shell: Shell) -> None:
    shell("chat", "--user", "anna", typed="/feedback\n电梯坏了\n")
    exported = shell("export", "terminal", "anna")
    assert exported.returncode == 0, exported.stderr
    assert "电梯坏了" in json.dumps(json.loads(exported.stdout), ensure_ascii=False)
    assert shell("erase", "terminal", "anna").stdout == "Erased.\n"
    gone = shell("export", "terminal", "anna")
    assert (gone.returncode, gone.stderr) == (1, "There is no such chat.\n")


def test_staff_are_added_reset_listed_and_deactivated(shell: Shell) -> None:
    added = shell("staff", "add", "wang", "--role", "supervisor", "--region", "440103")
    assert added.stdout.startswith("wang: one-time password ")
    assert shell("staff", "add", "wang").returncode == 1
    assert shell("staff", "reset", "wang").stdout != added.stdout
    assert "wang\tsupervisor\t440103" in shell("staff", "list").stdout
    assert shell("staff", "deactivate", "wang").stdout == "Deactivated.\n"
    assert shell("staff", "deactivate", "nobody").returncode == 1


def test_keys_are_made_listed_and_rotated(shell: Shell) -> None:
    shell("chat", typed="/start\n")
    old = (shell.var / "keys").read_text(encoding="ascii").split()[0]
    new = shell("keys", "new").stdout.strip()
    assert len(base64.b64decode(new)) == 32
    both = f"{new},{old}"
    assert len(shell("keys", "list", DOORSTEP_KEYS=both).stdout.splitlines()) == 2
    rotated = shell("keys", "rotate", DOORSTEP_KEYS=both)
    assert "sealed anew" in rotated.stdout
    assert shell("export", "terminal", "me", DOORSTEP_KEYS=both).returncode == 0


def test_the_database_is_migrated_and_looked_at(shell: Shell) -> None:
    assert "stands at revision" in shell("migrate").stdout
    looked = shell("doctor")
    assert (looked.returncode, looked.stderr) == (0, "")
    document = json.loads(shell("openapi").stdout)
    assert document["openapi"].startswith("3.")


def test_an_import_is_all_or_nothing(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "applications.csv"
    file.write_text("number,procedure,region,stage,name,last4\nXX,first,44,nowhere,,1\n")
    faulty = shell("import", "applications", str(file))
    assert faulty.returncode == 1
    assert faulty.stderr.endswith("Nothing was imported.\n")
    missing = shell("import", "applications", str(tmp_path / "none.csv"))
    assert missing.returncode == 1
    assert "none.csv" in missing.stderr


def test_what_is_not_there_is_named(shell: Shell) -> None:
    unknown = shell("bench", "nothing")
    assert unknown.returncode == 2
    assert "There is no benchmark nothing" in unknown.stderr


def test_content_is_checked(shell: Shell) -> None:
    checked = shell("content", "check")
    assert (checked.returncode, checked.stdout) == (0, "123 answers, 0 faults.\n")
