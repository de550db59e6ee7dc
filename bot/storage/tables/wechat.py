"""What WeChat counts: messages that it still lets us send, notices that people agreed to."""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, text

from bot.storage.tables.base import Moment, metadata

wechat_ledger = Table(
    "wechat_ledger",
    metadata,
    Column("user_id", String(80), primary_key=True),
    Column("said_left", Integer, nullable=False, server_default=text("0")),
    Column("said_until", Moment),
    # Since the person's last message.
    Column("tapped_left", Integer, nullable=False, server_default=text("0")),
    Column("tapped_until", Moment),
    # Since their last tap.
    Column("noticed_at", Moment),
    # When they were last told that something waits for them.
)

wechat_agreements = Table(
    "wechat_agreements",
    metadata,
    Column("user_id", String(80), primary_key=True),
    Column("template", String(100), primary_key=True),
    Column("count", Integer, nullable=False),
    # One agreement is good for one notice.
)

wechat_tokens = Table(
    "wechat_tokens",
    metadata,
    Column("app_id", String(60), primary_key=True),
    Column("sealed", LargeBinary),
    Column("until", Moment),
    Column("claimed_until", Moment),
    # Until then one replica is asking for a new one.
)

wechat_nonces = Table(
    "wechat_nonces",
    metadata,
    Column("signed", String(64), primary_key=True),
    Column("body", String(64), nullable=False),
    # Hashes: what a plain signature was used for.
    Column("at", Moment, nullable=False),
    Index("ix_wechat_nonces_at", "at"),
)
