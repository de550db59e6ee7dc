"""Somebody tries too often: what staff are told of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from bot.storage.application_search import after_region
from bot.storage.tables import application_alerts, applications

LISTED = 50


@dataclass(frozen=True, slots=True)
class Alert:
    id: int
    kind: str
    """'application', 'chat' or 'many'."""
    number: str
    """'' where it is about none, or one that nobody has."""
    at: datetime


def add(
    connection: Connection, kind: str, application_id: int | None, region: str, now: datetime
) -> None:
    connection.execute(
        insert(application_alerts).values(
            kind=kind, application_id=application_id, region=region, at=now
        )
    )


def open_in(connection: Connection, region: str) -> Sequence[Alert]:
    """What nobody has looked at, newest first; the province sees what belongs to no place."""
    rows = connection.execute(
        select(application_alerts, applications.c.number)
        .join(applications, applications.c.id == application_alerts.c.application_id, isouter=True)
        .where(
            application_alerts.c.seen_at.is_(None),
            application_alerts.c.region >= region,
            application_alerts.c.region < after_region(region),
        )
        .order_by(application_alerts.c.id.desc())
        .limit(LISTED)
    )
    return [Alert(row.id, row.kind, row.number or "", row.at) for row in rows]


def see(connection: Connection, alert_id: int, region: str, staff_id: int, now: datetime) -> bool:
    seen = connection.execute(
        update(application_alerts)
        .where(
            application_alerts.c.id == alert_id,
            application_alerts.c.seen_at.is_(None),
            application_alerts.c.region >= region,
            application_alerts.c.region < after_region(region),
        )
        .values(seen_at=now, seen_by=staff_id)
    )
    return seen.rowcount == 1
