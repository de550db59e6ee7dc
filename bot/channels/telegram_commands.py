"""The commands in Telegram's menu, in the languages that it can tell apart."""

from collections.abc import Callable, Iterator

from bot.i18n import Text, Translator, _

COMMANDS: tuple[tuple[str, Text], ...] = (
    ("start", _("Start")),
    ("policy", _("Ask about the certificate")),
    ("book", _("Book a home visit")),
    ("status", _("Check an application")),
    ("feedback", _("Feedback or complaint")),
    ("mine", _("My bookings")),
    ("human", _("Talk to a person")),
    ("language", _("Change the language")),
    ("preferences", _("Preferences")),
    ("back", _("One question back")),
    ("cancel", _("Stop, nothing is sent")),
    ("repeat", _("Say it again")),
    ("menu", _("Main menu")),
    ("help", _("Help")),
)

_SHOWN_TO = {"": "zh_Hans", "zh": "zh_Hans", "en": "en"}
"""Telegram's language: ours. Its 'zh' covers every kind of Chinese, and '' is everybody else."""


def menus(translate: Callable[[str], Translator]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Telegram's language code, and the commands with their descriptions."""
    for code, language in _SHOWN_TO.items():
        spoken = translate(language)
        yield code, [(name, text.to(spoken)) for name, text in COMMANDS]
