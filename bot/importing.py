"""Works through imports of applications, a small transaction after the other, until they are done.

Any replica may; whoever has the lease does. What a crash left is gone on with.
"""

import asyncio
import logging
from collections.abc import Iterator
from io import BytesIO
from itertools import islice

from bot.i18n import Text
from bot.services.application_import_work import BATCH
from bot.sheets import Row, Unreadable, rows
from bot.storage.application_imports import Import
from bot.storage.db import Unavailable
from bot.web.office import Office

log = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between two looks for something to do."""


class Importing:
    """One import at a time of this process."""

    def __init__(self, office: Office, me: str) -> None:
        self._office = office
        self._me = me

    async def run(self) -> None:
        while True:
            try:
                while await self.work():
                    pass
            except Unavailable:
                log.warning("store_down", extra={"seconds": EVERY})
            except Exception:  # the next import must still be done
                log.exception("import_failed")
            await asyncio.sleep(EVERY)

    async def work(self) -> bool:
        """One step of one import: its check, its writing, its undoing. False: none waits."""
        job = await self._office.write(
            lambda services: services.application_import_work.claim(self._me)
        )
        if job is None:
            return False
        if job.state == "checking":
            await self._check(job)
        elif job.state == "running":
            while await self._office.write(
                lambda services: services.application_import_work.write(job, self._me)
            ):
                pass
        else:
            while await self._office.write(
                lambda services: services.application_import_work.take_back(job, self._me)
            ):
                pass
        return True

    async def _check(self, job: Import) -> None:
        content = await self._office.read(
            lambda services: services.application_import_work.content(job.id)
        )
        await self._office.write(
            lambda services: services.application_import_work.begin_check(job.id)
        )
        fault: Text | None = None
        try:
            sheet = rows(BytesIO(content))
            await asyncio.to_thread(lambda: next(sheet, None))  # the heading
            while batch := await asyncio.to_thread(_some, sheet):
                if not await self._office.write(
                    lambda services, batch=batch: services.application_import_work.check(  # type: ignore[misc]
                        job, batch, self._me
                    )
                ):
                    return
        except Unreadable as unreadable:
            fault = unreadable.text
        await self._office.write(
            lambda services: services.application_import_work.end_check(job, fault)
        )


def _some(sheet: Iterator[Row]) -> list[Row]:
    return list(islice(sheet, BATCH))
