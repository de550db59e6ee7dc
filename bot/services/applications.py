"""Where an application stands: only for who knows its number and a proof, or whose chat has it.

An unknown number and a wrong proof get the same answer after the same work, both are counted;
wrong tries have to wait longer and longer, then looking up pauses, for the chat and for the
application; the pause is never for good, staff hear of it, and a person is always near.
"""

import hmac
from collections.abc import Sequence
from datetime import datetime

from bot.domain.application_rows import Action, Planned, Row
from bot.domain.applications import (
    LIMITS,
    MANY_MISSES,
    MANY_WITHIN,
    STALE_AFTER,
    Application,
    LinkedApplication,
    Reached,
    TooManyTries,
    TooSoon,
    wait_after,
)
from bot.domain.references import APPLICATION, APPLICATION_GROUPS, CODE, new_reference
from bot.domain.regions import PROVINCE
from bot.domain.stages import Procedure, Stage, Way
from bot.domain.tickets import Ticket, TicketKind
from bot.services import Services, Turn
from bot.services.application_records import By, code_of, proof_of
from bot.storage import application_alerts, application_search, conversations, tries
from bot.storage import application_links as links
from bot.storage import application_sources as sources
from bot.storage import applications as stored
from bot.storage import tickets as stored_tickets
from bot.storage.applications import Opening
from bot.storage.vault import vault_of

EVERYBODY = "status:everybody"


class Applications:
    """For the conversation: look up, keep in the chat, be told, ask why."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._connection = services.connection
        self._now = services.now

    # --- proof

    def look_up(self, number: str, proof: str, conversation_id: int) -> Application | None:
        """None: these two do not fit, whichever is wrong. Raises TooManyTries and TooSoon.

        `number` is a reference as domain.references writes it; `proof` the last four characters
        of the identity number, or a code that staff gave out.
        """
        subjects = (_chat(conversation_id), self._of_number(number))
        self._may_try(subjects)
        found = stored.opening(self._connection, number)
        if self._fits(found, number, proof) and found:
            links.link(self._connection, found.id, conversation_id, self._now)
            return stored.by_id(self._connection, found.id)
        self._missed(subjects, found)
        return None

    def _fits(self, found: Opening | None, number: str, proof: str) -> bool:
        """The same work whether it exists or not."""
        vault = vault_of(self._connection)
        last_four, code = proof_of(vault, number, proof), code_of(vault, number, proof)
        stands = found or Opening(0, PROVINCE, last_four[::-1], code[::-1], self._now)
        by_last_four = hmac.compare_digest(stands.proof, last_four)
        by_code = hmac.compare_digest(stands.code, code)
        in_time = stands.code_until is not None and stands.code_until > self._now
        return by_last_four or (by_code and in_time)

    def _missed(self, subjects: Sequence[str], found: Opening | None) -> None:
        for subject in (*subjects, EVERYBODY):
            tries.add(self._connection, subject, self._now)
        for subject, kind in zip(subjects, ("chat", "application"), strict=True):
            if self._paused(subject):
                about = found if kind == "application" else None
                self._alert(kind, about)
        many = tries.latest(self._connection, EVERYBODY, self._now - MANY_WITHIN, MANY_MISSES)
        if len(many) >= MANY_MISSES:
            tries.forget_all(self._connection, EVERYBODY)
            self._alert("many", None)

    def _alert(self, kind: str, found: Opening | None) -> None:
        """Also for numbers that nobody has: the same work, and staff should know."""
        application_id, region = (found.id, found.region) if found else (None, PROVINCE)
        application_alerts.add(self._connection, kind, application_id, region, self._now)

    def paused_until(self, conversation_id: int) -> datetime | None:
        """May this chat look anything up? None: yes."""
        return self._paused(_chat(conversation_id))

    def _may_try(self, subjects: Sequence[str]) -> None:
        """Raises TooManyTries with the moment from which on it may, or TooSoon."""
        pauses = [until for until in map(self._paused, subjects) if until]
        if pauses:
            raise TooManyTries(max(pauses))
        span, most = LIMITS[0]
        waits = []
        for subject in subjects:
            made = tries.latest(self._connection, subject, self._now - span, most)
            waits.append(wait_after(len(made), made[0] if made else None, self._now))
        if max(waits):
            raise TooSoon(max(waits))

    def _paused(self, subject: str) -> datetime | None:
        """Until the oldest of the wrong tries no longer counts."""
        until = None
        for span, most in LIMITS:
            made = tries.latest(self._connection, subject, self._now - span, most)
            if len(made) >= most:
                until = max(until or self._now, made[-1] + span)
        return until

    def _of_number(self, number: str) -> str:
        """Also for a number that nobody has: a pause must not tell which exist."""
        hashed = vault_of(self._connection).finding("tries", number)
        return f"status:application:{hashed[:40]}"

    # --- in this chat

    def linked(self, conversation_id: int) -> list[LinkedApplication]:
        return links.of_chat(self._connection, conversation_id)

    def linked_numbered(self, conversation_id: int, number: str) -> LinkedApplication | None:
        """None also for one that exists: this chat has not shown the proof."""
        mine = self.linked(conversation_id)
        return next((one for one in mine if one.application.number == number), None)

    def call(self, conversation_id: int, one: LinkedApplication, name: str) -> None:
        links.call(self._connection, one.application.id, conversation_id, name)

    def tell(self, conversation_id: int, one: LinkedApplication | None, *, told: bool) -> None:
        """None: all that this chat has. Switched off, nothing that waits leaves either."""
        application_id = one.application.id if one else None
        links.tell(self._connection, conversation_id, application_id, told=told)
        if not told:
            self._services.application_news.without(conversation_id, application_id)

    def unlink(self, conversation_id: int, one: LinkedApplication) -> None:
        self._services.application_news.without(conversation_id, one.application.id)
        links.unlink(self._connection, one.application.id, conversation_id)

    def language(self, conversation_id: int) -> str:
        return conversations.language_of(self._connection, conversation_id)

    def stale_since(self, application: Application) -> datetime | None:
        """The source that this came from was last read then, too long ago; None: all is well."""
        if application.source != "pull":
            return None
        state = sources.pull_state(self._connection)
        if state is None or state.ok_at is None or self._now - state.ok_at < STALE_AFTER:
            return None
        return state.ok_at

    # --- asking staff

    def ask_why(self, turn: Turn, application: Application, words: str) -> tuple[Ticket, bool]:
        """An item for the staff of that region; asking twice opens one. True: it is new."""
        return self._item(turn, application, "overdue", words)

    def hand_in(self, turn: Turn, application: Application, words: str) -> tuple[Ticket, bool]:
        """The item that papers for this application go to."""
        return self._item(turn, application, "papers", words)

    def _item(
        self, turn: Turn, application: Application, why: str, words: str
    ) -> tuple[Ticket, bool]:
        for number, reason, state, chat in application_search.tickets_of(
            self._connection, application.id
        ):
            if reason == why and state != "closed" and chat == turn.conversation_id:
                standing = stored_tickets.by_number(self._connection, number)
                if standing:
                    return standing, False
        kind = TicketKind.APPLICATION if why == "overdue" else TicketKind.PAPERS
        opened = turn.tickets.open(kind, words, region=application.region)
        application_search.note_ticket(self._connection, application.id, opened.id, why)
        return opened, True

    # --- recorded by commands, demo data and tests

    def record(
        self,
        last_four: str,
        region: str,
        name: str,
        reached: Sequence[tuple[Stage, datetime]] = (),
        *,
        number: str = "",
        procedure: Procedure = Procedure.FIRST,
        way: Way = Way.LOCAL,
        phone: str = "",
    ) -> str:
        """A new application's number; with no stages given it is accepted now."""
        number = number or new_reference(APPLICATION, APPLICATION_GROUPS)
        stages = reached or ((Stage.ACCEPTED, self._now),)
        stage, at = stages[-1]
        row = Row(1, number, "", procedure, way, region, stage, name, last_four, phone, at=at)
        by = By("console")
        self._services.application_records.apply([Planned(row, Action.MAKE)], by)
        made = stored.opening(self._connection, number)
        assert made is not None  # noqa: S101 - made just now
        if len(stages) > 1:
            stored.replace_history(
                self._connection, made.id, [Reached(one, when, by.source) for one, when in stages]
            )
        return number


def new_code() -> str:
    """Like 'C7M2-9QXT'."""
    return new_reference(CODE)


def _chat(conversation_id: int) -> str:
    return f"status:conversation:{conversation_id}"
