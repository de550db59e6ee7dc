"""Who is writing on the chat page: a cookie with a random token, and what is derived from it.

The token itself is never stored on our side: the chat's name in the database is its hash, and the
token of the forms is a keyed digest of it, so that no server-side session is needed at all.
"""

import hashlib
import hmac
import ipaddress
import re
import secrets
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aiohttp.web import Request, StreamResponse

REMEMBERED_FOR = timedelta(days=400)
"""The longest that browsers allow; every page view begins it anew."""

_REMEMBERED = 10_000
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Session:
    """One browser."""

    token: str
    """256 random bits; only this browser knows them."""
    fresh: bool = False
    """Made for this very request: its cookie has not come back yet."""

    @property
    def user_id(self) -> str:
        """The chat's name in our store."""
        return hashlib.sha256(b"doorstep web chat " + self.token.encode()).hexdigest()[:40]

    @property
    def form_token(self) -> str:
        """What every form of this browser must carry; another site cannot know it."""
        return self._digest(b"form")

    def event_id(self, message_id: str, *content: bytes) -> str:
        """Equal when the same message is posted again.

        The digest is for a page that came back from the browser's history: the same id with other
        words is another message, and must not be lost as a repeat.
        """
        return f"{self.user_id[:16]}-{message_id}-{self._digest(*content)[:8]}"

    def owns(self, form_token: str) -> bool:
        return hmac.compare_digest(self.form_token.encode(), form_token.encode())

    def _digest(self, *content: bytes) -> str:
        sizes = b",".join(str(len(part)).encode() for part in content)
        message = b"\0".join((sizes, *content))
        return hmac.new(self.token.encode(), message, hashlib.sha256).hexdigest()[:32]


def new_session() -> Session:
    return Session(secrets.token_urlsafe(32), fresh=True)


class Cookies:
    """The three cookies of the page: who, which language, how large."""

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure
        self._prefix = "__Host-doorstep" if secure else "doorstep"

    def session(self, request: Request) -> Session | None:
        token = request.cookies.get(f"{self._prefix}-chat", "")
        return Session(token) if _TOKEN.fullmatch(token) else None

    def read(self, request: Request, name: str) -> str:
        return request.cookies.get(f"{self._prefix}-{name}", "")

    def remember(self, response: StreamResponse, session: Session) -> None:
        self.write(response, "chat", session.token)

    def write(self, response: StreamResponse, name: str, value: str) -> None:
        response.set_cookie(
            f"{self._prefix}-{name}",
            value,
            max_age=int(REMEMBERED_FOR.total_seconds()),
            path="/",
            httponly=True,
            samesite="Lax",
            secure=self._secure,
        )


def from_our_page(request: Request) -> bool:
    """Whether this POST may have come from a page of ours, as far as the browser says.

    Origin is 'null' for our own forms, because our pages send no referrer; what then protects is
    SameSite and the form's token.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin", "null")
    return origin == "null" or urlsplit(origin).netloc == request.host


@dataclass(frozen=True, slots=True)
class Networks:
    """From which network a request comes: whoever makes up cookies still has one address."""

    proxy_header: str = ""
    """In which a proxy of ours writes who asks it (DOORSTEP_PROXY_HEADER); '': there is none."""

    def of(self, request: Request) -> str:
        """'' where nobody can tell: behind a proxy that says nothing everybody looks the same."""
        said = request.headers.get(self.proxy_header, "") if self.proxy_header else request.remote
        try:
            # What stands before the last comma the sender may have made up.
            address = ipaddress.ip_address((said or "").rpartition(",")[2].strip())
        except ValueError:
            return ""
        if not address.is_global and not self.proxy_header:
            return ""
        if isinstance(address, ipaddress.IPv4Address):
            return str(address)
        return str(ipaddress.ip_network((address, 64), strict=False))


class Pace:
    """How many messages one browser may send: `most` within `window`, in this process."""

    def __init__(self, most: int = 30, window: timedelta = timedelta(minutes=1)) -> None:
        self._most = most
        self._window = window
        self._sent: dict[str, deque[datetime]] = {}

    def allows(self, user_id: str, now: datetime) -> bool:
        """Count one more message, unless it is one too many."""
        if user_id not in self._sent:
            self._forget(now)
        sent = self._sent.setdefault(user_id, deque())
        while sent and sent[0] <= now - self._window:
            sent.popleft()
        if len(sent) >= self._most:
            return False
        sent.append(now)
        return True

    def _forget(self, now: datetime) -> None:
        if len(self._sent) < _REMEMBERED:
            return
        idle = [one for one, sent in self._sent.items() if sent[-1] <= now - self._window]
        for one in idle:
            del self._sent[one]
