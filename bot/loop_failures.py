"""What the event loop reports by itself, told once where it would be told a hundred times a second."""

import asyncio
from typing import Any

import structlog

PAUSE = 10.0  # seconds between two lines about the same

_ACCEPT = "socket.accept() out of system resource"

log = structlog.get_logger("bot.loop")


class LoopFailures:
    """The loop's exception handler.

    Without file descriptors left asyncio tries to accept up to 100 connections a second and reports each
    failure with its traceback (it goes on with the next where it means to wait): the log would fill the disk.
    """

    def __init__(self) -> None:
        self._told_at: float | None = None

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Log what is new; everything but a full table of files goes to the loop's own handler."""
        if context.get("message") != _ACCEPT:
            loop.default_exception_handler(context)
        elif self._told_at is None or loop.time() - self._told_at >= PAUSE:
            self._told_at = loop.time()
            log.error("no connection can be accepted", reason=str(context.get("exception")))
