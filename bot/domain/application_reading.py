"""The words that another system or a spreadsheet uses for an application, read into a Row."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

from bot.domain.application_rows import FIELDS, LONGEST, BadRow, Row
from bot.domain.references import APPLICATION, APPLICATION_GROUPS, read_reference
from bot.domain.regions import Regions
from bot.domain.stages import WAY_NAMES, StageBook, plainly
from bot.i18n import GUANGDONG, Text, _

_LAST_FOUR = re.compile(r"(?:\d{14})?(\d{3}[0-9X])")


def read_row(
    values: Mapping[str, str],
    line: int,
    book: StageBook,
    regions: Regions,
    now: datetime,
    *,
    may_be_unnumbered: bool = False,
) -> Row:
    """Names in any of our languages are understood as well as stored words. Raises BadRow."""
    said = {name: unicodedata.normalize("NFKC", values.get(name, "")).strip() for name in FIELDS}
    faults: dict[str, Text] = {}
    number = _number(said["number"], faults)
    if not (said["number"] or said["outside"] or may_be_unnumbered):
        faults["number"] = _(
            "There is neither our number nor the number of your own system. One of them is needed."
        )
    stage = book.stage_named.get(plainly(said["stage"]))
    if stage is None:
        faults["stage"] = _("The stage '{said}' is not known. For example: 公示中 or notice.").fill(
            said=_short(said["stage"])
        )
    procedure = book.procedure_named.get(plainly(said["procedure"]))
    if said["procedure"] and procedure is None:
        faults["procedure"] = _(
            "The procedure '{said}' is not known. For example: 首次申领 or first."
        ).fill(said=_short(said["procedure"]))
    way = WAY_NAMES.get(plainly(said["way"]))
    if said["way"] and way is None:
        faults["way"] = _("The way '{said}' is not known. Write local or cross.").fill(
            said=_short(said["way"])
        )
    region = _region(said["region"], regions, faults)
    last4 = _last_four(said["last4"], faults)
    at = _moment(said["at"], now, faults)
    for name, longest in LONGEST.items():
        if len(said[name]) > longest:
            faults[name] = _("'{said}' is longer than {count} characters. Please shorten it.").fill(
                said=_short(said[name]), count=longest
            )
    if faults or stage is None:
        raise BadRow(faults)
    return Row(
        line=line,
        number=number,
        outside=said["outside"],
        procedure=procedure,
        way=way,
        region=region,
        stage=stage,
        name=said["name"],
        last4=last4,
        phone=said["phone"],
        missing=said["missing"],
        at=at,
    )


def _number(said: str, faults: dict[str, Text]) -> str:
    if not said:
        return ""
    number = read_reference(said, APPLICATION, APPLICATION_GROUPS)
    if number is None:
        faults["number"] = _(
            "'{said}' is not one of our numbers: a character is missing or different."
        ).fill(said=_short(said))
    return number or ""


def _region(said: str, regions: Regions, faults: dict[str, Text]) -> str:
    """A code, or a name that only one place has."""
    if not said or said in regions.by_code:
        return said
    found = _place(said, regions)
    if found:
        return found
    faults["region"] = _(
        "The place '{said}' is not known, or there are several. Write its code, or city and street."
    ).fill(said=_short(said))
    return ""


@lru_cache(maxsize=2048)
def _place(said: str, regions: Regions) -> str:
    """The code of the only place of that name; a spreadsheet repeats few of them very often."""
    found = [] if said.isdecimal() else regions.find(said)
    return found[0].code if len(found) == 1 else ""


def _last_four(said: str, faults: dict[str, Text]) -> str:
    """Of a whole identity number only these are taken. A spreadsheet eats leading zeros."""
    found = _LAST_FOUR.fullmatch(said.upper())
    if said and found is None:
        faults["last4"] = _(
            "The last four of the identity number: three digits, then a digit or X. Format the "
            "column as text, so that zeros at the front stay."
        )
    return found[1] if found else ""


def _moment(said: str, now: datetime, faults: dict[str, Text]) -> datetime | None:
    if not said:
        return None
    try:
        moment = datetime.fromisoformat(said.replace("/", "-"))
    except ValueError:
        faults["at"] = _("'{said}' is not a date like 2026-03-01.").fill(said=_short(said))
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=GUANGDONG)
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        moment = now
    if moment > now:
        faults["at"] = _("The day on which the stage was reached lies in the future.")
    elif moment.year < 2000:  # noqa: PLR2004 - before any of the law
        faults["at"] = _("The day on which the stage was reached lies too far back.")
    return moment


def _short(said: str) -> str:
    """Never a whole name or number in a list of faults."""
    return said if len(said) <= 12 else f"{said[:8]}…"  # noqa: PLR2004 - fits a line


def plain_name(name: str) -> str:
    """For the keyed hash: spaces, width and case do not matter."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def plain_phone(phone: str) -> str:
    """For the keyed hash: digits without the country's code."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", phone))
    return digits.removeprefix("0086").removeprefix("86") if len(digits) > 11 else digits  # noqa: PLR2004 - a mobile number
