"""The personal list of papers and steps; nothing of it is stored."""

from collections.abc import Mapping
from urllib.parse import urlencode

PAGE = "/checklist"


def page(answers: Mapping[str, str], language: str) -> str:
    """The path of the page to print; the answers name nobody."""
    return f"{PAGE}?{urlencode({**answers, 'language': language})}"
