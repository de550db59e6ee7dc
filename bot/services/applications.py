"""Where an application stands: only for who knows its number and the last four characters.

An unknown number and a wrong proof get the same answer after the same work, both are counted, and
after LIMITS the looking up pauses; the pause is never for good, and a person is always near.
"""

import csv
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain.applications import LIMITS, Application, Procedure, Stage, TooManyTries
from bot.domain.references import (
    APPLICATION,
    APPLICATION_GROUPS,
    new_reference,
    read_reference,
)
from bot.services import Services
from bot.storage import applications as stored
from bot.storage import tries
from bot.storage.vault import vault_of

COLUMNS = ("number", "procedure", "region", "stage", "name", "last4")
"""Of a file to import; its first line names them."""


class UnknownApplication(Exception):
    """There is no application of that number."""


class MovedMeanwhile(Exception):
    """Somebody else changed the stage a moment ago."""


class Faulty(Exception):
    """A file to import has faults: `faults` names each with its line."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class Applications:
    """Look up, record, move on."""

    def __init__(self, services: Services) -> None:
        self._connection = services.connection
        self._now = services.now
        self._regions = services.regions

    def look_up(self, number: str, last_four: str, conversation_id: int) -> Application | None:
        """None: these two do not fit, whichever is wrong. Raises TooManyTries.

        `number` is a reference as domain.references writes it.
        """
        subjects = (_chat(conversation_id), self._of_number(number))
        for subject in subjects:
            self._may_try(subject)
        found = stored.by_number(self._connection, number)
        proof = self._proof(number, last_four)
        fits = hmac.compare_digest(found[1] if found else proof[::-1], proof)
        if found and fits:
            return found[0]
        for subject in subjects:
            tries.add(self._connection, subject, self._now)
        return None

    def paused_until(self, conversation_id: int) -> datetime | None:
        """May this chat look anything up? None: yes."""
        try:
            self._may_try(_chat(conversation_id))
        except TooManyTries as pause:
            return pause.until
        return None

    def record(
        self,
        last_four: str,
        region: str,
        name: str,
        reached: Sequence[tuple[Stage, datetime]] = (),
        *,
        number: str = "",
        procedure: Procedure = Procedure.FIRST,
    ) -> str:
        """A new application's number; with no stages given it is accepted now."""
        number = number or new_reference(APPLICATION, APPLICATION_GROUPS)
        proof = self._proof(number, last_four)
        stages = reached or ((Stage.ACCEPTED, self._now),)
        stored.add(self._connection, number, proof, procedure, region, name, stages)
        return number

    def move_on(self, number: str, stage: Stage, known: Stage) -> None:
        """To another stage, from the one that the member of staff saw.

        Raises UnknownApplication, MovedMeanwhile.
        """
        found = stored.by_number(self._connection, number)
        if found is None:
            raise UnknownApplication(number)
        application = found[0]
        if application.stage is not known or not stored.reach(
            self._connection, application, stage, self._now
        ):
            raise MovedMeanwhile(number)

    def import_csv(self, lines: Sequence[str]) -> int:
        """New applications, and new stages of those that stand; how many lines.

        Raises Faulty, after which the transaction must be rolled back: all or nothing.
        """
        reader = csv.DictReader(lines)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise Faulty([f"line 1: the column {name} is missing" for name in missing])
        faults: list[str] = []
        count = 0
        for at, row in enumerate(reader, start=2):
            values = {name: (row[name] or "").strip() for name in COLUMNS}
            found = self._faults(values)
            if not found and not self._import(values):
                found = ["the last four characters differ from those stored with this number"]
            faults += [f"line {at}: {fault}" for fault in found]
            count += 1
        if faults:
            raise Faulty(faults)
        return count

    def _faults(self, row: Mapping[str, str]) -> list[str]:
        faults: list[str] = []
        if read_reference(row["number"], APPLICATION, APPLICATION_GROUPS) is None:
            faults.append(f"number: {row['number']!r} is not a number of ours")
        if row["procedure"] not in list(Procedure):
            faults.append(f"procedure: {row['procedure']!r} is not one of {', '.join(Procedure)}")
        if row["region"] not in self._regions.by_code:
            faults.append(f"region: {row['region']!r} is no code of Guangdong")
        if row["stage"] not in list(Stage):
            faults.append(f"stage: {row['stage']!r} is not one of {', '.join(Stage)}")
        if not re.fullmatch(r"[0-9]{3}[0-9Xx]", row["last4"]):
            faults.append("last4: three digits, and a digit or X")
        return faults

    def _import(self, row: Mapping[str, str]) -> bool:
        """False: it stands already, with another proof."""
        number = read_reference(row["number"], APPLICATION, APPLICATION_GROUPS) or ""
        found = stored.by_number(self._connection, number)
        stage = Stage(row["stage"])
        if found is None:
            reached = ((stage, self._now),)
            self.record(
                row["last4"],
                row["region"],
                row["name"],
                reached,
                number=number,
                procedure=Procedure(row["procedure"]),
            )
            return True
        application, proof = found
        if not hmac.compare_digest(proof, self._proof(number, row["last4"])):
            return False
        if application.stage is not stage:
            stored.reach(self._connection, application, stage, self._now)
        return True

    def _may_try(self, subject: str) -> None:
        """Raises TooManyTries with the moment at which the oldest of them no longer counts."""
        for span, most in LIMITS:
            made = tries.latest(self._connection, subject, self._now - span, most)
            if len(made) >= most:
                raise TooManyTries(made[-1] + span)

    def _proof(self, number: str, last_four: str) -> str:
        return vault_of(self._connection).finding("proof", number, last_four.upper())

    def _of_number(self, number: str) -> str:
        """Also for a number that nobody has: a pause must not tell which exist."""
        hashed = vault_of(self._connection).finding("tries", number)
        return f"status:application:{hashed[:40]}"


def _chat(conversation_id: int) -> str:
    return f"status:conversation:{conversation_id}"
