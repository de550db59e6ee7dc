"""Questions that are nearly the same, together."""

from collections.abc import Sequence

from bot.understanding.index import grams

ALIKE = 0.5
"""Share of grams in common (Dice) from which two questions are nearly the same."""


def groups(texts: Sequence[str]) -> list[list[int]]:
    """Places of alike texts; each joins the first group whose first text is like it."""
    leaders: list[frozenset[str]] = []
    found: list[list[int]] = []
    for at, text in enumerate(texts):
        own = frozenset(grams(text))
        for leader, group in zip(leaders, found, strict=True):
            if own and 2 * len(own & leader) >= ALIKE * (len(own) + len(leader)):
                group.append(at)
                break
        else:
            leaders.append(own)
            found.append([at])
    return found
