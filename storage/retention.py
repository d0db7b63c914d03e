"""Removes what the desk has kept long enough, in steps so small that no sender of mail waits for them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta

import structlog

from storage.database import Database
from storage.files import FileStore
from storage.kept import KeptClass, closed, empty_closed, empty_sent, entries, sent
from storage.models import EntryState
from storage.threads import in_thread
from storage.unused import FIRST_DIGITS, remove_unused, sweep

log = structlog.get_logger("storage.retention")

EVERY = 3600.0  # seconds between two rounds
BATCH = 10  # rows emptied in one transaction: some milliseconds
_OLD_TEMPORARY = 86_400.0  # seconds; no writer takes a day


@dataclass(frozen=True, slots=True)
class Terms:
    """How many days each class of what is kept lasts; 0: for ever.

    `raw_mail`: bytes of processed mail, since it was processed; `refused`: those of refused mail and of
    duplicates; `quarantine`: mail in quarantine, discarded then; `deliveries`: bytes of what was sent;
    `closed_tickets`: texts and screenshots, since the ticket was closed.
    """

    raw_mail: int = 90
    refused: int = 30
    quarantine: int = 0
    deliveries: int = 90
    closed_tickets: int = 0


@dataclass(slots=True)
class Purged:
    """How much was removed: bytes of mails, quarantined mails, sent mails, tickets' texts, and files."""

    mails: int = 0
    refused: int = 0
    quarantined: int = 0
    deliveries: int = 0
    tickets: int = 0
    files: int = 0

    def counts(self) -> dict[str, int]:
        """The counts by name."""
        return {one.name: int(getattr(self, one.name)) for one in fields(self)}


class Retention:
    """Runs until stopped: a round once an hour."""

    def __init__(self, database: Database, files: FileStore, terms: Terms) -> None:
        self._database, self._files, self._terms = database, files, terms
        self._over = asyncio.Event()
        self._passed: dict[str, int] = {}  # for each class, the number up to which nothing is left
        self._rounds = 0
        self.purged = Purged()  # since the start, for metrics

    async def run(self) -> None:
        """Purge until `stop`; raises Unavailable when the database can't be reached."""
        while not self._over.is_set():
            if self._rounds % 24 == 0:
                self._passed.clear()  # an entry may have come out of quarantine behind the mark
            now = datetime.now(UTC)
            # A sixteenth of the files is swept each hour: everything within a day, however often we start.
            purged = await self.purge(now, sweeping=FIRST_DIGITS[int(now.timestamp() // EVERY) % 16])
            self._rounds += 1
            if any(purged.counts().values()):
                log.info("purged", **purged.counts())
            try:
                await asyncio.wait_for(self._over.wait(), EVERY)
            except TimeoutError:
                continue  # the next round

    async def stop(self) -> None:
        """End after the step in hand."""
        self._over.set()

    async def purge(
        self, now: datetime, *, sweeping: str = FIRST_DIGITS, told: Callable[[Purged], None] = lambda _: None
    ) -> Purged:
        """Remove what is past its term at `now` (UTC); `told` hears of each step.

        `sweeping`: the first digits of the digests among which unused files are looked for.
        """
        purged = Purged()
        for one in self._classes():
            if one.days:
                await self._purge_class(one, now, purged, told)
        for first in sweeping:
            if self._over.is_set():
                break
            self._add(purged, "files", await sweep(self._files, first))
            told(purged)
        await in_thread(self._files.sweep_temporary, _OLD_TEMPORARY)
        return purged

    def _classes(self) -> tuple[KeptClass, ...]:
        terms = self._terms
        return (
            entries("mails", terms.raw_mail, EntryState.DONE),
            entries("mails", terms.raw_mail, EntryState.DISCARDED),
            entries("refused", terms.refused, EntryState.REFUSED),
            entries("refused", terms.refused, EntryState.DUPLICATE),
            entries("quarantined", terms.quarantine, EntryState.QUARANTINED),
            KeptClass("deliveries", "deliveries", terms.deliveries, sent, empty_sent),
            KeptClass("tickets", "tickets", terms.closed_tickets, closed, empty_closed),
        )

    async def _purge_class(
        self, one: KeptClass, now: datetime, purged: Purged, told: Callable[[Purged], None]
    ) -> None:
        oldest_kept = now - timedelta(days=one.days)
        position, unbroken = self._passed.get(one.key, 0), True
        files: set[str] = set()
        while not self._over.is_set() and (page := await one.page(position)):
            old = [row for row in page if row.since is not None and row.since < oldest_kept]
            due = [row.id for row in old if not row.empty]
            for begin in range(0, len(due), BATCH):
                files |= await self._emptied(one, due[begin : begin + BATCH], now, oldest_kept)
                self._add(purged, one.count, len(due[begin : begin + BATCH]))
                told(purged)
            position, unbroken = page[-1].id, unbroken and len(old) == len(page)
            if unbroken:
                self._passed[one.key] = position
        self._add(purged, "files", await remove_unused(self._files, files))

    async def _emptied(self, one: KeptClass, some: Sequence[int], now: datetime, since: datetime) -> set[str]:
        return await self._database.writer.run(lambda: one.remove(some, now, since))

    def _add(self, purged: Purged, count: str, more: int) -> None:
        for counts in (purged, self.purged):
            setattr(counts, count, getattr(counts, count) + more)
