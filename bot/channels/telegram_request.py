"""The library's calls over aiohttp: a third of the processor time of its own httpx way."""

from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

CONNECT, WAIT_FOR_A_CONNECTION, READ = 5.0, 2.0, 8.0
WRITE = 8.0
"""Seconds; all together below the relay's lease: `sock_read` begins when all has been written."""
CONNECTIONS = 64
KEPT_OPEN = 15.0
"""Seconds that an idle connection is used again: longer, and the server may just be closing it."""

NEVER_LEFT = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)
"""No connection, so nothing was sent."""


class AiohttpRequest(BaseRequest):
    """telegram.request.BaseRequest. The proxy is that of the environment (HTTPS_PROXY)."""

    def __init__(self) -> None:
        self._client: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return READ

    async def initialize(self) -> None:
        """Nothing: the connection is made where it is first needed."""

    async def shutdown(self) -> None:
        client, self._client = self._client, None
        if client:
            await client.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The status and the body. Raises TimedOut and NetworkError, with their cause."""
        connect, wait = (
            _given(connect_timeout, CONNECT),
            _given(pool_timeout, WAIT_FOR_A_CONNECTION),
        )
        read, write = _given(read_timeout, READ), _given(write_timeout, WRITE)
        timeout = aiohttp.ClientTimeout(
            total=connect + wait + write + read,
            connect=connect + wait,
            sock_connect=connect,
            sock_read=read,
        )
        try:
            async with self._open(url).request(
                method, url, data=_body(request_data), timeout=timeout, allow_redirects=False
            ) as answer:
                return answer.status, await answer.read()
        except TimeoutError as error:
            raise TimedOut from error
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(f"{type(error).__name__}: {error}") from error

    def _open(self, url: str) -> aiohttp.ClientSession:
        """One server's, so its proxy is looked up once.

        aiohttp's `trust_env` asks for it, and for a .netrc, in threads before every request.
        """
        if self._client is None:
            self._client = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=KEPT_OPEN),
                headers={"User-Agent": self.USER_AGENT},
                proxy=_proxy(url),
            )
        return self._client


def _proxy(url: str) -> str | None:
    server = urlsplit(url)
    if server.hostname and proxy_bypass(server.hostname):
        return None
    return getproxies().get(server.scheme)


def _given(timeout: Any, otherwise: float) -> float:
    if timeout is None or timeout is BaseRequest.DEFAULT_NONE:
        return otherwise
    return float(timeout)


def _body(request_data: RequestData | None) -> aiohttp.FormData | aiohttp.BytesPayload | None:
    if request_data is None:
        return None
    if not request_data.contains_files:
        # Not url-encoded: that costs a Chinese text more time than all the rest.
        return aiohttp.BytesPayload(request_data.json_payload, content_type="application/json")
    form = aiohttp.FormData()
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, media_type) in (request_data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=media_type)
    return form
