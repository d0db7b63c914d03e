"""`/health` and `/metrics`: for machines that watch the service."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.web.parts import Health, Parts

ANSWER_SECONDS = 5.0  # whoever asks gives up after some ten; a part that hangs is a part that fails

log = structlog.get_logger("bot.web")


class Watch:
    """Answers whether all is well, and how much of everything there is."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def health(self, _: web.Request) -> web.Response:
        """200 when every part's status is "ok", else 503; the JSON says which is not."""
        parts = await self._looked_at()
        well = all(part.get("status") == "ok" for part in parts.values())
        return web.json_response(
            {"status": "ok" if well else "failing", "parts": parts},
            status=200 if well else web.HTTPServiceUnavailable.status_code,
            dumps=_dumps,
        )

    async def metrics(self, _: web.Request) -> web.Response:
        """The figures in Prometheus' text form."""
        text = generate_latest(self._parts.registry)
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _looked_at(self) -> Health:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._parts.health()
        except TimeoutError:
            log.error("health check hangs", seconds=ANSWER_SECONDS)
            return _unknown(f"no answer within {ANSWER_SECONDS:g} s")
        except Exception:
            # What failed stands in the log; its text could hold more than a stranger may read.
            log.exception("health check failed")
            return _unknown("the check itself failed, see the log")


def _unknown(reason: str) -> Mapping[str, Mapping[str, Any]]:
    return {"health": {"status": "failing", "reason": reason}}


def _dumps(answer: object) -> str:
    return json.dumps(answer, ensure_ascii=False, default=str) + "\n"
