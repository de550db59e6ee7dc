"""`python -m benchmarks.echo PORT`: an aiohttp server that answers with what it got."""

import sys

from aiohttp import web


async def echo(request: web.Request) -> web.Response:
    return web.Response(body=await request.read())


async def ready(_request: web.Request) -> web.Response:
    return web.Response(text="ready")


if __name__ == "__main__":
    site = web.Application()
    site.router.add_post("/", echo)
    site.router.add_get("/readyz", ready)
    web.run_app(site, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
