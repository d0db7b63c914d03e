"""Write what has happened already, however long the database is away: else it would be done once more."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import structlog

from storage.writer import Unavailable

T = TypeVar("T")
AGAIN = 1.0  # seconds between two tries

log = structlog.get_logger("storage.insist")


async def insist(write: Callable[[], Awaitable[T]], over: asyncio.Event) -> T:
    """Await `write()`, again and again while it raises Unavailable; once `over` is set, raise that."""
    told = False
    while True:
        try:
            return await write()
        except Unavailable as exc:
            if over.is_set():
                raise
            if not told:
                told = True
                log.error("not noted yet, trying on", reason=str(exc))
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), AGAIN)
