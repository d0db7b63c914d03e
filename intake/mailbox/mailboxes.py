"""All mailboxes of the desk: starts their threads, cuts what hangs, raises the alarm."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

import structlog

from intake.mailbox.alarm import RESUMED, STOPPED, Alarms
from intake.mailbox.desk import Desk
from intake.mailbox.settings import Mailbox
from intake.mailbox.standing import Standing
from intake.mailbox.watch import Watch
from storage.writer import Unavailable

log = structlog.get_logger("intake.imap")

ATTEND = 1.0  # seconds between two looks at the threads


class Mailboxes:
    """Runs until stopped. Only one process may watch a mailbox: two would move each other's mail away."""

    def __init__(self, mailboxes: Sequence[tuple[Mailbox, Desk]], alarms: Alarms) -> None:
        self._watches = [Watch(mailbox, desk) for mailbox, desk in mailboxes]
        self._alarms = alarms
        self._over = asyncio.Event()
        # What people were told of each mailbox; None: it is not known what they were told before this start.
        self._told: dict[str, str | None] = {watch.mailbox.name: None for watch in self._watches}

    @property
    def standings(self) -> tuple[Standing, ...]:
        """How each mailbox is, in the order of the configuration."""
        return tuple(watch.standing for watch in self._watches)

    async def run(self) -> None:
        """Watch all mailboxes until `stop`."""
        loop = asyncio.get_running_loop()
        for watch in self._watches:
            watch.start(loop)
        while not self._over.is_set():
            for watch in self._watches:
                await self._attend(watch)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), ATTEND)

    async def stop(self) -> None:
        """Take nothing more in; what is being recorded is finished, within some seconds."""
        self._over.set()
        for watch in self._watches:
            watch.ask_to_stop()
        ended = await asyncio.gather(*(asyncio.to_thread(watch.stopped) for watch in self._watches))
        for watch, well in zip(self._watches, ended, strict=True):
            if not well:
                log.warning("mailbox did not stop in time", mailbox=watch.mailbox.name)

    async def _attend(self, watch: Watch) -> None:
        standing = watch.standing
        if standing.hangs:
            log.warning("mailbox hangs, its connection is cut", mailbox=standing.name)
            standing.unwell("the server did not answer in time")
            watch.cut()
        if standing.overdue:
            await self._tell(standing, STOPPED)
        elif standing.last_looked_at is not None and not standing.trouble:
            await self._tell(standing, RESUMED)

    async def _tell(self, standing: Standing, what: str) -> None:
        if self._told[standing.name] == what:
            return
        now = datetime.now(UTC)
        since = standing.unwell_since if what == STOPPED else standing.last_looked_at or now
        try:
            owed = await self._alarms.tell(standing.name, what, since, standing.trouble, now)
        except Unavailable as exc:
            log.error("alarm not noted yet", mailbox=standing.name, reason=str(exc))
            return  # the next look tries again
        first = self._told[standing.name] is None
        self._told[standing.name] = what
        if what == STOPPED:
            log.error(
                "mailbox does not come in",
                mailbox=standing.name,
                since=since.isoformat(),
                reason=standing.trouble,
                mailed=owed,
            )
        elif owed or not first:
            log.info("mailbox comes in again", mailbox=standing.name, mailed=owed)
