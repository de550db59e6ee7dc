"""Where a role begins: the queue, or its own page for who has no business there."""

from aiohttp import web

from bot.domain.staff import Role
from bot.web.guard import SESSION, Handler

HOMES = {Role.ASSESSOR: "/staff/visits"}


def home_or(queue: Handler) -> Handler:
    async def show(request: web.Request) -> web.StreamResponse:
        elsewhere = HOMES.get(request[SESSION].member.role)
        if elsewhere:
            raise web.HTTPSeeOther(elsewhere)
        return await queue(request)

    return show
