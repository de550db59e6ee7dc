"""Small tests that guard the whole house: translated, documented, in its place, guarded."""

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot import content
from bot.config import Config
from bot.i18n import LANGUAGES, LOCALES, translator
from bot.known import CONTENT
from bot.logs import FIELDS
from bot.services import Services, Turn, UseCase
from bot.storage.db import Database
from handlers import HANDLERS
from tests import visit_factories

ROOT = Path(__file__).parent.parent
KEYWORDS = {"_": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
FIELD = re.compile(r"\{\w+\}")
LONGEST_FILE = 300


def extracted() -> set[str]:
    found: set[str] = set()
    for folder in ("bot", "handlers"):
        for _path, _line, message, *_rest in extract_from_dir(
            str(ROOT / folder), METHODS, keywords=KEYWORDS
        ):
            found.add(message[0] if isinstance(message, tuple) else message)
    return found


def catalogue(language: str) -> Catalog:
    with (LOCALES / language / "bot.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_extracted_and_translated(language: str) -> None:
    wanted = extracted()
    there = {
        message.id[0] if isinstance(message.id, tuple) else message.id: message
        for message in catalogue(language)
        if message.id
    }
    assert sorted(wanted - there.keys()) == [], "run make strings"
    assert sorted(there.keys() - wanted) == [], "run make strings"
    untranslated = [key for key, one in there.items() if not one.string or one.fuzzy]
    assert untranslated == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_have_the_same_fields(language: str) -> None:
    for message in catalogue(language):
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        key = message.id[0] if isinstance(message.id, tuple) else message.id
        for string in strings:
            if key:
                assert set(FIELD.findall(key)) == set(FIELD.findall(string)), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_of_questions_are_short(language: str) -> None:
    """Rule C7: at most twelve Han characters; they stand on buttons."""
    spoken = translator(language)
    for flow in HANDLERS.flows:
        for question in flow.questions:
            assert len(question.label.to(spoken)) <= (12 if language != "en" else 24)


def test_every_setting_is_documented() -> None:
    documented = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "bot").glob("config*.py")]
    assert len(sources) > 1
    for name in set(re.findall(r"DOORSTEP_[A-Z_]+[A-Z]\b", "".join(sources))):
        assert f"`{name}`" in documented, name
    assert len(fields(Config)) > 10


def test_no_file_is_too_long() -> None:
    for folder in ("bot", "handlers"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.parent.name != "versions":
                lines = len(path.read_text(encoding="utf-8").splitlines())
                assert lines <= LONGEST_FILE, f"{path.relative_to(ROOT)}: {lines} lines"


def test_every_page_of_the_console_says_in_which_room_it_is() -> None:
    """base.html marks that room's link with aria-current; nobody is in a room before signing in."""
    templates = {
        path.stem: path.read_text(encoding="utf-8")
        for path in (ROOT / "bot" / "web" / "templates").glob("*.html")
    }
    rooms = set(re.findall(r'room\("(\w+)"', templates["base"]))
    pages = {name for name, page in templates.items() if page.startswith('{% extends "base.html"')}
    assert len(pages) > 40
    for name in pages - {"sign_in", "code", "error"}:
        section = re.search(r'{% set section = "(\w+)" %}', templates[name])
        assert section and section[1] in rooms, name


def test_every_field_that_is_logged_is_let_through() -> None:
    """What is not in FIELDS is left out in silence: a line would not say what broke."""
    logged = {
        name
        for path in (ROOT / "bot").rglob("*.py")
        for fields in re.findall(r"extra=\{([^}]*)\}", path.read_text(encoding="utf-8"))
        for name in re.findall(r'"(\w+)":', fields)
    }
    assert "part" in logged
    assert logged <= set(FIELDS)


def test_content_keeps_its_promises() -> None:
    pack = content.load(CONTENT)
    assert len(pack.articles("zh_Hans")) >= 25
    for language in LANGUAGES[1:]:
        assert len(pack.articles(language)) >= 10


def test_stored_names_stand_where_they_always_stood() -> None:
    """They are stored in conversations: renaming one loses answers. New ones are added there."""
    kept = yaml.safe_load((ROOT / "tests" / "data" / "stored_names.yaml").read_text("utf-8"))
    keys = {flow.name: [question.key for question in flow.questions] for flow in HANDLERS.flows}
    assert len(kept) > 15
    assert sorted(kept.keys() - keys.keys()) == []
    for flow, stored in kept.items():
        assert sorted(set(stored) - set(keys[flow])) == [], flow


def test_import_rules() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "importlinter.cli", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        run = subprocess.run(
            [Path(sys.executable).parent / "lint-imports", "--no-cache"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert run.returncode == 0, run.stdout


def test_no_commit_names_a_registry_or_a_machine() -> None:
    run = subprocess.run(
        ["git", "grep", "-nE", r"pypi\.org|files\.pythonhosted|registry\.npmjs|/work/(main|\.lib)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in run.stdout.splitlines() if "test_nothing_forgotten" not in line]
    assert lines == []


def test_dependencies_are_pinned_with_hashes() -> None:
    """Promise 26."""
    for name in ("requirements.lock", "requirements-test.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        pinned = re.findall(r"^([\w.-]+(?:\[\w+\])?)==", text, re.MULTILINE)
        assert len(pinned) > 20
        assert text.count("==") <= text.count("--hash=sha256:")
        assert "://" not in text


def test_use_cases_are_what_services_says(sqlite: Database) -> None:
    """Mypy believes the annotation; what is made is named in a string beside it."""

    def looked_at(turn: Turn) -> None:
        for owner in (Services, Turn):
            for name in (name for name, one in vars(owner).items() if isinstance(one, UseCase)):
                made = type(getattr(turn, name)).__name__
                assert owner.__annotations__[name] == f"UseCase[{made}]"

    visit_factories.turn(sqlite, looked_at)


def test_the_console_reads_forms_in_one_way() -> None:
    """`form_of` keeps limits, and can be asked twice; aiohttp's own reads a body only once."""
    readers = {
        path.name
        for path in (ROOT / "bot" / "web").glob("*.py")
        if re.search(r"request\.(post|multipart)\(\)", path.read_text(encoding="utf-8"))
    }
    assert readers == {"forms.py"}
