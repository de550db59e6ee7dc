"""Somebody at the chat page whose browser sends a message again until the page says it has it."""

import asyncio
import re
import secrets
from typing import Any, Self

import aiohttp

from bot.channels.web_session import Session, new_session

_ANSWERS = re.compile(r'data-who="(?:bot|staff)"')


class Resident:
    """`async with Resident(url) as me: await me.says(…)`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session: Session = new_session()
        self.sent = 0

    async def __aenter__(self) -> Self:
        self._client = aiohttp.ClientSession(
            cookies={"doorstep-chat": self._session.token},
            timeout=aiohttp.ClientTimeout(total=10),
            headers={"Accept": "application/json", "Sec-Fetch-Site": "same-origin"},
        )
        return self

    async def __aexit__(self, *_trouble: object) -> None:
        await self._client.close()

    @property
    def user_id(self) -> str:
        return self._session.user_id

    async def says(self, words: str) -> None:
        """Returns when it is stored; the same message however often it is sent."""
        message_id = secrets.token_urlsafe(12)
        while True:
            try:
                if await self.posts(words, message_id) == 200:
                    self.sent += 1
                    return
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(0.05)

    async def posts(
        self, words: str, message_id: str, to: str = "/chat", photo: bytes = b"", **more: str
    ) -> int:
        """One try; its status."""
        fields = {
            "form_token": self._session.form_token,
            "message_id": message_id,
            "text": words,
            **more,
        }
        with aiohttp.MultipartWriter("form-data") as form:
            for name, value in fields.items():
                form.append(value).set_content_disposition("form-data", name=name)
            if photo:
                part = form.append(photo, {"Content-Type": "image/jpeg"})
                part.set_content_disposition("form-data", name="photo", filename="a.jpg")
        async with self._client.post(f"{self._url}{to}", data=form) as answer:
            await answer.read()
            return answer.status

    def opens(self, **options: Any) -> Any:
        """The page itself, as a browser without a script shows it."""
        return self._client.get(f"{self._url}/", **options)

    async def sees(self, last: str, **more: str) -> int:
        """The page's script says that the lines up to that one came into sight."""
        return await self.posts("", secrets.token_urlsafe(12), "/chat/seen", last=last, **more)

    async def reads(self) -> str:
        """The whole talk, as the page would show it."""
        while True:
            try:
                async with self._client.get(f"{self._url}/chat/lines") as answer:
                    if answer.status == 200:
                        return await answer.text()
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(0.05)

    async def hears(self, count: int, timeout: float = 60) -> str:
        """The talk, once that many answers stand in it."""
        async with asyncio.timeout(timeout):
            while True:
                page = await self.reads()
                if self.answers(page) >= count:
                    return page
                await asyncio.sleep(0.05)

    @staticmethod
    def answers(page: str) -> int:
        return len(_ANSWERS.findall(page))
