"""The commands of `doorstep`, by hand. Each imports what it needs when it runs."""

from bot.commands.audit import AUDIT
from bot.commands.base import Command
from bot.commands.data import CONTENT, ERASE, EXPORT, IMPORT, KEYS
from bot.commands.serve import DOCTOR, MIGRATE, OPENAPI, RUN
from bot.commands.staff import STAFF
from bot.commands.talk import ASK, BENCH, CHAT
from bot.commands.wechat import WECHAT

COMMANDS: tuple[Command, ...] = (
    RUN,
    MIGRATE,
    DOCTOR,
    ASK,
    CHAT,
    STAFF,
    AUDIT,
    IMPORT,
    EXPORT,
    ERASE,
    KEYS,
    CONTENT,
    OPENAPI,
    WECHAT,
    BENCH,
)
