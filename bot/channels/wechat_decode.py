"""The platform's fields as one of our messages. Pure.

Source of the fields: developers.weixin.qq.com, receiving messages and events. None where nobody
said anything to us; Strange for what the platform does not send, or not in this shape.
"""

import hashlib
import re
import unicodedata
from datetime import UTC, datetime

from bot.allowance import Grant
from bot.channels.wechat_settings import CHANNEL
from bot.channels.wechat_xml import Fields
from bot.messages import Address, Attachment, IncomingMessage, Kind

_OPENID = re.compile(r"[A-Za-z0-9_-]{20,64}")
_OUR_TOKEN = re.compile(r"\d{1,9}\.\d{1,3}|![!-~]{1,40}")
"""Of a list in the talk, or of a notice, which names what it is about."""
_LAST_SECOND = 253_402_300_799
_NOT_SHOWN = "【收到不支持的消息类型，暂无法显示】"
"""The platform's own words for a sticker and whatever else it does not pass on."""
COMMANDS = ("policy", "book", "status", "feedback", "mine", "human", "elsewhere")
"""What a menu's key, or the scene of a QR code, may ask for."""

_FILES = {
    "image": (Kind.PHOTO, "image/jpeg"),
    "voice": (Kind.VOICE, "audio/amr"),
    "video": (Kind.VIDEO, "video/mp4"),
    "shortvideo": (Kind.VIDEO, "video/mp4"),
}
_VOICES = {"amr": "audio/amr", "speex": "audio/ogg", "mp3": "audio/mpeg"}
_SILENT_EVENTS = frozenset(
    "view view_miniprogram location templatesendjobfinish masssendjobfinish "
    "subscribe_msg_sent_event subscribe_msg_popup_event subscribe_msg_change_event "
    "scancode_push scancode_waitmsg "
    "pic_sysphoto pic_photo_or_album pic_weixin location_select "
    "kf_create_session kf_close_session kf_switch_session".split()
)


class Strange(ValueError):
    """`what` is counted: 'openid', 'type' or 'field'."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def openid_of(fields: Fields) -> str:
    """Whose message it is. Raises Strange."""
    openid = fields.get("FromUserName", "")
    if not _OPENID.fullmatch(openid):
        raise Strange("openid")
    return openid


def decode(fields: Fields) -> IncomingMessage | None:
    """None: nothing that a person said to us. Raises Strange."""
    sender = Address(CHANNEL, openid_of(fields))
    moment = _moment(fields)
    kind = fields.get("MsgType", "")
    if kind == "event":
        return _event(fields, sender, moment)
    event_id = fields.get("MsgId", "")
    if not (event_id.isascii() and event_id.isdecimal() and len(event_id) <= 20):  # noqa: PLR2004 - of 64 bits
        raise Strange("field")
    if kind == "text":
        return _text(fields, sender, event_id, moment)
    if kind in _FILES:
        return _file(fields, sender, event_id, moment)
    if kind == "location":
        place = _words(fields, "Label")
        return IncomingMessage(sender, event_id, moment, Kind.LOCATION, place)
    if kind == "link":
        told = " ".join(_words(fields, name) for name in ("Title", "Description", "Url"))
        return IncomingMessage(sender, event_id, moment, Kind.TEXT, told.strip(), forwarded=True)
    raise Strange("type")


def _text(fields: Fields, sender: Address, event_id: str, moment: datetime) -> IncomingMessage:
    words = _words(fields, "Content")
    token = fields.get("bizmsgmenuid", "")
    if _OUR_TOKEN.fullmatch(token):
        return IncomingMessage(sender, event_id, moment, Kind.TAP, words, tap=token)
    if words.strip() == _NOT_SHOWN:
        return IncomingMessage(sender, event_id, moment, Kind.STICKER)
    if unicodedata.normalize("NFKC", words).strip() in ("0", "零", "〇"):
        words = "返回"  # on WeChat 0 is one question back; where nothing is open, the menu
    return IncomingMessage(sender, event_id, moment, Kind.TEXT, words)


def _file(fields: Fields, sender: Address, event_id: str, moment: datetime) -> IncomingMessage:
    kind, media_type = _FILES[fields["MsgType"]]
    reference = fields.get("MediaId", "")
    if not 1 <= len(reference) <= 300 or not reference.isascii():  # noqa: PLR2004 - files.origin
        raise Strange("field")
    heard = _words(fields, "Recognition").strip() if kind is Kind.VOICE else ""
    if kind is Kind.VOICE:
        media_type = _VOICES.get(fields.get("Format", "").lower(), media_type)
    return IncomingMessage(
        sender,
        event_id,
        moment,
        Kind.TEXT if heard else kind,
        heard,
        attachment=Attachment(reference, media_type),
    )


def event_id_of(fields: Fields, about: str) -> str:
    """Events have no id: who, when and what about is theirs, and the same in a repeat."""
    who, at, name = (fields.get(part, "") for part in ("FromUserName", "CreateTime", "Event"))
    told = f"{who} {at} {name.lower()} {about}"
    return f"e{hashlib.sha256(told.encode()).hexdigest()[:40]}"


def _event(fields: Fields, sender: Address, moment: datetime) -> IncomingMessage | None:
    name, key = fields.get("Event", "").lower(), _words(fields, "EventKey")
    event_id = event_id_of(fields, key)
    if name == "unsubscribe":
        return IncomingMessage(sender, event_id, moment, Kind.LEFT)
    if name in ("subscribe", "scan"):
        scene = key.removeprefix("qrscene_")
        asked = _command(scene, "start")
        if name == "subscribe" and asked != "/start":
            asked = f"/start {scene}"  # who is new here is greeted first
        return IncomingMessage(sender, event_id, moment, Kind.TEXT, asked)
    if name == "click":
        return IncomingMessage(sender, event_id, moment, Kind.TEXT, _command(key, "menu"))
    if name in _SILENT_EVENTS:
        return None
    raise Strange("type")


def granted_by(message: IncomingMessage) -> Grant:
    """What this message or event allows us to send (limits in force since June 2023).

    A tapped choice counts as a tap, although it comes as a text; so do following and scanning.
    """
    is_event = message.event_id.startswith("e")
    return Grant.TAP if is_event or message.kind is Kind.TAP else Grant.MESSAGE


def agreements(fields: Fields) -> list[tuple[str, bool]]:
    """Notices that the person agreed to (True) or wants no longer: (template, agreed)."""
    name = fields.get("Event", "").lower()
    holder = {
        "subscribe_msg_popup_event": "SubscribeMsgPopupEvent",
        "subscribe_msg_change_event": "SubscribeMsgChangeEvent",
    }.get(name)
    if holder is None:
        return []
    found = []
    for path, template in fields.items():
        if path.startswith(f"{holder}/") and path.endswith("/TemplateId"):
            status = fields.get(f"{path.removesuffix('TemplateId')}SubscribeStatusString", "")
            if status in ("accept", "reject"):
                found.append((template[:100], status == "accept"))
    return found


def _command(asked: str, otherwise: str) -> str:
    return f"/{asked if asked in COMMANDS else otherwise}"


def _moment(fields: Fields) -> datetime:
    said = fields.get("CreateTime", "")
    if not (said.isascii() and said.isdecimal() and int(said[:13]) <= _LAST_SECOND):
        raise Strange("field")
    return datetime.fromtimestamp(int(said[:13]), UTC)


def _words(fields: Fields, name: str) -> str:
    """What a database cannot store goes out."""
    return fields.get(name, "").replace("\0", "").encode(errors="replace").decode()
