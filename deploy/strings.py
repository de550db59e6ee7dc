"""Extract every sentence into locales/bot.pot and bring the three catalogues up to date.

English message ids are English sentences: the English catalogue is filled by itself.
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
LOCALES = ROOT / "locales"
LANGUAGES = ("zh_Hans", "zh_Hant", "en")
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
KEYWORDS = {"_": None, "ngettext": (1, 2)}
HEADER = """# Doorstep 上门办: what it says. How to change it: CONTRIBUTING.md
msgid ""
msgstr ""
"Language: {}\\n"
"Plural-Forms: {}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def extracted() -> Catalog:
    template = Catalog()
    for folder in ("bot", "handlers"):
        for found in extract_from_dir(ROOT / folder, METHODS, keywords=KEYWORDS):
            template.add(found[2])
    return template


def updated(language: str, template: Catalog) -> Catalog:
    """That language's catalogue with exactly the template's sentences."""
    path = LOCALES / language / "bot.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    catalogue.update(template, no_fuzzy_matching=True)
    for message in catalogue:
        if message.id and language == "en":
            message.string = message.id
    return catalogue


def write(path: Path, catalogue: Catalog) -> None:
    """Without dates and addresses: a catalogue changes when its words change."""
    with path.open("wb") as file:
        file.write(
            HEADER.format(catalogue.locale_identifier or "", catalogue.plural_forms).encode()
        )
        write_po(file, catalogue, sort_output=True, omit_header=True, ignore_obsolete=True)


def main() -> int:
    template = extracted()
    missing = 0
    for language in LANGUAGES:
        catalogue = updated(language, template)
        for message in catalogue:
            if message.id and not message.string:
                missing += 1
                print(f"{language}: {message.id}")
        write(LOCALES / language / "bot.po", catalogue)
    write(LOCALES / "bot.pot", template)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
