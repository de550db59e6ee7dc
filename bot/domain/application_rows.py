"""What another system or a spreadsheet says of one application, read and checked."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache

from bot.domain.references import APPLICATION, APPLICATION_GROUPS, read_reference
from bot.domain.regions import PROVINCE, Regions
from bot.domain.stages import WAY_NAMES, Procedure, Stage, StageBook, Way, plainly
from bot.i18n import GUANGDONG, Text, _

FIELDS = (
    "number", "outside", "procedure", "way", "region", "stage",
    "name", "last4", "phone", "missing", "at",
)  # fmt: skip
LONGEST = {"outside": 80, "name": 40, "phone": 20, "missing": 200}
_LAST_FOUR = re.compile(r"(?:\d{14})?(\d{3}[0-9X])")


class Action(StrEnum):
    MAKE = "make"
    MOVE = "move"
    CHANGE = "change"
    """Other data, the same stage."""
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Row:
    """One application as it is to be; '' and None: nothing is said of it."""

    line: int
    number: str
    outside: str
    procedure: Procedure | None
    way: Way | None
    region: str
    stage: Stage
    name: str = field(default="", repr=False)
    last4: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    missing: str = field(default="", repr=False)
    at: datetime | None = None
    expected: Stage | None = None
    """The stage at which the sender believes it to stand."""


@dataclass(frozen=True, slots=True)
class StoredRow:
    """One application as it stands, without its history."""

    id: int
    number: str
    outside: str
    procedure: Procedure
    way: Way
    region: str
    stage: Stage
    proof: str
    changed_at: datetime
    version: int
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    missing: str = field(default="", repr=False)
    due: date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """What one row would do; `faults` in words where it cannot be done."""

    row: Row
    action: Action
    before: StoredRow | None = None
    faults: tuple[Text, ...] = ()
    conflict: bool = False
    """The faults contradict what stands, rather than being mistakes of writing."""


class Clash(Exception):
    """Somebody else made the same application a moment ago; tried again, it is found."""


class BadRow(Exception):
    """`faults`: what is wrong with each field, in words that say how to mend it."""

    def __init__(self, faults: Mapping[str, Text]) -> None:
        super().__init__(", ".join(faults))
        self.faults = faults


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
            faults[name] = _("It is longer than {count} characters. Please shorten it.").fill(
                count=longest
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


def plan(
    row: Row,
    before: StoredRow | None,
    book: StageBook,
    scope: str,
    *,
    proof_fits: bool | None,
) -> Planned:
    """What it would do to what stands. `proof_fits`: None where nothing was given to compare."""
    if before is None:
        return _made(row, book, scope)
    if not Regions.contains(scope, before.region):
        return Planned(row, Action.SAME, None, (_OUTSIDE,))
    faults = _contradictions(row, before, book, scope, proof_fits=proof_fits)
    if faults:
        return Planned(row, Action.MOVE, before, tuple(faults), conflict=True)
    if row.stage is not before.stage:
        return Planned(row, Action.MOVE, before)
    told = ((row.name, before.name), (row.phone, before.phone), (row.missing, before.missing),
            (row.region, before.region), (row.outside, before.outside))  # fmt: skip
    changed = any(said and said != stands for said, stands in told)
    return Planned(row, Action.CHANGE if changed else Action.SAME, before)


_OUTSIDE = _("This application lies outside your region.")


def _contradictions(
    row: Row, before: StoredRow, book: StageBook, scope: str, *, proof_fits: bool | None
) -> list[Text]:
    faults: list[Text] = []
    if row.region and not Regions.contains(scope, row.region):
        faults.append(_OUTSIDE)
    for said, stands in ((row.procedure, before.procedure), (row.way, before.way)):
        if said and said is not stands:
            faults.append(_("This number belongs to another procedure."))
            break
    if row.outside and before.outside and row.outside != before.outside:
        faults.append(_("This number belongs to another application of your own system."))
    if proof_fits is False:
        faults.append(_("The last four of the identity number differ from those stored."))
    if row.expected and row.expected is not before.stage:
        faults.append(_("It stands at '{stage}' already.").fill(stage=before.stage.value))
    return [*faults, *_move_faults(row, before, book)]


def _made(row: Row, book: StageBook, scope: str) -> Planned:
    faults: list[Text] = []
    needed: Sequence[tuple[object, Text]] = (
        (row.procedure, _("procedure")),
        (row.region, _("region")),
        (row.last4, _("last four of the identity number")),
    )
    missing = [name for said, name in needed if not said]
    faults += [
        _("It is new, and a new application needs this too: {what}.").fill(what=one)
        for one in missing
    ]
    if row.region and not Regions.contains(scope, row.region):
        faults.append(_OUTSIDE)
    if row.procedure and row.stage not in book.way(row.procedure, row.way or Way.LOCAL).stages:
        faults.append(_("This procedure has no such stage."))
    return Planned(row, Action.MAKE, None, tuple(faults))


def _move_faults(row: Row, before: StoredRow, book: StageBook) -> list[Text]:
    if row.stage is before.stage:
        return []
    if row.stage not in book.way(before.procedure, before.way).stages:
        return [_("This procedure has no such stage.")]
    if row.at and row.at < before.changed_at:
        return [_("This is older than the stage that stands.")]
    return []


__all__ = ["PROVINCE", "Action", "BadRow", "Planned", "Row", "StoredRow", "plan", "read_row"]
