"""How commands reach the database: open, do one thing, close; every failure as an exit status."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.cli.common import Status, fail
from bot.config import Settings
from storage.database import Database, SchemaMismatch, opened
from storage.writer import Unavailable

T = TypeVar("T")


def with_database(settings: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    """Run `work` on the open database; what can't be reached ends the command with status 3."""

    async def run() -> T:
        async with opened(settings.database.url.get_secret_value()) as database:
            return await work(database)

    try:
        return asyncio.run(run())
    except SchemaMismatch as exc:
        fail(str(exc))
    except Unavailable as exc:
        fail(f"the database can't be reached: {exc}", Status.UNREACHABLE)
