"""Every table and its constraints: what must never break is a constraint here.

Columns named `sealed` hold personal data, encrypted by vault.py; times are UTC.
"""

from bot.storage.tables.answers import added_ways, editions, open_questions
from bot.storage.tables.applications import (
    application_alerts,
    application_events,
    application_import_faults,
    application_import_rows,
    application_imports,
    application_links,
    application_mappings,
    application_news,
    application_pulls,
    application_stages,
    application_systems,
    application_tickets,
    applications,
)
from bot.storage.tables.base import Id, Moment, metadata
from bot.storage.tables.bookings import (
    booking_changes,
    booking_members,
    booking_notes,
    bookings,
    join_codes,
    offers,
    outcomes,
    reminded,
)
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
from bot.storage.tables.rounds import streets, team_members
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
from bot.storage.tables.visits import closures, counties, places, teams, visits
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
    "application_alerts",
    "application_events",
    "application_import_faults",
    "application_import_rows",
    "application_imports",
    "application_links",
    "application_mappings",
    "application_news",
    "application_pulls",
    "application_stages",
    "application_systems",
    "application_tickets",
    "applications",
    "audit",
    "audit_head",
    "booking_changes",
    "booking_members",
    "booking_notes",
    "bookings",
    "closures",
    "consents",
    "conversations",
    "counties",
    "crossings",
    "devices",
    "editions",
    "files",
    "inbox",
    "join_codes",
    "marks",
    "metadata",
    "offers",
    "open_questions",
    "outbox",
    "outcomes",
    "places",
    "private_links",
    "public_notes",
    "recovery_codes",
    "reminded",
    "saved_views",
    "sessions",
    "staff",
    "streets",
    "team_members",
    "teams",
    "ticket_desks",
    "ticket_followers",
    "ticket_labels",
    "ticket_messages",
    "ticket_words",
    "tickets",
    "tries",
    "visits",
    "wechat_agreements",
    "wechat_ledger",
    "wechat_nonces",
    "wechat_tokens",
]
