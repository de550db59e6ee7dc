"""What the Bot API takes, as a table, and a check of a call against it.

Our own table stands below: the methods that we use, with the limits in Telegram's words. Where a
machine-readable copy of Telegram's page is at hand it is used instead (not committed: it is not
ours), and `make prove` compares the two.
"""

import json
import re
import subprocess
import sys
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SHARED = Path(__file__).parent.parent.parent / "shared" / "data" / "telegram_bot_api.json"
AIOGRAM = "aiogram==3.31.0"
"""MIT; its source distribution carries a copy of Telegram's page as JSON."""


@dataclass(frozen=True, slots=True)
class Field:
    types: tuple[str, ...]
    required: bool
    description: str = ""


Table = Mapping[str, Mapping[str, Field]]
"""Methods and types, by name: their fields."""

_MARKUP = "InlineKeyboardMarkup|ReplyKeyboardMarkup|ReplyKeyboardRemove|ForceReply"
_OWN = f"""
getMe
getUpdates offset:Integer limit:Integer timeout:Integer allowed_updates:Array_of_String
setWebhook url!:String certificate:InputFile ip_address:String max_connections:Integer:1-100. \
allowed_updates:Array_of_String drop_pending_updates:Boolean secret_token:String:1-256_characters
deleteWebhook drop_pending_updates:Boolean
getWebhookInfo
sendMessage chat_id!:Integer|String text!:String:1-4096_characters parse_mode:String \
link_preview_options:LinkPreviewOptions disable_notification:Boolean protect_content:Boolean \
reply_parameters:ReplyParameters reply_markup:{_MARKUP}
sendPhoto chat_id!:Integer|String photo!:InputFile|String caption:String:0-1024_characters \
reply_markup:{_MARKUP}
sendDocument chat_id!:Integer|String document!:InputFile|String \
caption:String:0-1024_characters reply_markup:{_MARKUP}
editMessageReplyMarkup chat_id:Integer|String message_id:Integer inline_message_id:String \
reply_markup:InlineKeyboardMarkup
answerCallbackQuery callback_query_id!:String text:String:0-200_characters show_alert:Boolean \
url:String cache_time:Integer
setMyCommands commands!:Array_of_BotCommand scope:BotCommandScope language_code:String
getFile file_id!:String
InlineKeyboardMarkup inline_keyboard!:Array_of_Array_of_InlineKeyboardButton
InlineKeyboardButton text!:String url:String callback_data:String:1-64_bytes
BotCommand command!:String:1-32_characters description!:String:1-256_characters
LinkPreviewOptions is_disabled:Boolean url:String prefer_small_media:Boolean \
prefer_large_media:Boolean show_above_text:Boolean
"""
_RANGE = re.compile(r"(\d+)-(\d+)( characters| bytes|\.)")


@cache
def own() -> Table:
    table: dict[str, dict[str, Field]] = {}
    for line in _OWN.split("\n"):
        name, *fields = line.split() or [""]
        for field in fields:
            key, types, *limit = field.split(":")
            table.setdefault(name, {})[key.rstrip("!")] = Field(
                tuple(types.replace("_", " ").split("|")),
                key.endswith("!"),
                "".join(limit).replace("_", " "),
            )
        if name:
            table.setdefault(name, {})
    return table


def of_spec(spec: Any) -> Table:
    """github.com/PaulSonOfLars/telegram-bot-api-spec, api.json."""
    return {
        one["name"]: {
            field["name"]: Field(tuple(field["types"]), field["required"], field["description"])
            for field in one.get("fields", ())
        }
        for one in (*spec["methods"].values(), *spec["types"].values())
    }


def of_aiogram(schema: Any) -> Table:
    """.butcher/schema/schema.json of aiogram's source distribution."""
    return {
        one["name"]: {
            field["name"]: Field(
                tuple(re.split(r" or |, ", field["type"])), field["required"], field["description"]
            )
            for field in one["annotations"]
        }
        for group in schema["items"]
        for one in group["children"]
    }


@cache
def at_hand() -> Table:
    """The best table that needs no network."""
    return of_spec(json.loads(SHARED.read_text())) if SHARED.exists() else own()


def by_pip(folder: Path) -> Table:
    """Telegram's page as aiogram copied it. Raises CalledProcessError where pip reaches nothing."""
    pip = (sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", "aiogram")
    subprocess.run([*pip, "-d", str(folder), AIOGRAM], check=True, capture_output=True)
    with tarfile.open(next(folder.glob("aiogram-*.tar.gz"))) as archive:
        name = next(one for one in archive.getnames() if one.endswith("/schema/schema.json"))
        file = archive.extractfile(name)
        assert file
        return of_aiogram(json.load(file))


def decoded(method: str, form: Mapping[str, str], table: Table) -> dict[str, Any]:
    """A form's fields with their types: all but strings come as JSON. Raises ValueError."""
    values: dict[str, Any] = {}
    for name, raw in form.items():
        field = table[method].get(name)
        types = field.types if field else ("String",)
        if "String" not in types or ("Integer" in types and raw.lstrip("-").isdecimal()):
            values[name] = json.loads(raw)
        else:
            values[name] = raw
    return values


def faults_of(method: str, values: Mapping[str, Any], table: Table) -> list[str]:
    """What is wrong with this call; empty: nothing."""
    return _faults_of_object(method, values, table, method)


def _faults_of_object(name: str, values: Any, table: Table, where: str) -> list[str]:
    if not isinstance(values, Mapping):
        return [f"{where}: an object is expected"]
    fields = table.get(name, {})
    if not fields and name not in own():
        return []  # a union, or a type that our own table leaves out
    found = [
        f"{where}.{key} is missing" for key, field in fields.items()
        if field.required and key not in values
    ]  # fmt: skip
    for key, value in values.items():
        if key not in fields:
            found.append(f"{where}.{key} is unknown")
            continue
        field = fields[key]
        here = f"{where}.{key}"
        tries: list[list[str]] = [_faults(kind, value, table, here) for kind in field.types]
        fewest = min(tries, key=len)
        found += fewest
        found += _faults_of_length(value, field.description, here)
    return found


def _faults(kind: str, value: Any, table: Table, where: str) -> list[str]:
    if kind.startswith("Array of "):
        if not isinstance(value, Sequence) or isinstance(value, str):
            return [f"{where}: an array is expected"]
        inner = kind.removeprefix("Array of ")
        return [
            fault
            for position, one in enumerate(value)
            for fault in _faults(inner, one, table, f"{where}[{position}]")
        ]
    scalars: dict[str, tuple[type, ...]] = {
        "Integer": (int,),
        "String": (str,),
        "Boolean": (bool,),
        "True": (bool,),
        "Float": (int, float),
        "InputFile": (str,),
    }
    if kind in scalars:
        return [] if type(value) in scalars[kind] else [f"{where}: {kind} is expected"]
    return _faults_of_object(kind, value, table, where)


def _faults_of_length(value: Any, description: str, where: str) -> list[str]:
    """The limits stand in Telegram's sentences: '1-4096 characters', '1-64 bytes', '1-100.'."""
    limit = _RANGE.search(description)
    if not limit:
        return []
    least, most, unit = int(limit[1]), int(limit[2]), limit[3]
    if isinstance(value, str) and unit.strip() in ("characters", "bytes"):
        size = len(value.encode()) if "bytes" in unit else len(value.encode("utf-16-le")) // 2
    elif type(value) is int and unit == ".":
        size = value
    else:
        return []
    return [] if least <= size <= most else [f"{where}: {size} is not within {limit[0]}"]
