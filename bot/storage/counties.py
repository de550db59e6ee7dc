"""How each county does it: rows to domain values and back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from bot.domain.visits import County, Mode
from bot.storage.tables import counties


def around(connection: Connection, regions: Sequence[str]) -> County | None:
    """The row of the narrowest of those regions; None: none says how it does it."""
    rows = connection.execute(select(counties).where(counties.c.region.in_(regions))).all()
    found = max(rows, key=lambda row: len(row.region), default=None)
    return _county(found) if found else None


def every(connection: Connection) -> list[County]:
    return [
        _county(row) for row in connection.execute(select(counties).order_by(counties.c.region))
    ]


def save(connection: Connection, one: County, now: datetime) -> None:
    told = {"mode": one.mode.value, "phone": one.phone, "note": one.note, "changed_at": now}
    changed = connection.execute(
        update(counties).where(counties.c.region == one.region).values(**told)
    )
    if not changed.rowcount:
        connection.execute(insert(counties).values(region=one.region, **told))


def _county(row: Any) -> County:
    return County(row.region, Mode(row.mode), row.phone, row.note)
