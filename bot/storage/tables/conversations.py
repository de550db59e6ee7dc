"""Conversations, what they heard and what leaves them; files; consents."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.storage.tables.base import Id, Moment, metadata, partial_index

conversations = Table(
    "conversations",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("channel", String(20), nullable=False),
    Column("user_id", String(80), nullable=False),
    Column("language", String(10), nullable=False),
    Column("sealed", LargeBinary),
    Column("reachable", Boolean, nullable=False, server_default=text("true")),
    Column("ticket_id", Id),
    # A member of staff wrote last, in this item: the person's next words answer it.
    Column("last_heard", Moment),
    Column("created_at", Moment, nullable=False),
    Column("draft_until", Moment),
    # A conversation is open in it: whoever has not written by then no longer wants its answers.
    UniqueConstraint("channel", "user_id"),
    partial_index("ix_conversations_draft_until", "draft_until", where="draft_until is not null"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("channel", String(20), nullable=False),
    Column("event_id", String(120), nullable=False),
    Column("conversation_id", Id, ForeignKey("conversations.id", ondelete="CASCADE")),
    # None: nobody could parse it.
    Column("sealed", LargeBinary, nullable=False),
    Column("state", String(10), nullable=False),
    # waiting, handled, parked
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("error", Text),
    Column("received_at", Moment, nullable=False),
    Column("withheld", String(20), nullable=False, server_default=""),
    # From staff who look at the chat: see storage/withheld.py.
    Column("personal", Boolean, nullable=False, server_default=text("false")),
    # The answer to a question about sensitive data.
    UniqueConstraint("channel", "event_id"),
    partial_index("ix_inbox_waiting", "conversation_id", "id", where="state = 'waiting'"),
    partial_index("ix_inbox_parked", "received_at", where="state = 'parked'"),
    Index("ix_inbox_conversation", "conversation_id", "id"),
    partial_index("ix_inbox_done", "received_at", where="state = 'handled'"),
    partial_index("ix_inbox_personal", "received_at", where="personal"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("uid", String(32), nullable=False, unique=True),
    Column(
        "conversation_id",
        Id,
        ForeignKey("conversations.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("inbox_id", Id),
    Column("position", Integer, nullable=False, server_default=text("0")),
    Column("who", String(10), nullable=False, server_default="bot"),
    # bot or staff
    Column("language", String(10), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("state", String(10), nullable=False),
    # waiting, sending, sent, unknown, held, parked, dropped
    Column("subject", String(40)),
    # What it is about ('booking:17'): a change there takes back what has not gone out yet.
    Column("due", Moment, nullable=False),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("parts", Integer, nullable=False, server_default=text("0")),
    # A long reply is several messages of its channel: so many of them went out.
    Column("lease_owner", String(40)),
    Column("lease_until", Moment),
    Column("external_id", String(80)),
    Column("error", Text),
    Column("created_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("seen_at", Moment),
    # What staff wrote: when its page showed it. Only a page of ours can say.
    Column("withheld", String(20), nullable=False, server_default=""),
    Column("personal", Boolean, nullable=False, server_default=text("false")),
    # It may repeat such an answer.
    UniqueConstraint("inbox_id", "position"),
    partial_index(
        "ix_outbox_open", "due", "id", where="state in ('waiting', 'sending', 'unknown')"
    ),
    partial_index(
        "ix_outbox_open_conversation",
        "conversation_id",
        "id",
        where="state in ('waiting', 'sending', 'unknown')",
    ),
    Index("ix_outbox_conversation", "conversation_id", "id"),
    partial_index("ix_outbox_done", "created_at", where="state in ('sent', 'dropped')"),
    partial_index("ix_outbox_stuck", "state", "id", where="state in ('held', 'parked')"),
    partial_index("ix_outbox_subject", "subject", where="subject is not null"),
)

files = Table(
    "files",
    metadata,
    Column("reference", String(40), primary_key=True),
    Column("media_type", String(60), nullable=False),
    Column("sealed_name", LargeBinary),
    Column("sealed", LargeBinary),
    # None: still to be fetched from its channel, by `origin`.
    Column("channel", String(20)),
    Column("origin", String(300)),
    Column("size", Integer, nullable=False, server_default=text("0")),
    Column("created_at", Moment, nullable=False),
    Column("heard_at", Moment),
    # Of a voice message: when a speech model was done with it.
    Column(
        "conversation_id",
        Id,
        ForeignKey("conversations.id", name="fk_files_conversation_id"),
    ),
    # The chat that sent it; None: staff sent it, or nothing was heard with it.
    Index("ix_files_conversation", "conversation_id"),
    Index("ix_files_created_at", "created_at"),
    partial_index("ix_files_missing", "reference", where="sealed is null"),
)

consents = Table(
    "consents",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column(
        "conversation_id",
        Id,
        ForeignKey("conversations.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("scope", String(30), nullable=False),
    Column("given", Boolean, nullable=False),
    Column("channel", String(20), nullable=False),
    Column("at", Moment, nullable=False),
)

private_links = Table(
    "private_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column(
        "conversation_id",
        Id,
        ForeignKey("conversations.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("expires_at", Moment, nullable=False),
    Column("session_hash", String(64), unique=True),
    # Set at the first use, which is the only one; the page's cookie leads here afterwards.
)
