"""The composition root: the only file that knows everything. It builds, starts and stops."""

import asyncio
import contextlib
import hashlib
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from aiohttp import web

from bot import demo, i18n
from bot.channels.base import Channel
from bot.channels.private_page import PrivatePage
from bot.channels.web import WebChat
from bot.channels.web_session import Networks
from bot.config import Config, ConfigError
from bot.dialog import Carrying, Engine
from bot.domain.articles import Article
from bot.ears import OurEars
from bot.forgetting import Forgetting
from bot.front_door import front_door
from bot.health import Health
from bot.hearing import finder_of
from bot.importing import Importing
from bot.inbox import Inbox, Manners
from bot.known import load_known
from bot.messages import Reply
from bot.pulling import Pulling
from bot.relay import Relay
from bot.services import Services
from bot.services.editions import files_of
from bot.speech import LocalProgram
from bot.storage import editions, schema
from bot.storage.db import Connection, Database, Unavailable
from bot.storage.marks import Marks
from bot.storage.vault import Vault
from bot.upkeep import Upkeep
from bot.visit_upkeep import VisitUpkeep
from bot.web import make_api, make_console
from bot.wechat_kept import make_wechat, wechat_manners
from handlers import HANDLERS, policy

log = logging.getLogger(__name__)

T = TypeVar("T")


class App:
    """One process of the service: database, conversations, channels, console."""

    def __init__(self, config: Config, clock: Callable[[], datetime] | None = None) -> None:
        """Raises ConfigError for what cannot be opened or read."""
        self.config = config
        # All of the host's name: those of replicas often differ at its end only.
        host = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:16]
        self.me = f"{host}:{os.getpid()}:{secrets.token_hex(4)}"
        self.now = clock or self._now
        self.database = Database(config.database_url, Vault(config.keys))
        self._migrate()
        self.known, self.hearing = load_known(config.public_url)
        self._content_version = ""
        self.database.write_now(self._refresh)
        engine = Engine(HANDLERS, self.hearing, i18n.translator)
        self.channels: dict[str, Channel] = {}
        self.relay = Relay(self.database, self.channels, i18n.translator, self.now, self.me)
        self.inbox = Inbox(
            self.database,
            engine,
            self.known,
            self.now,
            self.me,
            self.relay.deliver,
            {"telegram": Manners(telegram_carrying(config)), "wechat": wechat_manners(config)},
            lambda token: f"{config.public_url}/private/{token}",
        )
        self.ears = OurEars(self.inbox, self.database, self.now, self.known, self.relay.quiet)
        self._add_channels()
        visits = VisitUpkeep(self.database, self.known, self.now)
        self.forgetting = Forgetting(self.database, HANDLERS, self.now, config.keep_chats_for)
        self.upkeep = Upkeep(
            self.database,
            self.inbox,
            self.channels,
            self.now,
            [self.refresh_content, visits.round, self.forget_old, self.forgetting.round],
            self,
            LocalProgram(config.speech_command) if config.speech_command else None,
        )
        self.importing = Importing(self, self.me)
        self._forgotten: datetime | None = None
        self.health = Health(self.database, self.upkeep, self.channels)
        self._tasks: list[asyncio.Task[None]] = []

    def _now(self) -> datetime:
        return datetime.now(UTC) + self.config.clock_offset  # noqa: TID251 - the clock itself

    def _migrate(self) -> None:
        try:
            self.database.write_now(schema.create_all)
        except Unavailable as error:
            self.database.close()
            raise ConfigError(
                "DOORSTEP_DATABASE_URL: the database cannot be reached "
                f"({str(error).strip().splitlines()[0]}). Start it, or mend the address."
            ) from error

    def _add_channels(self) -> None:
        self.channels["web"] = WebChat(
            self.ears,
            secure=self.config.secure,
            now=self.now,
            networks=Networks(self.config.proxy_header),
        )
        if self.config.telegram_token:
            # Its library takes half a second and 25 MB: only who uses it pays for it.
            from bot.channels.telegram import Telegram, TelegramSettings  # noqa: PLC0415

            settings = TelegramSettings(
                token=self.config.telegram_token,
                api_url=self.config.telegram_api_url,
                mode=self.config.telegram_mode,
                secret=self.config.telegram_secret,
                public_url=self.config.public_url,
            )
            offset = Marks(self.database, "telegram:offset")
            self.channels["telegram"] = Telegram(settings, self.ears, offset)
        if self.config.wechat.app_id:
            self.channels["wechat"] = make_wechat(self.config, self.ears, self.database, self.now)

    # --- what people can read

    async def refresh_content(self) -> None:
        """If staff, here or at another replica, published something: read it."""
        await self.database.read(self._refresh)

    def _refresh(self, connection: Connection) -> None:
        version = editions.version(connection)
        if version == self._content_version:
            return
        library = self.known.library
        pack = library.released.changed(files_of(connection, library.released))
        self.hearing.learn(finder_of(pack))
        library.pack = pack
        self._content_version = version

    async def forget_old(self) -> None:
        """Once an hour: what is kept for a time only."""
        now = self.now()
        if self._forgotten and now - self._forgotten < timedelta(hours=1):
            return
        self._forgotten = now
        await self.write(lambda services: services.application_imports.forget_old())
        await self.write(lambda services: services.application_sources.forget_old_events())
        await self.write(lambda services: services.privacy.forget_old())

    # --- bot.web.office.Office

    async def read(self, use: Callable[[Services], T]) -> T:
        now = self.now()
        return await self.database.read(lambda connection: use(self._services(connection, now)))

    async def write(self, use: Callable[[Services], T]) -> T:
        now = self.now()
        return await self.database.write(lambda connection: use(self._services(connection, now)))

    def write_now(self, use: Callable[[Services], T]) -> T:
        """`write`, for commands."""
        now = self.now()
        return self.database.write_now(lambda connection: use(self._services(connection, now)))

    async def changes(self) -> AsyncIterator[None]:
        """Yields whenever the staff's queue may have changed, from whichever replica."""
        async for _change in self.upkeep.changes():
            yield

    def _services(self, connection: Connection, now: datetime) -> Services:
        return Services(connection, now, self.known)

    # --- life

    def web_app(self) -> web.Application:
        """All routes of the service; starting it starts the relay and the channels."""
        made = web.Application(client_max_size=12 * 1024 * 1024)
        front_door(made, secure=self.config.secure)
        for channel in self.channels.values():
            made.router.add_routes(channel.routes())
        private = PrivatePage(
            self.ears, secure=self.config.secure, now=self.now, translate_for=i18n.translator
        )
        made.router.add_routes(private.routes())
        made.router.add_routes(
            make_console(
                self,
                secure=self.config.secure,
                second_step=self.config.second_step,
                now=self.now,
            )
        )
        made.router.add_routes(make_api(self))
        made.router.add_routes(self.health.routes())
        made.on_startup.append(self._on_startup)
        made.on_cleanup.append(self._on_cleanup)
        return made

    async def _on_startup(self, _made: web.Application) -> None:
        await self.start()

    async def _on_cleanup(self, _made: web.Application) -> None:
        await self.stop()

    async def start(self) -> None:
        config = self.config
        work: dict[str, Callable[[], Awaitable[None]]] = {
            "relay": self.relay.run,
            "upkeep": self.upkeep.run,
            "news": self.upkeep.watch,
            "files": self.upkeep.fetch,
            "importing": self.importing.run,
            **{name: channel.run for name, channel in self.channels.items()},
        }
        if config.applications_url:
            source = config.applications_url, config.applications_token
            work["pulling"] = Pulling(self, *source, self.me, self.now).run
        self._tasks = [asyncio.create_task(_keep_up(name, run)) for name, run in work.items()]

    async def stop(self) -> None:
        """No new messages; what was heard is answered, what is being sent is sent."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.ears.settle(), 10)
            await asyncio.wait_for(self.relay.settle(), 10)
        for channel in self.channels.values():
            await channel.close()
        self.database.close()

    def load_demo(self) -> list[str]:
        """Demo data, once; the lines to print."""
        return self.write_now(demo.load_demo)


async def _keep_up(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """What breaks is started again, slower each time, and the others go on."""
    pause = 1.0
    while True:
        try:
            await run()
        except Exception:  # whatever broke it, it must come back
            log.exception("broken_and_started_again", extra={"part": name})
            await asyncio.sleep(pause)
            pause = min(pause * 2, 60.0)
        else:
            return


def reply_to_a_question(article: Article | None, language: str) -> Reply:
    """What the conversation would say, for `doorstep ask`."""
    return policy.shown(article, language) if article else policy.not_found().reply


def telegram_carrying(config: Config) -> Carrying:
    """DOORSTEP_TELEGRAM_PERSONAL_DATA as the engine knows it (PIPL Art. 38-39)."""
    return {
        "link": Carrying.LINK,
        "consent": Carrying.CONSENT_ABROAD,
        "allowed": Carrying.ALLOWED,
    }[config.telegram_personal_data]
