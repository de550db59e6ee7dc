"""Resident identity numbers (GB 11643): their check character and the birthday in them."""

import re

from stdnum.cn import ric
from stdnum.exceptions import InvalidChecksum, InvalidFormat


def check_identity_number(number: str) -> None:
    """Raises InvalidFormat, InvalidChecksum, or InvalidComponent where the birthday is no date.

    The place in it is not judged: the library's list does not know the counties of former years.
    """
    if not re.fullmatch(r"\d{17}[0-9X]", number, re.ASCII):
        raise InvalidFormat
    if number[-1] != ric.calc_check_digit(number):
        raise InvalidChecksum
    ric.get_birth_date(number)
