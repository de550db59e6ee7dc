"""People: what may be shown of them, the kinds of disability, and when two are one person."""

import unicodedata
from enum import StrEnum

import phonenumbers
from phonenumbers import PhoneNumberFormat

from bot.i18n import Text, _

STARS = "****"
SHOWN_OF_ADDRESS = 3
MOBILE_DIGITS = 11
CHINA = 86


class DisabilityKind(StrEnum):
    """The seven kinds for which a certificate is given, in the order of their codes.

    Measures for the Administration of Disability Certificates (2017), Art. 3 and 5.
    """

    VISION = "vision"
    """Seeing: code 1."""
    HEARING = "hearing"
    """Hearing: code 2."""
    SPEECH = "speech"
    """Speech: code 3."""
    PHYSICAL = "physical"
    """Body and movement: code 4."""
    INTELLECTUAL = "intellectual"
    """Learning and understanding: code 5."""
    MENTAL = "mental"
    """Mental illness: code 6."""
    MULTIPLE = "multiple"
    """Two or more of these: code 7."""

    @property
    def code(self) -> int:
        """The 19th digit of the certificate's number."""
        return list(DisabilityKind).index(self) + 1

    @property
    def needs_guardian(self) -> bool:
        """The legal guardian's proof belongs to the application (Measures, Art. 9)."""
        return self in (DisabilityKind.INTELLECTUAL, DisabilityKind.MENTAL)


KIND_NAMES: dict[DisabilityKind, Text] = {
    DisabilityKind.VISION: _("Vision"),
    DisabilityKind.HEARING: _("Hearing"),
    DisabilityKind.SPEECH: _("Speech"),
    DisabilityKind.PHYSICAL: _("Body or movement"),
    DisabilityKind.INTELLECTUAL: _("Intellectual"),
    DisabilityKind.MENTAL: _("Mental"),
    DisabilityKind.MULTIPLE: _("Several of these"),
}
"""As they are offered and shown."""


def mask_name(name: str) -> str:
    """'张**': the first character, a star for each other."""
    return name[:1] + "*" * max(len(name.strip()) - 1, 1)


def phone_to_read(number: str) -> str:
    """In groups, as people read it out (rule C13): '138 0013 8000', '020 8318 8888'."""
    parsed = phonenumbers.parse(number, "CN")
    chinese = parsed.country_code == CHINA
    kind = PhoneNumberFormat.NATIONAL if chinese else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, kind)


def mask_phone(number: str) -> str:
    """'138****8000' for '+8613800138000'; an area code keeps its zero, a foreign number its +."""
    shown = number
    if number.startswith("+86"):
        national = number.removeprefix("+86")
        mobile = len(national) == MOBILE_DIGITS and national.startswith("1")
        shown = national if mobile else f"0{national}"
    head = 4 if shown.startswith("+") else 3
    return f"{shown[:head]}{STARS}{shown[-4:]}" if len(shown) >= head + 6 else STARS


def mask_id(number: str) -> str:
    """'4401**********1234'."""
    return f"{number[:4]}{'*' * max(len(number) - 8, 4)}{number[-4:]}"


def mask_address(words: str) -> str:
    """'多宝路****': enough to know one's own again, too little to find the door."""
    shown = SHOWN_OF_ADDRESS if len(words) > 2 * SHOWN_OF_ADDRESS else 1
    return f"{words[:shown]}{STARS}"


def person_key_parts(name: str, phone: str, id_number: str = "") -> tuple[str, ...]:
    """What makes one person: the identity number, else the name with the phone.

    Only ever hashed with a key (Vault.finding('person', ...)), never stored.
    """
    if id_number:
        return ("id", id_number.upper())
    plain = "".join(unicodedata.normalize("NFKC", name).split()).casefold()
    return ("name", plain, phone)
