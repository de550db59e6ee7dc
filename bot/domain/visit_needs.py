"""What is asked for a visit: for what and for whom, how to call, what help at the door.

Who may have one: Measures for the Administration of Disability Certificates (2017), Art. 11, and
content/, answers 'home.who' and 'home.what'. Keys are stored: never renamed, never reused.
"""

from datetime import date
from enum import StrEnum

from bot.i18n import Text, _

CHILD = 14
"""Younger than that, a guardian must agree for the child (PIPL Art. 31)."""
MAJORITY = 18
"""Civil Code, Art. 17."""


class Travel(StrEnum):
    """Whoever can travel to an assessment is not visited at home."""

    CANNOT = "cannot"
    """Because of age, illness or a disability; which of them is not asked."""
    UNSURE = "unsure"
    """Staff look at it."""
    CAN = "can"


class Purpose(StrEnum):
    """What the assessment is for."""

    FIRST = "first"
    """The first certificate (Art. 9)."""
    RENEW = "renew"
    """After ten years (Art. 19); not everywhere with an assessment."""
    CHANGE = "change"
    """Another kind or level (Art. 22)."""


class Residence(StrEnum):
    """Who is in charge: the household's county, or that of the residence permit (跨省通办)."""

    HERE = "here"
    """Household registered where the person lives."""
    PROVINCE = "province"
    """Registered elsewhere in Guangdong."""
    PERMIT = "permit"
    """Registered outside, with a residence permit of Guangdong."""
    AWAY = "away"
    """Neither: their own province is in charge."""


class ForWhom(StrEnum):
    """The person to be visited, as the one who writes would say it."""

    ME = "me"
    PARENT = "parent"
    PARTNER = "partner"
    CHILD = "child"
    """Under 14: the guardian agrees for them."""
    GROWN_CHILD = "grown_child"
    """14 or older."""
    SOMEONE_ELSE = "someone_else"


class Call(StrEnum):
    """How and when the team reaches somebody."""

    ANY = "any"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    """Until 20:00."""
    TEXT = "text"
    """Never by voice: deaf people, and whoever does not speak on the phone."""


class Need(StrEnum):
    """What the team must bring or know to be of use at the door."""

    SIGN = "sign"
    """An interpreter of sign language."""
    DIALECT = "dialect"
    """Somebody who speaks the person's dialect or language."""
    VENTILATOR = "ventilator"
    """Or other machines that must keep running: makes the wish urgent."""
    COMPANION = "companion"
    """Somebody must be with the person: the team must not come when they are out."""
    CALM = "calm"
    """Strangers frighten the person: few people, quiet voices."""


class Door(StrEnum):
    """What the team should know of the way to the door."""

    LIFT = "lift"
    STAIRS = "stairs"
    """No lift."""
    DOG = "dog"
    HARD_TO_FIND = "hard_to_find"
    """Please call from the street."""


TRAVELS: dict[Travel, Text] = {
    Travel.CANNOT: _("No, it is not possible"),
    Travel.CAN: _("Yes, with or without help"),
    Travel.UNSURE: _("Not sure"),
}
PURPOSES: dict[Purpose, Text] = {
    Purpose.FIRST: _("A first certificate"),
    Purpose.RENEW: _("A new one after ten years"),
    Purpose.CHANGE: _("Another kind or level"),
}
RESIDENCES: dict[Residence, Text] = {
    Residence.HERE: _("Where the person lives"),
    Residence.PROVINCE: _("Elsewhere in Guangdong"),
    Residence.PERMIT: _("Outside, with a permit"),
    Residence.AWAY: _("Outside, without a permit"),
}
FOR_WHOM: dict[ForWhom, Text] = {
    ForWhom.ME: _("Me"),
    ForWhom.PARENT: _("A parent or grandparent"),
    ForWhom.PARTNER: _("Husband or wife"),
    ForWhom.CHILD: _("A child under 14"),
    ForWhom.GROWN_CHILD: _("A son or daughter over 14"),
    ForWhom.SOMEONE_ELSE: _("Someone else"),
}
CALLS: dict[Call, Text] = {
    Call.ANY: _("Call at any time"),
    Call.MORNING: _("Call in the morning"),
    Call.AFTERNOON: _("Call in the afternoon"),
    Call.EVENING: _("Call in the evening"),
    Call.TEXT: _("Text only, no calls"),
}
NEEDS: dict[Need, Text] = {
    Need.SIGN: _("Sign language"),
    Need.DIALECT: _("Dialect interpreter"),
    Need.VENTILATOR: _("Ventilator or machine"),
    Need.COMPANION: _("Someone must be there"),
    Need.CALM: _("Afraid of strangers"),
}
DOORS: dict[Door, Text] = {
    Door.LIFT: _("There is a lift"),
    Door.STAIRS: _("Stairs only"),
    Door.DOG: _("There is a dog"),
    Door.HARD_TO_FIND: _("Hard to find"),
}


def born(id_number: str) -> date | None:
    """The birthday in an identity number of 18 characters; None where there is none."""
    try:
        return date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))
    except ValueError:
        return None


def age_of(id_number: str, today: date) -> int | None:
    """In full years; None without a number."""
    birthday = born(id_number)
    if birthday is None:
        return None
    before = (today.month, today.day) < (birthday.month, birthday.day)
    return today.year - birthday.year - before
