"""What is done for bookings now and then: offers told and run out, reminders, forgotten places."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.dialog import Conversation, Option
from bot.i18n import _
from bot.kept_state import kept_conversation
from bot.messages import Choice, Reply
from bot.services import Known, Services
from bot.services.notices import Notice
from bot.storage import bookings, conversations, messages, offers
from bot.storage.db import Connection, Database
from bot.storage.messages import Saying
from bot.storage.vault import Unsealable

log = logging.getLogger(__name__)

SWEEP_EVERY = timedelta(minutes=1)


class VisitUpkeep:
    """One round; each replica does only what no other has done: every step is claimed by a row."""

    def __init__(self, database: Database, known: Known, now: Callable[[], datetime]) -> None:
        self._database = database
        self._known = known
        self._now = now
        self._swept: datetime | None = None

    async def round(self) -> None:
        """What is due is looked for in a read; only where there is something we write."""
        if await self._database.read(self._due):
            await self._database.write(self._offers)
            await self._database.write(self._reminders)
        now = self._now()
        if self._swept is None or now - self._swept >= SWEEP_EVERY:
            self._swept = now
            await self._database.write(
                lambda connection: self._services(connection).waiting.sweep()
            )

    def _due(self, connection: Connection) -> bool:
        now = self._now()
        return bool(
            offers.untold(connection, 1)
            or offers.run_out(connection, now, 1)
            or bookings.any_due(connection, now)
        )

    def _offers(self, connection: Connection) -> None:
        waiting = self._services(connection).waiting
        self._tell(connection, waiting.run_out())
        self._tell(connection, waiting.tell_new())

    def _reminders(self, connection: Connection) -> None:
        self._tell(connection, self._services(connection).reminders.make_due())

    def _tell(self, connection: Connection, notices: Sequence[Notice]) -> None:
        for notice in notices:
            tell(connection, notice, self._now())

    def _services(self, connection: Connection) -> Services:
        return Services(connection, self._now(), self._known)


def tell(connection: Connection, notice: Notice, now: datetime) -> None:
    """Something out of the blue, in the transaction that causes it."""
    reply = _with_choices(connection, notice) or notice.reply
    if notice.options and not reply.choices:
        reply = replace(
            reply,
            paragraphs=(*reply.paragraphs, _("To answer this, write 'my bookings'.")),
            question=None,
        )
    language = conversations.language_of(connection, notice.conversation_id)
    messages.say(connection, notice.conversation_id, [Saying(reply, language)], now)


def _with_choices(connection: Connection, notice: Notice) -> Reply | None:
    """Its choices as if they had just been shown, so that a number or a word leads to them.

    None while something is being asked in this chat, or while it takes a turn: a number must
    always answer the question that is open. None too where the chat's state cannot be read.
    """
    locked = conversations.lock(connection, notice.conversation_id, wait=False)
    conversation = _conversation(connection, locked) if locked else None
    if locked is None or conversation is None or not notice.options or conversation.frames:
        return None
    options = tuple(Option(value, label) for value, label in notice.options)
    conversation = conversation.offer("", "", options)
    conversations.keep_state(connection, locked, conversation.dump())
    choices = tuple(
        Choice(f"{conversation.offered}.{at}", option.label) for at, option in enumerate(options)
    )
    return replace(notice.reply, choices=choices)


def _conversation(connection: Connection, locked: conversations.Locked) -> Conversation | None:
    """One chat that cannot be read must not hold up what is told to all the others."""
    try:
        return kept_conversation(connection, locked)
    except Unsealable:
        log.exception("state_unsealable", extra={"conversation": locked.id})
        return None
