"""Extract every sentence into locales/bot.pot and bring the three catalogues up to date.

English message ids are English sentences: the English catalogue is filled by itself.
"""

import subprocess
import sys
from pathlib import Path

from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
LOCALES = ROOT / "locales"
LANGUAGES = ("zh_Hans", "zh_Hant", "en")


def babel(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "babel.messages.frontend", *arguments], check=True)


def main() -> None:
    pot = LOCALES / "bot.pot"
    babel(
        "extract", "-F", str(LOCALES / "babel.cfg"), "-k", "_", "-k", "ngettext:1,2",
        "--sort-output", "--no-location", "--omit-header", "-o", str(pot), "bot", "handlers",
    )  # fmt: skip
    for language in LANGUAGES:
        catalogue = LOCALES / language / "bot.po"
        catalogue.parent.mkdir(parents=True, exist_ok=True)
        verb = "update" if catalogue.exists() else "init"
        extra = ("--no-fuzzy-matching", "--ignore-obsolete") if verb == "update" else ()
        babel(verb, "-i", str(pot), "-o", str(catalogue), "-l", language, *extra)
    english = LOCALES / "en" / "bot.po"
    with english.open("rb") as file:
        messages = read_po(file, locale="en")
    for message in messages:
        if message.id:
            message.string = message.id
            message.flags.discard("fuzzy")
    with english.open("wb") as file:
        write_po(file, messages, sort_output=True, omit_header=False)


if __name__ == "__main__":
    main()
