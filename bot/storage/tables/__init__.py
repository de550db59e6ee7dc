"""Every table and its constraints: what must never break is a constraint here.

Columns named `sealed` hold personal data, encrypted by vault.py; times are UTC.
"""

from bot.storage.tables.answers import added_ways, editions, open_questions
from bot.storage.tables.applications import application_followers, application_stages, applications
from bot.storage.tables.base import Id, Moment, metadata
from bot.storage.tables.conversations import (
    consents,
    conversations,
    files,
    inbox,
    outbox,
    private_links,
)
from bot.storage.tables.crossings import crossings
from bot.storage.tables.marks import marks
from bot.storage.tables.staff import audit, sessions, staff, tries
from bot.storage.tables.tickets import ticket_messages, tickets
from bot.storage.tables.visits import bookings, places, teams, visits
from bot.storage.tables.wechat import (
    wechat_agreements,
    wechat_ledger,
    wechat_nonces,
    wechat_tokens,
)

__all__ = [
    "Id",
    "Moment",
    "added_ways",
    "application_followers",
    "application_stages",
    "applications",
    "audit",
    "bookings",
    "consents",
    "conversations",
    "crossings",
    "editions",
    "files",
    "inbox",
    "marks",
    "metadata",
    "open_questions",
    "outbox",
    "places",
    "private_links",
    "sessions",
    "staff",
    "teams",
    "ticket_messages",
    "tickets",
    "tries",
    "visits",
    "wechat_agreements",
    "wechat_ledger",
    "wechat_nonces",
    "wechat_tokens",
]
