"""Doing an import: checking, writing and taking back its rows, a small transaction each."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

from bot.domain.application_reading import read_row
from bot.domain.application_rows import Action, BadRow, Planned, Row, StoredRow
from bot.domain.references import APPLICATION, APPLICATION_GROUPS, new_reference
from bot.domain.regions import PROVINCE
from bot.domain.stages import Procedure, Stage, Way
from bot.i18n import Json, Text, _
from bot.services.application_records import By, PutBack
from bot.sheets import Row as SheetRow
from bot.sheets import Unreadable, rows
from bot.storage import application_import_rows as stored_rows
from bot.storage import application_imports as stored
from bot.storage import applications as stored_applications
from bot.storage.application_import_rows import Fault, ImportRow
from bot.storage.application_imports import Import

if TYPE_CHECKING:
    from bot.services import Services

BATCH = 250
"""Rows of one transaction: about a tenth of a second, in which a chat waits."""
LEASE = timedelta(seconds=60)


class ImportWork:
    """For the worker, a method a transaction; and for the command, which waits for it."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._connection = services.connection
        self._now = services.now

    def claim(self, owner: str) -> Import | None:
        return stored.claim(self._connection, owner, self._now, self._now + LEASE)

    def content(self, import_id: int) -> bytes:
        return stored.content(self._connection, import_id)

    def begin_check(self, import_id: int) -> None:
        """Again from the first row, also after a crash."""
        stored_rows.clear(self._connection, import_id)
        stored.save(self._connection, import_id, self._now, done=0, counts={})

    def check(self, job: Import, sheet: Sequence[SheetRow], owner: str) -> bool:
        """What these rows would do, or their faults; False: somebody else has the job."""
        if not self._still_ours(job, owner):
            return False
        good, faults = self._read(job, sheet)
        planned = self._services.application_records.plan(good, job.region)
        rows_: list[dict[str, Any]] = []
        for one in planned:
            faults += [Fault(one.row.line, fault) for fault in one.faults]
            if not one.faults:
                rows_.append(_as_row(one))
        there = stored_rows.numbers_there(
            self._connection, job.id, [row["number"] for row in rows_]
        )
        kept = []
        for row in rows_:
            if row["number"] in there:
                faults.append(Fault(row["line"], _("This number stands twice in the file.")))
            else:
                there.add(row["number"])
                kept.append(row)
        stored_rows.add_rows(self._connection, job.id, kept)
        stored_rows.add_faults(self._connection, job.id, faults)
        now = stored.by_id(self._connection, job.id)
        assert now is not None  # noqa: S101 - ours
        counts = dict(now.counts)
        for row in kept:
            counts[row["action"]] = counts.get(row["action"], 0) + 1
        stored.save(self._connection, job.id, self._now, done=now.done + len(sheet), counts=counts)
        return True

    def _read(self, job: Import, sheet: Sequence[SheetRow]) -> tuple[list[Row], list[Fault]]:
        good: list[Row] = []
        faults: list[Fault] = []
        seen: set[str] = set()
        for one in sheet:
            faults += [Fault(one.line, fault) for fault in one.faults]
            try:
                row = self._row(job.mapping, one)
            except BadRow as bad:
                faults += [Fault(one.line, fault) for fault in bad.faults.values()]
                continue
            if (row.number in seen and row.number) or (row.outside in seen and row.outside):
                faults.append(Fault(one.line, _("This number stands twice in the file.")))
            elif not one.faults:
                good.append(row)
            seen |= {row.number, row.outside}
        return good, faults

    def _row(self, mapping: Mapping[str, int], one: SheetRow) -> Row:
        values = {field: one.cells[at] for field, at in mapping.items() if at < len(one.cells)}
        return read_row(
            values, one.line, self._services.known.stages, self._services.regions, self._now
        )

    def end_check(self, job: Import, fault: Text | None = None) -> None:
        """Ready to be written, or faulty; the file itself is no longer needed."""
        count = stored_rows.count_faults(self._connection, job.id)
        state = "faulty" if count or fault else "ready"
        stored.save(self._connection, job.id, self._now, state=state, fault=fault)
        stored.forget_content(self._connection, job.id)
        stored.let_go(self._connection, job.id)

    def write(self, job: Import, owner: str) -> bool:
        """The next rows; False: there is nothing more to do here."""
        if not self._still_ours(job, owner):
            return False
        batch = stored_rows.rows(self._connection, job.id, BATCH, state="planned")
        if not batch:
            stored.save(self._connection, job.id, self._now, state="done", done=job.total)
            stored.let_go(self._connection, job.id)
            return False
        planned = self._services.application_records.plan(
            [_row_of(row) for row in batch], job.region, lock=True
        )
        for row, one in zip(batch, planned, strict=True):
            version = one.before.version if one.before else 0
            if one.faults or version != row.version:
                fault = _(
                    "Application {number} was changed since the preview. Nothing was imported. "
                    "Please upload the file again."
                ).fill(number=row.number)
                stored.save(
                    self._connection, job.id, self._now, state="undoing", fault=fault, done=0
                )
                stored.let_go(self._connection, job.id)
                return False
        self._services.application_records.apply(planned, By(_source(job), job.staff_id))
        stored_rows.mark(
            self._connection,
            [(row.id, "applied", row.version + (row.action != Action.SAME)) for row in batch],
        )
        self._advance(job, len(batch))
        return True

    def take_back(self, job: Import, owner: str) -> bool:
        """The next rows as they stood before; False: there is nothing more to do here."""
        if not self._still_ours(job, owner):
            return False
        batch = stored_rows.rows(self._connection, job.id, BATCH, state="applied")
        if not batch:
            state = "failed" if job.fault else "undone"
            stored.save(self._connection, job.id, self._now, state=state, done=job.total)
            stored.let_go(self._connection, job.id)
            return False
        standing = {
            one.number: one
            for one in stored_applications.stored(
                self._connection, [row.number for row in batch], lock=True
            )
        }
        ours = [row for row in batch if _version(standing.get(row.number)) == row.version]
        made = [standing[row.number].id for row in ours if row.before is None]
        stored_applications.remove(self._connection, made)
        self._services.application_records.put_back(
            [
                PutBack(
                    _stored_row(row.before, row.number, standing[row.number]),
                    Stage(row.values["stage"]),
                )
                for row in ours
                if row.before is not None and row.action != Action.SAME
            ],
            By(_source(job), job.staff_id),
            _source(job),
        )
        stored_rows.mark(self._connection, [(row.id, "undone", row.version) for row in batch])
        self._advance(job, len(batch))
        return True

    def _still_ours(self, job: Import, owner: str) -> bool:
        return stored.keep(self._connection, job.id, owner, self._now + LEASE)

    def _advance(self, job: Import, by: int) -> None:
        now = stored.by_id(self._connection, job.id)
        assert now is not None  # noqa: S101 - ours
        stored.save(self._connection, job.id, self._now, done=now.done + by)

    # --- the command, which waits for it

    def at_once(self, content: bytes) -> tuple[dict[str, int], list[Fault]]:
        """All of it in this one transaction, or its faults. Raises Unreadable."""
        sheet = rows(BytesIO(content))
        heading = next(sheet, None)
        mapping = self._services.application_imports.guess(heading.cells if heading else ())
        if "stage" not in mapping or not {"number", "outside"} & mapping.keys():
            raise Unreadable(_("The first row must name the columns: number and stage at least."))
        job = Import(0, 0, PROVINCE, "", (), mapping, "", 0, 0, {}, None, self._now, self._now)
        good, faults = self._read(job, list(sheet))
        planned = self._services.application_records.plan(good, PROVINCE, lock=True)
        faults += [Fault(one.row.line, fault) for one in planned for fault in one.faults]
        counts: dict[str, int] = {}
        if not faults:
            self._services.application_records.apply(planned, By("command"))
            for one in planned:
                counts[one.action.value] = counts.get(one.action.value, 0) + 1
        return counts, faults


def _source(job: Import) -> str:
    return f"import {job.id}"


def _version(one: StoredRow | None) -> int:
    return one.version if one else -1


def _as_row(one: Planned) -> dict[str, Any]:
    number = one.before.number if one.before else one.row.number
    return {
        "line": one.row.line,
        "action": one.action.value,
        "number": number or new_reference(APPLICATION, APPLICATION_GROUPS),
        "version": one.before.version if one.before else 0,
        "values": _plain(one.row),
        "before": _plain(one.before) if one.before else None,
    }


def _plain(one: Row | StoredRow) -> dict[str, Json]:
    """Its fields as JSON."""
    values = {field.name: getattr(one, field.name) for field in fields(one)}
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in values.items()
    }


def _row_of(row: ImportRow) -> Row:
    said = row.values
    return Row(
        line=row.line,
        number=row.number,
        outside=said["outside"],
        procedure=Procedure(said["procedure"]) if said["procedure"] else None,
        way=Way(said["way"]) if said["way"] else None,
        region=said["region"],
        stage=Stage(said["stage"]),
        name=said["name"],
        last4=said["last4"],
        phone=said["phone"],
        missing=said["missing"],
        at=datetime.fromisoformat(said["at"]) if said["at"] else None,
    )


def _stored_row(before: Mapping[str, Json], number: str, now: StoredRow) -> StoredRow:
    """As it stood, over the row that stands now."""
    return StoredRow(
        id=now.id,
        number=number,
        outside=before["outside"],
        procedure=now.procedure,
        way=now.way,
        region=before["region"],
        stage=Stage(before["stage"]),
        proof=now.proof,
        changed_at=datetime.fromisoformat(before["changed_at"]),
        version=now.version - 1,
        name=before["name"],
        phone=before["phone"],
        missing=before["missing"],
        due=datetime.fromisoformat(before["due"]).date() if before["due"] else None,
        source=before["source"],
    )
