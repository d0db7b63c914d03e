"""Structured logs: one line an event, safe to read on a terminal, without secrets.

Everything goes through here, our own events (`structlog.get_logger()`) as well as what libraries say by
`logging`, tracebacks included.
"""

import contextlib
import logging
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.log_lines import as_json, as_logfmt
from bot.redaction import Redaction

# Libraries that report every connection, query or update, some with the address, in which a bot's token is:
# below warnings only when everything is asked for.
_TALKATIVE = (
    "mail", "aiohttp.access", "asyncio", "tortoise", "matplotlib", "PIL", "httpx", "httpcore", "telegram",
    "aiogram",
)  # fmt: skip


def set_up(
    level: Literal["debug", "info", "warning", "error"] = "info",
    form: Literal["logfmt", "json"] = "logfmt",
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Send every event from `level` on to `stream` (default: standard error), one line each, times in UTC.

    `secrets` are values that never appear in a line, in whatever common encoding; see bot/redaction.py for
    what is hidden beside them. May be called again, which replaces the former set-up.
    """
    redact = Redaction(secrets)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        # Not cached: a module's logger must follow a later set-up.
        cache_logger_on_first_use=False,
    )
    handler = _Handler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[_ordered, redact, as_json if form == "json" else as_logfmt],
        )
    )
    _route(handler, getattr(logging, level.upper()))


def _route(handler: logging.Handler, level: int) -> None:
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(level if level <= logging.DEBUG else max(level, logging.WARNING))
    logging.captureWarnings(True)


def _ordered(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Time, level and event first; without what structlog keeps for itself."""
    first = ("time", "level", "event")
    hidden = ("_record", "_from_structlog")
    head: MutableMapping[str, Any] = {key: event[key] for key in first if key in event}
    return {**head, **{key: value for key, value in event.items() if key not in (*first, *hidden)}}


class _Handler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:
        """A line that cannot be made must not cost the event's caller anything, nor print its arguments."""
        error = sys.exc_info()[0]
        reason = error.__name__ if error else "unknown"
        # Where the stream itself has gone there is no place left to say so.
        with contextlib.suppress(OSError, ValueError):
            self.stream.write(
                f'level=error event="a log line was lost" logger={record.name} error={reason}\n'
            )
