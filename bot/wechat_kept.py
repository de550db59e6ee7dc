"""The WeChat channel as an installation runs it: its settings, manners, and what is kept for it."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from bot.allowance import Allowance
from bot.channels.base import Ears, StoreDown
from bot.channels.wechat import MORE_WORDS, WeChat, WeChatSettings
from bot.channels.wechat_decode import granted_by
from bot.config import Config
from bot.dialog import Carrying
from bot.manners import Manners
from bot.messages import IncomingMessage
from bot.storage import wechat
from bot.storage.db import Connection, Database, Unavailable

T = TypeVar("T")


class WeChatKept:
    """bot.channels.wechat_settings: Ledger, TokenStore and Nonces. All raise StoreDown."""

    def __init__(self, database: Database, app_id: str, now: Callable[[], datetime]) -> None:
        self._database = database
        self._app_id = app_id
        self._now = now

    # --- Ledger

    async def left(self, openid: str) -> Allowance:
        now = self._now()
        return await self._read(lambda connection: wechat.left(connection, openid, now))

    async def spend(self, openid: str) -> bool:
        now = self._now()
        return await self._write(lambda connection: wechat.spend(connection, openid, now))

    async def refund(self, openid: str) -> None:
        now = self._now()
        await self._write(lambda connection: wechat.refund(connection, openid, now))

    async def close(self, openid: str) -> None:
        await self._write(lambda connection: wechat.close(connection, openid))

    async def agreed(self, openid: str, template: str, count: int, event: str) -> None:
        now = self._now()
        await self._write(
            lambda connection: wechat.agree(connection, openid, template, count, event, now)
        )

    async def take_agreement(self, openid: str, template: str) -> bool:
        now = self._now()
        return await self._write(
            lambda connection: wechat.take_agreement(connection, openid, template, now)
        )

    # --- TokenStore

    async def load(self) -> tuple[str, datetime] | None:
        return await self._read(lambda connection: wechat.token(connection, self._app_id))

    async def claim(self) -> bool:
        now = self._now()
        return await self._write(
            lambda connection: wechat.claim_token(connection, self._app_id, now)
        )

    async def save(self, token: str, until: datetime) -> None:
        await self._write(
            lambda connection: wechat.save_token(connection, self._app_id, token, until)
        )

    # --- Nonces

    async def first(self, signed: str, body: str) -> bool:
        now = self._now()
        key = hashlib.sha256(signed.encode()).hexdigest()
        return await self._write(lambda connection: wechat.is_first(connection, key, body, now))

    # --- below

    async def _write(self, work: Callable[[Connection], T]) -> T:
        try:
            return await self._database.write(work)
        except Unavailable as error:
            raise StoreDown(str(error)) from error

    async def _read(self, work: Callable[[Connection], T]) -> T:
        try:
            return await self._database.read(work)
        except Unavailable as error:
            raise StoreDown(str(error)) from error


def make_wechat(
    config: Config, ears: Ears, database: Database, now: Callable[[], datetime]
) -> WeChat:
    """The official account of the settings."""
    said = config.wechat
    settings = WeChatSettings(
        app_id=said.app_id,
        secret=said.secret,
        token=said.token,
        aes_keys=said.aes_keys,
        api_url=said.api_url,
        encryption=said.encryption,
        mode=said.mode,
        public_url=config.public_url,
        notice_template=said.notice_template,
        notice_fields=said.notice_fields,
    )
    kept = WeChatKept(database, said.app_id, now)
    return WeChat(settings, ears, kept, kept, kept, now)


def wechat_manners(config: Config) -> Manners:
    """DOORSTEP_WECHAT_PERSONAL_DATA, and what the platform's rules ask for.

    Its servers are in mainland China, so nothing is said of a country; but identity and
    disability are better kept out of any chat, which keeps them for ever.
    """
    carrying = {
        "link": Carrying.LINK_HERE,
        "consent": Carrying.CONSENT,
        "allowed": Carrying.ALLOWED,
    }[config.wechat.personal_data]
    return Manners(
        carrying,
        gathers=True,
        more=MORE_WORDS,
        erases_who_leaves=True,
        stored=_granted,
    )


def _granted(connection: Connection, message: IncomingMessage, now: datetime) -> None:
    """What was answered on our own page, WeChat knows nothing of."""
    if not message.private:
        wechat.grant(connection, message.sender.user_id, granted_by(message), now)
