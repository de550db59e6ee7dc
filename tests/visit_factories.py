"""Visits, requests and bookings for tests, and the two ways to use the services."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import sqlalchemy

from bot.domain.bookings import Booking, VisitRequest
from bot.domain.people import DisabilityKind
from bot.domain.visit_needs import ForWhom
from bot.domain.visits import Half, Visit
from bot.known import load_known
from bot.messages import Address
from bot.services import Services, Turn
from bot.storage import conversations
from bot.storage.db import Database
from bot.storage.tables import bookings, places

T = TypeVar("T")
KNOWN = load_known()[0]
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
STREET = "440103004"
WHO = Address("web", "visitor")


def use(database: Database, work: Callable[[Services], T], now: datetime = NOW) -> T:
    """As staff do: no chat."""
    return database.write_now(lambda connection: work(Services(connection, now, KNOWN)))


def turn(database: Database, work: Callable[[Turn], T], who: Address = WHO) -> T:
    """As a chat does."""

    def one(connection: Any) -> T:
        chat = conversations.ensure(connection, who, "zh_Hans", NOW)
        return work(Turn(connection, NOW, KNOWN, who, chat, "event"))

    return database.write_now(one)


def a_team(services: Services, *kinds: DisabilityKind) -> Any:
    return services.visits.add_team("演示队", "440103", kinds or tuple(DisabilityKind))


def a_visit(
    database: Database, count: int = 10, day: date = date(2026, 3, 5), half: Half = Half.MORNING
) -> Visit:
    return use(
        database,
        lambda services: services.visits.open_visit(
            (services.visits.teams() or [a_team(services)])[0], day, half, count
        ),
    )


def a_request(person: int = 1, visit: Visit | None = None, **changed: Any) -> VisitRequest:
    request = VisitRequest(
        for_whom=ForWhom.ME,
        name=f"演示{person}",
        phone=f"+86138{person:08}",
        street=STREET,
        door="多宝路12号3楼",
        kinds=(DisabilityKind.PHYSICAL,),
        visit_id=visit.id if visit else None,
    )
    return replace(request, **changed)


def book(database: Database, request: VisitRequest, key: str = "", who: Address = WHO) -> Booking:
    return turn(database, lambda one: one.bookings.book(request, key or request.digest()), who)


def taken(database: Database) -> int:
    wanted = sqlalchemy.select(sqlalchemy.func.count()).where(places.c.booking_id.is_not(None))
    return int(database.write_now(lambda connection: connection.execute(wanted).scalar_one()))


def together(
    database: Database, works: list[Callable[[Services], Any]], *others: Database
) -> tuple[list[Any], list[BaseException]]:
    """All at once (queued on SQLite, eight connections on PostgreSQL): results, and errors.

    `others`: replicas, which take their turns of the works.
    """
    replicas = (database, *others)

    async def one(at: int, work: Callable[[Services], Any]) -> Any:
        replica = replicas[at % len(replicas)]
        return await replica.write(lambda connection: work(Services(connection, NOW, KNOWN)))

    async def everybody() -> list[Any]:
        given = (one(at, work) for at, work in enumerate(works))
        return await asyncio.gather(*given, return_exceptions=True)

    outcomes = asyncio.run(everybody())
    fell = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    return [outcome for outcome in outcomes if not isinstance(outcome, BaseException)], fell


def reminders(database: Database) -> list[datetime]:
    """When bookings are to be spoken of."""
    wanted = sqlalchemy.select(bookings.c.remind_at).where(bookings.c.remind_at.is_not(None))
    return database.write_now(
        lambda connection: list(connection.execute(wanted.order_by(bookings.c.id)).scalars())
    )
