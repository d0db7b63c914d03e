"""`/telegram/{bot}`: where Telegram brings updates in webhook mode. Recorded first, 200 only then."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Protocol

import structlog
from aiohttp import web

from storage.writer import Unavailable

log = structlog.get_logger("bot.web.telegram")

BODY_MOST = 1024 * 1024  # bytes; a long text with all of its marks, and the one it answers, takes some 100 KB
BODY_SECONDS = 20.0
TOKEN = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
AGAIN = "30"  # seconds until Telegram may try again


class Receiver(Protocol):
    """Whoever takes one bot's updates; see bot.telegram.webhook."""

    @property
    def admit(self) -> Any:
        """Says why nothing may be recorded now, or None."""

    def knows(self, token: str) -> bool:
        """Whether that is the token which Telegram was given."""

    async def take(self, update: dict[str, Any]) -> None:
        """Record an update; raises Unavailable or OSError."""


class TelegramDoor:
    """Lets in what Telegram brings, and nobody else."""

    def __init__(self, receivers: Mapping[str, Receiver]) -> None:
        self._receivers = receivers

    async def take(self, request: web.Request) -> web.Response:
        """200 once it is recorded; 403 without the right token, 503 when nothing can be recorded now."""
        receiver = self._receivers.get(request.match_info["bot"])
        if receiver is None or not receiver.knows(request.headers.get(TOKEN, "")):
            # Nothing of the body was read. An unknown bot and a wrong token look alike.
            return web.Response(status=web.HTTPForbidden.status_code)
        if full := receiver.admit():
            return _later(full)
        try:
            update = json.loads(await _body(request))
            int(update["update_id"])
        except (ValueError, TypeError, KeyError, RecursionError):
            return web.Response(status=web.HTTPBadRequest.status_code)
        try:
            await receiver.take(update)
        except (Unavailable, OSError) as exc:
            return _later(str(exc))
        return web.Response()


async def _body(request: web.Request) -> bytes:
    """The body, with bounds of its own: an update may be larger than a form."""
    found = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for piece in request.content.iter_any():
                found += piece
                if len(found) > BODY_MOST:
                    raise web.HTTPRequestEntityTooLarge(BODY_MOST, len(found))
    except TimeoutError as exc:
        raise web.HTTPRequestTimeout from exc
    except (ConnectionError, web.RequestPayloadError) as exc:
        raise web.HTTPBadRequest from exc
    return bytes(found)


def _later(reason: str) -> web.Response:
    log.error("update put off", reason=reason)
    return web.Response(status=web.HTTPServiceUnavailable.status_code, headers={"Retry-After": AGAIN})
