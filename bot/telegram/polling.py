"""Asks Telegram what is new, for one bot: recorded first, confirmed only then (promises, P4).

Neither framework's own poller is used: both confirm an update before its handler has finished.
https://core.telegram.org/bots/api#getting-updates
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import structlog

from bot.telegram.bot_api import UNREACHABLE, BotAddress, Refusal, call
from bot.telegram.standing import Standing
from storage.bots import Bots
from storage.inbox import Arrival
from storage.writer import Unavailable

log = structlog.get_logger("bot.telegram.polling")

ASKED = 25  # seconds that Telegram keeps a question when nothing is new
PATIENCE = 15.0  # seconds beyond that until we take the answer for lost
MOST = 100  # updates in one answer, as many as Telegram gives
NOTED = timedelta(seconds=30)  # how often it is written down that Telegram was heard
FULL = 5.0  # seconds between two looks whether something may be taken in again
KEPT = timedelta(hours=24)  # how long Telegram keeps what is new


class Poller:
    """Asks until stopped; `standing` tells how that goes."""

    def __init__(
        self,
        address: BotAddress,
        record: Callable[[Arrival], Awaitable[None]],
        bots: Bots,
        arrival: Callable[[BotAddress, dict[str, Any], datetime], Arrival],
        *,
        wanted: Sequence[str],
        admit: Callable[[], str | None],
        recorded: Callable[[], None],
        gap: "Gap",
        own_webhook: str = "",
    ) -> None:
        """`wanted`: kinds of updates. `admit` says why nothing may be recorded now, or None.

        `recorded` is called after each batch; `gap` when nobody listened for longer than Telegram keeps
        updates. `own_webhook`: an address of ours that was set in webhook mode, to be taken back.
        """
        self._address, self._record, self._bots, self._arrival = address, record, bots, arrival
        self._wanted, self._admit, self._recorded, self._gap = wanted, admit, recorded, gap
        self._own_webhook = own_webhook
        self._over = asyncio.Event()
        self._noted: datetime | None = None
        self._offset: int | None = None
        self.standing = Standing(address.name)

    async def run(self) -> None:
        """Poll until `stop`."""
        self._over.clear()
        await look_for_gap(self._bots, self._address, self._gap)
        async with aiohttp.ClientSession() as session:
            await self._take_webhook_back(session)
            while not self._over.is_set():
                await self._pause(await self._turn(session))

    async def stop(self) -> None:
        """Ask no more; a question that is under way is given up, its updates come again."""
        self._over.set()

    async def _turn(self, session: aiohttp.ClientSession) -> float:
        """Ask once and record what comes; returns the seconds to wait before the next question."""
        if full := self._admit():
            return self.standing.failed(f"nothing is taken in: {full}", FULL)
        try:
            updates = await self._until_over(self._ask(session))
            await self._take(updates)
        except Refusal as exc:
            if exc.code == 409 and "webhook" in str(exc):
                await self._take_webhook_back(session)
            return self.standing.refused(exc)
        except (*UNREACHABLE, Unavailable) as exc:
            return self.standing.unreachable(exc)
        self.standing.well()
        return 0.0

    async def _ask(self, session: aiohttp.ClientSession) -> list[dict[str, Any]]:
        asked: dict[str, Any] = {"limit": MOST, "timeout": ASKED, "allowed_updates": list(self._wanted)}
        if self._offset is not None:
            asked["offset"] = self._offset
        found = await call(session, self._address, "getUpdates", asked, ASKED + PATIENCE)
        return list(found)

    async def _take(self, updates: Sequence[dict[str, Any]]) -> None:
        now = datetime.now(UTC)
        if updates:
            await asyncio.gather(*(self._record(self._arrival(self._address, one, now)) for one in updates))
            self.standing.updates += len(updates)
            # What is recorded may be confirmed, which the next question does. Telegram may begin anew with
            # smaller numbers after a quiet week, so this is never kept for longer than a process lives.
            self._offset = max(int(one["update_id"]) for one in updates) + 1
            self._recorded()
        if updates or self._noted is None or now - self._noted > NOTED:
            await self._bots.note(self._address.name, self._address.bot_id, now, updated=bool(updates))
            self._noted = now

    async def _until_over(self, asking: Any) -> list[dict[str, Any]]:
        task, over = asyncio.ensure_future(asking), asyncio.ensure_future(self._over.wait())
        try:
            await asyncio.wait({task, over}, return_when=asyncio.FIRST_COMPLETED)
            return await task if task.done() else []
        finally:
            over.cancel()
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def _pause(self, seconds: float) -> None:
        if seconds:
            try:
                await asyncio.wait_for(self._over.wait(), seconds)
            except TimeoutError:
                return

    async def _take_webhook_back(self, session: aiohttp.ClientSession) -> None:
        """A webhook of ours, from another mode of this desk, is taken back; a foreign one is told as 409."""
        if not self._own_webhook:
            return
        try:
            told = await call(session, self._address, "getWebhookInfo", {}, PATIENCE)
            if told.get("url") == self._own_webhook:
                await call(session, self._address, "deleteWebhook", {"drop_pending_updates": False}, PATIENCE)
        except (Refusal, *UNREACHABLE) as exc:
            log.warning("webhook not looked at", bot=self._address.name, reason=type(exc).__name__)


Gap = Callable[[BotAddress, datetime, datetime], Awaitable[None]]
"""Told of a bot that nobody listened to: from when, until when (UTC)."""


async def look_for_gap(bots: Bots, address: BotAddress, gap: Gap) -> None:
    """Tell `gap` when nobody listened for longer than Telegram keeps updates: some may be lost."""
    heard, now = await bots.heard(address.name), datetime.now(UTC)
    if heard.bot_id == address.bot_id and heard.polled_at and now - heard.polled_at > KEPT:
        log.error(
            "updates may be lost", bot=address.name, since=heard.polled_at.isoformat(),
            reason="nobody listened for longer than Telegram keeps them",
        )  # fmt: skip
        await gap(address, heard.polled_at, now)
