"""Reference numbers that can be read aloud: groups of four, nothing that looks like another.

The alphabet has 31 characters, a prime: with position weights the last character finds every
single wrong one and every two that changed places (rule C13).
"""

import re
import secrets
import unicodedata

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0 and O, 1, I and L."""
GROUP = 4
MOST_GROUPS = 5
"""20 characters: as many as the tables hold, and fewer than there are weights."""
APPLICATION_GROUPS = 5
"""18 random characters are 89 bits: nobody guesses another's application."""

_JOINED = r"[A-Z0-9]+(?:[-‐-―_.]+[A-Z0-9]+)*"
"""Characters that hyphens hold together belong together."""

BOOKING = "B"
APPLICATION = "A"
FEEDBACK = "F"


def new_reference(prefix: str, groups: int = 2) -> str:
    """Like 'B7K2-9QXM': `prefix`, random characters, one to check them.

    Two groups hold 29 random bits, each further one 20 more. At least one is a digit, so that
    no number is a word. Raises ValueError for a prefix that may not stand in a number.
    """
    if not prefix or any(character not in ALPHABET for character in prefix):
        raise ValueError(f"the prefix {prefix!r} holds a character that is easily misread")
    size = groups * GROUP - len(prefix) - 1
    if size < 1 or groups > MOST_GROUPS:
        raise ValueError(f"{groups} groups do not hold prefix, random part and check")
    while True:
        body = prefix + "".join(secrets.choice(ALPHABET) for _at in range(size))
        if _has_digit(reference := body + check_character(body)):
            return in_groups(reference)


def check_character(body: str) -> str:
    """The last character, which makes the weighted sum a multiple of 31."""
    weight = len(body) + 1
    total = _weighted(body)
    inverse = pow(weight, -1, len(ALPHABET))
    return ALPHABET[-total * inverse % len(ALPHABET)]


def read_reference(text: str, prefix: str = "", groups: int = 0) -> str | None:
    """The one reference in what somebody typed, as `new_reference` writes it; else None.

    Small letters, full width, spaces, missing hyphens and words around it do not matter. With
    `groups` it is of just that length: part of a longer one with a slip is not taken for it.
    """
    words = [re.sub(r"[^A-Z0-9]", "", word) for word in re.findall(_JOINED, _plain(text))]
    found: set[str] = set()
    for start in range(len(words)):
        joined = ""
        for word in words[start:]:
            joined += word
            if len(joined) > MOST_GROUPS * GROUP:
                break
            fits = not groups or len(joined) == groups * GROUP
            if fits and joined.startswith(prefix) and _is_reference(joined):
                found.add(joined)
    longest = [one for one in found if not any(one != other and one in other for other in found)]
    return in_groups(longest[0]) if len(longest) == 1 else None


def looks_like_reference(text: str) -> bool:
    """Somebody tried to type a number: letters and digits together, nearly long enough."""
    joined = "".join(re.findall(r"[A-Z0-9]+", _plain(text)))
    return len(joined) >= GROUP and _has_digit(joined)


def in_groups(reference: str) -> str:
    return "-".join(reference[at : at + GROUP] for at in range(0, len(reference), GROUP))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).upper()


def _has_digit(reference: str) -> bool:
    return any(character.isdecimal() for character in reference)


def _is_reference(joined: str) -> bool:
    return (
        len(joined) >= 2 * GROUP
        and len(joined) % GROUP == 0
        and all(character in ALPHABET for character in joined)
        and _has_digit(joined)
        and _weighted(joined) % len(ALPHABET) == 0
    )


def _weighted(characters: str) -> int:
    return sum(at * ALPHABET.index(one) for at, one in enumerate(characters, start=1))
