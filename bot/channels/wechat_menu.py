"""The menu under the account's chat: what most people come for, one tap each.

Names of at most five characters make sense alone (rule X4). It is in Chinese: the platform no
longer tells menus apart by language.
"""

from typing import Any

from bot.i18n import Text, Translator, _

BUTTONS: tuple[tuple[str, Text], ...] = (
    ("policy", _("Ask about it")),
    ("book", _("Book a visit")),
    ("mine", _("My matters")),
)


def menu(spoken: Translator) -> dict[str, Any]:
    """The body of menu/create; a key comes back in the event CLICK."""
    return {
        "button": [{"type": "click", "name": name.to(spoken), "key": key} for key, name in BUTTONS]
    }
