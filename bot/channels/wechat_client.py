"""The calls that we make to the platform, over aiohttp.

Every call raises Told for a code of the platform's, TryLater where it certainly was not done, and
OutcomeUnknown where nobody knows. Addresses carry the access token, so none is ever logged.
"""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import aiohttp

from bot.channels.base import OutcomeUnknown, Refused, TryLater, Wait
from bot.channels.wechat_errors import TOKEN, Told
from bot.channels.wechat_settings import TokenStore, WeChatSettings
from bot.channels.wechat_token import AccessToken

LARGEST_FILE = 10 * 1024 * 1024
"""Of a picture that somebody sends."""
_SHORTEST_TOKEN = 60
_CONNECTIONS = 50


class Client:
    """One account's connection. All times together stay below the relay's lease."""

    def __init__(
        self,
        settings: WeChatSettings,
        store: TokenStore,
        now: Callable[[], datetime],
        wait: Wait = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._token = AccessToken(store, self._ask_for_token, now, wait)
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        session, self._session = self._session, None
        if session:
            await session.close()

    # --- what a person gets

    async def send_text(self, openid: str, text: str) -> str:
        told = await self._call(
            "/cgi-bin/message/custom/send",
            {"touser": openid, "msgtype": "text", "text": {"content": text}},
        )
        return str(told.get("msgid", ""))

    async def send_picture(self, openid: str, media_id: str) -> str:
        told = await self._call(
            "/cgi-bin/message/custom/send",
            {"touser": openid, "msgtype": "image", "image": {"media_id": media_id}},
        )
        return str(told.get("msgid", ""))

    async def send_notice(self, openid: str, fields: dict[str, str]) -> None:
        """A subscription notice (订阅通知): only to whom it was agreed with."""
        data = {name: {"value": value} for name, value in fields.items()}
        template = self._settings.notice_template
        await self._call(
            "/cgi-bin/message/subscribe/bizsend",
            {"touser": openid, "template_id": template, "data": data},
        )

    # --- files

    async def upload_picture(self, content: bytes, name: str) -> str:
        """Kept by the platform for three days; its media id."""

        def form() -> aiohttp.FormData:
            made = aiohttp.FormData()
            made.add_field("media", content, filename=name, content_type="image/png")
            return made

        told = await self._authorised(
            "/cgi-bin/media/upload", {"type": "image"}, lambda: {"data": form()}
        )
        return str(told["media_id"])

    async def file(self, media_id: str) -> bytes:
        """What somebody sent, while the platform has it. Raises Refused for one too large."""
        token = await self._token.get()
        try:
            return await self._file(media_id, token)
        except Told as told:
            if told.code not in TOKEN:
                raise
            return await self._file(media_id, await self._token.renew(token))

    async def _file(self, media_id: str, token: str) -> bytes:
        params = {"access_token": token, "media_id": media_id}
        try:
            async with self._open().get("/cgi-bin/media/get", params=params) as answer:
                if answer.status != HTTPStatus.OK:
                    raise TryLater(f"HTTP {answer.status}")
                if (answer.content_length or 0) > LARGEST_FILE:
                    raise Refused("larger than we keep")
                content = bytearray()
                async for piece in answer.content.iter_any():
                    content += piece
                    if len(content) > LARGEST_FILE:
                        raise Refused("larger than we keep")
                if answer.content_type in ("application/json", "text/plain"):
                    _checked(_parsed(bytes(content)))
                    raise Refused("not a file")  # a video's address, say: we keep none
                return bytes(content)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise TryLater(type(error).__name__) from None

    # --- the account

    async def create_menu(self, menu: dict[str, Any]) -> None:
        await self._call("/cgi-bin/menu/create", menu)

    async def check(self) -> None:
        """Are app id and secret accepted, from this machine's address?"""
        await self._token.get()

    async def _ask_for_token(self, force: bool) -> tuple[str, timedelta]:  # noqa: FBT001
        asked = {
            "grant_type": "client_credential",
            "appid": self._settings.app_id,
            "secret": self._settings.secret,
            "force_refresh": force,
        }
        try:
            told = await self._posted("/cgi-bin/stable_token", {}, {"json": asked})
        except OutcomeUnknown as error:  # to ask twice does no harm
            raise TryLater(str(error)) from None
        try:
            seconds = max(_SHORTEST_TOKEN, int(told["expires_in"]))
            return str(told["access_token"]), timedelta(seconds=seconds)
        except (KeyError, TypeError, ValueError):
            raise TryLater("no access token in the answer") from None

    # --- below

    async def _call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Written as UTF-8, never as escapes: the platform would show those."""
        written = json.dumps(body, ensure_ascii=False).encode(errors="replace")
        headers = {"Content-Type": "application/json; charset=utf-8"}
        return await self._authorised(path, {}, lambda: {"data": written, "headers": headers})

    async def _authorised(
        self, path: str, params: dict[str, str], made: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        """Once more with another token, where the platform does not take ours."""
        token = await self._token.get()
        try:
            return await self._posted(path, {**params, "access_token": token}, made())
        except Told as told:
            if told.code not in TOKEN:
                raise
        token = await self._token.renew(token)
        return await self._posted(path, {**params, "access_token": token}, made())

    async def _posted(
        self, path: str, params: dict[str, str], given: dict[str, Any]
    ) -> dict[str, Any]:
        try:
            async with self._open().post(path, params=params, **given) as answer:
                status, body = answer.status, await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise TryLater(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise OutcomeUnknown(type(error).__name__) from None
        if status != HTTPStatus.OK:
            if status == HTTPStatus.GATEWAY_TIMEOUT:
                raise OutcomeUnknown(f"HTTP {status}")
            raise TryLater(f"HTTP {status}")
        return _checked(_parsed(body))

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                base_url=self._settings.api_url,
                timeout=aiohttp.ClientTimeout(total=6, connect=3),
                connector=aiohttp.TCPConnector(limit=_CONNECTIONS),
            )
        return self._session


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise OutcomeUnknown("the platform's answer could not be read")
    return told


def _checked(told: dict[str, Any]) -> dict[str, Any]:
    code = told.get("errcode", 0)
    if code:
        words = str(told.get("errmsg", "")).partition(" rid:")[0].partition(" hint:")[0]
        raise Told(code if isinstance(code, int) else -1, words[:100])
    return told
