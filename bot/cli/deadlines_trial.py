"""Whether the next start would move deadlines, because the configuration has changed since the last."""

import asyncio

from bot.cli.finding import Finding
from bot.config import Settings
from bot.rules import rules
from desk.timing import Timing
from replies.recounting import Changed, changed, count_moving
from storage import database

PART = "deadlines"
_PATIENCE = 60.0  # seconds


def try_deadlines(settings: Settings) -> Finding:
    """Tell how many open deadlines the next start would move; nothing is changed."""
    url = settings.database.url.get_secret_value()
    if database.is_sqlite(url) and not database.sqlite_path(url).exists():
        return Finding(PART, True, "none yet")
    try:
        found, moving = asyncio.run(asyncio.wait_for(_asked(url, rules(settings).timing), _PATIENCE))
    except TimeoutError:
        return Finding(PART, False, f"not counted within {_PATIENCE:.0f} s; see database.url")
    except Exception as exc:  # noqa: BLE001  # whatever an engine raises, this part has been tried
        return Finding(PART, False, f"{exc or type(exc).__name__}; see database.url")
    if found is None or found.first:
        return Finding(PART, True, "counted from the next start on")
    if not found.names:
        return Finding(PART, True, "counted by this configuration")
    return Finding(PART, True, f"{moving} would move at the next start, because of: {found}")


async def _asked(url: str, timing: Timing) -> tuple[Changed | None, int]:
    schema = await database.check(url)
    # What an older or a newer version keeps can't be read; the part "database" says so.
    if schema.missing or schema.unknown:
        return None, 0
    async with database.opened(url):
        found = await changed(timing)
        return found, 0 if found.first or not found.names else await count_moving(timing)
