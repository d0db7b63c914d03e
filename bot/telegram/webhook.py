"""Webhook mode: Telegram brings updates to our web server; here it is told to, and watched whether it does.

https://core.telegram.org/bots/api#setwebhook
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import aiohttp

from bot.telegram.bot_api import UNREACHABLE, BotAddress, Refusal, call
from bot.telegram.polling import PATIENCE, Gap, look_for_gap
from bot.telegram.standing import Standing
from bot.telegram.updates import arrival
from storage.bots import Bots
from storage.inbox import Arrival

LOOK = 60.0  # seconds between two looks whether Telegram gets through to us
RECENT = timedelta(minutes=3)  # an error of Telegram's that is older has been overcome
CONNECTIONS = 10  # at a time; each holds one update


def webhook_url(public_url: str, bot: str) -> str:
    """Where Telegram is to bring a bot's updates; no secret is in it, for addresses stand in logs."""
    return f"{public_url.rstrip('/')}/telegram/{bot}"


def secret_token(secret: bytes, bot: str) -> str:
    """What Telegram has to send along with each of a bot's updates, derived from the pages' `secret`.

    Raises ValueError for an empty secret: everybody could derive the token from that.
    """
    if not secret:
        raise ValueError("web.secret is empty, so anybody could send updates in Telegram's name")
    return hmac.new(secret, f"telegram webhook {bot}".encode(), sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Receiver:
    """Takes what is brought for one bot. `admit` says why nothing may be recorded now, or None."""

    address: BotAddress
    token: str
    record: Callable[[Arrival], Awaitable[None]]
    admit: Callable[[], str | None]
    recorded: Callable[[], None]

    def knows(self, token: str) -> bool:
        """Whether it is Telegram who brings something; takes the same time for any wrong token."""
        return hmac.compare_digest(token.encode("utf-8", "surrogatepass"), self.token.encode())

    async def take(self, update: dict[str, Any]) -> None:
        """Record an update; raises Unavailable or OSError when it could not be committed."""
        await self.record(arrival(self.address, update, datetime.now(UTC)))
        self.recorded()


class Webhook:
    """Sets a bot's webhook and looks after it until stopped; `standing` tells how that goes."""

    def __init__(
        self, address: BotAddress, url: str, token: str, bots: Bots, *, wanted: Sequence[str], gap: Gap
    ) -> None:
        """`url` and `token`: see `webhook_url` and `secret_token`; `wanted`, `gap`: as in `Poller`."""
        self._address, self._url, self._token, self._bots = address, url, token, bots
        self._wanted, self._gap = wanted, gap
        self._over = asyncio.Event()
        self._is_set = False
        self.standing = Standing(address.name)

    async def run(self) -> None:
        """Set the webhook, then look at it once a minute, until `stop`."""
        self._over.clear()
        self._is_set = False  # whoever was before us may have had another secret, which nobody can ask for
        await look_for_gap(self._bots, self._address, self._gap)
        async with aiohttp.ClientSession() as session:
            while not self._over.is_set():
                pause = await self._turn(session)
                try:
                    await asyncio.wait_for(self._over.wait(), pause)
                except TimeoutError:
                    continue

    async def stop(self) -> None:
        """Look no more. The webhook stays: meanwhile Telegram keeps what it can't bring."""
        self._over.set()

    async def _turn(self, session: aiohttp.ClientSession) -> float:
        try:
            if not self._is_set:
                await self._set(session)
            told = await call(session, self._address, "getWebhookInfo", {}, PATIENCE)
        except Refusal as exc:
            return self.standing.refused(exc)
        except UNREACHABLE as exc:
            return self.standing.unreachable(exc)
        if told.get("url") != self._url:
            self._is_set = False
            return self.standing.failed("somebody has taken our webhook away; it is set again")
        now = datetime.now(UTC)
        await self._bots.note(self._address.name, self._address.bot_id, now, updated=False)
        if now.timestamp() - float(told.get("last_error_date", 0)) < RECENT.total_seconds():
            self.standing.failed(f"Telegram can't bring updates: {told.get('last_error_message', '')}")
            return LOOK
        self.standing.well()
        return LOOK

    async def _set(self, session: aiohttp.ClientSession) -> None:
        asked = {
            "url": self._url,
            "secret_token": self._token,
            "allowed_updates": list(self._wanted),
            "max_connections": CONNECTIONS,
            "drop_pending_updates": False,
        }
        await call(session, self._address, "setWebhook", asked, PATIENCE)
        self._is_set = True
