"""The web application: which page answers at which address, and the server that listens."""

import logging
from pathlib import Path

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler

from bot.web.answers import secure, telling_failures
from bot.web.forms import BODY_MOST
from bot.web.health import Watch
from bot.web.pages import Pages
from bot.web.parts import Parts
from bot.web.rating_page import RatingPage
from bot.web.telegram_door import TelegramDoor
from bot.web.ticket_page import TicketPage

STOP_SECONDS = 5.0  # for answers in hand; the whole service stops within ten

_STATIC = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".svg": "image/svg+xml"}


def make_app(parts: Parts) -> web.Application:
    """The pages, ready to be served. They only read, except for POST to `/rate/…` and `/ticket/…`.

    In webhook mode POST to `/telegram/{bot}` records what Telegram brings.
    """
    pages = Pages(parts)
    rating, ticket, watch = RatingPage(parts, pages), TicketPage(parts, pages), Watch(parts)
    app = web.Application(middlewares=[telling_failures(pages)], client_max_size=BODY_MOST)
    app.on_response_prepare.append(secure)
    # Whatever follows the slash is a token, so that an empty or odd one looks like any other that is wrong.
    app.router.add_get("/rate/{token:.*}", rating.show)
    app.router.add_post("/rate/{token:.*}", rating.save)
    app.router.add_get("/ticket/{token:.*}", ticket.show)
    app.router.add_post("/ticket/{token:.*}", ticket.ask)
    if parts.receivers:
        app.router.add_post("/telegram/{bot}", TelegramDoor(parts.receivers).take)
    app.router.add_get("/health", watch.health)
    app.router.add_get("/metrics", watch.metrics)
    for path in sorted(_STATIC.iterdir()):
        if path.suffix in _TYPES:
            app.router.add_get(f"/static/{path.name}", _file(path.read_bytes(), _TYPES[path.suffix]))
    return app


def _in_one_line(record: logging.LogRecord) -> bool:
    """Shorten the framework's word on a request that is no HTTP: any stranger can cause it, and its traceback
    quotes the address, with a token perhaps."""
    if record.exc_info and isinstance(record.exc_info[1], HttpProcessingError):
        record.msg, record.exc_info = "not HTTP, from %s", None
    return True


_SERVER_LOG = logging.getLogger("bot.web.server")
_SERVER_LOG.addFilter(_in_one_line)


def _file(content: bytes, media_type: str) -> Handler:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(body=content, content_type=media_type, charset="utf-8")

    return handler


class Site:
    """The pages behind a port."""

    def __init__(self, app: web.Application, host: str, port: int) -> None:
        """`port` 0 takes any free one."""
        self._app, self._host, self._port = app, host, port
        self._runner: web.AppRunner | None = None

    @property
    def port(self) -> int:
        """The port it listens on, known once it has started."""
        if self._runner is None or not self._runner.addresses:
            raise RuntimeError("the pages are not being served")
        return int(self._runner.addresses[0][1])

    async def start(self) -> None:
        """Listen; OSError when the address can't be had."""
        # No access log: it would write every token, and each is the key to a page.
        runner = web.AppRunner(
            self._app,
            access_log=None,
            logger=_SERVER_LOG,
            handle_signals=False,
            shutdown_timeout=STOP_SECONDS,
            keepalive_timeout=30,
            auto_decompress=False,
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner

    async def stop(self) -> None:
        """Finish the answers in hand, then close."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
