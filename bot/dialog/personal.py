"""What people are called and reached by, as answers: read kindly, shown masked."""

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat
from stdnum.exceptions import InvalidComponent, ValidationError

from bot.dialog.question import (
    Asked,
    Expect,
    Heard,
    Reading,
    Refused,
    Unclear,
    Understood,
)
from bot.domain.identity import check_identity_number
from bot.domain.people import mask_id, mask_phone
from bot.i18n import Text, _, verbatim
from bot.messages import Kind

EXAMPLE_ID = "11010519491231002X"
"""The example of the standard itself (GB 11643): nobody's number."""
ID_LENGTH = 18
LONGEST_NAME = 40
FEWEST_ID_DIGITS = 6
"""Fewer are no attempt at an identity number."""
MOBILE_DIGITS = 11

_NO_NAME = frozenset("不吗么啥哪谁呢?!。,;:@#")
"""Characters of questions and sentences, not of names."""
_RELATIVE = (
    "妈妈?|媽媽?|母亲|母親|爸爸?|父亲|父親|老爸|老妈|老媽|爷爷|爺爺|奶奶|外公|外婆|公公|婆婆|阿公|阿婆|阿爸"
    "|阿妈|阿媽|老婆|老公|妻子|丈夫|太太|先生|儿子|兒子|女儿|女兒|仔|女|孩子|哥哥?|姐姐?|弟弟?|妹妹?"
)
_WHOSE = f"我|他|她|佢|您|老人家?|本人|病人|孩子|小孩|(?:[我他她佢]?的?|阿)(?:{_RELATIVE})"
_BEFORE_A_NAME = re.compile(
    rf"^(?:(?:{_WHOSE})?姓.{{1,2}}[,、 ]*(?:名字)?(?:叫做|叫|名)"
    rf"|(?:{_WHOSE})?的?(?:名字|全名|姓名)?(?:叫做|叫|是|系|姓(?!名))"
    rf"|[我他她佢]的?(?:{_RELATIVE})|名字|姓名"
    r"|(?:my|his|her|the)? ?(?:full |mother's |father's )?name is"
    r"|(?:my (?:mother|father|mum|mom|dad|wife|husband|son|daughter)|she|he|i)(?: is|'s|'m| am)"
    r"(?: called| named)?)[\s:,]*",
    re.IGNORECASE,
)
_AFTER_A_NAME = re.compile(r"(?:先生|女士|小姐)?[。.,!、 ]*$")
_SPOKEN_DIGITS = re.compile(r"[零〇○一幺二两三四五六七八九\d\s-]{7,}")
_DIGITS = str.maketrans("零〇○一幺二两三四五六七八九", "00011223456789")


def half_width(text: str) -> str:
    """Full-width signs as usual ones; digits that were spoken one by one, '一三八…', as digits."""
    narrow = unicodedata.normalize("NFKC", text).strip()
    return _SPOKEN_DIGITS.sub(lambda found: found.group().translate(_DIGITS), narrow)


@dataclass(frozen=True, slots=True)
class PersonName(Expect[str]):
    """A person's full name, Chinese or any other; shown whole, so that a slip is seen."""

    takes_anything = True

    def read(self, heard: Heard, asked: Asked) -> Reading[str]:
        said = _AFTER_A_NAME.sub("", half_width(heard.text))
        name = " ".join(_BEFORE_A_NAME.sub("", said).split())
        if not name or any(character in _NO_NAME for character in name):
            return Unclear()
        if any(character.isdecimal() for character in name):
            return Refused(
                _("A name has no digits. Please write it as on the identity card: 陈小明.")
            )
        if not all(character.isalpha() or character in " ·•.'-" for character in name):
            return Refused(
                _("I can only read letters in a name. Please write just the name: 陈小明.")
            )
        if len(name) == 1:
            return Refused(_("That is one character only. Please write the full name: 陈小明."))
        if len(name) > LONGEST_NAME:
            return Refused(_("That is too long for a name. Please write just the name: 陈小明."))
        return Understood(name)

    def show(self, value: str) -> Text:
        return verbatim(value)


@dataclass(frozen=True, slots=True)
class Phone(Expect[str]):
    """A number to call: mobile, landline with its area code, or foreign with +. E.164."""

    takes_anything = True
    takes = frozenset({Kind.CONTACT})

    def read(self, heard: Heard, asked: Asked) -> Reading[str]:
        typed = half_width(heard.text)
        digits = [character for character in typed if character.isdecimal()]
        if not digits and heard.kind is Kind.TEXT:
            return Unclear()
        number = _number_in(typed)
        if number is None and heard.kind is Kind.CONTACT:
            number = _number_in(f"+{typed.lstrip('+')}")
        if number is not None:
            return Understood(phonenumbers.format_number(number, PhoneNumberFormat.E164))
        return Refused(_phone_advice(typed, len(digits)))

    def show(self, value: str) -> Text:
        return verbatim(mask_phone(value))


def _number_in(typed: str) -> PhoneNumber | None:
    """The number that is all of it, or the first one between other words."""
    try:
        number = phonenumbers.parse(typed, "CN")
    except phonenumbers.NumberParseException:
        number = None
    if number is not None and phonenumbers.is_valid_number(number):
        return number
    matches = iter(phonenumbers.PhoneNumberMatcher(typed, "CN"))
    found = next(matches, None)
    return found.number if found else None


def _phone_advice(typed: str, digits: int) -> Text:
    if typed.startswith("+") and not typed.startswith("+86"):
        return _(
            "This number from abroad is not complete, or has a digit too many. "
            "Please send it with + and the country, for example +852 2345 6789."
        )
    if re.match(r"\D*1", typed) and digits != MOBILE_DIGITS:
        return _(
            "A mobile number has 11 digits; this one has {count}. "
            "Please send it again, for example 138 0013 8000."
        ).fill(count=digits)
    if re.match(r"\D*1", typed):
        return _(
            "No mobile number begins like this one. "
            "Please check it and send it again, for example 138 0013 8000."
        )
    return _(
        "I cannot call this number as it stands. A landline needs its area code, for example "
        "020 8318 8888. A number from abroad begins with +, for example +852 2345 6789."
    )


@dataclass(frozen=True, slots=True)
class IdNumber(Expect[str]):
    """A resident identity number of 18 characters (GB 11643); always shown masked."""

    takes_anything = True

    def read(self, heard: Heard, asked: Asked) -> Reading[str]:
        typed = re.sub(r"[^0-9A-Z]", "", half_width(heard.text).upper())
        if sum(character.isdecimal() for character in typed) < FEWEST_ID_DIGITS:
            return Unclear()
        found = re.search(r"\d{17}[0-9X]", typed)
        if found is None and len(typed) == ID_LENGTH:
            return Refused(
                _(
                    "There is a letter where a digit belongs; only the last one may be an X. "
                    "Please compare it with the card, for example {example}."
                ).fill(example=EXAMPLE_ID)
            )
        if found is None or len(re.sub(r"[A-WYZ]", "", typed)) != ID_LENGTH:
            return Refused(
                _(
                    "An identity number has 18 characters; this one has {count}. "
                    "Please copy it from the card, for example {example}."
                ).fill(count=len(typed), example=EXAMPLE_ID)
            )
        return _checked(found.group())

    def show(self, value: str) -> Text:
        return verbatim(mask_id(value))


def _checked(number: str) -> Reading[str]:
    try:
        check_identity_number(number)
    except InvalidComponent:
        return Refused(
            _(
                "Digits 7 to 14 should be the birthday, and this is no date. "
                "Please compare with the card, for example {example}."
            ).fill(example=EXAMPLE_ID)
        )
    except ValidationError:
        return Refused(
            _(
                "One character does not fit the others. "
                "Please compare it with the card, for example {example}."
            ).fill(example=EXAMPLE_ID)
        )
    return Understood(number)


@dataclass(frozen=True, slots=True)
class LastFour(Expect[str]):
    """The last four characters of an identity number. Of a whole number only those are kept."""

    takes_anything = True

    def read(self, heard: Heard, asked: Asked) -> Reading[str]:
        typed = re.sub(r"[^0-9A-Z]", "", half_width(heard.text).upper())
        if not any(character.isdecimal() for character in typed):
            return Unclear()
        if re.fullmatch(r"(?:\d{14})?\d{3}[0-9X]", typed):
            return Understood(typed[-4:])
        return Refused(
            _(
                "I need exactly the last four characters of the identity number. "
                "The last one may be an X, for example 002X."
            )
        )

    def show(self, value: str) -> Text:
        return verbatim("****")
