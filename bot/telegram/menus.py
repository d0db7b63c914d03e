"""Puts up the menus of commands beside the field in which people write, once after each start."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.telegram.frameworks import Frameworks


class Menus:
    """A part of the service with one thing to do; when Telegram is away it fails, and is started again."""

    def __init__(self, loaded: Callable[[], Awaitable["Frameworks"]]) -> None:
        self._loaded = loaded
        self._over = asyncio.Event()

    async def run(self) -> None:
        """Put up the menus, then wait for `stop`; raises TelegramAway."""
        await (await self._loaded()).put_up_menus()
        await self._over.wait()

    async def stop(self) -> None:
        """Nothing is left to do."""
        self._over.set()
