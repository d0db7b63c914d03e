"""Our bots: which account each is, and when Telegram was last heard, so that a long gap shows."""

from dataclasses import dataclass
from datetime import datetime

from storage.chat_models import Bot
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of a bot: its Telegram id (0: never known), and when it was last polled (UTC)."""

    bot_id: int
    polled_at: datetime | None


class Bots:
    """Keeps when each bot was last in touch with Telegram."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def heard(self, name: str) -> Heard:
        """What is known of a bot by its name in the configuration, `clients` or `agents`."""
        row = await Bot.get_or_none(name=name)
        return Heard(row.bot_id, row.polled_at) if row else Heard(0, None)

    async def note(self, name: str, bot_id: int, now: datetime, *, updated: bool) -> None:
        """Note that a bot was polled; `updated`: an update of it was recorded."""

        async def unit() -> None:
            values = {"bot_id": bot_id, "polled_at": now} | ({"updated_at": now} if updated else {})
            await Bot.update_or_create(defaults=values, name=name)

        await self._database.writer.run(unit)
