"""The settings of the WeChat channel, DOORSTEP_WECHAT_…, as bot.config reads and checks them."""

import re
from dataclasses import dataclass, field
from typing import Protocol

CARRIES = ("link", "consent", "allowed")
MODES = ("customer_service", "passive")
ENCRYPTIONS = ("plain", "compatible", "encrypted")
_AES_KEY = re.compile(r"[A-Za-z0-9]{43}")
_TOKEN = re.compile(r"[A-Za-z0-9]{3,32}")
_FIELD = re.compile(r"[a-z_]{1,30}\d{0,3}")
_API = "https://api.weixin.qq.com"


class Reader(Protocol):
    """What bot.config reads one setting with."""

    def fault(self, sentence: str) -> None: ...
    def text(self, name: str, default: str) -> str: ...
    def one_of(self, name: str, allowed: tuple[str, ...], default: str) -> str: ...
    def url(self, name: str, default: str) -> str: ...


@dataclass(frozen=True, slots=True)
class WeChatConfig:
    """See docs/settings.md; without an app id there is no WeChat channel."""

    app_id: str = ""
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    aes_keys: tuple[str, ...] = field(default=(), repr=False)
    api_url: str = _API
    encryption: str = "plain"
    mode: str = "customer_service"
    personal_data: str = "consent"
    notice_template: str = ""
    notice_fields: tuple[str, ...] = ("thing1", "time2")


def read(reader: Reader, public_url: str) -> WeChatConfig:
    """Faults go to the reader, each naming its setting."""
    keys = tuple(reader.text("DOORSTEP_WECHAT_AES_KEY", "").replace(",", " ").split())
    fields = reader.text("DOORSTEP_WECHAT_NOTICE_FIELDS", "thing1,time2").replace(",", " ")
    found = WeChatConfig(
        app_id=reader.text("DOORSTEP_WECHAT_APP_ID", ""),
        secret=reader.text("DOORSTEP_WECHAT_SECRET", ""),
        token=reader.text("DOORSTEP_WECHAT_TOKEN", ""),
        aes_keys=keys,
        api_url=reader.url("DOORSTEP_WECHAT_API_URL", _API).rstrip("/"),
        encryption=reader.one_of(
            "DOORSTEP_WECHAT_ENCRYPTION", ENCRYPTIONS, "encrypted" if keys else "plain"
        ),
        mode=reader.one_of("DOORSTEP_WECHAT_MODE", MODES, "customer_service"),
        personal_data=reader.one_of(
            "DOORSTEP_WECHAT_PERSONAL_DATA", CARRIES, "link" if public_url else "consent"
        ),
        notice_template=reader.text("DOORSTEP_WECHAT_NOTICE_TEMPLATE", ""),
        notice_fields=tuple(fields.split()),
    )
    if found.app_id:
        _check(reader, found, public_url)
    return found


def _check(reader: Reader, found: WeChatConfig, public_url: str) -> None:
    if not _TOKEN.fullmatch(found.token):
        reader.fault(
            "DOORSTEP_WECHAT_TOKEN must be the Token that you typed at the platform under "
            "'server configuration': 3 to 32 letters and digits."
        )
    if found.mode != "passive" and not found.secret:
        reader.fault(
            "DOORSTEP_WECHAT_SECRET is empty: set the AppSecret of the account, or "
            "DOORSTEP_WECHAT_MODE=passive if the account may only answer."
        )
    if any(not _AES_KEY.fullmatch(key) for key in found.aes_keys):
        reader.fault(
            "DOORSTEP_WECHAT_AES_KEY: an EncodingAESKey has 43 letters and digits; copy it "
            "whole from the platform (several, newest first, with commas)."
        )
    if found.encryption != "plain" and not found.aes_keys:
        reader.fault(
            f"DOORSTEP_WECHAT_ENCRYPTION={found.encryption} needs DOORSTEP_WECHAT_AES_KEY, the "
            "EncodingAESKey of the account."
        )
    if found.personal_data == "link" and not public_url:
        reader.fault(
            "DOORSTEP_WECHAT_PERSONAL_DATA=link needs DOORSTEP_PUBLIC_URL, the address of our "
            "own page: set it, or choose consent."
        )
    if any(not _FIELD.fullmatch(name) for name in found.notice_fields):
        reader.fault(
            "DOORSTEP_WECHAT_NOTICE_FIELDS: name the template's fields for what and when, such "
            "as thing1,time2."
        )
