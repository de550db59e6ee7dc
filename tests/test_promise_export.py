"""Promise 20: who asks for what is kept gets all of it; a new column is exported or named."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import LargeBinary

from bot.messages import Address
from bot.storage import export
from bot.storage.db import Database
from bot.storage.export import AS_LINES, LEFT_OUT, SECRETS
from bot.storage.rotation import SEALED
from bot.storage.tables import conversations, metadata, ticket_messages
from tests.talks import Talks

NUMBER = "ADEM-3333-3333-3333-333E"
TALK = (
    "/book", "不能，去不了", "第一次办证", "就在居住的地方", "父母或祖父母", "本人同意",
    "云雀儿", "金丝雀", "13912345678", "随时可以打电话", "荔湾多宝", "同意", "精神", "说完了",
    "11010519491231002X", "金雀花路77号", "楼下有凉茶铺", "怕黑要开灯", "1", "1",
    "/feedback", "电梯坏了三个月", "说完了", "投诉", "跳过", "让他们看到", "提交",
    "/status", NUMBER, "002X", "要，告诉我", "称呼、通知、移除", "起个称呼", "阿妈妈",
)  # fmt: skip


def test_every_linked_table_is_exported_or_left_out_for_a_reason() -> None:
    """Schema-driven: a new table that names a chat is exported by itself, or stands in LEFT_OUT."""
    linked = {
        table.name
        for table in metadata.sorted_tables
        if any(key.column.table is conversations for key in table.foreign_keys)
    }
    exported = {table.name for table in export.linked()}
    assert linked == exported | AS_LINES.keys() & linked | LEFT_OUT.keys()
    assert all(reason for reason in (*AS_LINES.values(), *LEFT_OUT.values(), *SECRETS.values()))


def test_every_sealed_column_of_theirs_can_be_opened() -> None:
    sealed = {(table.name, column) for table, column, _where in SEALED}
    for table in (*export.linked(), conversations, ticket_messages):
        for column in table.columns:
            if isinstance(column.type, LargeBinary):
                assert (table.name, column.name) in sealed, f"{table.name}.{column.name}"


async def test_all_that_was_said_and_made_is_in_it(database: Database, tmp_path: Path) -> None:
    talks = Talks(database)
    await talks.all("anna", *TALK)
    await talks.all("bela", "/feedback", "别人的事", "说完了", "投诉", "跳过", "让他们看到", "提交")
    told: Any = talks.services(lambda services: services.privacy.export(Address("web", "anna")))
    words = json.dumps(told, ensure_ascii=False)
    for mine in ("云雀儿", "金丝雀", "13912345678", "11010519491231002X", "金雀花路77号",
                 "电梯坏了三个月", "阿妈妈", NUMBER):  # fmt: skip
        assert mine in words, mine
    assert "别人的事" not in words
    records = told["records"]
    for table in ("conversations", "bookings", "tickets", "ticket_messages", "consents",
                  "application_links", "applications", "application_stages"):  # fmt: skip
        assert records[table], table
    for table in (*export.linked(), conversations):
        for row in records[table.name]:
            assert set(row) == {column.name for column in table.columns} - SECRETS.keys()
    assert records["application_links"][0]["told"] is True


async def test_what_is_forgotten_by_wish_is_not_linked_either(database: Database) -> None:
    talks = Talks(database)
    await talks.all("anna", *TALK)
    await talks.all("anna", "删除我的数据", "是")
    assert "阿妈妈" not in json.dumps(
        talks.services(lambda services: services.privacy.export(Address("web", "anna")))
    )


async def test_erased_is_no_longer_linked(database: Database) -> None:
    talks = Talks(database)
    await talks.all("anna", *TALK)
    who = Address("web", "anna")
    assert talks.services(lambda services: services.privacy.erase(who))
    assert talks.services(lambda services: services.privacy.export(who)) is None
    for table in ("application_links", "application_news"):
        count = database.write_now(
            lambda one, table=table: one.exec_driver_sql(f"select count(*) from {table}").scalar()
        )
        assert count == 0, table
