"""The person behind an item, as far as a role may see: language, preferences, applications."""

from sqlalchemy import Connection, select

from bot.domain.applications import Application
from bot.domain.preferences import UNSAID, Preferences
from bot.storage import applications as stored
from bot.storage import conversations
from bot.storage.tables import application_links, applications
from bot.storage.tables import conversations as chats
from bot.storage.vault import Unsealable, vault_of


def language_of(connection: Connection, conversation_id: int) -> str:
    return conversations.language_of(connection, conversation_id)


def preferences_of(connection: Connection, conversation_id: int) -> Preferences:
    """What this person said of how to write to them and reach them."""
    row = connection.execute(select(chats).where(chats.c.id == conversation_id)).first()
    if row is None or row.sealed is None:
        return UNSAID
    where = f"conversations.sealed:{row.channel}:{row.user_id}"
    try:
        state = vault_of(connection).open_json(row.sealed, where)
    except Unsealable:
        return UNSAID
    return Preferences.load(state) if isinstance(state, dict) else UNSAID


def reachable(connection: Connection, conversation_id: int) -> bool:
    """False: they blocked us or left; what we write waits until they write again."""
    found = connection.execute(
        select(chats.c.reachable).where(chats.c.id == conversation_id)
    ).scalar()
    return bool(found)


def applications_of(connection: Connection, conversation_id: int, region: str) -> list[Application]:
    """Those that this chat follows, inside a region."""
    numbers = connection.execute(
        select(applications.c.number)
        .join(application_links, application_links.c.application_id == applications.c.id)
        .where(application_links.c.conversation_id == conversation_id)
        .order_by(applications.c.id)
    ).scalars()
    found = [stored.by_number(connection, number) for number in numbers.all()]
    return [one for one in found if one and one.region.startswith(region)]
