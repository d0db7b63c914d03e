"""The worker on the clock: warnings and breaches, tickets put off, escalations, reminders and digests.

What it tells is claimed in the database before it is told, so neither a second process nor a clock that jumps
tells it twice; what fell due while nobody looked is told once, together.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from replies import digests
from replies.alerts import Alerts, Desk
from replies.recounting import recount_changed
from replies.reminders import remind
from storage.database import Database
from storage.deadlines import (
    Awaited,
    Escalation,
    Escalations,
    PutOff,
    awaited,
    put_off,
    resume,
)
from storage.notices import HEADS, STAFF, Notice, agent, owe_notice

log = structlog.get_logger("replies.deadlines")

Duty = Callable[[], Awaitable[object]]

LOOK = 60.0  # seconds between two looks at most: a clock may jump, and another process write
LEAST = 1.0  # seconds; what was told in this look counts as due in it
SOON = 5.0  # seconds between two looks for escalations, which cost but two small queries
FRESH = timedelta(days=3)  # an escalation that is older was told, or was noted by an earlier version


@dataclass(slots=True)
class Told:
    """What was told since the start, for metrics."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, what: str, count: int) -> None:
        """So many more."""
        if count:
            self.counts[what] = self.counts.get(what, 0) + int(count)
            log.info("told", what=what, count=int(count))


class Deadlines:
    """Runs until stopped."""

    def __init__(
        self,
        database: Database,
        desk: Desk,
        owed: Callable[[], None],
        *,
        clock: Callable[[], datetime] = digests.now_utc,
    ) -> None:
        """`owed` is called when something is owed; `clock` tells UTC."""
        self._database, self._desk, self._owed, self._clock = database, desk, owed, clock
        self._escalations = Escalations()
        self._alerts = Alerts(database, desk)
        self._over, self._wake = asyncio.Event(), asyncio.Event()
        self.told = Told()

    def wake(self) -> None:
        """Something may have become due: look now."""
        self._wake.set()

    async def run(self) -> None:
        """Tell what falls due until `stop`; raises what went wrong, after everything else was looked at.

        Before the first look deadlines are counted anew if the configuration says something else than before.
        """
        self._over.clear()
        timing = self._desk.verbs.timing
        self.told.add("recounted", await recount_changed(self._database, timing, self._clock()))
        while not self._over.is_set():
            self._wake.clear()
            await self._rest(await self.look())

    async def stop(self) -> None:
        """Tell nothing more."""
        self._over.set()
        self._wake.set()

    async def _rest(self, seconds: float) -> None:
        """Sleep, by a clock that does not jump, but not so soundly that an escalation is overheard."""
        loop = asyncio.get_running_loop()
        over = loop.time() + seconds
        while not self._wake.is_set() and (left := over - loop.time()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), min(left, SOON))
                return
            if await self._escalate(self._clock()):
                self._owed()

    async def look(self) -> float:
        """Tell all that is due now; returns the seconds until the next look. Raises the first failure."""
        now, failures = self._clock(), []
        before = sum(self.told.counts.values())
        waiting = await awaited(self._desk.verbs.paused_in)
        for duty in self._duties(waiting, now):
            try:
                await duty()
            except Exception as exc:  # noqa: BLE001 - a chart that can't be drawn must not hold up a breach
                failures.append(exc)
        if sum(self.told.counts.values()) > before:
            self._owed()
        if failures:
            raise failures[0]
        return await self._until_next(waiting, now)

    def _duties(self, waiting: Sequence[Awaited], now: datetime) -> Sequence[Duty]:
        return (
            partial(self._resume, now),
            partial(self._alert, waiting, now),
            partial(self._escalate, now),
            partial(self._remind, now),
            partial(self._digest, waiting, now),
        )

    async def _alert(self, waiting: Sequence[Awaited], now: datetime) -> None:
        for what, count in (await self._alerts.tell(waiting, now)).items():
            self.told.add(what.value, count)

    async def _unit(self, what: str, unit: Callable[[], Awaitable[int]]) -> int:
        count = await self._database.writer.run(unit)
        self.told.add(what, count)
        return count

    # --- what else has its time ---

    async def _resume(self, now: datetime) -> None:
        for ticket in await put_off():
            if ticket.until > now:
                return
            await self._unit("resumed", partial(self._resumed, ticket, now))

    async def _resumed(self, ticket: PutOff, now: datetime) -> bool:
        """Put a ticket back to work, and owe word of it to whoever has to go on."""
        if not await resume(ticket.id, now, self._desk.verbs.timing):
            return False
        recipient = agent(ticket.assignee) if ticket.assignee else STAFF
        key = f"{ticket.id}:resumed:{ticket.until:%Y%m%dT%H%M%S}"
        return await owe_notice(
            Notice(key, "resumed", recipient, {"assignee": ticket.assignee}, ticket.id), now
        )

    async def _escalate(self, now: datetime) -> int:
        found = [one for one in await self._escalations.found() if now - one.at < FRESH]
        return sum(
            [await self._unit("escalated", partial(owe_notice, _escalation(one), now)) for one in found]
        )

    async def _remind(self, now: datetime) -> None:
        calendar = self._desk.digests.calendar
        self.told.add("reminded", await remind(self._database, self._desk.verbs, calendar, now))

    async def _digest(self, waiting: Sequence[Awaited], now: datetime) -> None:
        self.told.add("daily", await digests.tell_the_day(self._database, self._desk.digests, waiting, now))
        self.told.add("weekly", await digests.tell_the_week(self._database, self._desk.digests, now))

    async def _until_next(self, waiting: Sequence[Awaited], now: datetime) -> float:
        """Seconds to sleep: until something is due, a minute at most. An event loop's clock counts them."""
        times = [one.until for one in (await put_off())[:1]]
        if (opens := self._desk.digests.calendar.next_opening(now)) > now:
            times.append(opens)
        times += await self._alerts.next_at(waiting, now)
        seconds = min(((at - now).total_seconds() for at in times), default=LOOK)
        return min(LOOK, max(LEAST, seconds))


def _escalation(one: Escalation) -> Notice:
    facts = {"why": one.why, "assignee": one.assignee}
    return Notice(f"{one.ticket_id}:escalated:{one.id}", "escalated", HEADS, facts, one.ticket_id)
