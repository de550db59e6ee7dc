"""Where transcripts are played: clock, database, stage directions, and a person on a channel.

Every message is answered by a new engine over the conversation as it was stored: the cheapest
proof that any replica can go on.
"""

import asyncio
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from bot.channels.drawing import blocks
from bot.demo import load_demo
from bot.dialog import Carrying, Engine
from bot.i18n import GUANGDONG, Translator, translator
from bot.inbox import Inbox, Manners
from bot.kept_state import kept_conversation
from bot.known import load_known
from bot.messages import Address, IncomingMessage, Kind, Reply
from bot.relay import Relay
from bot.services import Services
from bot.storage import conversations
from bot.storage.db import Connection, Database
from bot.storage.schema import create_all
from bot.storage.vault import Vault
from bot.visit_upkeep import VisitUpkeep
from handlers import HANDLERS
from tests.people import OnTheWeb, Person
from tests.visit_happenings import HAPPENS

KNOWN, HEARING = load_known("https://doorstep.example")
START = datetime(2026, 3, 2, 9, 0, tzinfo=GUANGDONG)
KINDS = {
    "照片": Kind.PHOTO,
    "语音": Kind.VOICE,
    "贴纸": Kind.STICKER,
    "位置": Kind.LOCATION,
    "改过的旧消息": Kind.EDITED,
}
_MOVED = re.compile(r"残联把 (\S+) 改到(\S+?)(?:，缺(.+))?")
_CORRECTED = re.compile(r"残联把 (\S+) 更正为(\S+)")
_AFTER = re.compile(r"过了 (\d+) (天|小时|分钟)")
_UNITS = {"天": "days", "小时": "hours", "分钟": "minutes"}


class Stage:
    """One play: an empty service with demo data, one person, a clock that stands still."""

    def __init__(self, person: Person, folder: Path, language: str = "zh_Hans") -> None:
        self.person = person
        self.language = language
        self.clock = START
        self.database = Database(f"sqlite:///{folder / 'stage.db'}", Vault([bytes(32)]))
        self.database.write_now(create_all)
        self.services(load_demo)
        self._last: IncomingMessage | None = None
        self.opened: set[str] = set()
        """The flows that were open after some message."""

    def close(self) -> None:
        self.database.close()

    def services(self, use):
        """One use case, as staff or another person would do it."""
        return self.database.write_now(
            lambda connection: use(Services(connection, self.clock, KNOWN))
        )

    @property
    def translator(self) -> Translator:
        return translator(self.language)

    def hear(self, message: IncomingMessage) -> list[Reply]:
        """What this message is answered with, after it went through the channel's drawing."""
        self._last = message
        return asyncio.run(self._answered(message))

    async def _answered(self, message: IncomingMessage) -> list[Reply]:
        sent: list[tuple[Reply, str]] = []
        relay = self._relay(sent)
        inbox = Inbox(
            self.database,
            Engine(HANDLERS, HEARING, translator),
            KNOWN,
            lambda: self.clock,
            "stage",
            relay.deliver,
            {person.channel.name: Manners(Carrying.CONSENT) for person in self.people()},
            lambda token: f"https://doorstep.example/private/{token}",
        )
        for answering in await inbox.hear([message]):
            await answering
        self.opened |= self.database.write_now(lambda one: _open_flows(one, message.sender))
        await relay.settle()
        await self._upkeep()
        while await relay.deliver_due():
            await relay.settle()
        return self._told(sent)

    def people(self) -> list[Person]:
        """All who take part, each on a channel of their own."""
        return [self.person]

    def heard_by(self, person: Person, reply: Reply) -> None:
        """Called for each reply, in order."""

    def _relay(self, sent: list[tuple[Reply, str]]) -> Relay:
        channels = {
            person.channel.name: _Recording(person, sent, self.heard_by) for person in self.people()
        }
        now = lambda: self.clock  # noqa: E731
        return Relay(self.database, channels, translator, now, "stage")  # type: ignore[arg-type]

    async def _upkeep(self) -> None:
        """What was due meanwhile: offers, reminders."""
        await VisitUpkeep(self.database, KNOWN, lambda: self.clock).round()

    def _told(self, sent: list[tuple[Reply, str]]) -> list[Reply]:
        """Remember the language of the last reply: it may have changed in this turn."""
        if sent:
            self.language = sent[-1][1]
        return [reply for reply, _language in sent]

    # --- what the script says

    def says(self, words: str) -> list[Reply]:
        if words.startswith("［") and words.endswith("］"):
            return self.hear(self.person.presses(words[1:-1], self.clock))
        return self.hear(self.person.says(words, self.clock))

    def direct(self, words: str) -> list[Reply]:
        """A stage direction; an unknown one fails."""
        after = _AFTER.fullmatch(words)
        if after:
            self.clock += timedelta(**{_UNITS[after[2]]: int(after[1])})
            return asyncio.run(self._delivered())
        if words.startswith("发来"):
            return self.hear(self.person.sends(KINDS[words.removeprefix("发来")], self.clock))
        if words == "上一条又送来一次":
            assert self._last
            return self.hear(self._last)
        happens = HAPPENS.get(words)
        if happens:
            self.services(happens)
            return asyncio.run(self._delivered())
        if words == "收到消息":
            return asyncio.run(self._delivered())
        if _MOVED.fullmatch(words) or _CORRECTED.fullmatch(words):
            self.services(lambda services: self._desk(services, words))
            return []
        raise AssertionError(f"unknown stage direction: {words}")

    @staticmethod
    def _desk(services: Services, words: str) -> None:
        from tests.clerk import correct_application, move_application

        moved, corrected = _MOVED.fullmatch(words), _CORRECTED.fullmatch(words)
        if moved:
            move_application(services, moved[1], moved[2], moved[3] or "")
        elif corrected:
            correct_application(services, corrected[1], corrected[2])

    def staff_answers(self, words: str) -> list[Reply]:
        """A clerk takes the oldest item that waits and answers it; it arrives in the chat."""
        from tests.clerk import answer_oldest

        self.services(lambda services: answer_oldest(services, words))
        return asyncio.run(self._delivered())

    async def _delivered(self) -> list[Reply]:
        sent: list[tuple[Reply, str]] = []
        relay = self._relay(sent)
        await self._upkeep()
        while await relay.deliver_due():
            await relay.settle()
        return self._told(sent)

    def written(self, reply: Reply) -> str:
        """A reply as the script writes it: its blocks, then ［choices］."""
        plain = Reply.load({**reply.dump(), "choices": []})
        words = " ".join(" ".join(blocks(plain, self.translator)).split())
        choices = "".join(f"［{choice.label.to(self.translator)}］" for choice in reply.choices)
        return words + choices


def _open_flows(connection: Connection, who: Address) -> set[str]:
    found = conversations.find(connection, who)
    locked = conversations.lock(connection, found) if found else None
    kept = kept_conversation(connection, locked) if locked else None
    return {frame.flow for frame in kept.frames} if kept else set()


class _Recording:
    """The person's real channel, whose sending reaches the person instead of a network."""

    def __init__(
        self,
        person: Person,
        sent: list[tuple[Reply, str]],
        heard_by: Callable[[Person, Reply], None],
    ) -> None:
        self._person = person
        self._sent = sent
        self._heard_by = heard_by
        self.name = person.channel.name
        self.capabilities = person.channel.capabilities

    def render(self, reply: Reply, spoken: Translator) -> list[dict[str, object]]:
        self._sent.append((reply, spoken.language))
        self._heard_by(self._person, reply)
        if isinstance(self._person, OnTheWeb):
            self._person.reads(spoken)
        payloads = self._person.channel.render(reply, spoken)
        heard = " ".join(self._person.hears(payloads).split())
        for block in blocks(reply, spoken):
            for line in block.splitlines():
                assert " ".join(line.split()) in heard, f"not drawn on {self.name}: {line}"
        return []

    async def send(self, to: object, payload: object) -> str:
        return ""
