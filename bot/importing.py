"""Takes an old mailbox in: records its mails and has them processed, here or by the running service."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.config import Settings
from bot.parts import parts
from bot.supervisor import Part
from bot.wiring import Service, service
from intake.mailbox_files import Found, arrival
from intake.taking_in.history import CHANNEL
from storage import imports
from storage.database import is_sqlite, sqlite_path
from storage.instance import AlreadyRunning, InstanceLock
from storage.models import EntryState
from storage.threads import in_thread
from storage.writer import Unavailable

BATCH = 64  # mails read and recorded at once
BATCH_BYTES = 32 * 1024 * 1024
AHEAD = 256  # recorded and not yet processed: a client's mail waits behind these at most
LOOK = 0.1  # seconds between two looks how far the processing is; it may be another process that works
STALLED = 120.0  # seconds without any progress after which the service is taken to have no intake


class Stopped(Exception):
    """The import can't go on now; what was recorded stays, and a second run takes up there."""


@dataclass(slots=True)
class Imported:
    """What became of a mailbox. `before`: recorded by an earlier run. `waiting`: not processed yet."""

    mails: int = 0
    before: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    quarantined: int = 0
    waiting: int = 0
    too_large: list[str] = field(default_factory=list)


class Interrupted(Exception):
    """The import was stopped; a second run takes up there. `waiting`: recorded and not yet processed."""

    def __init__(self, imported: Imported, waiting: int) -> None:
        super().__init__("interrupted")
        self.waiting = waiting
        self.processed = max(0, imported.mails - len(imported.too_large) - waiting)


Told = Callable[[int, int], None]
"""Called with the mails read so far and the bytes of the mailbox that lie behind them."""


async def take_in_mailbox(
    settings: Settings, mails: Iterator[Found], source: str, open_since: datetime, told: Told
) -> Imported:
    """Record the mails of a mailbox and wait until they are processed; nobody gets a confirmation.

    `source` names the mailbox in the entries' envelopes; mails older than `open_since` (UTC) are filed as
    closed. May be ended at any moment and run again. Raises Stopped, Unavailable, what `mails` raises, and
    Interrupted when it is cancelled.
    """
    imported = Imported()
    async with _opened(settings) as built:
        try:
            async with _intake(built) as worker:
                run = _Run(built, worker, source, open_since, imported)
                while batch := await in_thread(_batch, mails):
                    await run.record(batch)
                    told(imported.mails, batch[-1].passed)
                    await run.processed(at_most=AHEAD)
                await run.processed(at_most=0)
                return await run.summed_up()
        except asyncio.CancelledError:
            raise Interrupted(imported, await imports.unfinished(CHANNEL)) from None


class _Run:
    """One import under way."""

    def __init__(
        self,
        built: Service,
        worker: asyncio.Task[None] | None,
        source: str,
        open_since: datetime,
        imported: Imported,
    ) -> None:
        self._built, self._worker, self._source, self._open_since = built, worker, source, open_since
        self._ids: set[int] = set()
        self.imported = imported

    async def record(self, batch: Sequence[Found]) -> None:
        """Commit a batch; what an earlier run committed is left as it is."""
        if reason := self._built.admission():
            raise Stopped(f"{reason}; make room and run it again, what was recorded stays")
        self.imported.too_large += [found.place for found in batch if found.raw is None]
        now = datetime.now(UTC)
        arrivals = {
            one.key: one
            for one in (
                arrival(found, found.raw, self._source, self._open_since, now)
                for found in batch
                if found.raw is not None
            )
        }
        before = await imports.recorded(list(arrivals))
        self.imported.before += len(set(before.values()) - self._ids)
        new = [one for key, one in arrivals.items() if key not in before]
        await asyncio.gather(*(self._built.inbox.record(one) for one in new))
        self._ids.update((await imports.recorded(list(arrivals))).values())
        self.imported.mails += len(batch)
        if self._built.processing is not None:
            self._built.processing.wake()

    async def processed(self, *, at_most: int) -> None:
        """Wait until no more than `at_most` imported mails are left to process."""
        clock = asyncio.get_running_loop().time
        left, moved = await imports.unfinished(CHANNEL), clock()
        while left > at_most:
            if self._worker is not None and self._worker.done():
                raise _ended(self._worker)
            if self._worker is None and clock() - moved > STALLED:
                raise Stopped(f"{left} mails are recorded, and the service that is running processes none;"
                              " they wait for one with the part intake")  # fmt: skip
            await asyncio.sleep(LOOK)
            before, left = left, await imports.unfinished(CHANNEL)
            moved = clock() if left < before else moved

    async def summed_up(self) -> Imported:
        """What became of every mail of the mailbox, those of earlier runs among them."""
        told = self.imported
        for (state, outcome), count in (await imports.ended(sorted(self._ids))).items():
            what, _, why = outcome.partition(":")
            if state == EntryState.REFUSED:
                _count(told.refused, why.strip().partition(" ")[0] or "unknown", count)
            elif state == EntryState.QUARANTINED:
                told.quarantined += count
            elif state in (EntryState.RECORDED, EntryState.PROCESSING):
                told.waiting += count
            else:
                _count(told.outcomes, what or state, count)
        return told


def _ended(worker: asyncio.Task[None]) -> Exception:
    """Why the intake works no longer; a lost database is told as such."""
    failure = worker.exception()
    if isinstance(failure, Unavailable):
        return failure
    reason = (str(failure).strip().splitlines() or ["it ended by itself"])[-1]
    return Stopped(f"the intake failed: {reason}; what was recorded stays, run it again")


def _count(counts: dict[str, int], what: str, more: int) -> None:
    counts[what] = counts.get(what, 0) + more


def _batch(mails: Iterator[Found]) -> list[Found]:
    """The next mails, as many as fit."""
    batch: list[Found] = []
    size = 0
    for found in mails:
        batch.append(found)
        size += len(found.raw or b"")
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            break
    return batch


@asynccontextmanager
async def _intake(built: Service) -> AsyncIterator[asyncio.Task[None] | None]:
    """The intake at work for the length of the block; None when the running service's has to do it."""
    part = next((one for one in parts(built) if one.name == "intake"), None)
    if part is None:
        yield None
        return
    task = asyncio.create_task(_run(part), name="intake")
    try:
        yield task
    finally:
        await part.stop()
        await asyncio.gather(task, return_exceptions=True)


async def _run(part: Part) -> None:
    await part.run()


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Service]:
    """The desk, open; with an intake unless a running service holds an embedded database."""
    for folder in (settings.desk.data_dir, settings.files.store):
        folder.mkdir(parents=True, exist_ok=True)
    url = settings.database.url.get_secret_value()
    lock = _lock(url) if is_sqlite(url) else None
    ours = lock is not None or not is_sqlite(url)
    try:
        built = service(settings, ("intake",) if ours else ())
        await built.database.open()
        try:
            yield built
        finally:
            await built.database.close()
    finally:
        if lock is not None:
            lock.release()


def _lock(url: str) -> InstanceLock | None:
    """The embedded database's lock, None when a service holds it."""
    database = sqlite_path(url).resolve()
    advice = "wait until it ends, or stop it (Ctrl-C): the same import run again goes on from there"
    lock = InstanceLock(database.with_name(f"{database.name}.lock"), "otklik import", advice)
    try:
        lock.take()
    except AlreadyRunning:
        return None
    return lock
