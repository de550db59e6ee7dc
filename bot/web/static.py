"""The console's own style, script and icon."""

from pathlib import Path

from aiohttp import web

from bot.domain.tickets import NotFound

_FILES = {
    "console.css": "text/css",
    "console.js": "text/javascript",
    "live.js": "text/javascript",
    "session.js": "text/javascript",
    "shortcuts.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
_FOLDER = Path(__file__).parent / "static"


async def static(request: web.Request) -> web.StreamResponse:
    """Raises NotFound."""
    name = request.match_info["name"]
    if name not in _FILES:
        raise NotFound
    return web.Response(
        body=(_FOLDER / name).read_bytes(),
        content_type=_FILES[name],
        charset="utf-8",
        headers={"Cache-Control": "no-cache"},
    )
