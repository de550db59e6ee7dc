"""The same dialogue held by python-telegram-bot, and the same rows written by sqlite3 alone."""

import asyncio
import json
import os
import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from telegram import Bot, Update
from telegram.ext import (
    Application,
    CommandHandler,
    ConversationHandler,
    MessageHandler,
    PicklePersistence,
    filters,
)
from telegram.request import BaseRequest

from benchmarks.dialogue import ANSWER, QUESTIONS, UPDATES

NOON = int(datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp())


class NoNetwork(BaseRequest):
    """Answers every method as Telegram would, at once."""

    read_timeout = 1.0

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(self, url: str, method: str, *given: Any, **named: Any) -> Any:
        user = {"id": 1, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
        message = {"message_id": 1, "date": NOON, "chat": {"id": 1, "type": "private"}}
        result = user if url.endswith("getMe") else message
        return 200, json.dumps({"ok": True, "result": result}).encode()


async def ask(number: int, update: Update, context: Any) -> int:
    assert update.message
    if number:
        context.user_data[f"q{number - 1}"] = update.message.text
    if number == len(QUESTIONS):
        await update.message.reply_text("Thank you. We have noted everything.")
        return ConversationHandler.END
    await update.message.reply_text(f"Please write {QUESTIONS[number]}.")
    return number


def asking(number: int) -> Any:
    async def handler(update: Update, context: Any) -> int:
        return await ask(number, update, context)

    return handler


def update_of(bot: Bot, user: int, number: int, text: str) -> Update:
    entities = [{"type": "bot_command", "offset": 0, "length": 4}] if text[0] == "/" else []
    raw = {
        "update_id": user * 100 + number,
        "message": {
            "message_id": number + 1,
            "date": NOON,
            "chat": {"id": user, "type": "private", "first_name": "B"},
            "from": {"id": user, "is_bot": False, "first_name": "B"},
            "text": text,
            "entities": entities,
        },
    }
    update = Update.de_json(raw, bot)
    assert update
    return update


async def telegram_bot_dialogues(path: Path, dialogues: int, known: int) -> tuple[float, float]:
    """ConversationHandler and PicklePersistence, flushed at every update (without fsync).

    `known` people have held the dialogue before: their answers are in the file already.
    """
    application = (
        Application.builder()
        .token("1:bench")
        .request(NoNetwork())
        .get_updates_request(NoNetwork())
        .persistence(PicklePersistence(path, update_interval=3600))
        .build()
    )
    words = filters.TEXT & ~filters.COMMAND
    application.add_handler(
        ConversationHandler(
            entry_points=[CommandHandler("six", asking(0))],
            states={
                number: [MessageHandler(words, asking(number + 1))]
                for number in range(len(QUESTIONS))
            },
            fallbacks=[],
            name="six",
            persistent=True,
        )
    )
    async with application:
        assert application.persistence
        for user in range(known):
            answers = {f"q{number}": ANSWER for number in range(len(QUESTIONS))}
            await application.persistence.update_user_data(dialogues + 1 + user, answers)
        wall, cpu = time.perf_counter(), time.process_time()
        for user in range(1, dialogues + 1):
            for number, text in enumerate(UPDATES):
                await application.process_update(update_of(application.bot, user, number, text))
                await application.update_persistence()
                await application.persistence.flush()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    turns = dialogues * len(UPDATES)
    return turns / wall, cpu / turns * 1000


def sqlite_dialogues(path: Path, dialogues: int, commits: int) -> tuple[float, float]:
    """The rows of a turn, written by sqlite3 alone; `commits` a turn: 3 as we do it, or 1.

    Three: what came is stored; the turn's state and reply; the reply is marked as sent.
    """
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("pragma journal_mode=wal")
    database.execute("pragma synchronous=full")
    sealed, state = os.urandom(400), os.urandom(900)
    wall, cpu = time.perf_counter(), time.process_time()
    for user in range(dialogues):
        for number in range(len(UPDATES)):
            _write(database, f"u{user}", number, sealed, state, commits)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    database.close()
    turns = dialogues * len(UPDATES)
    return turns / wall, cpu / turns * 1000


def _write(
    database: sqlite3.Connection, user: str, number: int, sealed: bytes, state: bytes, commits: int
) -> None:
    at = "2026-03-02 04:00:00.000000"
    run = database.execute
    run("begin immediate")
    run(
        "insert into conversations(channel, user_id, language, created_at) values ('web',?,'en',?)"
        " on conflict do nothing",
        (user, at),
    )
    (chat,) = run(
        "select id from conversations where channel='web' and user_id=?", (user,)
    ).fetchone()
    (heard,) = run(
        "insert into inbox(channel, event_id, conversation_id, sealed, state, received_at)"
        " values ('web',?,?,?,'waiting',?) returning id",
        (f"{user}-{number}", chat, sealed, at),
    ).fetchone()
    if commits > 1:
        run("commit")
        run("begin immediate")
    run("select sealed, language from conversations where id=?", (chat,)).fetchone()
    run(
        "select id, sealed from inbox where conversation_id=? and state='waiting' order by id",
        (chat,),
    ).fetchone()
    run("update conversations set sealed=?, last_heard=? where id=?", (state, at, chat))
    run("update inbox set state='handled' where id=?", (heard,))
    (reply,) = run(
        "insert into outbox(uid, conversation_id, inbox_id, language, sealed, state, due,"
        " created_at, lease_owner, lease_until) values (?,?,?,'en',?,'sending',?,?,'bench',?)"
        " returning id",
        (os.urandom(16).hex(), chat, heard, sealed, at, at, at),
    ).fetchone()
    if commits > 1:
        run("commit")
        run("begin immediate")
    run(
        "update outbox set state='sent', sent_at=?, lease_owner=null, lease_until=null where id=?",
        (at, reply),
    )
    run("commit")


def telegram_bot(path: Path, dialogues: int, known: int) -> tuple[float, float]:
    return asyncio.run(telegram_bot_dialogues(path, dialogues, known))
