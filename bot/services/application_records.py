"""Writing applications down, one or a hundred thousand, from whichever source: one way for all."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.domain.application_reading import plain_name, plain_phone
from bot.domain.application_rows import Action, Planned, Row, StoredRow, plan
from bot.domain.applications import Reached, due_date
from bot.domain.references import APPLICATION, APPLICATION_GROUPS, new_reference
from bot.domain.stages import Stage, Way
from bot.i18n import _
from bot.services.application_news import Move
from bot.storage import applications as stored
from bot.storage.vault import Vault, vault_of

if TYPE_CHECKING:
    from bot.services import Services


@dataclass(frozen=True, slots=True)
class By:
    """Who says so: 'console', 'import 7', 'api: name', 'pull'; and the member of staff, if any."""

    source: str
    staff_id: int | None = None


@dataclass(frozen=True, slots=True)
class PutBack:
    """An application as it stood before something that is undone."""

    before: StoredRow
    wrong: Stage


class Records:
    """Plan what rows would do, then do it."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._connection = services.connection
        self._now = services.now
        self._book = services.known.stages
        self._calendar = services.known.calendar

    def plan(self, rows: Sequence[Row], scope: str, *, lock: bool = False) -> list[Planned]:
        """In their order. `scope`: the region outside of which nothing may be touched.

        `lock`: they stay as they are until the transaction ends.
        """
        found = stored.stored(
            self._connection,
            sorted({row.number for row in rows if row.number}),
            sorted({row.outside for row in rows if row.outside}),
            lock=lock,
        )
        by_number = {one.number: one for one in found}
        by_outside = {one.outside: one for one in found if one.outside}
        return [self._planned(row, by_number, by_outside, scope) for row in rows]

    def _planned(
        self,
        row: Row,
        by_number: dict[str, StoredRow],
        by_outside: dict[str, StoredRow],
        scope: str,
    ) -> Planned:
        before = by_number.get(row.number) if row.number else None
        other = by_outside.get(row.outside) if row.outside else None
        if before and other and before.id != other.id:
            fault = _("These two numbers belong to two applications.")
            return Planned(row, Action.SAME, None, (fault,), conflict=True)
        before = before or (other if not row.number else None)
        if before is None and other is not None:
            fault = _("This number of your own system has another number here already.")
            return Planned(row, Action.SAME, None, (fault,), conflict=True)
        fits = None
        if before and row.last4:
            proof = proof_of(vault_of(self._connection), before.number, row.last4)
            fits = hmac.compare_digest(before.proof, proof)
        return plan(row, before, self._book, scope, proof_fits=fits)

    def apply(self, planned: Sequence[Planned], by: By, *, quiet: bool = False) -> list[str]:
        """Their numbers, in their order; rows with faults must not be among them.

        `quiet`: nobody is told (an application's first entry never tells anybody).
        """
        numbers = [
            one.before.number
            if one.before
            else one.row.number or new_reference(APPLICATION, APPLICATION_GROUPS)
            for one in planned
        ]
        makes, changes = [], []
        entries: list[tuple[int, Reached]] = []
        moves: list[Move] = []
        for one, number in zip(planned, numbers, strict=True):
            if one.before is None:
                makes.append((one.row, number))
            elif one.action is not Action.SAME:
                changes.append(self._changed(one.row, one.before, by))
            if one.before and one.action is Action.MOVE:
                at = one.row.at or self._now
                entries.append((one.before.id, self._entry(one.row.stage, at, by)))
                before = one.before
                moves.append(Move(before.id, before.procedure, before.way, one.row.stage, at))
        ids = stored.add_all(self._connection, [self._made(*one, by) for one in makes])
        entries += [
            (ids[number], self._entry(row.stage, row.at or self._now, by)) for row, number in makes
        ]
        stored.change_all(self._connection, changes)
        stored.reached(self._connection, entries)
        if not quiet:
            self._services.application_news.tell(moves)
        return numbers

    def put_back(self, ones: Sequence[PutBack], by: By, undone: str) -> None:
        """As they stood before; entries of the source `undone` were mistaken. They are told so."""
        moves = []
        for one in ones:
            before = one.before
            if one.wrong is not before.stage:
                stored.call_mistaken(self._connection, before.id, source=undone)
                moves.append(
                    Move(
                        before.id,
                        before.procedure,
                        before.way,
                        before.stage,
                        before.changed_at,
                        mistaken=True,
                        wrong=one.wrong,
                        back=True,
                    )
                )
        stored.change_all(self._connection, [self._as_before(one.before, by) for one in ones])
        self._services.application_news.tell(moves)

    def correct(
        self,
        now_at: StoredRow,
        right: Stage,
        history: Sequence[Reached],
        by: By,
        missing: str = "",
    ) -> None:
        """It never stood at `now_at.stage`, but stands at `right`; `missing`: papers, in words."""
        now_at = replace(now_at, missing=missing or now_at.missing)
        back = next(
            (one for one in reversed(history) if not one.mistaken and one.stage is right), None
        )
        stored.call_mistaken(self._connection, now_at.id, after=right if back else None)
        at = back.at if back else self._now
        if back is None:
            stored.reached(self._connection, [(now_at.id, self._entry(right, at, by))])
        row = self._values(now_at, by) | {"stage": right.value, "changed_at": at}
        row["due"] = self._due(now_at, right, at)
        stored.change_all(self._connection, [row])
        self._services.application_news.tell(
            [
                Move(
                    now_at.id,
                    now_at.procedure,
                    now_at.way,
                    right,
                    at,
                    mistaken=True,
                    wrong=now_at.stage,
                    back=back is not None,
                )
            ]
        )

    # --- rows of the table

    def _entry(self, stage: Stage, at: datetime, by: By) -> Reached:
        return Reached(stage, at, by.source, by.staff_id)

    def _due(self, of: StoredRow, stage: Stage, at: datetime) -> Any:
        return due_date(self._book, self._calendar, of.procedure, of.way, stage, at)

    def _made(self, row: Row, number: str, by: By) -> dict[str, Any]:
        assert row.procedure is not None  # noqa: S101 - domain.application_rows has seen to it
        way, at = row.way or Way.LOCAL, row.at or self._now
        vault = vault_of(self._connection)
        return {
            "number": number,
            "outside": row.outside or None,
            "procedure": row.procedure.value,
            "way": way.value,
            "region": row.region,
            "stage": row.stage.value,
            "proof": proof_of(vault, number, row.last4),
            "told": {"name": row.name, "phone": row.phone, "missing": row.missing},
            "name_key": name_key(vault, row.name),
            "phone_key": phone_key(vault, row.phone),
            "changed_at": at,
            "due": due_date(self._book, self._calendar, row.procedure, way, row.stage, at),
            "source": by.source,
        }

    def _changed(self, row: Row, before: StoredRow, by: By) -> dict[str, Any]:
        vault = vault_of(self._connection)
        moved = row.stage is not before.stage
        at = (row.at or self._now) if moved else before.changed_at
        name, phone = row.name or before.name, row.phone or before.phone
        missing = row.missing if moved else row.missing or before.missing
        return {
            "id": before.id,
            "number": before.number,
            "outside": row.outside or before.outside or None,
            "region": row.region or before.region,
            "stage": row.stage.value,
            "told": {"name": name, "phone": phone, "missing": missing},
            "name_key": name_key(vault, name),
            "phone_key": phone_key(vault, phone),
            "changed_at": at,
            "due": self._due(before, row.stage, at),
            "source": by.source,
            "version": before.version + 1,
        }

    def _values(self, one: StoredRow, by: By) -> dict[str, Any]:
        vault = vault_of(self._connection)
        return {
            "id": one.id,
            "number": one.number,
            "outside": one.outside or None,
            "region": one.region,
            "stage": one.stage.value,
            "told": {"name": one.name, "phone": one.phone, "missing": one.missing},
            "name_key": name_key(vault, one.name),
            "phone_key": phone_key(vault, one.phone),
            "changed_at": one.changed_at,
            "due": one.due,
            "source": by.source,
            "version": one.version + 1,
        }

    def _as_before(self, before: StoredRow, by: By) -> dict[str, Any]:
        """`before` with the version that follows the change that is undone."""
        row = self._values(before, by)
        return row | {"version": before.version + 2, "source": before.source}


def proof_of(vault: Vault, number: str, last_four: str) -> str:
    return vault.finding("proof", number, last_four.upper())


def code_of(vault: Vault, number: str, code: str) -> str:
    return vault.finding("application code", number, code)


def name_key(vault: Vault, name: str) -> str | None:
    plain = plain_name(name)
    return vault.finding("application name", plain) if plain else None


def phone_key(vault: Vault, phone: str) -> str | None:
    plain = plain_phone(phone)
    return vault.finding("application phone", plain) if plain else None
