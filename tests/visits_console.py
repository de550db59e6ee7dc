"""What the tests of the visits' pages share: a county with a team, a week, people who booked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from aiohttp import FormData
from aiohttp.test_utils import TestClient

from bot.domain.bookings import Booking, VisitRequest
from bot.domain.visits import Half, Team
from bot.messages import Address
from bot.services import Services, Turn
from bot.sheets import csv_bytes
from bot.storage import conversations
from tests.console_client import Browser, Page, check
from tests.stage import KNOWN, START
from tests.test_console import PASSWORD, Office
from tests.visit_factories import a_request

THURSDAY = date(2026, 3, 5)
LIWAN, SHENZHEN = "440103", "440305"


@dataclass
class County:
    """One team of a county, with a half-day on THURSDAY."""

    office: Office
    region: str = LIWAN
    name: str = "一队"
    team: Team = field(init=False)

    def __post_init__(self) -> None:
        def make(services: Services) -> Team:
            from bot.domain.people import DisabilityKind

            return services.visits.add_team(self.name, self.region, tuple(DisabilityKind))

        self.team = self.office.do(make)

    def opens(self, day: date = THURSDAY, half: Half = Half.MORNING, places: int = 4) -> int:
        """A half-day; its id."""
        return self.office.do(
            lambda services: services.visits.open_visit(self.team, day, half, places).id
        )

    def booked(self, visit_id: int, person: int = 1, user: str = "", **told: Any) -> Booking:
        """In a chat of their own."""
        request = a_request(
            person, street=KNOWN.regions.streets(self.region)[0].code, visit_id=visit_id, **told
        )
        return in_chat(self.office, lambda turn: turn.bookings.book(request, f"k{person}"),
                       user or f"w{person}")  # fmt: skip


def in_chat(
    office: Office, work: Callable[[Turn], Any], user: str, language: str = "zh_Hans"
) -> Any:
    def one(connection: Any) -> Any:
        who = Address("web", user)
        chat = conversations.ensure(connection, who, language, office.now)
        return work(Turn(connection, office.now, KNOWN, who, chat, "event"))

    return office.database.write_now(one)


def stands(office: Office, number: str) -> Booking:
    found = office.do(lambda services: services.bookings.find(number))
    assert found
    return found


def heard(office: Office, user: str) -> str:
    """All that this chat was told, in its own language."""
    from bot.channels.drawing import blocks
    from bot.i18n import translator
    from bot.storage import transcript

    def work(connection: Any) -> str:
        chat = conversations.find(connection, Address("web", user))
        assert chat
        spoken = translator(conversations.language_of(connection, chat))
        lines = transcript.lines(connection, chat)
        return "\n".join(
            words for line in lines if line.reply for words in blocks(line.reply, spoken)
        )

    return office.database.write_now(work)


async def member(
    client: TestClient[Any, Any],
    office: Office,
    name: str = "wang",
    role: str = "clerk",
    region: str = LIWAN,
) -> Browser:
    """A new member of staff, signed in."""
    browser = Browser(client)
    once = office.do(lambda services: services.staff.add(name, name, role, region))
    if once:
        page = await browser.get("/staff/sign-in")
        page = await browser.post("/staff/sign-in", page, name=name, password=once)
        await browser.post("/staff/password", page, old=once, new=PASSWORD)
    return browser


async def upload(browser: Browser, page: Page, what: str, data: bytes, name: str = "x.csv") -> Page:
    form = FormData()
    form.add_field("csrf", page.hidden("csrf"))
    form.add_field("what", what)
    form.add_field("file", data, filename=name)
    async with browser.client.post("/staff/visits/import", data=form) as answer:
        return check(Page(answer.status, str(answer.url.path), await answer.text(), answer.headers))


def sheet(heading: str, *lines: str) -> bytes:
    return csv_bytes(heading.split(","), [line.split(",") for line in lines])


def request_of(**changed: Any) -> VisitRequest:
    return a_request(**changed)


__all__ = ["PASSWORD", "START"]
