"""How a bot's listening goes: what is told of its troubles, and how long it waits after each."""

import random

import structlog

from bot.telegram.bot_api import Refusal
from storage.writer import Unavailable

log = structlog.get_logger("bot.telegram.standing")

BACKOFF = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0)  # seconds after the first, second … failure in a row
CONFLICT = 15.0  # seconds: somebody else asks too, and each question of ours takes his answer away
REVOKED = 60.0  # seconds between two looks whether a revoked token is valid again


class Standing:
    """How one bot's listening goes. `trouble` tells what keeps updates from coming, empty when they do."""

    def __init__(self, name: str) -> None:
        self.name, self.failures, self.trouble, self.updates = name, 0, "", 0

    def well(self) -> None:
        """They come."""
        if self.trouble:
            log.info("updates come again", bot=self.name)
        self.failures, self.trouble = 0, ""

    def failed(self, reason: str, pause: float | None = None) -> float:
        """They don't; returns the seconds to wait, longer after each failure unless `pause` says how long.

        A reason is logged once, for as long as it lasts.
        """
        pause = self._backoff() if pause is None else pause
        self.failures += 1
        if reason != self.trouble:
            log.error("no updates", bot=self.name, reason=reason)
        self.trouble = reason
        return pause

    def refused(self, refusal: Refusal) -> float:
        """Telegram has refused; returns the seconds to wait."""
        if refusal.code == 429:
            return self.failed("Telegram asks for a pause", max(refusal.retry_after, 1.0))
        if refusal.code == 409:
            reason = f"another program reads the {self.name} bot's messages, or a webhook is set: {refusal}"
            return self.failed(reason, CONFLICT)
        if refusal.code in (401, 404):
            return self.failed(
                f"the token of the {self.name} bot is not valid (any more): {refusal}", REVOKED
            )
        return self.failed(f"Telegram refuses: {refusal}")

    def unreachable(self, exc: BaseException) -> float:
        """Telegram, or the database, was not there; returns the seconds to wait."""
        # Of aiohttp's errors the name alone: their text holds the address, and so the token.
        if isinstance(exc, Unavailable):
            return self.failed(f"nothing can be recorded: {exc}")
        return self.failed(f"Telegram can't be reached: {type(exc).__name__}")

    def _backoff(self) -> float:
        return BACKOFF[min(self.failures, len(BACKOFF) - 1)] * random.uniform(1.0, 1.2)  # noqa: S311 - no secret
