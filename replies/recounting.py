"""Counts open deadlines anew when calendars or promises in the configuration change; tells the agents."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256

import structlog

from desk.timing import Timing
from storage.database import Database
from storage.notices import STAFF, Notice, owe_notice
from storage.recounting import (
    chunks,
    counted_by,
    note_counted,
    recount_these,
    settle_pauses,
    would_move,
)

log = structlog.get_logger("replies.recounting")

Step = Callable[[int], None]
"""Called with how many tickets more have been looked at."""


def _silent(_tickets: int) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Changed:
    """What has changed since deadlines were counted last, by name; `first`: they never were."""

    names: tuple[str, ...]
    first: bool

    def __str__(self) -> str:
        return ", ".join(self.names)


async def changed(timing: Timing) -> Changed:
    """What has changed since deadlines were counted last: is another, is new, or has gone."""
    before, now = await counted_by(), timing.digests()
    names = sorted({name for name, _ in before.items() ^ now.items()})
    return Changed(tuple(names), not before)


async def count_moving(timing: Timing, step: Step = _silent) -> int:
    """How many open deadlines would move; reads only."""
    moving = 0
    async for some in chunks():
        moving += await would_move(some, timing)
        step(len(some))
    return moving


async def recount_changed(database: Database, timing: Timing, now: datetime) -> int:
    """At a start: count anew if something has changed since the last; returns how many deadlines have moved.

    The first start of all only remembers by what is counted. Raises Unavailable.
    """
    found = await changed(timing)
    if found.first:
        await database.writer.run(lambda: note_counted(timing.digests(), now))
        return 0
    if not found.names:
        return 0
    log.info("configuration changed", what=str(found), deadlines_to_move=await count_moving(timing))
    moved = await recount(database, timing, found, now)
    log.info("deadlines counted anew", moved=moved)
    return moved


async def recount(
    database: Database, timing: Timing, found: Changed, now: datetime, step: Step = _silent
) -> int:
    """Count all open deadlines anew, some tickets at a time, and owe the agents word of how many have moved.

    What it has counted when it is interrupted stays, and is not moved again. Raises NoWorkingTime,
    Unavailable.
    """
    await database.writer.run(lambda: settle_pauses(timing, now))
    why = f"the configuration has changed: {found}" if found.names else "counted anew"
    moved = 0
    async for some in chunks():
        moved += await database.writer.run(partial(recount_these, some, timing, why, now))
        step(len(some))
    await database.writer.run(partial(_over, timing, moved, now))
    return moved


async def _over(timing: Timing, moved: int, now: datetime) -> None:
    digests = timing.digests()
    await note_counted(digests, now)
    if moved:
        # The same configuration may come back later, and is then told anew.
        key = f"recounted:{now:%Y%m%dT%H%M%S}:{_digest(sorted(digests.items()))}"
        await owe_notice(Notice(key, "recounted", STAFF, {"count": moved}), now)


def _digest(told: Sequence[tuple[str, str]]) -> str:
    return sha256(repr(told).encode()).hexdigest()[:16]
