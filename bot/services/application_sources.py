"""Other systems tell us of applications: their tokens, their events, and what we read ourselves."""

import hashlib
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.domain.application_reading import read_row
from bot.domain.application_rows import FIELDS, OLDER, OUTSIDE, Action, BadRow, Planned, Row
from bot.domain.applications import STALE_AFTER
from bot.domain.regions import PROVINCE, Regions
from bot.domain.stages import Procedure, Stage, Way
from bot.i18n import Json, Text, _, translator
from bot.services.application_records import By
from bot.storage import application_sources as stored
from bot.storage.application_sources import PullState, System

if TYPE_CHECKING:
    from bot.domain.staff import Member
    from bot.services import Services

EVENTS_KEPT = timedelta(days=30)
"""So long a repeated key gets its first answer."""
SENT = (*FIELDS, "expected_stage")
"""What an event may say."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Mapping[str, Json]


class Refused(Exception):
    """An event that was not taken: nothing of it is kept, and its key may be used again."""

    def __init__(self, status: int, title: str, faults: Mapping[str, Text]) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.faults = faults


class ApplicationSources:
    """For the API, for the puller, and for whoever keeps the tokens."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._connection = services.connection
        self._now = services.now

    # --- tokens

    def add_system(self, name: str, region: str, made_by: int | None = None) -> str | None:
        """Its token, to be seen this once; None: there is one of that name."""
        token = secrets.token_urlsafe(32)
        made = stored.add_system(self._connection, name, _hashed(token), region, made_by, self._now)
        if made:
            self._services.audit.record(made_by, "system.added", name)
        return token if made else None

    def systems(self, member: "Member") -> Sequence[System]:
        """Those of the member's region."""
        return [
            system
            for system in stored.systems(self._connection)
            if Regions.contains(member.region, system.region)
        ]

    def revoke(self, name: str, by: int | None = None) -> bool:
        done = stored.revoke(self._connection, name, self._now)
        if done:
            self._services.audit.record(by, "system.revoked", name)
        return done

    def system_of(self, token: str) -> System | None:
        return stored.system_of(self._connection, _hashed(token))

    # --- events

    def event(self, system: System, key: str, body: Json) -> Answer:
        """What an event does; the same key again does nothing and gets the same answer.

        Raises Refused: 404 what is not there and too little to make it, 409 what contradicts
        itself or what stands, 422 what cannot be read, 403 what lies outside the system's region.
        """
        body_hash = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        kept = stored.begin_event(self._connection, system.id, key, body_hash, self._now)
        if kept:
            if kept.body_hash != body_hash:
                fault = _("This key was used before for another event. Send a new key.")
                raise Refused(409, "The key was used for something else", {"key": fault})
            return Answer(kept.status, json.loads(kept.answer))
        row = self._row(body)
        (planned,) = self._services.application_records.plan([row], system.region, lock=True)
        _refuse(planned)
        by = By(f"api: {system.name}")
        (number,) = self._services.application_records.apply([planned], by)
        status = 201 if planned.action is Action.MAKE else 200
        answer = {"number": number, "stage": row.stage.value, "action": planned.action.value}
        stored.end_event(self._connection, system.id, key, status, json.dumps(answer))
        stored.note_use(self._connection, system.id, self._now)
        self._services.audit.record(None, f"application.{planned.action}", number, detail=by.source)
        return Answer(status, answer)

    def _row(self, body: Json, line: int = 1) -> Row:
        """Raises Refused with 422."""
        faults = shape_faults(body)
        if faults:
            raise Refused(422, "The event cannot be read", faults)
        said = {name: value for name, value in body.items() if value is not None}
        expected = said.pop("expected_stage", None)
        try:
            row = read_row(
                said, line, self._services.known.stages, self._services.regions, self._now
            )
        except BadRow as bad:
            raise Refused(422, "The event cannot be taken", bad.faults) from bad
        if expected is None:
            return row
        values = {name: getattr(row, name) for name in Row.__slots__}
        return Row(**{**values, "expected": Stage(expected)})

    def forget_old_events(self) -> None:
        stored.forget_events(self._connection, self._now - EVENTS_KEPT)

    # --- what we read ourselves

    def take_items(self, items: Sequence[Json]) -> tuple[int, list[str]]:
        """A page of a source: how many were taken, and why the others were not.

        What is older than what stands is left aside quietly: a source repeats itself.
        """
        rows: dict[str, Row] = {}
        refused: list[str] = []
        for at, item in enumerate(items, 1):
            try:
                row = self._row(item, at)
            except Refused as fault:
                refused.append(f"item {at}: {_first(fault.faults)}")
                continue
            rows[row.number or f"outside {row.outside}"] = row
        planned = self._services.application_records.plan(list(rows.values()), PROVINCE, lock=True)
        good = [one for one in planned if not one.faults]
        refused += [
            f"item {one.row.line}: {_said(one.faults[0])}"
            for one in planned
            if one.faults and not _is_older(one)
        ]
        self._services.application_records.apply(good, By("pull"))
        return len(good), refused

    def pull_state(self) -> PullState | None:
        return stored.pull_state(self._connection)

    def pull_is_stale(self) -> bool:
        """It was read before, or tried, and not for too long."""
        state = self.pull_state()
        if state is None:
            return False
        return state.ok_at is None or self._now - state.ok_at > STALE_AFTER

    def claim_pull(self, owner: str, lease: timedelta) -> PullState | None:
        return stored.claim_pull(self._connection, owner, self._now, lease)

    def keep_pull(self, owner: str, lease: timedelta) -> bool:
        return stored.keep_pull(self._connection, owner, self._now + lease)

    def end_pull(self, owner: str, cursor: str, refused: int, next_at: datetime) -> None:
        stored.end_pull(self._connection, owner, cursor, refused, self._now, next_at)

    def fail_pull(self, owner: str, trouble: str, next_at: datetime) -> None:
        stored.fail_pull(self._connection, owner, trouble, next_at)


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""No database keeps NUL or half an emoji."""


def shape_faults(body: Json) -> dict[str, Text]:
    """Is it the object that docs say, before anything is looked up?"""
    if not isinstance(body, dict):
        return {"body": _("The event must be a JSON object.")}
    faults: dict[str, Text] = {}
    for name, value in body.items():
        if name not in SENT:
            faults[name[:40]] = _("This field is not known.")
        elif value is not None and not isinstance(value, str):
            faults[name] = _("It must be a string.")
        elif isinstance(value, str) and (not value.strip() or _UNSTORABLE.search(value)):
            faults[name] = _("It must not be empty; leave the field out.")
    allowed = {"stage": Stage, "expected_stage": Stage, "procedure": Procedure, "way": Way}
    for name, those in allowed.items():
        said = body.get(name)
        if name not in faults and said is not None and said not in list(those):
            faults[name] = _("It must be one of: {allowed}.").fill(
                allowed=", ".join(one.value for one in those)
            )
    if body.get("stage") is None:
        faults.setdefault("stage", _("It is needed."))
    return faults


def _refuse(planned: Planned) -> None:
    if not planned.faults:
        return
    faults = {str(at): fault for at, fault in enumerate(planned.faults, 1)}
    if OUTSIDE in planned.faults:
        raise Refused(403, "It lies outside the region of this token", faults)
    if planned.unknown:
        raise Refused(404, "No such application, and too little is said for a new one", faults)
    if planned.conflict:
        raise Refused(409, "It contradicts itself or what stands", faults)
    raise Refused(422, "The event cannot be taken", faults)


def _is_older(planned: Planned) -> bool:
    return OLDER in planned.faults


def _first(faults: Mapping[str, Text]) -> str:
    name, fault = next(iter(faults.items()))
    return f"{name}: {_said(fault)}"


def _said(fault: Text) -> str:
    return fault.to(translator("en"))


def _hashed(token: str) -> str:
    """Tokens are stored as their hashes: who reads the table can send nothing."""
    return hashlib.sha256(token.encode()).hexdigest()
