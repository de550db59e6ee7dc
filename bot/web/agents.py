"""A browser's name for the list of sessions: enough to tell one's own, and no more."""

BROWSERS = (
    ("Edg", "Edge"),
    ("MicroMessenger", "WeChat"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def agent_name(header: str) -> str:
    """'Chrome, Windows'; '' for what is not known."""
    known = [
        next((name for part, name in names if part in header), "") for names in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(filter(None, known))
