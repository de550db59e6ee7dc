"""The keys of the console, for the page that lists them; static/shortcuts.js acts on them.

An element with `data-key="x"` is pressed (a link, a button) or gets the focus (a field) by that
key; with "g q" by two keys in turn. The sheet behind '?' lists what the page at hand has.
"""

from bot.i18n import Text, _

SHORTCUTS: tuple[tuple[str, Text], ...] = (
    ("?", _("Shortcuts on this page")),
    ("j", _("Next line of a list")),
    ("k", _("Line before")),
    ("Enter", _("Open that line")),
    ("/", _("To the search or the filter")),
    ("n", _("Next item")),
    ("t", _("Take it")),
    ("b", _("Give it back")),
    ("r", _("To the reply")),
    ("Ctrl Enter", _("Send the reply")),
    ("Alt Shift R", _("To the reply")),
    ("Alt Shift Q", _("Queue")),
    ("g q", _("Queue")),
    ("g a", _("Answers")),
    ("g s", _("Said and done")),
    ("g u", _("Undelivered")),
    ("g n", _("Numbers")),
    ("g p", _("People")),
    ("g l", _("Audit log")),
    ("g m", _("My account")),
    ("g r", _("Show the changes")),
)
