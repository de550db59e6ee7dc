"""Is it alive, is it ready, and how much waits: /healthz, /readyz, /metrics, /api/openapi.json."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from aiohttp import web

from bot import __version__
from bot.channels.base import Channel
from bot.storage.db import Connection, Database, Unavailable
from bot.upkeep import Upkeep
from bot.web.api import openapi_parts

LONGEST_WAIT = 60.0
"""Seconds; what waits longer than this, staff must see (promise 10)."""


class Health:
    """For load balancers and monitoring; none of it says anything about a person."""

    def __init__(self, database: Database, upkeep: Upkeep, channels: Mapping[str, Channel]) -> None:
        self._database = database
        self._upkeep = upkeep
        self._channels = channels

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        return [
            web.get("/healthz", self._alive),
            web.get("/readyz", self._ready),
            web.get("/metrics", self._metrics),
            web.get("/api/openapi.json", self._openapi),
        ]

    async def _alive(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "alive", "version": __version__})

    async def _ready(self, _request: web.Request) -> web.Response:
        """503 while the store is down: then nothing that arrives could be kept."""
        try:
            await self._database.read(_look)
        except Unavailable:
            return web.json_response({"status": "store down"}, status=503)
        troubles = {name: one.trouble or "ready" for name, one in self._channels.items()}
        return web.json_response({"status": "ready", "channels": troubles})

    async def _metrics(self, _request: web.Request) -> web.Response:
        """Prometheus' text format."""
        figures = asdict(self._upkeep.figures)
        del figures["stamp"]
        lines = []
        for name, value in figures.items():
            lines += [f"# TYPE doorstep_{name} gauge", f"doorstep_{name} {value}"]
        lines.append("# TYPE doorstep_channel_up gauge")
        for name, channel in self._channels.items():
            lines.append(f'doorstep_channel_up{{channel="{name}"}} {int(not channel.trouble)}')
        lines.append("# TYPE doorstep_channel_events_total counter")
        for name, channel in self._channels.items():
            lines += [
                f'doorstep_channel_events_total{{channel="{name}",what="{what}"}} {count}'
                for what, count in sorted(channel.counts.items())
            ]
        waits_too_long = int(figures["oldest_seconds"] > LONGEST_WAIT)
        lines += ["# TYPE doorstep_overdue gauge", f"doorstep_overdue {waits_too_long}", ""]
        return web.Response(text="\n".join(lines), content_type="text/plain")

    async def _openapi(self, _request: web.Request) -> web.Response:
        return web.json_response(openapi())


def _look(connection: Connection) -> None:
    connection.exec_driver_sql("SELECT 1")


def openapi() -> dict[str, object]:
    """OpenAPI 3.1 of what other programs may call."""

    def answers(description: str, *, down: bool = False) -> dict[str, object]:
        said: dict[str, object] = {"200": {"description": description}}
        if down:
            said["503"] = {"description": "The store is down; try again later."}
        return {"get": {"summary": description, "responses": said}}

    api = openapi_parts()
    return {
        "openapi": "3.1.0",
        "info": {"title": "Doorstep", "version": __version__},
        "components": api["components"],
        "paths": {
            **api["paths"],
            "/healthz": answers("The process is alive."),
            "/readyz": answers("It can store and answer messages.", down=True),
            "/metrics": answers("What waits, in Prometheus' text format."),
            "/api/openapi.json": answers("This document."),
        },
    }
