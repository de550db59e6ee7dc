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
from bot.storage.tables.marks import marks
from bot.storage.tables.staff import (
    audit,
    audit_head,
    devices,
    recovery_codes,
    sessions,
    staff,
    tries,
)
from bot.storage.tables.tickets import (
    public_notes,
    saved_views,
    ticket_desks,
    ticket_followers,
    ticket_labels,
    ticket_messages,
    ticket_words,
    tickets,
)
from bot.storage.tables.visits import bookings, places, teams, visits

__all__ = [
    "Id",
    "Moment",
    "added_ways",
    "application_followers",
    "application_stages",
    "applications",
    "audit",
    "audit_head",
    "bookings",
    "consents",
    "conversations",
    "devices",
    "editions",
    "files",
    "inbox",
    "marks",
    "metadata",
    "open_questions",
    "outbox",
    "places",
    "private_links",
    "public_notes",
    "recovery_codes",
    "saved_views",
    "sessions",
    "staff",
    "teams",
    "ticket_desks",
    "ticket_followers",
    "ticket_labels",
    "ticket_messages",
    "ticket_words",
    "tickets",
    "tries",
    "visits",
]
