"""Reads another system's applications over HTTP: docs/applications-source.yaml is the contract.

One replica at a time, by a lease; from the cursor at which the last whole reading ended; page by
page, each in a transaction of its own. What goes wrong is told in the console and to whoever asks;
the next try comes later each time.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from bot.i18n import Json, Text, _
from bot.storage.application_sources import PullState
from bot.storage.db import Unavailable
from bot.web.office import Office

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)
"""Between two readings that went well."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=15)
LEASE = timedelta(seconds=90)
"""A page takes less than this."""
ITEMS = 500
"""Asked for on one page."""
MOST_ITEMS = 2_000
LARGEST_PAGE = 8 * 1024 * 1024
MOST_PAGES = 20_000
TIMEOUT = 20.0
"""Seconds for one page."""
LONGEST_CURSOR = 400
LOOK_EVERY = 5.0


class BadSource(Exception):
    """The source is down or answers something else than it should; `words` are for staff."""

    def __init__(self, words: Text) -> None:
        super().__init__(words.msgid)
        self.words = words


@dataclass(frozen=True, slots=True)
class Page:
    items: list[Json]
    next_page: str
    cursor: str


class Pulling:
    """`address` of the source, without a slash at its end; '' is never given."""

    def __init__(
        self,
        office: Office,
        address: str,
        token: str,
        me: str,
        now: Callable[[], datetime],
        timeout: float = TIMEOUT,
    ) -> None:
        self._office = office
        self._address = address.rstrip("/")
        self._token = token
        self._me = me
        self._now = now
        self._timeout = aiohttp.ClientTimeout(total=timeout)

    async def run(self) -> None:
        async with aiohttp.ClientSession(timeout=self._timeout) as session:
            while True:
                try:
                    await self.pull(session)
                except Unavailable:
                    log.warning("store_down", extra={"seconds": LOOK_EVERY})
                except Exception:  # the next round must come
                    log.exception("pull_failed")
                await asyncio.sleep(LOOK_EVERY)

    async def pull(self, session: aiohttp.ClientSession) -> bool:
        """One reading from the cursor on, if it is time and nobody else reads; False: it is not."""
        state = await self._office.write(
            lambda services: services.application_sources.claim_pull(self._me, LEASE)
        )
        if state is None:
            return False
        try:
            cursor, refused = await self._read(session, state)
        except Unavailable:
            raise
        except Exception as error:
            broken = BadSource(_("The source's data could not be taken over."))
            trouble = error if isinstance(error, BadSource) else broken
            if trouble is broken:
                log.exception("pull_failed")
            later = self._now() + pause(state.failures)
            words = json.dumps(trouble.words.dump())
            log.warning("source_down", extra={"seconds": pause(state.failures).seconds})
            await self._office.write(
                lambda services: services.application_sources.fail_pull(self._me, words, later)
            )
            return True
        following = self._now() + EVERY
        await self._office.write(
            lambda services: services.application_sources.end_pull(
                self._me, cursor, refused, following
            )
        )
        return True

    async def _read(self, session: aiohttp.ClientSession, state: PullState) -> tuple[str, int]:
        """The new cursor and how many items were refused. Raises BadSource.

        The cursor is kept only when all pages were read: what was read twice changes nothing.
        """
        seen: set[str] = set()
        page_name, cursor, refused = "", state.cursor, 0
        for _at in range(MOST_PAGES):
            page = await self._page(session, state.cursor, page_name)
            items = page.items
            _count, faults = await self._office.write(
                lambda services, items=items: services.application_sources.take_items(items)  # type: ignore[misc]
            )
            refused += len(faults)
            cursor = page.cursor or cursor
            if not page.next_page:
                return cursor, refused
            if page.next_page in seen:
                raise BadSource(_("it gives the same page again and again"))
            seen.add(page.next_page)
            page_name = page.next_page
            if not await self._office.write(
                lambda services: services.application_sources.keep_pull(self._me, LEASE)
            ):
                raise BadSource(_("another replica has taken over"))
        raise BadSource(_("it has more than {count} pages").fill(count=MOST_PAGES))

    async def _page(self, session: aiohttp.ClientSession, since: str, page: str) -> Page:
        query = {"limit": str(ITEMS)}
        query |= {"changed_since": since} if since else {}
        query |= {"page": page} if page else {}
        try:
            async with session.get(
                f"{self._address}/applications",
                params=query,
                headers={"Authorization": f"Bearer {self._token}", "Accept": "application/json"},
                allow_redirects=False,
            ) as answer:
                if answer.status != 200:  # noqa: PLR2004 - the one that is right
                    raise BadSource(_why(answer.status))
                raw = await _whole(answer)
        except TimeoutError as error:
            raise BadSource(_("it does not answer in time")) from error
        except (aiohttp.ClientError, OSError) as error:
            raise BadSource(_("it cannot be reached")) from error
        return _read_page(raw)


def pause(failures: int) -> timedelta:
    """30 s, 1, 2, 4 … minutes, at most 15."""
    doubled: timedelta = FIRST_PAUSE * 2 ** min(failures, 10)
    return min(doubled, LONGEST_PAUSE)


def _why(status: int) -> Text:
    if status in (401, 403):
        return _("it refuses our token ({status})").fill(status=status)
    return _("it answers {status}").fill(status=status)


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    """Raises BadSource for more than a page may have."""
    raw = bytearray()
    async for chunk in answer.content.iter_chunked(64 * 1024):
        raw += chunk
        if len(raw) > LARGEST_PAGE:
            raise BadSource(_("a page is larger than 8 MB"))
    return bytes(raw)


def _read_page(raw: bytes) -> Page:
    try:
        body: Any = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadSource(_("it does not answer with JSON")) from error
    if not isinstance(body, dict) or not isinstance(body.get("items"), list):
        raise BadSource(_("its answer has no list of items"))
    if len(body["items"]) > MOST_ITEMS:
        raise BadSource(_("a page has more than {count} items").fill(count=MOST_ITEMS))
    names = []
    for name in ("next_page", "cursor"):
        said = body.get(name) or ""
        if not isinstance(said, str) or len(said) > LONGEST_CURSOR:
            raise BadSource(_("its {name} is no short string").fill(name=name))
        names.append(said)
    return Page(body["items"], *names)
