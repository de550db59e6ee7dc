"""A conversation as it was kept, where one that cannot be read must not stop everything."""

import logging

from bot.dialog import Conversation, Unreadable
from bot.storage import conversations
from bot.storage.conversations import Locked
from bot.storage.db import Connection

log = logging.getLogger(__name__)


def kept_conversation(connection: Connection, locked: Locked) -> Conversation | None:
    """None: it is new, or no release of ours has written it.

    Raises Unsealable: with the right key it can be read again, so it must not be overwritten.
    """
    state = conversations.state_of(connection, locked)
    if state is None:
        return None
    try:
        return Conversation.load(state)
    except Unreadable:
        log.warning("state_unreadable", extra={"conversation": locked.id})
        return None
