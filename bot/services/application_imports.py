"""Importing applications from a spreadsheet: name its columns, look what would change, do, undo.

All or nothing: nothing is written while a single row has a fault; then the rows are written in
small transactions, so that nobody in the chat waits, and if one of them no longer fits (a colleague
changed it since the preview), those written are taken back. A crash goes on where it stopped.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.application_rows import FIELDS, Action
from bot.domain.regions import Regions
from bot.domain.stages import Stage, plainly
from bot.domain.tickets import AlreadyTaken, NotFound
from bot.storage import application_import_rows as stored_rows
from bot.storage import application_imports as stored
from bot.storage.application_import_rows import Fault, ImportRow
from bot.storage.application_imports import Import

if TYPE_CHECKING:
    from bot.domain.staff import Member
    from bot.services import Services

UNDONE_WITHIN = timedelta(days=30)
MOST_FAULTS = 200
"""Shown; a file with more is best mended from the first of them on."""
PREVIEWED = 50
HEADINGS: Mapping[str, Sequence[str]] = {
    "number": ("申请编号", "编号", "number", "申請編號"),
    "outside": ("业务流水号", "流水号", "外部编号", "outside", "業務流水號"),
    "procedure": ("事项", "办理事项", "业务类型", "procedure", "事項"),
    "way": ("办理方式", "way", "辦理方式"),
    "region": ("地区", "区划", "镇街", "行政区划", "region", "地區"),
    "stage": ("进度", "状态", "环节", "办理状态", "stage", "進度", "狀態"),
    "name": ("姓名", "申请人", "name"),
    "last4": ("身份证后四位", "后四位", "身份证号", "last4", "身份證後四位"),
    "phone": ("电话", "手机", "联系电话", "phone", "電話"),
    "missing": ("缺少材料", "要补的材料", "missing", "欠缺資料"),
    "at": ("日期", "办理日期", "at", "date"),
}
"""How columns are usually called: only a first guess, which the person sees and changes."""


@dataclass(frozen=True, slots=True)
class Preview:
    """One row of what would change, with what stands in it masked by the page."""

    line: int
    action: str
    number: str
    name: str
    before: Stage | None
    after: Stage


class ApplicationImports:
    """For the console, in a member's region only; the work itself: application_import_work."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._connection = services.connection
        self._now = services.now

    # --- what a member of staff does

    def begin(
        self, file_name: str, content: bytes, columns: Sequence[str], total: int, member: "Member"
    ) -> int:
        import_id = stored.add(
            self._connection,
            member.id,
            member.region,
            file_name,
            columns,
            content,
            total,
            self._now,
        )
        guessed = self.guess(columns)
        stored.save(self._connection, import_id, self._now, mapping=guessed)
        self._audit(member.id, "import.uploaded", import_id, f"{total} rows")
        return import_id

    def guess(self, columns: Sequence[str]) -> Mapping[str, int]:
        """Field → column: as the same columns were named last time, else by their names."""
        remembered = stored.remembered(self._connection, _key(columns))
        if remembered is not None:
            return remembered
        plain = [plainly(column) for column in columns]
        found: dict[str, int] = {}
        for field, names in HEADINGS.items():
            at = next((plain.index(plainly(one)) for one in names if plainly(one) in plain), None)
            if at is not None:
                found[field] = at
        return found

    def all(self, member: "Member") -> Sequence[Import]:
        return stored.newest(self._connection, member.region)

    def show(self, import_id: int, member: "Member") -> Import:
        """Raises NotFound."""
        found = stored.by_id(self._connection, import_id)
        if found is None or not Regions.contains(member.region, found.region):
            raise NotFound
        return found

    def name_columns(self, import_id: int, mapping: Mapping[str, int], member: "Member") -> None:
        """Remembered for files with the same columns; the rows are checked next.

        Raises ValueError where a column that is needed has none. Once: then the file is forgotten.
        """
        found = self._mine(import_id, member, "mapping")
        known = {
            field: at
            for field, at in mapping.items()
            if field in FIELDS and 0 <= at < len(found.columns)
        }
        if "stage" not in known or not {"number", "outside"} & known.keys():
            raise ValueError("stage and number")
        stored.remember(self._connection, _key(found.columns), known, self._now)
        stored_rows.clear(self._connection, import_id)
        stored.save(
            self._connection,
            import_id,
            self._now,
            mapping=known,
            state="checking",
            done=0,
            counts={},
            fault=None,
        )

    def start(self, import_id: int, member: "Member") -> None:
        """Raises NotFound, AlreadyTaken where it is not ready."""
        self._mine(import_id, member, "ready")
        stored.save(self._connection, import_id, self._now, state="running", done=0)
        self._audit(member.id, "import.started", import_id)

    def undo(self, import_id: int, member: "Member") -> Sequence[str]:
        """Numbers that were changed since, and so forbid it; none: it is being undone."""
        found = self._mine(import_id, member, "done")
        if self._now - found.changed_at > UNDONE_WITHIN:
            raise AlreadyTaken
        changed = stored_rows.changed_since(self._connection, import_id, 10)
        if not changed:
            stored.save(self._connection, import_id, self._now, state="undoing", done=0)
            self._audit(member.id, "import.undone", import_id)
        return changed

    def preview(self, import_id: int) -> Sequence[Preview]:
        """What changes first: new ones and moves before other changes."""
        found: list[ImportRow] = []
        for actions in ((Action.MOVE,), (Action.MAKE,), (Action.CHANGE,)):
            left = PREVIEWED - len(found)
            if left:
                found += stored_rows.rows(self._connection, import_id, left, actions=actions)
        return [
            Preview(
                row.line,
                row.action,
                row.number,
                str(row.values["name"] or (row.before or {}).get("name") or ""),
                Stage(row.before["stage"]) if row.before else None,
                Stage(row.values["stage"]),
            )
            for row in found
        ]

    def faults(self, import_id: int) -> tuple[Sequence[Fault], int]:
        """The first of them, and how many there are."""
        return (
            stored_rows.faults(self._connection, import_id, MOST_FAULTS),
            stored_rows.count_faults(self._connection, import_id),
        )

    def numbers(self, import_id: int, member: "Member") -> list[tuple[int, str, str, str]]:
        """(line, our number, their own, name) of those that the import made, to hand out."""
        found = self._mine(import_id, member, "done")
        self._audit(member.id, "import.numbers", found.id)
        return [
            (row.line, row.number, str(row.values["outside"]), str(row.values["name"]))
            for row in stored_rows.rows(self._connection, import_id, 10**6, actions=(Action.MAKE,))
        ]

    def _mine(self, import_id: int, member: "Member", *states: str) -> Import:
        found = stored.by_id(self._connection, import_id, lock=True)
        if found is None or not Regions.contains(member.region, found.region):
            raise NotFound
        if found.state not in states:
            raise AlreadyTaken
        return found

    def forget_old(self) -> None:
        stored.forget_rows(self._connection, self._now - UNDONE_WITHIN)

    def _audit(self, staff_id: int, event: str, import_id: int, detail: str = "") -> None:
        self._services.audit.record(staff_id, event, f"import {import_id}", detail=detail)


def _key(columns: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(plainly(one) for one in columns).encode()).hexdigest()
