"""What another system or a spreadsheet says of one application, and what that would do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.domain.regions import Regions
from bot.domain.stages import Procedure, Stage, StageBook, Way
from bot.i18n import Text, _

FIELDS = (
    "number", "outside", "procedure", "way", "region", "stage",
    "name", "last4", "phone", "missing", "at",
)  # fmt: skip
LONGEST = {"outside": 80, "name": 40, "phone": 20, "missing": 200}

OUTSIDE = _("This application lies outside your region.")
NO_SUCH_STAGE = _("This procedure has no such stage.")
OLDER = _("This is older than the stage that stands.")


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
    """The faults contradict what stands, or each other, rather than being mistakes of writing."""
    unknown: bool = False
    """Nothing stands that it could mean, and it says too little for a new one."""


class Clash(Exception):
    """Somebody else made the same application a moment ago; tried again, it is found."""


class BadRow(Exception):
    """`faults`: what is wrong with each field, in words that say how to mend it."""

    def __init__(self, faults: Mapping[str, Text]) -> None:
        super().__init__(", ".join(faults))
        self.faults = faults


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
        return Planned(row, Action.SAME, None, (OUTSIDE,))
    faults = _contradictions(row, before, book, scope, proof_fits=proof_fits)
    if faults:
        return Planned(row, Action.MOVE, before, tuple(faults), conflict=True)
    if row.stage is not before.stage:
        return Planned(row, Action.MOVE, before)
    told = ((row.name, before.name), (row.phone, before.phone), (row.missing, before.missing),
            (row.region, before.region), (row.outside, before.outside))  # fmt: skip
    changed = any(said and said != stands for said, stands in told)
    return Planned(row, Action.CHANGE if changed else Action.SAME, before)


def _contradictions(
    row: Row, before: StoredRow, book: StageBook, scope: str, *, proof_fits: bool | None
) -> list[Text]:
    faults: list[Text] = []
    if row.region and not Regions.contains(scope, row.region):
        faults.append(OUTSIDE)
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
        faults.append(OUTSIDE)
    stages = book.way(row.procedure, row.way or Way.LOCAL).stages if row.procedure else tuple(Stage)
    odd = row.stage not in stages
    if odd:
        faults.append(NO_SUCH_STAGE)
    return Planned(row, Action.MAKE, None, tuple(faults), conflict=odd, unknown=bool(missing))


def _move_faults(row: Row, before: StoredRow, book: StageBook) -> list[Text]:
    if row.stage is before.stage:
        return []
    if row.stage not in book.way(before.procedure, before.way).stages:
        return [NO_SUCH_STAGE]
    if row.at and row.at < before.changed_at:
        return [OLDER]
    return []
